#!/usr/bin/env python3
"""Where the instructions of a first ingest go: callgrind's counts of each source line, summed by the table PARTS.

    parts.py BENCH ROOT

BENCH is the program built from bench.c, optimised and with debug information (meson's default); ROOT contains
transcripts. Inlined code counts where its line is. The kernel is not counted: it reads, writes and provides memory.
"""
from __future__ import annotations

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from instructions import counted

# The first row that matches an object, a file and a function names their part.
PARTS = [(part, re.compile(place)) for part, place in (
    ("SQLite", r"libsqlite3"),
    ("identifiers and names", r"libsodium|/base/(?:hash|ident)|/privacy/gate\.|/sources/names\."),
    ("the C library: to copy, to compare, memory", r"^(?!\S*libblueplane)|/base/mem\."),
    ("text that is passed over", r" (?:bpi_)?(?:scan_)?skip_?\S*$"),
    ("keys", r" (?:bpi_cc_next_key|read_other|bpi_scan_key|read_key|bpi_cc_prepare_keys)$"),
    ("what commands run, lines of edits, phrases", r"/base/(?:command|programs|lookup)\.|/sources/(?:lines|content|claude_code_prompt)\."),
    ("texts, numbers and times that are read", r"/base/(?:scan|text|time|vocabulary)|intrin\.h|/claude_code_fields\."),
    ("a line into records", r"/sources/"),
    ("merging", r"/store/(?:batch|pack)\.|/store/facts\."),
    ("rows in order and made ready", r"/store/(?:bulk|form|places|layers|sql)\.|/base/sort\."),
    ("sums, activity, the rest of applying", r"/store/"),
    ("finding and opening files, the rest", r""),
)]


def lines_of(profile: pathlib.Path):
    """(object, file, function, instructions) of each line, without the functions it calls."""
    names: dict[str, dict[str, str]] = collections.defaultdict(dict)
    at = dict.fromkeys(("ob", "fl", "fn"), "")
    called = False
    for line in profile.read_text("utf-8").splitlines():
        if named := re.match(r"(c?)(ob|fl|fi|fe|fn)=\((\d+)\)(?: (.*))?$", line):
            kind = {"fi": "fl", "fe": "fl"}.get(named[2], named[2])
            if named[4]:
                names[kind][named[3]] = named[4]
            if not named[1]:
                at[kind] = names[kind][named[3]]
        elif line.startswith("calls="):
            called = True
        elif re.match(r"[+*\d-]\S* \d+$", line):
            if not called:
                yield at["ob"], at["fl"], at["fn"], int(line.split()[1])
            called = False


def part_of(place: str) -> str:
    return next(part for part, pattern in PARTS if pattern.search(place))


def main() -> None:
    bench, root = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="blueplane-parts-") as name:
        folder = pathlib.Path(name)
        counted(folder, bench, "ingest", folder / "store.db", root, 1)
        sums: collections.Counter[str] = collections.Counter()
        for place in lines_of(folder / "out"):
            sums[part_of(" ".join(place[:3]))] += place[3]
    size = sum(p.stat().st_size for p in pathlib.Path(root).rglob("*.jsonl"))
    whole = sums.total()
    print(f"{whole / 1e6:,.0f} million instructions for {size / 2**20:,.0f} MiB, {whole / size:.1f} a byte\n")
    print("| part | million | % |\n| --- | ---: | ---: |")
    for part, _ in PARTS:
        print(f"| {part} | {sums[part] / 1e6:,.0f} | {100 * sums[part] / whole:.1f} |")


if __name__ == "__main__":
    main()
