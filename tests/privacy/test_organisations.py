"""Exhaustive differencing of whole organisations through the public interface alone.

Random people with one or two devices, teams and stewards. Every week is ingested, shared, merged, published, merged
again into an organisation's store, opened with each access and queried. Some lead a team, some agree to be seen by
their lead, and some of those withdraw it. The attacker has everything that came of it: every release file of every
week, the organisation's store, every version of every lead's file, every answer to every access. Three things must
hold:

1. No answer reveals more than the cells of the release files: every metric that is one measure, for every access, store,
   window, month and dimension, is computed here again from the bytes of the files. So months and organisations add no
   equation, and weeks share no unknown.
2. No combination of a week's cells reveals the exact numbers of fewer than k people (attack.py), to a stranger or to
   anybody who knows the own numbers. What people did is what their own stores say (bp_inspect "outgoing"), which is
   compared with the generated events.
3. A lead's file and the releases together reveal the exact number of nobody who is not seen in it, to a lead from
   elsewhere or to one of the team, who knows the own numbers. Whoever is seen agreed before the week began, on every
   device, and has not withdrawn; the numbers are the person's own; a file written after a withdrawal shows less and
   nothing new.

Controls: the library without the rules of publication reveals people in the organisations, and without the remainder
rule people who did not agree; a cell, or a number of somebody who agreed, that is one greater is noticed.

    test_organisations.py LIBRARY WITHOUT_RULES WITHOUT_REMAINDER      BLUEPLANE_LONG=1: 1,000 organisations, else 8
"""
import concurrent.futures
import datetime
import json
import os
import pathlib
import random
import re
import struct
import sys
import tempfile
import time

import worlds
from attack import isolated, told_alone
from library import DENIED, Library, Refused
from worlds import BUCKET, PARTIAL, SCOPE_OTHER, SCOPE_STATED, STATE, UNCOVERED

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WEEKS = [datetime.date(2026, 1, 26), datetime.date(2026, 2, 2), datetime.date(2026, 2, 9)]  # of two months
EPOCH = datetime.date(1970, 1, 1)
DAY = 86400 * 10**6
VECTOR = (ROOT / "libblueplane" / "privacy" / "vector.def").read_text(encoding="utf-8")
MEASURES = re.findall(r'^MEASURE\((\w+), "[^"]*", (\w+)', VECTOR, re.M)
SUMS = [name for name, how in MEASURES if how == "SUM"]
EXPERIENCES = ["other", "junior", "intermediate", "senior", "principal"]
LEAST, MOST = {0: 0, 1: 3, 2: 5, 3: 10, 4: 20, 5: 50}, {0: 0, 1: 4, 2: 9, 3: 19, 4: 49}
# Families of metrics, as people agree to them, and the measures that need only one of them.
FAMILIES = ("activity", "output", "tokens", "time", "platform", "workspace", "depth", "quality", "changes", "tasks")
FAMILY_OF = {measure: family for family, measures in {
    "activity": "sessions prompts responses active_days active_time", "output": "lines_added lines_removed",
    "tokens": "input_tokens output_tokens cache_read_tokens cache_write_tokens web_searches cost",
    "quality": "tool_error tool_rejected tool_interrupted accepted",
    "changes": "commits pull_requests", "tasks": "retries retries_recovered resolved resolved_time"}.items() for measure in measures.split()}
# Metrics that are one measure, so that each shows what a reader can know of it. The catalogue says who may ask.
METRICS = {m: m for m in SUMS} | {"tool_errors": "tool_error"}

SIZES = (1, 2, 3, 3, 4, 5, 6, 7, 9)  # of teams
PLATFORMS = ["claude_code", "codex", "cursor", "mytool"]
MODELS = ["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", "gpt-5", "gemini-2.5-pro", "no-such-model"]
CATEGORIES = ["read", "search", "edit", "command", "agent", "plan", "web", "mcp"]
LANGUAGES = ["c", "go", "python", "rust", "java", "sql", "shell", "markdown", "other"]
PROJECTS = ["p0", "p1", "p2", "p3"]
EVENTS = ["compaction", "interrupt", "api_error", "api_retry", "slash_command"]
OUTCOMES = ["ok"] * 12 + ["error", "error", "rejected", "interrupted", "cancelled"]


def week_name(monday):
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def noon(day):
    return (day - EPOCH).days * DAY + DAY // 2


# ------------------------------------------------------------------------------------ what is done

