#!/usr/bin/env python3
"""Keeps code in the documentation equal to the files it was taken from.

    python3 tests/docs/includes.py [--root DIR] [--write]

In README.md, CONTRIBUTING.md and docs/**/*.md a line <!-- include PATH --> is followed by a fenced block, which must
equal the file at PATH. --write inserts the file's text.
"""

import argparse
import os
import re
import sys

MARK = re.compile(r"^<!-- include (\S+) -->$")
LANGUAGES = {".c": "c", ".h": "c", ".py": "python", ".go": "go", ".sh": "sh", ".json": "json", ".txt": "text"}


def documents(root):
    found = [name for name in ("README.md", "CONTRIBUTING.md") if os.path.exists(os.path.join(root, name))]
    for base, folders, files in os.walk(os.path.join(root, "docs")):
        folders.sort()
        found += [os.path.relpath(os.path.join(base, name), root) for name in sorted(files) if name.endswith(".md")]
    return found


def block(root, path):
    """The fenced block for a file, or None if there is no such file."""
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    language = LANGUAGES.get(os.path.splitext(path)[1], "")
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence + language] + text.rstrip("\n").split("\n") + [fence]


def existing(lines, start):
    """The end of the fenced block that begins at start, or start itself if there is none."""
    if start >= len(lines) or not lines[start].startswith("```"):
        return start
    fence = re.match(r"`+", lines[start]).group(0)
    for end in range(start + 1, len(lines)):
        if lines[end] == fence:
            return end + 1
    return len(lines)


def process(root, name):
    """The document with every block as it should be, the places that differ, and the number of markers."""
    with open(os.path.join(root, name), encoding="utf-8") as file:
        lines = file.read().split("\n")
    out, problems, marks, at = [], [], 0, 0
    fenced = None
    while at < len(lines):
        line = lines[at]
        out.append(line)
        at += 1
        opening = re.match(r"^(```+)", line)
        if fenced is None and opening:
            fenced = opening.group(1)
            continue
        if fenced is not None:
            fenced = None if line == fenced else fenced
            continue
        mark = MARK.match(line)
        if not mark:
            continue
        marks += 1
        wanted = block(root, mark.group(1))
        end = existing(lines, at)
        if wanted is None:
            problems.append(f"{name}:{at}: there is no {mark.group(1)}")
            wanted = lines[at:end]
        elif lines[at:end] != wanted:
            problems.append(f"{name}:{at}: the block differs from {mark.group(1)}")
        out += wanted
        at = end
    return "\n".join(out), problems, marks


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Check or rewrite the included code in the documentation.")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    failed = total = 0
    for name in documents(options.root):
        text, problems, marks = process(options.root, name)
        total += marks
        if options.write and problems:
            with open(os.path.join(options.root, name), "w", encoding="utf-8") as file:
                file.write(text)
            problems = [problem for problem in problems if "there is no" in problem]
        for problem in problems:
            failed += 1
            print(problem)
    if failed:
        print("a block that differs is renewed by: python3 tests/docs/includes.py --write")
    print(f"includes: {total} blocks, {failed} problems")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
