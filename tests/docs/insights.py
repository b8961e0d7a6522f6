#!/usr/bin/env python3
"""Keeps the table of kinds in docs/insights.md equal to the catalogue of the built library.

    python3 tests/docs/insights.py [--root DIR] [--write] BPT

BPT is the built tests/tool/bpt, which prints bp_catalog "insights". The table is between the lines <!-- kinds --> and
<!-- end of kinds -->. --write replaces it; without it a difference fails.
"""
import argparse
import difflib
import json
import os
import shlex
import subprocess
import sys

PAGE = "docs/insights.md"
FIRST, LAST = "<!-- kinds -->\n", "<!-- end of kinds -->\n"
CONTRASTS = ("one beside the rest", "with and without", "the four weeks before", "share of all", "twelve weeks")


def table(kinds):
    lines = []
    for contrast in CONTRASTS:
        lines += [f"**{contrast[0].upper()}{contrast[1:]}**", "", "| insight | metric | by | test | told when | says |",
                  "| --- | --- | --- | --- | --- | --- |"]
        for kind in kinds:
            if kind["contrast"] != contrast:
                continue
            sides = [side for side in ("higher", "lower") if kind[side]]
            said = " / ".join(kind[side] for side in sides)
            by = f"`{kind['by']}`" if kind["by"] else ""
            lines.append(f"| `{kind['insight']}` | `{kind['metric']}` | {by} | {kind['test']} | {' or '.join(sides)} | "
                         f"{said} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(here, "..", ".."))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("bpt")
    options = parser.parse_args()
    said = subprocess.run([options.bpt, "catalog", "insights", "json"], stdout=subprocess.PIPE, check=True).stdout
    kinds = json.loads(said)["rows"]
    if any(kind["contrast"] not in CONTRASTS for kind in kinds):
        print("a contrast has no place in the page")
        return 1
    path = os.path.join(options.root, PAGE)
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(FIRST)
    found, after = rest.split(LAST)
    made = table(kinds)
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + FIRST + made + LAST + after)
        return 0
    for line in difflib.unified_diff(found.splitlines(), made.splitlines(), PAGE, "library", lineterm=""):
        print(line)
    if found != made:
        again = shlex.join(["python3", os.path.abspath(__file__), "--write", os.path.abspath(options.bpt)])
        print(f"{PAGE} differs: {again}")
    return found != made


if __name__ == "__main__":
    sys.exit(main())
