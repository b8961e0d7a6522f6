"""How long publishing a week of 500 members takes, in teams of several sizes. Decides no test.

    bench_publish.py DRIVER
"""
import sys

import worlds


def main():
    driver = worlds.Driver(sys.argv[1])
    for teams, size in ((100, 5), (50, 10), (10, 50), (1, 500)):
        people, roster = worlds.organisation(1, teams=teams, sizes=lambda _, n=size: n)
        times = sorted(driver.publish(people, roster).took for _ in range(5))
        print(f"500 members in {teams} teams of {size}: {times[2] / 1e6:.3f} s (median of 5)")
    driver.close()


if __name__ == "__main__":
    main()
