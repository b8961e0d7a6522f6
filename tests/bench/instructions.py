#!/usr/bin/env python3
"""How many instructions the hot paths take: a number that does not depend on the load of the machine, so that a test
can compare it. Callgrind counts the library and everything it calls, in the program built from bench.c.

    instructions.py BENCH COMPILER             compares with instructions.json
    instructions.py BENCH COMPILER --write     writes it

Each compiler has its own record, because it generates other instructions; without a record or without valgrind it skips
(77). A difference of more than MARGIN in either direction fails, so that improvements are recorded, too.
"""
from __future__ import annotations

import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
MARGIN = 0.05
NOW = 1774951200  # 2026-03-31T10:00:00Z


def counted(folder: pathlib.Path, *command: object) -> int:
    os.environ.pop("MALLOC_PERTURB_", None)  # meson makes malloc fill memory, which takes instructions, too
    made = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder / 'out'}", *map(str, command)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return int(re.search(r"Collected : (\d+)", made.stderr.decode())[1])


def measure(bench: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="blueplane-instructions-") as name:
        folder = pathlib.Path(name)
        home, store = folder / "home", folder / "store.db"
        subprocess.run([sys.executable, HERE.parent.parent / "examples/sample/sample.py", "--out", home, "--until", "2026-03-31",
                        "--days", "14", "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
        pathlib.Path(f"{store}.key").write_bytes(bytes(range(32)))
        pathlib.Path(f"{store}.key").chmod(0o600)
        size = sum(p.stat().st_size for p in home.rglob("*.jsonl"))
        found = {"first ingest": counted(folder, bench, "ingest", store, home, 1),
                 "nothing new": counted(folder, bench, "ingest", store, home, 1),
                 "tokens by day and model": counted(folder, bench, "tokens", store),
                 "open, today, close": counted(folder, bench, "today", store, 1, NOW)}
        print(f"{size} bytes of transcripts, {found['first ingest'] / size:.1f} instructions a byte")
        return found


def main() -> int:
    bench, compiler = sys.argv[1:3]
    name = f"{compiler} {platform.machine()}"
    record = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    write = sys.argv[3:] == ["--write"]
    if shutil.which("valgrind") is None or (name not in record and not write):
        print(f"no valgrind, or no record of {name}")
        return 77
    found = measure(bench)
    if write:
        record[name] = found
        RECORD.write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    bad = 0
    for what, count in found.items():
        before = record[name].get(what, 0)
        change = count / before - 1 if before else 1.0
        print(f"{what}: {count:,} instructions, {change:+.1%}")
        bad += abs(change) > MARGIN
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
