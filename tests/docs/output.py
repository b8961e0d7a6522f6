#!/usr/bin/env python3
"""Keeps output shown in documents equal to what the built program prints on sample data.

    python3 tests/docs/output.py [--root DIR] [--write] PROGRAM

Each block between the lines <!-- output --> and <!-- end of output --> has commands, "$ blueplane ...", and their
output. The sample data ends on a fixed day, which the commands name, so that every machine prints the same; the clock of
BLUEPLANE_FAKENOW (tests/tool/fakenow.c), if given, stands still there, so that they never are too old to be kept. --write
replaces the blocks; without it a difference fails.
"""
import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tool"))
from preload import preloaded  # noqa: E402

DAY = "2026-03-27"
NOW = "1774699200"  # at noon of the day after
DOCUMENTS = ("README.md", "docs/questions.md")
BLOCK = re.compile(r"<!-- output -->\n(.*?)<!-- end of output -->\n", re.S)


def run(home, program, found):
    """The block with each command run again."""
    environment = {"HOME": home, "PATH": os.environ.get("PATH", ""), "TZ": "UTC", "LC_ALL": "C.UTF-8",
                   "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
    if "BLUEPLANE_FAKENOW" in os.environ:
        environment |= {**preloaded(os.environ["BLUEPLANE_FAKENOW"], environment), "FAKE_NOW": NOW}
    parts = []
    for command in re.findall(r"^\$ blueplane (.*)$", found, re.M):
        done = subprocess.run([program, *command.split()], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
        parts.append(f"$ blueplane {command}\n" + done.stdout.decode("utf-8").rstrip("\n") + "\n")
    return "```text\n" + "\n".join(parts) + "```\n"


def check(options, name):
    path = os.path.join(options.root, name)
    with open(path, encoding="utf-8") as file:
        found = file.read()
    if not BLOCK.search(found):
        print(f"{name} has no block for the program's output")
        return 1
    with tempfile.TemporaryDirectory() as home:
        sample = os.path.join(options.root, "examples", "sample", "sample.py")
        subprocess.run([sys.executable, "-B", sample, "--out", home, "--until", DAY, "--quiet"], check=True)
        if name != "README.md":  # README.md shows the first sync
            run(home, options.program, "$ blueplane sync\n")
        made = BLOCK.sub(lambda block: "<!-- output -->\n" + run(home, options.program, block.group(1)) +
                         "<!-- end of output -->\n", found)
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(made)
        return 0
    for line in difflib.unified_diff(found.splitlines(), made.splitlines(), name, "program", lineterm=""):
        print(line)
    if found != made:
        clock = ["env", f"BLUEPLANE_FAKENOW={os.environ['BLUEPLANE_FAKENOW']}"] if "BLUEPLANE_FAKENOW" in os.environ else []
        again = shlex.join([*clock, "python3", os.path.abspath(__file__), "--write", options.program])
        print(f"{name} shows another output: {again}")
    return found != made


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("program")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    return 1 if sum([check(options, name) for name in DOCUMENTS]) else 0


if __name__ == "__main__":
    sys.exit(main())
