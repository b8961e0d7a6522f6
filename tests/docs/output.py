#!/usr/bin/env python3
"""Keeps the output shown in README.md equal to what the built program prints on sample data.

    python3 tests/docs/output.py [--root DIR] [--write] PROGRAM

The block between the lines <!-- output --> and <!-- end of output --> holds the commands and what they print. The
sample data ends on a fixed day and the commands name that day, so every machine prints the same. --write replaces
the block; without it a difference fails.
"""
import argparse
import difflib
import os
import subprocess
import sys
import tempfile

DAY = "2026-03-27"
COMMANDS = ("sync", f"stats --date {DAY}", f"stats week --date {DAY}")
FIRST, LAST = "<!-- output -->\n", "<!-- end of output -->\n"


def run(root, program):
    """The block: each command and its output."""
    with tempfile.TemporaryDirectory() as home:
        sample = os.path.join(root, "examples", "sample", "sample.py")
        subprocess.run([sys.executable, "-B", sample, "--out", home, "--until", DAY, "--quiet"], check=True)
        environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        parts = []
        for command in COMMANDS:
            done = subprocess.run([program, *command.split()], env=environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
            parts.append(f"$ blueplane {command}\n" + done.stdout.decode("utf-8").rstrip("\n") + "\n")
        return "```text\n" + "\n".join(parts) + "```\n"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("program")
    options = parser.parse_args()
    path = os.path.join(options.root, "README.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(FIRST) != 1 or text.count(LAST) != 1:
        print("README.md has no place for the program's output")
        return 1
    before, rest = text.split(FIRST)
    found, after = rest.split(LAST)
    made = run(options.root, os.path.abspath(options.program))
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before + FIRST + made + LAST + after)
        return 0
    for line in difflib.unified_diff(found.splitlines(), made.splitlines(), "README.md", "program", lineterm=""):
        print(line)
    if found != made:
        print(f"README.md shows another output: python3 tests/docs/output.py --write {options.program}")
    return int(found != made)


if __name__ == "__main__":
    sys.exit(main())
