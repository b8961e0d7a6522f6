#!/usr/bin/env python3
"""Runs an example and compares its output with the expected one.

    python3 examples/compare.py PROGRAM EXPECTED [--write]

Uses MESON_EXE_WRAPPER, which meson sets to run programs of another system; their lines may end with CR LF.
"""

import difflib
import os
import shlex
import subprocess
import sys


def main():
    program, expected = sys.argv[1], sys.argv[2]
    wrapper = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))
    run = subprocess.run([*wrapper, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if run.returncode != 0 or run.stderr:
        print(f"{program}: status {run.returncode}\n{run.stderr.decode(errors='replace')}")
        return 1
    printed = run.stdout.decode("utf-8").replace("\r\n", "\n")
    if sys.argv[3:] == ["--write"]:
        with open(expected, "w", encoding="utf-8", newline="") as file:
            file.write(printed)
        return 0
    with open(expected, encoding="utf-8", newline="") as file:
        wanted = file.read()
    for line in difflib.unified_diff(wanted.splitlines(), printed.splitlines(), expected, "printed", lineterm=""):
        print(line)
    return 0 if printed == wanted else 1


if __name__ == "__main__":
    sys.exit(main())