class Device:
    """A person's week as events, and their sums where these are obvious."""

    def __init__(self, rng, name, habits):
        self.rng, self.name, self.lines, self.number = rng, name, [], 0
        self.own = {key: rng.sample(all_, min(len(all_), rng.choice((1, 1, 2, 3)))) for key, all_ in habits.items()}
        self.pace = rng.lognormvariate(0, 0.7)

    def say(self, kind, platform, session, at, **more):
        self.number += 1
        self.lines.append(json.dumps({"blueplane": 1, "kind": kind, "platform": platform, "session": session, "time": at + self.number,
                                      **({} if kind == "session" else {"id": f"{self.name}-{self.number}"}), **more}))

    def amount(self, scale):
        return int(scale * self.pace * self.rng.lognormvariate(0, 0.6))

    def session(self, monday, truth):
        rng = self.rng
        platform, project = rng.choice(self.own["platform"]), rng.choice(self.own["project"])
        name = f"{self.name}-s{self.number}"
        at = noon(monday + datetime.timedelta(days=rng.randrange(7))) + rng.randrange(10**10)
        self.say("session", platform, name, at, workspace=f"/home/x/{project}")
        for _ in range(1 + self.amount(1)):
            at += rng.randrange(6 * 10**7)
            self.say("prompt", platform, name, at, characters=10)
            truth["prompts"] = truth.get("prompts", 0) + 1
            for _ in range(rng.randrange(1, 4)):
                tokens = self.amount(900)
                truth["output_tokens"] = truth.get("output_tokens", 0) + tokens
                self.say("response", platform, name, at, model=rng.choice(self.own["model"]), input_tokens=self.amount(50),
                         output_tokens=tokens, cache_read_tokens=self.amount(9000), cache_write_5m_tokens=self.amount(800),
                         web_searches=int(rng.random() < 0.03), stop="end_turn")
            for _ in range(rng.randrange(4)):
                self.tool(platform, name, at, truth)
            if rng.random() < 0.2:
                self.say("event", platform, name, at, event=rng.choice(EVENTS), command="clear")
            if rng.random() < 0.15:
                self.say("decision", platform, name, at, decision="completion", accepted=rng.random() < 0.7,
                         language=rng.choice(self.own["language"]))
        if rng.random() < 0.3:
            self.say("commit", platform, name, at, assisted=True)

    def tool(self, platform, session, at, truth):
        category, outcome = self.rng.choice(self.own["category"]), self.rng.choice(OUTCOMES)
        more = {"file": f"/f{self.rng.randrange(5)}"} if category in ("edit", "read") else {}
        if category == "edit":
            more |= {"language": self.rng.choice(self.own["language"]), "lines_added": self.amount(20)}
            truth["lines_added"] = truth.get("lines_added", 0) + (more["lines_added"] if outcome == "ok" else 0)
        self.say("tool_call", platform, session, at, tool=f"x_{category}", category=category, outcome=outcome,
                 duration_us=10**6, **more)


# ------------------------------------------------------------------------------------ who is there

