"""Usefulness: how much privacy leaves visible. 60 members in 10 teams, of whom some are on leave in a week.

Over 200 weeks, at least 95 % of the teams with 3 or more active members must be published, and the organisation's sums
must cover at least 95 % of the active members. Also prints how many numbers are exact, and how far the organisation's
sums are from the true ones. Published by the driver; expected numbers are counted in worlds.py.

    test_usefulness.py DRIVER
"""
import random
import sys

import worlds

SIZES = (3, 4, 5, 5, 6, 6, 7, 7, 8, 9)  # 60 members
DENSE = ("sessions", "prompts", "active_time", "tool_ok", "lines_added")


def week(seed):
    sizes = iter(SIZES)
    rng = random.Random(seed)
    people, roster = worlds.organisation(seed, teams=len(SIZES), sizes=lambda _: next(sizes))
    rng.shuffle(people)
    return people, roster


def main():
    driver = worlds.Driver(sys.argv[1])
    teams = shown = active = covered = cells = exact = 0
    wholes = whole_exact = 0
    errors = []
    for seed in range(200):
        people, roster = week(seed)
        published = driver.publish(people, roster)
        there = [p for p in people if p.active()]
        counts = [sum(p.team == t for p in there) for t in range(len(roster))]
        teams += sum(n >= 3 for n in counts)
        shown += sum(n >= 3 and (t, 0, 0, "prompts") in published.cells for t, n in enumerate(counts))
        active += len(there)
        covered += sum(len(worlds.members(people, published, s)) for s in published.scopes())
        for (scope, d, _, m), (state, _, _) in published.cells.items():
            if m in worlds.MEASURES and state & worlds.STATE != worlds.UNCOVERED:
                cells += 1
                exact += state & worlds.STATE == worlds.VALUE
                if d == 0 and m in DENSE:
                    wholes += 1
                    whole_exact += state & worlds.STATE == worlds.VALUE
        for m in DENSE:
            true = sum(p.whole(m) for p in there)
            told = sum(v for (_, d, _, x), (s, _, v) in published.cells.items()
                       if d == 0 and x == m and s & worlds.STATE == worlds.VALUE)
            errors.append(abs(told - true) / true)
    driver.close()
    errors.sort()
    print(f"teams of 3 active members published: {shown} of {teams} ({shown / teams:.1%})")
    print(f"active members in the organisation's sums: {covered} of {active} ({covered / active:.1%})")
    print(f"numbers: {cells}, {exact / cells:.0%} exact but for rounding; of a team's sums of the common measures "
          f"{whole_exact / wholes:.0%}")
    print(f"the organisation's sum without buckets is off by {errors[len(errors) // 2]:.1%} in the median")
    sys.exit(0 if shown >= 0.95 * teams and covered >= 0.95 * active else 1)


if __name__ == "__main__":
    main()
