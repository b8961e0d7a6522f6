"""The attack of the privacy tests: whom the published numbers of a week reveal exactly, decided by ranks of matrices.

Every published number is a linear equation in what each person did in each slice. A group is isolated (its numbers can
be computed) if and only if the rank falls by the group's number of unknowns when their columns are taken out. The
attacker knows who is on which team, who did anything in which slice, and every published number as if it were not
rounded. All groups of k-1 people are tried, which covers all smaller ones. An insider is a member of a group who knows
the own numbers, so a group of the insider and one other is among those tried. A lead also knows all numbers of the
people whose views the lead sees.
"""
import functools
import itertools
import math

import worlds

PRIMES = [2**n - 1 for n in (61, 127, 521)]  # the smallest one that is greater than any possible minor is used


def unknowns(p, measure, dims):
    """Coordinates of one person: the raw slices of each dimension as combinations of free unknowns. The slices of every
    dimension have the same sum, so in all dimensions but the first the last slice follows from the others."""
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
    """Rows: person index -> {unknown: coefficient}. Only numbers that are published exactly give an equation."""
    dims = worlds.along(measure)
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


def prime_for(cols, rows):
    """A prime greater than every minor, by Hadamard: a minor is at most the product of the lengths of its columns."""
    longest = max((sum(x * x for x in c) for cs in cols for c in cs), default=1)
    bits = rows * math.log2(max(longest, 2)) / 2
    return next(p for p in PRIMES if p.bit_length() - 1 > bits)


def rank(cols, prime, enough=None):
    """The exact rank, because no minor is as great as the prime; stops when it reaches `enough`."""
    base = []
    for col in cols:
        v = list(col)
        for pivot, b in base:
            if v[pivot]:
                f = v[pivot]
                v = [(x - f * y) % prime for x, y in zip(v, b)]
        pivot = next((i for i, x in enumerate(v) if x), None)
        if pivot is not None:
            inverse = pow(v[pivot], -1, prime)
            base.append((pivot, [x * inverse % prime for x in v]))
            if len(base) == enough:
                break
    return len(base)


def isolated(team, published, scope, measure, k):
    """The groups of k-1 people that are isolated; at most the first, which decides."""
    rows = equations(team, published, scope, measure)
    return first_isolated(tuple(tuple(sorted(c)) for c in columns(rows, len(team))), len(rows), k) if rows else []


@functools.lru_cache(maxsize=4096)  # several measures often have the same matrix
def first_isolated(cols, rows, k):
    prime = prime_for(cols, rows)
    full = rank([c for cs in cols for c in cs], prime)
    there = [i for i in range(len(cols)) if cols[i]]
    for group in itertools.combinations(there, min(k - 1, len(there))):
        if rank((c for i in there if i not in group for c in cols[i]), prime, full) < full:
            return [group]
    return []


def told_alone(team, published, scope, measure, known):
    """Whether the number of one person outside `known` can be computed."""
    rows = equations(team, published, scope, measure)
    cols = columns(rows, len(team))
    return bool(first_isolated(tuple(() if i in known else tuple(sorted(c)) for i, c in enumerate(cols)), len(rows), 2))