class Member:
    def __init__(self, rng, team, number, library, habits):
        self.team, self.experience, self.id, self.leads = team, rng.randrange(5), f"m{number:03}", False
        self.devices = [Device(rng, f"{self.id}-{i}", habits) for i in range(1 + (rng.random() < 0.1))]
        self.stores = [library.open(None, "owner") for _ in self.devices]
        self.weeks = {}  # Monday -> worlds.Person, if the person shared
        self.agreed = [{} for _ in self.devices]  # by device: family -> the day the consent ends

    def entry(self):
        return {"id": self.id, "team": f"t{self.team:02}", "experience": EXPERIENCES[self.experience],
                "role": "lead" if self.leads else "developer",
                "devices": [store.fact("identity", "device") for store in self.stores]}

    def agree(self, rng):
        """Agrees to a few families or to all, on all devices or not, some only for the first week."""
        families = FAMILIES if rng.random() < 0.6 else rng.sample(FAMILIES, rng.randrange(1, 5))
        days = 17 if rng.random() < 0.1 else 170
        for store, agreed in list(zip(self.stores, self.agreed))[:1 if rng.random() < 0.1 else None]:
            for family in families:
                store.consent(family, True, self.stores[0].library.now + days * DAY)
                agreed[family] = (WEEKS[0] - EPOCH).days - 3 + days

    def take_back(self, rng):
        """Withdraws some families on one device, by a bundle with decisions only."""
        families = [f for f in self.agreed[0] if rng.random() < 0.5]
        for family in families:
            self.stores[0].consent(family, False)
            del self.agreed[0][family]
        return self.stores[0].words() if families else None

    def may_be_seen(self, family, monday):
        """Whether the lead may see the week's numbers of a family; None: of any family."""
        until = (monday - EPOCH).days + 7
        return all(any(family in (None, f) and end >= until for f, end in agreed.items()) for agreed in self.agreed)

    def live(self, rng, monday):
        """Generates a week and returns its obvious sums. Some people are on leave."""
        truth = {}
        for device, store in zip(self.devices, self.stores):
            device.lines = []
            for _ in range(0 if rng.random() < 0.1 else 1 + device.amount(2)):
                device.session(monday, truth)
            if device.lines:
                store.ingest("\n".join(device.lines) + "\n")
        return truth

    def known(self, monday, truth, problems):
        """What the person's own stores say would be shared; compared with the truth."""
        person = worlds.Person(self.team, self.experience)
        person.who = self
        for store in self.stores:
            for row in store.inspect("outgoing"):
                assert row["window"] == week_name(monday)
                place = (worlds.DIMENSIONS.index(row["dimension"] or ""), number_of(row["slice"]), row["measure"])
                person.cells[place] = person.cells.get(place, 0) + row["value"]
        for measure, value in truth.items():
            if person.whole(measure) != value:
                problems.append(f"{self.id}: {measure} is {person.whole(measure)}, not {value}")
        self.weeks[monday] = person


_numbers = {"other": 0, None: 0, "": 0}


def number_of(slice_):
    """A number for the name of a slice."""
    return _numbers.setdefault(slice_, len(_numbers))


def in_a_week(person, measure):
    """Active days of two devices may overlap: together at most the days of a week."""
    return min(person.whole(measure), 7) if measure == "active_days" else person.whole(measure)


class Steward:
    """A team's store, its members, and the release of each week."""

    def __init__(self, library, folder, rng, number, sizes):
        self.library, self.path, self.rng, self.took = library, str(folder / f"team{number}"), rng, 0
        self.store = library.open(self.path + ".db", "steward")
        self.teams = len(sizes)
        self.members, self.files, self.people = [], {}, {}
        self.leads = {}  # (Monday, team) -> the files in the order they were written
        share = rng.choice((0, 0.3, 0.5, 0.7, 0.9, 1))
        for team, size in enumerate(sizes):
            habits = {key: rng.sample(all_, min(len(all_), rng.choice((2, 3, 4)))) for key, all_ in (
                ("platform", PLATFORMS), ("model", MODELS), ("category", CATEGORIES), ("language", LANGUAGES),
                ("project", PROJECTS))}
            for _ in range(size):
                self.members.append(Member(rng, team, 100 * number + len(self.members), library, habits))
                self.members[-1].leads = rng.random() < 0.2
                if rng.random() < share:
                    self.members[-1].agree(rng)

    def found(self):
        self.store.configure("roster", {
            "blueplane.roster": 1, "organisation": "acme", "teams": [f"t{t:02}" for t in range(self.teams)],
            "projects": [{"id": p, "folders": [p]} for p in PROJECTS[:3]],
            "seats": [{"platform": "codex", "seats": 9, "price_cents": 2000}],
            "members": [m.entry() for m in self.members]})
        self.invitation = self.store.inspect("invitation")[0]["document"]
        roster = self.store.inspect("rosters")[-1]["document"]
        for store in (s for m in self.members for s in m.stores):
            store.configure("invitation", self.invitation)
            store.configure("roster", roster)

    def week(self, monday, problems):
        self.library.now = noon(monday + datetime.timedelta(days=8))
        bundles = []
        for member in self.members:
            member.known(monday, member.live(self.rng, monday), problems)
            if self.rng.random() < 0.04:
                member.weeks.pop(monday)  # did not share the week
                continue
            try:
                bundles += [store.share(week_name(monday)) for store in member.stores]
            except Refused as refused:
                assert refused.reason == "too_few", refused
                member.weeks.pop(monday)
        self.rng.shuffle(bundles)
        for bundle in bundles:
            self.store.merge(bundle)
        self.library.now = noon(monday + datetime.timedelta(days=10))
        self.files[monday] = f"{self.path}-{week_name(monday)}.release"
        begun = time.perf_counter()
        self.store.publish(week_name(monday), self.files[monday])
        self.took = time.perf_counter() - begun
        self.people[monday] = [m.weeks[monday] for m in self.members if monday in m.weeks]
        self.write_leads(monday, problems)

    def write_leads(self, monday, problems):
        """Writes the lead's file of every team, and again after some withdrew."""
        for again in range(2):
            for team in range(self.teams):
                path = f"{self.path}-{team}-{week_name(monday)}-{again}.lead"
                self.store.publish_lead(week_name(monday), f"t{team:02}", path)
                self.leads.setdefault((monday, team), []).append(read_release(path))
                self.leads[monday, team][-1].path = path
                self.check_seen(monday, team, problems)
            for member in self.members if again == 0 else ():
                words = member.take_back(self.rng) if self.rng.random() < 0.1 else None
                if words:
                    self.store.merge(words)

    def check_seen(self, monday, team, problems):
        """Checks the people shown in the file written last."""
        members, views = {m.id: m for m in self.members}, [f.views for f in self.leads[monday, team]]
        for (who, measure), value in views[-1].items():
            member = members[who]
            right = member.team == team and monday in member.weeks and in_a_week(member.weeks[monday], measure) == value
            if not right or not member.may_be_seen(FAMILY_OF.get(measure), monday) or views[0].get((who, measure)) != value:
                problems.append(f"{who} is seen in {week_name(monday)}: {measure} {value}")


