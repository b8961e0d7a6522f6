"""Interval audit: how closely do the published numbers bound a member's number?

A published number stands for a range: what rounds to it, or its bucket. All numbers of a week together bound what each
member did; the least and greatest possible values are computed by linear programming (simplex.c). The attacker knows
who did anything in which slice, and as an insider the own numbers. For every member and measure the range must be at
least 10 % of the true number wide. Control: the real publisher without its rules.

    test_interval.py DRIVER WITHOUT_RULES SOLVER      BLUEPLANE_LONG=1: 1,000 organisations, else 12
"""
import os
import subprocess
import sys

import worlds

LEAST = {1: 3, 2: 5, 3: 10, 4: 20, 5: 50}


def bounds(state, band, value):
    """The least and greatest number that is published as this."""
    if state & worlds.STATE == worlds.BUCKET:
        if value < 10:
            return 0, 9
        ten = 10 ** (len(str(value)) - 1)
        return value, {1: 2, 2: 5, 5: 10}[value // ten] * ten - 1
    unit = 1
    while value // unit >= (100 if LEAST[band] < 5 else 1000):
        unit *= 10
    return value - unit // 2, value + unit // 2


class Solver:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.programs = 0

    def ranges(self, variables, rows, sums):
        """Least and greatest value of each sum, or None if infeasible. rows: (low, high, {variable: coefficient});
        sums: lists of variables."""
        self.programs += 1
        lines = [f"program {variables}"]
        for low, high, terms in rows:
            lines.append(f"row {low!r} {high!r} {len(terms)} " + " ".join(f"{v} {c}" for v, c in sorted(terms.items())))
        lines += [f"sum {len(s)} " + " ".join(map(str, s)) for s in sums]
        self.process.stdin.write("\n".join(lines) + "\nend\n")
        self.process.stdin.flush()
        out = []
        for _ in sums:
            line = self.process.stdout.readline().split()
            if line == ["infeasible"]:
                return None
            if len(line) != 2:
                raise RuntimeError("the solver ended")
            out.append((float(line[0]), float(line[1])))
        return out

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def system(team, published, scope, measure, insider=None):
    """Variables, rows and each member's sum; numbers in units of the greatest one."""
    dims = list(worlds.MEASURES[measure]) + [worlds.EXPERIENCE]
    number, rows, sums, owner = {}, [], [], []
    scale = max(p.whole(measure) for p in team)
    for i, p in enumerate(team):
        whole = p.whole(measure)
        if not whole:
            sums.append(None)
            continue
        along = {d: p.along(d, measure) for d in dims}
        for d in dims:
            for s in along[d]:
                number[(i, d, s)] = len(number)
                owner.append(i)
        sums.append([number[(i, dims[0], s)] for s in along[dims[0]]])
        for d in dims[1:]:
            terms = {v: 1 for v in sums[i]}
            for s in along[d]:
                terms[number[(i, d, s)]] = -1
            rows.append((0.0, 0.0, terms))
        if insider == i:
            for d in dims:
                for s, v in along[d].items():
                    rows.append((v / scale, v / scale, {number[(i, d, s)]: 1}))
    for (c, d, s, m), (state, band, value) in published.cells.items():
        if c != scope or m != measure or state & worlds.STATE == worlds.UNCOVERED:
            continue
        named, terms = published.named(scope, d), {}
        for i, p in enumerate(team):
            if sums[i] is None:
                continue
            if d == 0:
                terms.update({v: 1 for v in sums[i]})
            else:
                terms.update({number[(i, d, raw)]: 1 for raw in worlds.row_of(p, d, s, measure, named)})
        low, high = bounds(state, band, value)
        if terms:
            rows.append((max(0, low) / scale, high / scale + (1e-9 if low == high else 0), terms))
    return len(number), rows, sums, scale


def narrowest(solver, team, published, scope, measure, insider=None):
    """The smallest relative width over the members, as (width, member)."""
    variables, rows, sums, scale = system(team, published, scope, measure, insider)
    asked = [i for i, s in enumerate(sums) if s and i != insider]
    if not asked:
        return 9.0, None
    found = solver.ranges(variables, rows, [sums[i] for i in asked])
    if found is None:
        raise RuntimeError(f"what is published of {measure} contradicts itself")
    widths = []
    for i, (low, high) in zip(asked, found):
        true = team[i].whole(measure) / scale
        assert low - 1e-6 <= true <= high + 1e-6, (low, true, high)
        widths.append(((high - low) / true, i))
    return min(widths)


def look(solver, people, published, insiders):
    """For every (scope, measure), the smallest width for an outsider and for some insiders."""
    out = []
    for scope in published.scopes():
        team = worlds.members(people, published, scope)
        for n, m in enumerate(worlds.MEASURES):
            if not any(p.whole(m) for p in team):
                continue
            who = [None] + [i for i in range(len(team)) if insiders or i == n % len(team)]
            for insider in who:
                width, member = narrowest(solver, team, published, scope, m, insider)
                out.append((width, scope, m, insider, member))
    return out


def main():
    driver, weak, solver = worlds.Driver(sys.argv[1]), worlds.Driver(sys.argv[2]), Solver(sys.argv[3])
    long_run = bool(os.environ.get("BLUEPLANE_LONG"))
    count = 1000 if long_run else 12
    looked, narrow, least = 0, [], 9.0
    for seed in range(count):
        people, roster = worlds.organisation(seed)
        published = driver.publish(people, roster)
        for width, *where in look(solver, people, published, insiders=seed % 10 == 0):
            looked += 1
            least = min(least, width)
            if width < 0.1:
                narrow.append((round(width, 4), seed, *where))
    print(f"{count} organisations, {looked} audits, {solver.programs} linear programs: narrowest range {least:.0%} "
          f"of a member's number, {len(narrow)} narrower than 10 %")
    for one in sorted(narrow, key=str)[:10]:
        print("narrow: width, organisation, scope, measure, insider, member:", one)
    broken = few = 0
    for seed in range(10):
        people, roster = worlds.organisation(seed)
        published = weak.publish(people, roster)
        if published.scopes():
            few += 1
            broken += any(w < 0.1 for w, *_ in look(solver, people, published, insiders=False))
    print(f"control, neither dominance nor audit: {broken} of {few} organisations have a narrower one")
    for process in (driver, weak, solver):
        process.close()
    sys.exit(0 if not narrow and looked and broken >= 0.9 * few else 1)


if __name__ == "__main__":
    main()
