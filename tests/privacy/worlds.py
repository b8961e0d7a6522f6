"""Random organisations, their publication by publish_driver.c, and independently computed, what an attacker knows of
them.

Shares no code with the library. Everything is derived from a seed.
"""
import random
import subprocess

DIMENSIONS = ["", "platform", "model_family", "tool_category", "language", "task_type", "project", "experience"]
PLATFORM, MODEL, CATEGORY, LANGUAGE, TASK, PROJECT, EXPERIENCE = range(1, 8)
HOST = (PLATFORM, PROJECT)
# The dimensions of measures that have more or others than HOST.
_APART = {
    HOST + (MODEL,): "responses input_tokens output_tokens cache_read_tokens cache_write_tokens web_searches cost",
    HOST + (CATEGORY,): "tool_ok tool_error tool_rejected tool_interrupted tool_unsettled retries retries_recovered",
    HOST + (LANGUAGE,): "lines_added lines_removed accepted rejected first_try_edits later_edits reworked_edits",
    HOST + (TASK,): "resolved unresolved unjudged resolved_time",
    (): "active_days " + " ".join(f"journey_{way}_{end}" for end in ("resolved", "unresolved") for way in (
        "read_edit", "search_edit", "plan_edit", "edit_command", "command_edit", "other")) +
        " " + " ".join(f"feature_{feature}_resolved{end}" for end in ("", "_time") for feature in (
            "plan_mode", "subagents", "skills", "mcp", "slash_commands", "background_runs", "web_search", "images")),
}
_ALONG = {measure: dims for dims, measures in _APART.items() for measure in measures.split()}
# Some measures of every kind: dense and sparse, small and huge, with their dimensions.
MEASURES = {m: _ALONG.get(m, HOST) for m in ("sessions", "prompts", "active_time", "cost", "tool_ok", "tool_error",
                                             "lines_added", "web_searches", "commits", "compactions")}
SCALE = {"sessions": 12, "prompts": 90, "active_time": 3 * 10**10, "cost": 2 * 10**10, "tool_ok": 900,
         "tool_error": 40, "lines_added": 3000, "web_searches": 3, "commits": 6, "compactions": 2}
CLAMP = {"sessions": 2000, "prompts": 20000, "active_time": 604800 * 10**6, "cost": 10**14, "tool_ok": 200000,
         "tool_error": 200000, "lines_added": 10**6, "web_searches": 100000, "commits": 5000, "compactions": 10000}
SLICES = {PLATFORM: 4, MODEL: 6, CATEGORY: 8, LANGUAGE: 9, PROJECT: 6}
VALUE, BUCKET, UNCOVERED, STATE, PARTIAL = 0, 1, 2, 3, 4
SCOPE_OTHER, SCOPE_STATED = -1, -2


def along(measure):
    """The dimensions of a measure; experience is known of everybody from the roster."""
    return _ALONG.get(measure, HOST) + (EXPERIENCE,)


class Person:
    def __init__(self, team, experience):
        self.team, self.experience, self.minimum = team, experience, 0
        self.agrees = self.leads = False
        self.cells = {}  # (dimension, slice, measure) -> value; the whole is there even if 0

    def whole(self, measure):
        return self.cells.get((0, 0, measure), 0)

    def active(self):
        return any(v > 0 for (d, _, _), v in self.cells.items() if d == 0)

    def along(self, dimension, measure):
        """slice -> value, complete: what is in no slice is in `other`, 0."""
        whole = self.whole(measure)
        if whole == 0:
            return {}
        if dimension == 0:
            return {0: whole}
        if dimension == EXPERIENCE:
            return {self.experience: whole}
        told = {s: v for (d, s, m), v in self.cells.items() if d == dimension and m == measure}
        rest = whole - sum(told.values())
        if rest:
            told[0] = told.get(0, 0) + rest
        return told


def split(rng, total, slices, few):
    """Divides a whole number unevenly among a few of the slices."""
    chosen = rng.sample(slices, min(len(slices), few))
    out = {}
    for i, s in enumerate(chosen):
        part = total if i == len(chosen) - 1 else int(total * rng.random() ** 1.5)
        total -= part
        if part:
            out[s] = out.get(s, 0) + part
    return out