# -------------------------------------------------------------------------- what a release file says

class Reading:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        value, = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def name(self):
        length = self.take("B")
        self.at += length
        return self.data[self.at - length:self.at].decode("ascii")


def read_release(path):
    """Parses a release or a lead's file by docs/formats/release.md; rows by name in .rows, and by number for attack.py
    in .cells; .views by member and measure, with the day from which they are hidden."""
    r, published = Reading(pathlib.Path(path).read_bytes()), worlds.Published()
    lead = r.data[:5] == b"BPLL\1"
    assert lead or r.data[:5] == b"BPLR\1"
    r.at = 45
    assert r.take("B") >= 3
    r.name()
    if lead:
        r.name()
    published.rows, published.until = {}, {}
    for _ in range(r.take("I")):
        scope, dimension, slice_, measure = r.name(), r.take("B"), r.name(), MEASURES[r.take("H")][0]
        state, band, value = r.take("B"), r.take("B"), r.take("Q")
        published.rows[(scope, dimension, slice_, measure)] = (state, band, value)
        number = {"": SCOPE_OTHER, "*": SCOPE_STATED}.get(scope)
        number = int(scope[1:]) if number is None else number
        at = EXPERIENCES.index(slice_) if dimension == worlds.EXPERIENCE else number_of(slice_)
        published.cells[(number, dimension, at, measure)] = (state, band, value)
    for _ in range(r.take("I") if lead else 0):
        member, measure, until, value = r.name(), MEASURES[r.take("H")][0], r.take("I"), r.take("Q")
        published.views[member, measure], published.until[member, measure] = value, until
    assert r.at + 64 == len(r.data)
    return published


# ---------------------------------------------------------------------------------------- what is told

