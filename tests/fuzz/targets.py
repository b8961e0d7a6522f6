#!/usr/bin/env python3
"""Checks that no reader is without a fuzz target, and that no target was never run.
Every source has a line in targets.txt; every line has a corpus and a row in the results of docs/fuzzing.md.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = (ROOT / "tests/fuzz/targets.txt").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/fuzzing.md").read_text(encoding="utf-8")


def readers():
    """The sources, without those that another one calls for a part of its files."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "libblueplane/sources").glob("*.c") if path.name != "source.c"}
    for name in re.findall(r"^const source bpi_source_(\w+) = ", "\n".join(texts.values()), re.M):
        if not any(f"&bpi_source_{name};" in text for text in texts.values()):
            yield name


def missing():
    targets = {line.split()[0]: line.split()[1] for line in TABLE.splitlines()}
    ran = set(re.findall(r"^\| `(\w+)` \|(?: [\d,.]+ \|){5}$", PAGE, re.M))
    for name in sorted(readers()):
        if targets.get(name) not in ("lines", "database", "folder"):
            yield f"the source {name} has no target in tests/fuzz/targets.txt"
    for name in sorted(targets):
        if not (ROOT / "tests/fuzz/corpus" / name).is_dir():
            yield f"the target {name} has no corpus in tests/fuzz/corpus"
        if name not in ran:
            yield f"the target {name} has no row in docs/fuzzing.md: tests/fuzz/run.sh FOLDER table prints it after a run"
    for name in sorted(ran - set(targets)):
        yield f"docs/fuzzing.md has a row for {name}, which is no target"


def main():
    found = list(missing())
    print("\n".join(found) or "every reader has a target, and every target ran")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
