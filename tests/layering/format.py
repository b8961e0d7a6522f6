#!/usr/bin/env python3
"""Checks that every C file that is tracked, or new and not ignored, is formatted by .clang-format, except the frozen headers,
which stay as released.

    python3 tests/layering/format.py

Versions of clang-format differ in their results, so any other than the one below skips (exit code 77), as does a tree
without git.
"""
import pathlib
import re
import subprocess
import sys

VERSION = 14  # Debian 12's
NAMES = (f"clang-format-{VERSION}", "clang-format")  # of the package for that version, and of the system's default
FROZEN = "tests/abi/frozen-"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def output_of(*command):
    """What a program prints; None if it does not exist or fails."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def skip(why):
    print(f"format: skipped: {why}")
    sys.exit(77)


def find_program():
    for name in NAMES:
        if re.search(rf"version {VERSION}\.", output_of(name, "--version") or ""):
            return name
    skip(f"there is no clang-format {VERSION}")


def main():
    program = find_program()
    listed = output_of("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.c", "*.h")
    if listed is None:
        skip("no git to ask for the files")
    files = [name for name in listed.split("\0") if name and not name.startswith(FROZEN) and (ROOT / name).exists()]
    if not files:
        sys.exit("format: git lists no files")
    checked = subprocess.run([program, "--dry-run", "-Werror", *files], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    print(checked.stderr[:4000], end="")
    if checked.returncode != 0:
        print(f"format: {program} -i FILE... formats them")
    print(f"format: {len(files)} files")
    return checked.returncode


if __name__ == "__main__":
    sys.exit(main())
