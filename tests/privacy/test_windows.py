"""The access policy over the life of a week equals windows.golden: every access on every kind of store, and every
function that names a week, while the week is running, open, closed, published and retracted. test_matrix.py has what
never changes.

A withheld answer must have the same bytes in every state. Control: the list with any one letter changed differs from
the library.

    test_windows.py LIBRARY
"""
import ctypes
import datetime
import json
import pathlib
import shutil
import sys
import tempfile

from library import DENIED, SIZE, Library, Refused

HERE = pathlib.Path(__file__).resolve().parent
STATES = ("running", "open", "closed", "published", "retracted")
BEFORE, WEEK = datetime.date(2026, 2, 2), datetime.date(2026, 2, 9)
WORDS = {"not_over": "r", "closed": "c", "open": "o", "unpublished": "u"}
DAY = 86400 * 10**6
OPENS = {"personal": ("owner", "devops", "none"), "team": ("steward", "devops", "none"),
         "organisation": ("steward", "manager", "research", "devops", "none"),
         "release": ("lead", "manager", "research", "steward", "devops", "none"), "lead": ("lead", "none")}


def name_of(monday):
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def days_in(monday, days):
    return (monday - datetime.date(1970, 1, 1)).days * DAY + days * DAY + 1


def golden():
    """{(store, access, function): letters, one per state}"""
    lines = [line.split() for line in (HERE / "windows.golden").read_text(encoding="utf-8").splitlines()]
    return {tuple(words[:3]): words[3] for words in lines if words and words[0] != "#"}


def outcome(call, done="y"):
    """The letter for the outcome of a call."""
    try:
        rows = call()
    except Refused as refused:
        if refused.code == DENIED and refused.reason is None:
            return "-"
        return WORDS.get(refused.reason) or ("n" if refused.code == -5 else f"?{refused}")
    word = rows[0].get("outcome") if rows and isinstance(rows, list) and isinstance(rows[0], dict) else None
    return "k" if word == "known" and done == "published" else "y"


