#!/usr/bin/env python3
"""Oracle for the statistics: computes them from their definitions, by enumeration and with exact fractions where that
is possible. Shares no code with metrics/stats.c. Prints lines "name arguments = values" for tests/unit/test_stats.c."""
import itertools
import math
import random
import sys
from fractions import Fraction
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)


def show(name, arguments, values):
    print(name, *arguments, "=", *(repr(float(v)) for v in values))


# ------------------------------------------------------------------------------ distributions

def student_p(t, df):
    """Abramowitz & Stegun 26.7.3 and 26.7.4: closed forms for whole degrees of freedom."""
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    if df == 1:
        return 1 - 2 * angle / math.pi
    term, total = (cosine, cosine) if df % 2 else (1.0, 1.0)
    for i in range(3 if df % 2 else 2, df - 1, 2):
        term *= cosine * cosine * (i - 1) / i
        total += term
    return 1 - (2 / math.pi * (angle + sine * total) if df % 2 else sine * total)


def critical(df):
    low, high = 0.0, 20.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_p(middle, df) > 0.05 else (low, middle)
    return high


# ----------------------------------------------------------------------------------- intervals

def wilson(share, n, z):
    """The bounds are the p where |share - p| = z sqrt(p (1 - p) / n): a quadratic equation in p."""
    a, b, c = 1 + z * z / n, -(2 * share + z * z / n), share * share
    root = math.sqrt(max(0.0, b * b - 4 * a * c))
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def add_squares(a, b, ends_a, ends_b, r=0.0):
    def far(x, y):
        return math.sqrt(max(0.0, x * x - 2 * r * x * y + y * y))
    d = a - b
    return d - far(a - ends_a[0], ends_b[1] - b), d + far(ends_a[1] - a, b - ends_b[0])


def rank_of(probabilities):
    total, r = Fraction(0), 0
    for p in probabilities:
        if total + p > Fraction(1, 40):
            break
        total += p
        r += 1
    return r


