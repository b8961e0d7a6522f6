"""Differencing of publication alone: does any combination of a week's cells reveal the exact numbers of fewer than k
people, or, with the views of those who agreed, of one? Random organisations (worlds.py) are published by
privacy/publication.c through a driver, which makes many and unusual ones cheap, and attacked by attack.py;
test_organisations.py does the same through the public interface. Controls that must be broken: a publisher that only
counts to three, and the real one without some of its rules.

    test_differencing.py DRIVER WITHOUT_RULES WITHOUT_AUDIT
    BLUEPLANE_LONG=1: 1,000 organisations, else 60
"""
import os
import random
import sys

import worlds
from attack import isolated, told_alone


def audit(people, published, k, first=False):
    """The number of (scope, measure) examined, and those with an isolated group."""
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
    """In some organisations most agree to be seen by their lead, in others few; every team has up to two leads."""
    rng = random.Random(seed)
    share = rng.choice((0.3, 0.5, 0.7, 0.9, 1))
    leads = {}
    for p in people:
        p.agrees = rng.random() < share
        p.leads = leads.setdefault(p.team, 0) < 2 and rng.random() < 0.2
        leads[p.team] += p.leads


def audit_views(people, published, rule=True):
    """The number of systems with views examined, as each reader sees them, and how many reveal one unknown person
    exactly. Without the rule everybody who agreed is shown."""
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
    """The number of views of people who did not agree, of another team, or with a wrong number."""
    by_id = {id(p): p for p in people}
    return sum(not by_id[who].agrees or by_id[who].team != scope or by_id[who].whole(m) != value
               for (scope, m), views in published.views.items() if m in worlds.MEASURES
               for who, value in views.items())


def control(name, publish, count, least):
    """Whether a publisher without some rule gives away at least a share `least` of the organisations; prints how
    many."""
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
    print(f"with {shown} numbers of those who agreed: {views} systems, {alone} reveal one unknown person, {wrong} are wrong; "
          f"controls, everybody who agreed: {alone_weak}, no audit: {alone_no_audit}")
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
