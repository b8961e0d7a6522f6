"""Exhaustive differencing: does any combination of what is published tell the exact number of fewer
than k people? Random organisations; all numbers of a week are equations; the rank of the equations
falls when a group's unknowns are taken out if and only if the group is isolated.

The attacker knows who is on which team, who did anything in which slice, and every published number
as if it were not rounded. Groups of every k-1 people are tried, which holds for all smaller ones.
An insider is a member of the group who knows the own numbers: a group of the insider and one other
is one of those tried. Controls: a publisher that only counts to three, and the true one without some
of its rules.

    test_differencing.py DRIVER WITHOUT_RULES WITHOUT_AUDIT
    BLUEPLANE_LONG=1: 1,000 organisations, else 60
"""
import itertools
import math
import os
import random
import sys

import worlds

PRIME = 2**521 - 1  # greater than any minor that can occur: asserted in isolated()


def unknowns(p, measure, dims):
    """Coordinates of one person: raw slices of each dimension as combinations of free unknowns. The
    slices of every dimension add up to the same, so of all but the first the last follows."""
    out, base = {}, None
    for d in dims:
        slices = sorted(p.along(d, measure))
        if not slices:
            continue
        free = slices if base is None else slices[:-1]
        for s in free:
            out[(d, s)] = {(d, s): 1}
        if base is None:
            base = {(d, s): 1 for s in slices}
        elif slices:
            last = dict(base)
            for s in free:
                last[(d, s)] = last.get((d, s), 0) - 1
            out[(d, slices[-1])] = last
    return out, base or {}


def equations(team, published, scope, measure):
    """Rows: person index -> {unknown: coefficient}. Only what is published exactly is an equation."""
    dims = [d for d in worlds.MEASURES[measure]] + [worlds.EXPERIENCE]
    coordinates = [unknowns(p, measure, dims) for p in team]
    rows = []
    for (c, d, s, m), (state, _, _) in published.cells.items():
        if c != scope or m != measure or state & worlds.STATE != worlds.VALUE:
            continue
        named = published.named(scope, d)
        row = {}
        for i, p in enumerate(team):
            add = {}
            for raw in worlds.row_of(p, d, s, measure, named):
                terms = coordinates[i][1] if d == 0 else coordinates[i][0][(d, raw)]
                for u, k in terms.items():
                    add[u] = add.get(u, 0) + k
            if any(add.values()):
                row[i] = add
        if row:
            rows.append(row)
    return rows


def columns(rows, people):
    """By person, the distinct columns of the matrix."""
    out = []
    for i in range(people):
        keys = sorted({u for row in rows for u in row.get(i, {})})
        out.append({tuple(row.get(i, {}).get(u, 0) for row in rows) for u in keys})
    return out


def rank(cols, enough=None):
    """Exact, as no minor is as great as the prime; stops when it is `enough`."""
    base = []
    for col in cols:
        v = list(col)
        for pivot, b in base:
            if v[pivot]:
                f = v[pivot]
                v = [(x - f * y) % PRIME for x, y in zip(v, b)]
        pivot = next((i for i, x in enumerate(v) if x), None)
        if pivot is not None:
            inverse = pow(v[pivot], -1, PRIME)
            base.append((pivot, [x * inverse % PRIME for x in v]))
            if len(base) == enough:
                break
    return len(base)


def isolated(team, published, scope, measure, k):
    """The groups of k-1 that can be told exactly; the first is enough for a verdict."""
    rows = equations(team, published, scope, measure)
    if not rows:
        return []
    cols = columns(rows, len(team))
    longest = max((sum(x * x for x in c) for cs in cols for c in cs), default=1)
    assert len(rows) * math.log2(max(longest, 2)) / 2 < 520, "the prime is too small to be exact"
    full = rank([c for cs in cols for c in sorted(cs)])
    there = [i for i in range(len(team)) if cols[i]]
    for group in itertools.combinations(there, min(k - 1, len(there))):
        rest = (c for i in there if i not in group for c in sorted(cols[i]))
        if rank(rest, full) < full:
            return [group]
    return []


def audit(people, published, k, first=False):
    """Number of (scope, measure) looked at, and those with an isolated group."""
    looked, broken = 0, []
    for scope in published.scopes():
        team = worlds.members(people, published, scope)
        for m in worlds.MEASURES:
            if not any(c == scope and x == m for (c, _, _, x) in published.cells):
                continue
            looked += 1
            if isolated(team, published, scope, m, k):
                broken.append((scope, m))
                if first:
                    return looked, broken
    return looked, broken


