#!/usr/bin/env python3
"""Checks that .clang-format lays out every tracked C file, but for the frozen headers: they stay as they were given out.

    python3 tests/layering/format.py

Versions of clang-format differ in what they do, so any other than the one below skips (exit code 77), as does a tree without git.
"""
import pathlib
import re
import subprocess
import sys

VERSION = 14  # Debian 12's
FROZEN = "tests/abi/frozen-"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def output_of(*command):
    """What a program prints; None where it is not there or fails."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def skip(why):
    print(f"format: skipped: {why}")
    sys.exit(77)


def main():
    said = output_of("clang-format", "--version")
    if said is None:
        skip("there is no clang-format")
    found = re.search(r"version (\d+)", said)
    if found is None or int(found.group(1)) != VERSION:
        skip(f"not version {VERSION}: {said.strip()}")
    listed = output_of("git", "ls-files", "-z", "*.c", "*.h")
    if listed is None:
        skip("no git to ask for the files")
    files = [name for name in listed.split("\0") if name and not name.startswith(FROZEN) and (ROOT / name).exists()]
    if not files:
        sys.exit("format: no files are tracked")
    checked = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    print(checked.stderr[:4000], end="")
    print(f"format: {len(files)} files")
    return checked.returncode


if __name__ == "__main__":
    sys.exit(main())
