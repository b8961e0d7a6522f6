#!/usr/bin/env python3
"""Checks that no file of the repository contains words that do not belong there: marks of unfinished work, paths of a
person's machine, addresses of package registries, keys.

    python3 tests/docs/words.py [--root DIR] [--selftest]
"""
import argparse
import os
import re
import sys

SKIPPED = re.compile(r"^(\.git|build.*|dist|__pycache__|\..*_cache|\.venv)$")

# A pattern, and a text that it must find. Written so that this file does not match itself.
WORDS = (
    (r"\bTO" r"DO\b|\bFIX" r"ME\b", "TO" "DO"),
    (r"\.\./sha" r"red\b", "../sha" "red/x"),
    (r"(?<![\w.])/wo" r"rk/(main|shared)\b", "/wo" "rk/main"),
    (r"\bagent sess" r"ions?\b", "an agent sess" "ion"),
    (r"\b(pypi|pythonhosted|npmjs)\.(org|com)\b|\bcrates" r"\.io\b", "https://py" "pi.org/simple"),
    (r"\bsk-ant-[A-Za-z0-9]{8}|\bghp_[A-Za-z0-9]{20}|BEGIN [A-Z ]*PRIV" r"ATE KEY", "BEGIN PRIV" "ATE KEY"),
)


def problems(name, text):
    for pattern, _ in WORDS:
        for found in re.finditer(pattern, text):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found.group(0)} does not belong here"


def files(root):
    for base, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not SKIPPED.match(name))
        for name in sorted(names):
            if name != ".git": # in a linked work tree .git is a file
                yield os.path.join(base, name)


def selftest():
    missed = [text for _, text in WORDS if not list(problems("x", f"a line\nwith {text} in it"))]
    print(f"selftest: {len(WORDS)} words, {len(missed)} not found")
    return len(missed)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    if options.selftest:
        return 1 if selftest() else 0
    count = failed = 0
    for path in files(options.root):
        count += 1
        with open(path, encoding="utf-8", errors="replace") as file:
            for problem in problems(os.path.relpath(path, options.root), file.read()):
                failed += 1
                print(problem)
    print(f"words: {count} files, {failed} problems")
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