def person(rng, team, habits):
    p = Person(team, rng.randint(0, 4))
    if rng.random() < 0.1:
        return p  # a week of leave
    pace = rng.lognormvariate(0, 0.7)
    covers = set(MEASURES)
    if rng.random() < 0.1:
        covers -= {"cost", "web_searches"}  # an assistant that reports no tokens
    own = {d: rng.sample(habits[d], min(len(habits[d]), rng.choice((1, 1, 2, 3, 5)))) for d in SLICES}
    for m in sorted(covers):
        value = min(CLAMP[m], int(SCALE[m] * pace * rng.lognormvariate(0, 0.5)))
        if SCALE[m] < 10 and rng.random() < 0.5:
            value = 0
        p.cells[(0, 0, m)] = value
        for d in MEASURES[m]:
            told = value - (int(value * 0.2) if rng.random() < 0.1 else 0)
            for s, v in split(rng, told, own[d], 5).items():
                p.cells[(d, s, m)] = v
    return p


def organisation(seed, teams=None, sizes=None):
    rng = random.Random(seed)
    people, roster = [], []
    for team in range(teams or rng.randint(2, 9)):
        size = (sizes or (lambda r: r.choice((1, 2, 3, 3, 4, 5, 6, 7, 8, 10, 13))))(rng)
        roster.append(size)
        # The slices that the members of a team have in common.
        habits = {d: sorted({rng.randrange(2, n + 2) for _ in range(rng.choice((2, 3, 4)))}) for d, n in SLICES.items()}
        people += [person(rng, team, habits) for _ in range(size)]
    rng.shuffle(people)
    return people, roster


class Driver:
    """The driver as a process that publishes one world after another."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def publish(self, people, roster, minimum=3, seats=()):
        lines = [f"world {minimum} {len(roster)} " + " ".join(map(str, roster))]
        for p in people:
            lines.append(f"person {p.team} {p.experience} {p.minimum}")
            lines += ["agrees"] * p.agrees + ["leads"] * p.leads
            lines += [f"cell {d} {s} {m} {v}" for (d, s, m), v in sorted(p.cells.items()) if v or d == 0]
        lines += [f"seat {a} {b} {c}" for a, b, c in seats]
        self.process.stdin.write("\n".join(lines) + "\nend\n")
        self.process.stdin.flush()
        published = Published()
        while True:
            line = self.process.stdout.readline().split()
            if not line:
                raise RuntimeError("the driver ended")
            if line[0] == "done":
                published.teams, published.pooled, published.dropped, published.took = map(int, line[1:])
                return published
            if line[0] == "view":
                who = people[int(line[2])]
                published.views.setdefault((int(line[1]), line[3]), {})[id(who)] = int(line[4])
                continue
            scope, d, s, m = int(line[1]), int(line[2]), int(line[3]), line[4]
            published.cells[(scope, d, s, m)] = (int(line[5]), int(line[6]), int(line[7]))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Published:
    def __init__(self):
        self.cells = {}  # (scope, dimension, slice, measure) -> (state, headcount band, value)
        self.views = {}  # (scope, measure) -> {id of a person: value}

    def scopes(self):
        return sorted({scope for scope, *_ in self.cells if scope != SCOPE_STATED})

    def named(self, scope, dimension):
        """The slices that have rows of their own, of any measure."""
        return {s for (c, d, s, _) in self.cells if c == scope and d == dimension}


def members(people, published, scope):
    """The people in a scope: those in the pool are the ones whose team has no rows."""
    own = set(published.scopes())
    active = [p for p in people if p.active()]
    return [p for p in active if p.team == scope or (scope == SCOPE_OTHER and p.team not in own)]


def row_of(p, dimension, slice_, measure, named):
    """What a person adds to a row: raw slices with their values."""
    along = p.along(dimension, measure)
    if dimension == 0:
        return along
    if slice_ == 0:
        return {s: v for s, v in along.items() if s == 0 or s not in named}
    return {s: v for s, v in along.items() if s == slice_}


def naive(people, roster, floor=3):
    """The weak publisher for controls: every cell of at least three people with its exact sum, smaller ones left out,
    nothing rolled up, pooled, audited or bucketed."""
    published = Published()
    for scope in range(len(roster)):
        team = [p for p in people if p.team == scope and p.active()]
        for m, dims in MEASURES.items():
            for d in (0,) + dims + (EXPERIENCE,):
                slices = {s for p in team for s in p.along(d, m)}
                for s in slices:
                    values = [p.along(d, m)[s] for p in team if p.along(d, m).get(s)]
                    if len(values) >= floor and (d == 0 or s):
                        published.cells[(scope, d, s, m)] = (VALUE, 1, sum(values))
    return published
