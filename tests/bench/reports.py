#!/usr/bin/env python3
"""Measures reports on a year of an organisation of 60 people in 10 teams, and how long generating that year takes.

    python3 tests/bench/reports.py PROGRAM [--weeks 52] [--runs 7]

Whole processes, from start to file. Prints medians and ranges. Timed numbers decide no test.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time


def timed(command):
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = pathlib.Path(folder) / "demo"
        made = timed([options.program, "demo", str(demo), "--weeks", str(options.weeks), "--until", "2026-12-27", "--quiet"])
        files = sorted(map(str, demo.glob("*.release")))
        commands = {"executive, quarter": ["report", "executive", "--store", str(demo / "acme.db"), "--period", "quarter"],
                    "executive, month": ["report", "executive", "--store", str(demo / "acme.db"), "--period", "month"],
                    "research, quarter": ["report", "research", "--store", str(demo / "acme.db"), "--period", "quarter"],
                    f"executive, from {len(files)} release files": ["report", "executive", *files, "--period", "quarter"],
                    "weekly mail": ["mail", "--store", str(demo / "acme.db")]}
        print(f"| {options.weeks} weeks of 60 people | median | range |\n| --- | ---: | ---: |")
        print(f"| the demo: {options.weeks * 60} bundles, {options.weeks} weeks published, all pages | {made:.1f} s | one run |")
        for name, words in commands.items():
            times = [timed([options.program, *words, "--output", str(demo / "out")]) for _ in range(options.runs)]
            print(f"| {name} | {statistics.median(times) * 1000:.0f} ms | {min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
