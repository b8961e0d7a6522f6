"""Measures how long publishing a week of 500 members takes: only the computation, in teams of several sizes, and
bp_publish as a steward calls it, with 500 bundles in the store. A benchmark; it decides no test.

    bench_publish.py DRIVER LIBRARY
"""
import pathlib
import random
import sys
import tempfile

import test_organisations as organisations
import worlds
from library import Library

PEOPLE = 500


def through_the_interface(path, teams):
    """Seconds that one bp_publish takes."""
    with tempfile.TemporaryDirectory() as folder:
        steward = organisations.Steward(Library(path), pathlib.Path(folder), random.Random(1), 0, [PEOPLE // teams] * teams)
        steward.library.now = organisations.noon(organisations.WEEKS[0])
        steward.found()
        steward.week(organisations.WEEKS[0], [])
        return steward.took


def main():
    driver = worlds.Driver(sys.argv[1])
    for teams, size in ((100, 5), (50, 10), (10, 50), (1, 500)):
        people, roster = worlds.organisation(1, teams=teams, sizes=lambda _, n=size: n)
        times = sorted(driver.publish(people, roster).took for _ in range(5))
        print(f"{PEOPLE} members in {teams} teams of {size}: {times[2] / 1e6:.3f} s (median of 5)")
    driver.close()
    for teams in (50, 1):
        print(f"bp_publish of {PEOPLE} bundles in {teams} teams: {through_the_interface(sys.argv[2], teams):.3f} s")


if __name__ == "__main__":
    main()