def median(values):
    n = len(values)
    r = rank_of([Fraction(math.comb(n, k), 2 ** n) for k in range(n + 1)])
    ordered = sorted(values)
    return ordered[(n - 1) // 2], ordered[r - 1], ordered[n - r]


def tails(ways, at):
    total = sum(ways)
    below, above = Fraction(sum(ways[:at + 1]), total), Fraction(sum(ways[at:]), total)
    return float(min(1, 2 * min(below, above)))


def middle_of(ordered):
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def slope_ways(n):
    ways = [0] * (n * (n - 1) // 2 + 1)
    for order in itertools.permutations(range(n)):
        ways[sum(a > b for a, b in itertools.combinations(order, 2))] += 1
    return ways


def slope(values, ways):
    pairs = list(itertools.combinations(range(len(values)), 2))
    slopes = sorted((values[b] - values[a]) / (b - a) for a, b in pairs)
    r = rank_of([Fraction(w, sum(ways)) for w in ways])
    falling = sum(values[b] < values[a] for a, b in pairs)
    return middle_of(slopes), slopes[r - 1], slopes[-r], tails(ways, falling)


# ------------------------------------------------------------------------------------ clusters

def kish(values):
    return sum(values) ** 2 / sum(v * v for v in values)


def without(items, i):
    return items[:i] + items[i + 1:]


def share(clusters):
    return sum(t for t, _ in clusters) / sum(b for _, b in clusters)


def jackknife(clusters, statistic, n):
    whole = statistic(clusters)
    offs = [statistic(without(clusters, i)) - whole for i in range(len(clusters))]
    return sum(o * o for o in offs) * (n - 1) / n, offs


def events(clusters, variance):
    p, n = share(clusters), sum(b for _, b in clusters)
    return min(n, p * (1 - p) / variance) if variance > 0 else n


def cluster_share(clusters):
    """The share and its interval. Where hits or misses are in fewer than four clusters of even weight, each cluster
    counts as one event; else the fewer of the two limit the degrees of freedom."""
    of_events = kish([b for _, b in clusters])
    outcomes = [[t for t, _ in clusters], [b - t for t, b in clusters]]
    telling = min(kish(w) if any(w) else 0 for w in outcomes)
    n = events(clusters, jackknife(clusters, share, len(clusters))[0])
    if telling < 4:
        return share(clusters), *wilson(share(clusters), min(n, of_events), critical(math.floor(of_events) - 1))
    return share(clusters), *wilson(share(clusters), n, critical(math.floor(min(of_events, telling)) - 1))


def events_of(mine, variance, other, other_variance):
    """The effective number of events of a side. If its clusters are all alike, the correlation rho within clusters is
    taken from the other side, whose design effect is 1 + (m - 1) rho with m the size of the cluster of a random event."""
    def size(side):
        return sum(n * n for _, n in side) / sum(n for _, n in side)
    if variance > 0:
        return events(mine, variance)
    effect = sum(n for _, n in other) / events(other, other_variance)
    rho = min(1.0, (effect - 1) / (size(other) - 1)) if size(other) > 1 else 0.0
    return sum(n for _, n in mine) / (1 + (size(mine) - 1) * rho)


def cluster_shares(pairs):
    """The comparison of two sides, or None if one of the sides, the hits or the misses are in fewer than four clusters
    of even weight."""
    a, b = [p[:2] for p in pairs], [p[2:] for p in pairs]
    used = [[c for c in side if c[1]] for side in (a, b)]
    weights = [[n for _, n in side] for side in used]
    weights += [[p[0] + p[2] for p in pairs], [p[1] + p[3] - p[0] - p[2] for p in pairs]]
    clusters = min(kish(w) if any(w) else 0 for w in weights)
    if clusters < 4:
        return None
    df = math.floor(clusters) - 1
    variance_a, off_a = jackknife(a, share, len(used[0]))
    variance_b, off_b = jackknife(b, share, len(used[1]))
    events_a, events_b = events_of(a, variance_a, b, variance_b), events_of(b, variance_b, a, variance_a)
    n = sum(1 for p in pairs if p[1] or p[3])
    both = sum(x * y for x, y in zip(off_a, off_b)) * (n - 1) / n
    r = max(-1.0, min(0.9, both / math.sqrt(variance_a * variance_b))) if variance_a and variance_b else 0

    def ends(z):
        return add_squares(share(a), share(b), wilson(share(a), events_a, z), wilson(share(b), events_b, z), r)
    low, high = 0.0, 64.0
    for _ in range(100):
        z = (low + high) / 2
        apart = ends(z)[0] > 0 or ends(z)[1] < 0
        low, high = (z, high) if apart else (low, z)
    return (share(a) - share(b), *ends(critical(df)), student_p(low, df))


def cluster_ratios(pairs):
    def log_ratio(items):
        a, b = [p[:2] for p in items], [p[2:] for p in items]
        return math.log(share(a) / share(b))
    columns = [[p[i] for p in pairs if p[i]] for i in range(4)]
    df = math.floor(min(kish(c) for c in columns)) - 1
    variance, _ = jackknife(pairs, log_ratio, len(pairs))
    value, half = log_ratio(pairs), critical(df) * math.sqrt(variance)
    p = student_p(abs(value) / math.sqrt(variance), df)
    return math.exp(value), math.exp(value - half), math.exp(value + half), p


# ------------------------------------------------------------------------------- several tests

def benjamini_hochberg(p):
    """p_i adjusted: the smallest q at which the procedure of the paper rejects hypothesis i."""
    n = len(p)
    return [min(n * t / sum(x <= t for x in p) for t in p if t >= mine) for mine in p]


def holm(p):
    """The smallest level at which stepping down from the smallest p reaches hypothesis i."""
    n = len(p)
    return [min(1.0, max((n - sum(x < t for x in p)) * t for t in p if t <= mine)) for mine in p]


def main():
    seed = random.Random(1)
    for z in (0, 0.1, 1, 1.96, 2.5, 2.999, 3, 4, 6, 10, 20):
        show("normal", [z], [math.erfc(z / math.sqrt(2))])
    for df in (1, 2, 3, 4, 7, 10, 29, 30, 101, 500):
        for t in (0, 0.5, 1, 2, 3, 5):
            show("student", [t, df], [student_p(t, df)])
        show("critical", [df], [critical(df)])
    for x in (1e-300, 0.001, 0.5, 0.7, 0.72, 1, 1.5, 2, 10, 12345.678, 1e300):
        show("log", [x], [math.log(x)])
    for x in (-700, -20, -1, -1e-9, 0, 0.3, 0.36, 1, 5, 100, 700):
        show("exp", [x], [math.exp(x)])
    for n in (1, 5, 29, 148, 1000, 10 ** 12):
        for hits in sorted({0, 1, n // 3, n}):
            show("wilson", [hits, n], [hits / n, *wilson(hits / n, n, Z)])
    for n in (6, 7, 10, 33, 100, 400):
        values = [seed.randint(0, 50 if n == 10 else 10 ** 9) for _ in range(n)]
        show("median", values, median(values))
    for n in (5, 6, 8):
        ways = slope_ways(n)
        for rise in (0, 30, -200):
            values = [seed.random() * 100 + rise * i for i in range(n)]
            show("slope", [repr(v) for v in values], slope(values, ways))
    for n in (6, 12, 40):
        for most in (3, 20, 200):
            clusters = [(seed.randint(0, b), b) for b in (seed.randint(most // 3 + 1, most) for _ in range(n))]
            rare_hits = [(t if i < 2 else 0, b) for i, (t, b) in enumerate(clusters)]
            for case in (clusters, rare_hits, [(b - t, b) for t, b in rare_hits],
                         [(0, b) for _, b in clusters], [(b, b) for _, b in clusters]):
                show("cluster_share", itertools.chain(*case), cluster_share(case))
            pairs = [(seed.randint(0, b), b, seed.randint(0, c // 2), c)
                     for b, c in ((seed.randint(most // 3 + 1, most), seed.randint(most // 3 + 1, most))
                                  for _ in range(n))]
            pairs[0] = (*pairs[0][:2], 0, 0)
            rare = [(h if i % 3 else 0, m, 0, c) for i, (h, m, _, c) in enumerate(pairs)]  # hits on one side only
            rarest = [(h if i < 2 else 0, m, 0, c) for i, (h, m, _, c) in enumerate(pairs)]
            swapped = [p[2:] + p[:2] for p in rare]
            for case in (pairs, rare, rarest, swapped, [(m, m, 0, c) for _, m, _, c in pairs]):
                show("cluster_shares", itertools.chain(*case), cluster_shares(case) or ())
            pairs = [tuple(seed.randint(most * 10, most * 30) for _ in range(4)) for _ in range(n)]
            show("cluster_ratios", itertools.chain(*pairs), cluster_ratios(pairs))
    for n in (1, 2, 5, 30):
        p = [round(seed.random() ** 3, 3) for _ in range(n)]
        show("bh", p, benjamini_hochberg(p))
        show("holm", p, holm(p))


if __name__ == "__main__":
    sys.exit(main())
