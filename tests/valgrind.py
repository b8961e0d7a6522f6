#!/usr/bin/env python3
"""Runs a test under a tool of valgrind: memcheck, which checks every memory access and finds leaks, or drd, which
checks how threads access data:

    meson test -C build --setup memcheck|drd [TEST...]

puts this before the command of each test. In the command, and in the variables that name programs to a script, each
program of the build is replaced by a script that runs it under valgrind, and those beside it likewise. A report from
any process is printed and fails the test, whatever the test made of the status.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
VALGRIND = ["valgrind", "-q", "--error-exitcode=86", "--num-callers=30"]
TOOLS = {"memcheck": ["--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"], "drd": ["--tool=drd"]}


def is_program(path):
    """Whether a file is an executable for this machine, neither a script nor a library."""
    if not path.is_file() or not os.access(path, os.X_OK) or path.suffix:
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def checked(word, build, folder, command):
    """The word, or if it names a program of the build, a script that runs that under valgrind."""
    path = pathlib.Path(word).absolute()
    if "/" not in word or build not in path.parents or not is_program(path):
        return word
    beside = folder / path.parent.name
    if not beside.exists():
        beside.mkdir()
        for each in path.parent.iterdir():
            if is_program(each):
                stand_in = beside / each.name
                stand_in.write_text(f'#!/bin/sh\nexec {shlex.join([*command, str(each)])} "$@"\n')
                stand_in.chmod(0o755)
    return str(beside / path.name)


def main():
    tool, build, words = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    with tempfile.TemporaryDirectory(prefix="valgrind-") as name:
        folder = pathlib.Path(name)
        reports = folder / "reports"
        reports.mkdir()
        command = [*VALGRIND, *TOOLS[tool], f"--suppressions={HERE / tool}.supp", f"--log-file={reports}/%p"]
        words = [checked(word, build, folder, command) for word in words]
        environment = {key: checked(value, build, folder, command) if key.startswith("BLUEPLANE_") else value
                       for key, value in os.environ.items()}
        status = subprocess.run(words, env=environment, check=False).returncode
        found = [report.read_text(errors="replace") for report in sorted(reports.iterdir()) if report.stat().st_size]
        print(*found, sep="\n", file=sys.stderr)
    return 1 if found else status if status >= 0 else 128 - status


sys.exit(main())