def agree(seed, people):
    """Of some organisations most agree to be seen alone, of others few; every team has up to two leads."""
    rng = random.Random(seed)
    share = rng.choice((0.3, 0.5, 0.7, 0.9, 1))
    leads = {}
    for p in people:
        p.agrees = rng.random() < share
        p.leads = leads.setdefault(p.team, 0) < 2 and rng.random() < 0.2
        leads[p.team] += p.leads


def told_alone(team, published, scope, measure, known):
    """Whether one person who is not known can be computed."""
    cols = columns(equations(team, published, scope, measure), len(team))
    unknown = [i for i in range(len(team)) if cols[i] and i not in known]
    full = rank([c for i in unknown for c in sorted(cols[i])])
    return any(rank([c for i in unknown if i != one for c in sorted(cols[i])], full) < full for one in unknown)


def audit_views(people, published, rule=True):
    """Systems with views, as each reader sees them: looked at, and those that tell one unknown person exactly. Without
    the rule everybody who agreed is shown."""
    looked = broken = 0
    for scope in published.scopes():
        team = worlds.members(people, published, scope)
        readers = [set()] + [{i} for i, p in enumerate(team) if p.leads]
        for m in worlds.MEASURES if scope >= 0 else ():
            views = published.views.get((scope, m), {})
            shown = {i for i, p in enumerate(team) if (id(p) in views if rule else p.agrees)}
            for reader in readers if shown else ():
                looked += 1
                broken += told_alone(team, published, scope, m, shown | reader)
    return looked, broken


def wrong_views(people, published):
    """Views of those who did not agree, of another team or with another number than the person's."""
    by_id = {id(p): p for p in people}
    return sum(not by_id[who].agrees or by_id[who].team != scope or by_id[who].whole(m) != value
               for (scope, m), views in published.views.items() if m in worlds.MEASURES
               for who, value in views.items())


def control(name, publish, count, least):
    """How many organisations a publisher without some rule gives away."""
    broken = there = 0
    for seed in range(count):
        people, roster = worlds.organisation(seed)
        published = publish(people, roster)
        if published.scopes():
            there += 1
            broken += bool(audit(people, published, 3, first=True)[1])
    print(f"control, {name}: {broken} of {there} organisations broken ({broken / there:.0%})")
    return broken >= least * there and broken > 0


def main():
    driver, no_rules, no_audit = map(worlds.Driver, sys.argv[1:4])
    count = 1000 if os.environ.get("BLUEPLANE_LONG") else 60
    looked = cells = exact = views = alone = alone_weak = alone_no_audit = wrong = shown = 0
    failures = []
    for seed in range(count):
        people, roster = worlds.organisation(seed)
        agree(seed, people)
        k = 5 if seed % 10 == 9 else 3
        published = driver.publish(people, roster, k)
        cells += len(published.cells)
        exact += sum(state & 3 == 0 for state, _, _ in published.cells.values())
        n, broken = audit(people, published, k)
        looked += n
        failures += [(seed, b) for b in broken]
        if k == 3 and seed < 200:
            n, bad = audit_views(people, published)
            views, alone, wrong = views + n, alone + bad, wrong + wrong_views(people, published)
            shown += sum(map(len, published.views.values()))
            alone_weak += audit_views(people, published, rule=False)[1]
            alone_no_audit += audit_views(people, no_audit.publish(people, roster, k))[1]
    print(f"{count} organisations, {cells} published cells, {exact} exact, {looked} systems of equations: "
          f"{len(failures)} with a group below k isolated")
    for failure in failures[:10]:
        print("isolated:", failure)
    print(f"with {shown} numbers of those who agreed: {views} systems, {alone} tell one unknown person, {wrong} are wrong; "
          f"controls, whoever agreed: {alone_weak}, no audit: {alone_no_audit}")
    good = not failures and exact > 0 and views > 0 and not alone and not wrong
    good &= shown > 0 and alone_weak > 0 and alone_no_audit > 0
    few = count // 4
    good &= control("counting to three only", worlds.naive, few, 0.9)
    good &= control("slices rolled up, but neither dominance nor audit", no_rules.publish, few, 0.9)
    good &= control("no audit", no_audit.publish, few, 0)
    for d in (driver, no_rules, no_audit):
        d.close()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