class Week:
    """A team of four, of whom one agreed to be seen and one has a clock that is fast; its steward; an organisation
    above."""

    def __init__(self, library, folder):
        self.library, self.folder, self.answers = library, folder, {}
        library.now = days_in(BEFORE, -2)
        self.paths = [str(folder / f"m{i}.db") for i in range(4)]
        self.team = str(folder / "team.db")
        stores = [library.open(path, "owner") for path in self.paths]
        steward = library.open(self.team, "steward")
        steward.configure("roster", {"blueplane.roster": 1, "organisation": "acme", "teams": ["core"], "members": [
            {"id": f"m{i}", "team": "core", "devices": [s.fact("identity", "device")]} for i, s in enumerate(stores)]})
        self.key = steward.fact("identity", "store")
        for i, store in enumerate(stores):
            store.configure("invitation", steward.inspect("invitation")[0]["document"])
            store.configure("roster", steward.inspect("rosters")[0]["document"])
            if i == 0:
                store.consent("activity", True, days_in(BEFORE, 90))
            for monday in (BEFORE, WEEK):
                store.ingest("".join(json.dumps({
                    "blueplane": 1, "kind": kind, "platform": "codex", "session": f"{i}-{monday}", "id": f"{i}-{monday}-{n}",
                    "time": days_in(monday, 1) + n, **more}) + "\n" for n in range(60 + 7 * i) for kind, more in (
                        ("prompt", {}), ("tool_call", {"tool": "x", "category": "read", "outcome": "error" if n % 9 == 0 else "ok"}))))
            library.now = days_in(BEFORE, 8)
            steward.merge(store.share(name_of(BEFORE)))
        library.now = days_in(BEFORE, 10)
        self.earlier = str(folder / "before.release")
        steward.publish(name_of(BEFORE), self.earlier)
        self.earlier_lead = str(folder / "before.lead")
        steward.publish_lead(name_of(BEFORE), "core", self.earlier_lead)
        # The bundle of a store with a fast clock for a week that is still running.
        library.now = days_in(WEEK, 8)
        self.ahead = stores[3].share(name_of(WEEK))
        for handle in (*stores, steward):
            handle.close()
        shutil.copy(self.team, folder / "early.db")
        shutil.copy(self.team + ".key", folder / "early.db.key")
        library.now = days_in(WEEK, 10)
        early = library.open(str(folder / "early.db"), "steward")
        early.publish(name_of(WEEK), str(folder / "early.release"))
        early.close()
        self.files, self.leads = {"before": self.earlier}, {}

    def ask(self, store, state, reader):
        """Whether the week is answered; the bytes of a withheld answer are kept."""
        sunday = WEEK + datetime.timedelta(days=6)
        for metric in ("prompts", "tool_success_rate", "cost"):
            try:
                rows = store.query(metrics=[metric], period=f"{WEEK}/{sunday}")
                break
            except Refused as refused:
                if refused.code != DENIED:
                    return f"?{refused}"
        else:
            return "-"
        if rows[0][metric] is not None:
            return "v"
        self.answers.setdefault(reader, set()).add(json.dumps(rows))
        return "w"

    def ask_members(self, store, reader):
        """Whether a member is seen in the week; the bytes of the answer without any are kept."""
        try:
            rows = store.query(metrics=["prompts"], period=f"{WEEK}/{WEEK + datetime.timedelta(days=6)}", by=["member"])
        except Refused as refused:
            return "-" if refused.code == DENIED else f"?{refused}"
        if any(row["prompts"] is not None for row in rows):
            return "v" if [row["member"] for row in rows] == ["m0"] else f"?{rows}"
        self.answers.setdefault(f"{reader}, of members", set()).add(json.dumps(rows))
        return "n"

    def write_lead(self, state):
        self.leads[state] = str(self.folder / f"{state}.lead")
        steward = self.library.open(self.team, "steward")
        steward.publish_lead(name_of(WEEK), "core", self.leads[state])
        steward.close()

    def organisation(self, state):
        """An organisation's store for each state, with the week before in it."""
        path = str(self.folder / f"{state}.db")
        store = self.library.open(path, "steward", "organisation")
        store.configure("trust", {"version": 1, "stores": [self.key]})
        store.merge(pathlib.Path(self.earlier).read_bytes())
        file = self.files.get(state) or str(self.folder / "early.release")
        letter = outcome(lambda: store.merge(pathlib.Path(file).read_bytes()))
        store.close()
        if state in self.files:
            return path, letter
        bare = str(self.folder / f"{state}-bare.db")  # without the bundle that was signed early
        store = self.library.open(bare, "steward", "organisation")
        store.configure("trust", {"version": 1, "stores": [self.key]})
        store.merge(pathlib.Path(self.earlier).read_bytes())
        store.close()
        return bare, letter

    def look(self, state, now):
        """{(store, access, function): letter} in a state; what leads to the next state comes last."""
        self.library.now, out = now, {}
        organisation, merged = self.organisation(state)
        paths = {"personal": self.paths[0], "team": self.team, "organisation": organisation,
                 "release": self.files.get(state, self.earlier), "lead": self.leads.get(state, self.earlier_lead)}
        for kind, accesses in OPENS.items():
            for access in accesses:
                scope = "core" if access == "lead" else None
                store = self.library.open(paths[kind], access, scope)
                out[kind, access, "bp_share_export"] = outcome(lambda: store.share(name_of(WEEK)))
                out[kind, access, "bp_query_run"] = self.ask(store, state, f"{access} of a {kind}")
                out[kind, access, "bp_query_run:member"] = self.ask_members(store, f"{access} of a {kind}")
                bundle = self.bundle(state)
                out[kind, access, "bp_share_merge"] = outcome(lambda: store.merge(bundle))
                file = str(self.folder / f"{state}-{kind}-{access}.release")
                out[kind, access, "bp_publish_lead"] = outcome(lambda: store.publish_lead(name_of(WEEK), "core", file + ".lead"))
                text = json.dumps({"version": 1, "published": name_of(WEEK)}).encode()
                out[kind, access, "bp_erase:published"] = outcome(
                    lambda: self.library.ask("bp_erase", store.store, text, SIZE(len(text))))
                out[kind, access, "bp_publish"] = outcome(lambda: store.publish(name_of(WEEK), file), "published")
                store.close()
        out["organisation", "steward", "bp_share_merge"] = merged
        return out

    def bundle(self, state):
        """A bundle that is new to the store; an honest member's if one can be made."""
        if state != "open":
            return self.ahead
        store = self.library.open(self.paths[1], "owner")
        data = store.share(name_of(WEEK))
        store.close()
        return data

    def live(self):
        """{(store, access, function): letters}"""
        found = []
        for state, days in (("running", 3), ("open", 8)):
            found.append(self.look(state, days_in(WEEK, days)))
        steward = self.library.open(self.team, "steward")
        for path in self.paths[:3]:
            store = self.library.open(path, "owner")
            steward.merge(store.share(name_of(WEEK)))
            store.close()
        steward.close()
        found.append(self.look("closed", days_in(WEEK, 10)))
        self.files["published"] = str(self.folder / "closed-team-steward.release")
        self.write_lead("published")
        found.append(self.look("published", days_in(WEEK, 11)))
        steward = self.library.open(self.team, "steward")
        self.files["retracted"] = str(self.folder / "retracted.release")
        steward.publish(name_of(WEEK), self.files["retracted"])
        steward.close()
        self.write_lead("retracted")
        found.append(self.look("retracted", days_in(WEEK, 12)))
        return {key: "".join(one[key] for one in found) for key in found[0]}


def differences(want, got):
    return [f"{' '.join(key)}: is {got.get(key)}, must be {letters}" for key, letters in want.items() if got.get(key) != letters]


def main():
    want = golden()
    with tempfile.TemporaryDirectory(prefix="windows") as folder:
        week = Week(Library(sys.argv[1]), pathlib.Path(folder))
        got = week.live()
    found = differences(want, got)
    print("\n".join(found))
    alike = [reader for reader, bytes_ in week.answers.items() if len(bytes_) != 1]
    missed = 0
    for key, letters in want.items():
        for at in range(len(STATES)):
            changed = letters[:at] + ("-" if letters[at] != "-" else "y") + letters[at + 1:]
            missed += not differences({key: changed}, got)
    print(f"{len(want)} lines of {len(STATES)} states, {len(found)} differ; withheld answers of {len(week.answers)} readers, "
          f"{len(alike)} tell states apart; control: {len(want) * len(STATES)} changed letters, {missed} missed")
    sys.exit(bool(found or alike or missed or len(week.answers) < 3))


if __name__ == "__main__":
    main()