def span(state, band, value):
    """A cell's number as it is answered: the middle, the least, the greatest."""
    if state & STATE == BUCKET:
        ten = 10 ** (len(str(value)) - 1)
        end = 9 if value < 10 else {1: 2, 2: 5, 5: 10}[value // ten] * ten - 1
        return (value + end) // 2, value, end
    unit = 1
    while value // unit >= (100 if LEAST[band] < 5 else 1000):
        unit *= 10
    return value, value - unit // 2, value + unit // 2


def expected(releases, scopes, dimension, key_of, measure):
    """{key: [value, least, greatest or None]} of all cells that may be added up, None where nothing may be answered. A
    sum with a part that is not known has no upper bound."""
    out = {}
    groups = {(n, c, s) for n, r in enumerate(releases) for (c, d, s, _) in r.rows if d == dimension}
    for n, scope, slice_ in groups:
        if scope == "*" or (scopes is not None and scope not in scopes):
            continue
        key, cell = key_of(n, scope, slice_), releases[n].rows.get((scope, dimension, slice_, measure))
        told = out.setdefault(key, [None, False])
        if cell is None or cell[0] & STATE == UNCOVERED:
            told[1] = True
        else:
            told[1] |= bool(cell[0] & PARTIAL)
            told[0] = [a + b for a, b in zip(told[0] or (0, 0, 0), span(*cell))]
    # a sum with a missing part is answered as a lower bound
    return {key: told and ([told[1], told[1], None] if open_ else told) for key, (told, open_) in out.items()}


class Reader:
    """A handle that may ask, and what it may get."""

    def __init__(self, library, name, access, path, scope, releases, weeks, figures):
        self.store = library.open(path, access, scope)
        self.name, self.scopes, self.releases, self.weeks = name, scope and {scope}, releases, weeks
        letter = {"lead": "L", "manager": "M", "research": "R"}[access]
        told = [m for m in library.catalog("releases") if letter in m["levels"] and METRICS.get(m["metric"]) in SUMS]
        for m in told:
            along = [worlds.DIMENSIONS[d] for d in worlds.along(METRICS[m["metric"]])]
            assert sorted(m["dimensions"].split(", ")) == sorted(along), m
        self.metrics = [m["metric"] for m in told]
        self.dimensions = range(8) if access != "research" else [d for d in range(8) if d != worlds.PROJECT]
        self.figures = figures

    def ask(self, metrics, by):
        try:
            return self.store.query(metrics=metrics, period="all", by=by)
        except Refused as refused:  # a metric that does not have this dimension
            assert refused.code != DENIED, (self.name, by, str(refused))
            return None

    def compare(self, problems, by, dimension, key_of, key_in):
        name = worlds.DIMENSIONS[dimension]
        asked = [m for m in self.metrics if dimension == 0 or dimension in worlds.along(METRICS[m])]
        for first in range(0, len(asked), 8):
            rows = self.ask(asked[first:first + 8], by + ([name] if dimension else []))
            for metric in asked[first:first + 8]:
                want = expected(self.releases, self.scopes, dimension, key_of, METRICS[metric])
                got = {key_in(row): [row[metric], row[metric + ".at_least"], row[metric + ".at_most"]] for row in rows or ()}
                for key in want.keys() | got.keys():
                    a, b = want.get(key), got.get(key)
                    self.figures["answers"] += 1
                    if (a or [None] * 3) != (b or [None] * 3):
                        problems.append(f"{self.name} {metric} by {by} {name} {key}: {b}, the files say {a}")

    def compare_weeks(self, problems):
        """The last week compared with the one before: the difference of both answers, and its error bounds."""
        last = max(self.weeks)
        period = f"{last}/{last + datetime.timedelta(days=6)}"
        weeks = [[r for r, w in zip(self.releases, self.weeks) if w == week] for week in (last, last - datetime.timedelta(days=7))]
        for d in self.dimensions:
            name, key_of = worlds.DIMENSIONS[d], lambda n, c, s, d=d: s if d else ""
            asked = [m for m in self.metrics if d == 0 or d in worlds.along(METRICS[m])][:4]
            rows = self.store.query(metrics=asked, period=period, by=[name] if d else [], compare="previous") if asked else []
            for metric, row in ((metric, row) for metric in asked for row in rows):
                now, was = (expected(r, self.scopes, d, key_of, METRICS[metric]).get(row[name] if d else "") for r in weeks)
                ends = [None] * 3 if not now or not was else [
                    now[0] - was[0], None if was[2] is None else now[1] - was[2], None if now[2] is None else now[2] - was[1]]
                told = [row[metric + end] for end in (".baseline", ".difference", ".difference.at_least", ".difference.at_most")]
                self.figures["answers"] += 1
                if told != [was[0] if was else None, *ends]:
                    problems.append(f"{self.name} {metric} by {name} beside the week before: {told}, the files say {was}, {ends}")

    def look(self, problems):
        """Every dimension: over all windows, by week and by month; in an organisation by team, too."""
        self.compare_weeks(problems)
        months = {n: str(day + datetime.timedelta(days=3))[:7] for n, day in enumerate(self.weeks)}
        times = [([], lambda n: "", lambda row: "")]
        if len(self.weeks) > 1:
            times += [(["time.week"], lambda n: str(self.weeks[n]), lambda row: row["time.week"]),
                      (["time.month"], months.get, lambda row: row["time.month"])]
        for by, time_of, time_in in times:
            for d in self.dimensions:
                name = worlds.DIMENSIONS[d]
                self.compare(problems, by, d, lambda n, _, s, t=time_of, d=d: (t(n), s if d else ""),
                             lambda row, t=time_in, n=name: (t(row), row[n] if n else ""))
            if not self.scopes and "manager" in self.name:
                self.compare(problems, by + ["team"], 0, lambda n, c, _, t=time_of: (t(n), c or "other"),
                             lambda row, t=time_in: (t(row), row["team"]))
        self.store.close()


class LeadReader(Reader):
    """Opens a lead's file, which has members, too."""

    def look(self, problems):
        file, (team,) = self.releases[0], self.scopes
        views = {at: value for at, value in file.views.items() if file.until[at] > self.store.library.now // DAY}
        members = {who for who, _ in views}
        for first in range(0, len(self.metrics), 8):
            asked = self.metrics[first:first + 8]
            got = {row["member"]: row for row in self.ask(asked, ["member"])}
            if got.keys() != members:
                problems.append(f"{self.name}: {sorted(got)} are seen, the file says {sorted(members)}")
            for who, metric in ((who, metric) for who in members & got.keys() for metric in asked):
                want, told = views.get((who, METRICS[metric])), [got[who][metric + end] for end in ("", ".at_least", ".at_most")]
                of_team = file.rows.get((team, 0, "", METRICS[metric]))
                self.figures["answers"] += 1
                # where the team's number is a lower bound, a seen member's number is one, too
                if told != [want, want, None if of_team and of_team[0] & PARTIAL else want]:
                    problems.append(f"{self.name} {metric} of {who}: {told}, the file says {want}")
        super().look(problems)


# ----------------------------------------------------------------------------------------- organisations

class Organisation:
    def __init__(self, library, seed, folder):
        rng = random.Random(seed)
        self.library, self.problems, self.path = library, [], str(folder / "acme.db")
        self.weeks = WEEKS[:3 if rng.random() < 0.2 else 2]
        library.now = noon(WEEKS[0] - datetime.timedelta(days=3))
        self.stewards = [Steward(library, folder, rng, n, [rng.choice(SIZES) for _ in range(rng.randint(2, 6))])
                         for n in range(2 if rng.random() < 0.3 else 1)]
        store = library.open(self.path, "steward", "organisation")
        for steward in self.stewards:
            steward.found()
        store.configure("trust", {"version": 1, "stores": [s.store.fact("identity", "store") for s in self.stewards]})
        for monday in self.weeks:
            for steward in self.stewards:
                steward.week(monday, self.problems)
                store.merge(pathlib.Path(steward.files[monday]).read_bytes())
        store.close()
        for steward in self.stewards:
            for member in steward.members:
                for own in member.stores:
                    own.close()
            steward.store.close()
        self.releases = {(n, monday): read_release(s.files[monday]) for n, s in enumerate(self.stewards) for monday in self.weeks}

    def isolated(self, figures):
        """Where a group can be computed from the releases."""
        out = []
        for (n, monday), published in self.releases.items():
            for scope in published.scopes():
                team = worlds.members(self.stewards[n].people[monday], published, scope)
                for m in SUMS:
                    if any(c == scope and x == m for (c, _, _, x) in published.cells):
                        figures["systems"] += 1
                        if isolated(team, published, scope, m, 3):
                            out.append((n, week_name(monday), scope, m))
            figures["cells"] += len(published.cells)
        return out

    def told_by_leads_files(self, figures):
        """Where somebody who is not seen can be computed from the first lead's file of a week, which shows most."""
        out = []
        for n, steward in enumerate(self.stewards):
            for (monday, team), files in steward.leads.items():
                published, views = self.releases[n, monday], files[0].views
                people = worlds.members(steward.people[monday], published, team)
                readers = [set()] + [{i} for i, p in enumerate(people) if p.who.leads]
                assert all(f.cells == {at: c for at, c in published.cells.items() if at[0] == team} for f in files)
                figures["seen"] += len(views)
                for m in {measure for _, measure in views}:
                    shown = {i for i, p in enumerate(people) if (p.who.id, m) in views}
                    for reader in readers:
                        figures["views"] += 1
                        if told_alone(people, published, team, m, shown | reader):
                            out.append((n, week_name(monday), team, m, f"read by {reader or 'an outsider'}"))
        return out

    def answers(self, figures):
        """Where an answer is not what the files say."""
        problems = []
        for (n, monday), published in self.releases.items():
            path = self.stewards[n].files[monday]
            for access, scope in [("manager", None), ("research", None)] + [
                    ("lead", f"t{t:02}") for t in range(self.stewards[n].teams)]:
                Reader(self.library, f"{access} {scope or ''}", access, path, scope, [published], [monday], figures).look(problems)
            for team in range(self.stewards[n].teams):
                file, scope = self.stewards[n].leads[monday, team][-1], f"t{team:02}"
                LeadReader(self.library, f"lead's file {scope}", "lead", file.path, scope, [file], [monday], figures).look(problems)
        keys = sorted(self.releases)
        for access in ("manager", "research"):
            Reader(self.library, f"{access} of the organisation", access, self.path, None, [self.releases[k] for k in keys],
                   [monday for _, monday in keys], figures).look(problems)
        return problems


def falsified(made):
    """Control: one number after the other is made one greater than the files say."""
    for published in made.releases.values():
        for at, (state, band, value) in published.rows.items():
            if at[1] == 0 and at[3] == "prompts" and state & STATE != UNCOVERED:
                published.rows[at] = (state, band, value + 1)
                yield
                published.rows[at] = (state, band, value)
                break
        else:
            continue
        break
    for file in (f[-1] for steward in made.stewards for f in steward.leads.values()):
        for at, value in file.views.items():
            if at[1] in ("prompts", "lines_added") and file.until[at] > made.library.now // DAY:
                file.views[at] = value + 1
                yield
                return


def attack(task):
    """One organisation: who was revealed, what was wrong, which controls were noticed, and figures."""
    path, seed, ask = task
    figures = dict.fromkeys(("people", "systems", "cells", "answers", "weeks", "seen", "views"), 0)
    with tempfile.TemporaryDirectory(prefix="organisations") as folder:
        made = Organisation(Library(path), seed, pathlib.Path(folder))
        figures["people"] = sum(len(s.members) for s in made.stewards)
        figures["weeks"] = len(made.releases)
        broken, told = made.isolated(figures), made.told_by_leads_files(figures)
        wrong = made.answers(figures) if ask else []
        found = [bool(made.answers(dict(figures))) for _ in falsified(made)] if ask else []
    return seed, broken, told, wrong + made.problems, found, figures


class Run:
    """Sums over organisations; in some of them too little happens for anything to be published."""

    def __init__(self, pool, path, seeds, asked=lambda seed: False):
        self.total, self.broken, self.told, self.wrong, self.controls = {}, 0, 0, [], []
        for seed, broken, told, problems, found, figures in pool.map(attack, [(path, s, asked(s)) for s in seeds]):
            figures |= {"with systems": bool(figures["systems"]), "with views": bool(figures["views"])}
            self.total = {key: self.total.get(key, 0) + value for key, value in figures.items()}
            self.broken += bool(broken)
            self.told += bool(told)
            self.wrong += [f"organisation {seed}: {p}" for p in problems[:3] + [f"isolated: {i}" for i in (broken + told)[:3]]]
            self.controls += found

    def __getitem__(self, name):
        return self.total[name]


def main():
    path, no_rules, no_remainder = sys.argv[1:4]
    long_run = bool(os.environ.get("BLUEPLANE_LONG"))
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 1000 if long_run else 8
    with concurrent.futures.ProcessPoolExecutor() as pool:
        run = Run(pool, path, range(count), lambda seed: seed % (20 if count > 100 else 2) == 0)
        print(f"{count} organisations, {run['people']} people, {run['weeks']} releases, {run['cells']} cells, "
              f"{run['systems']} systems of equations: {run.broken} organisations with a group below k isolated; with the leads' "
              f"files, {run['seen']} numbers of members and {run['views']} systems: {run.told} with somebody told who is not seen; "
              f"{run['answers']} answers of every access; {len(run.wrong)} wrong")
        print("\n".join(run.wrong[:20]))
        few = max(8, count // 20)
        weak, seen = Run(pool, no_rules, range(few)), Run(pool, no_remainder, range(few))
        print(f"controls: without dominance and audit {weak.broken} of {weak['with systems']} organisations broken, without the "
              f"remainder rule {seen.told} of {seen['with views']} with views; a number one greater {sum(run.controls)} of "
              f"{len(run.controls)} found")
    good = not run.broken and not run.told and not run.wrong and min(run[f] for f in ("systems", "views", "seen", "answers")) > 0
    good &= weak.broken >= 0.9 * weak["with systems"] > 0 and seen.told > 0 and all(run.controls) and len(run.controls) > 1
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
