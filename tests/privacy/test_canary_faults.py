#!/usr/bin/env python3
"""Content never enters, even if the ingest is killed at a write or finds the disk full: the marker of
tests/e2e/test_canary.py is put everywhere into the input, and every file left behind is searched: the database, its
log, its index, a journal, the key, temporary files, and what was printed.

Both faults are made by a limit on the size of files: the write that crosses it kills the process (crash) or fails with
"file too large" (full disk). The limit is raised in steps from nothing to more than an undisturbed ingest writes. What
erasing, consenting and asking leave afterwards is searched, too. The control is a process that leaks and is killed.
"""
from __future__ import annotations

import json
import os
import pathlib
import resource
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import e2e  # noqa: E402
import test_canary as canary  # noqa: E402
from e2e import check, equal  # noqa: E402

PAGE = 4096


def limited(limit: int, crash: bool) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if crash else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def everything_in(folder: pathlib.Path) -> dict:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run(store: pathlib.Path, made: canary.Input, limit: int, crash: bool) -> subprocess.CompletedProcess:
    temporary = store.parent / "tmp"
    temporary.mkdir(exist_ok=True)
    return subprocess.run([e2e.BPT, "ingest", str(store), str(made.root), "--log", "--now", "1775088000000000"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env={**os.environ, "TMPDIR": str(temporary), "HOME": str(temporary)},
                          preexec_fn=lambda: limited(limit, crash))


def small_input(folder: pathlib.Path) -> canary.Input:
    made = canary.Input(folder, True, 60 if not e2e.LONG else 12)
    for source in e2e.SOURCES:
        for fixture in e2e.fixtures(source, "good-")[::3 if not e2e.LONG else 1]:
            made.paths(source, fixture)
            made.broken(source, fixture)
    return made


def test_every_write(folder: pathlib.Path) -> None:
    """With the limit raised in steps of 8 pages (in the long form 1), killed at the write or refused it."""
    made = small_input(folder / "input")
    whole = folder / "whole" / "store.db"
    whole.parent.mkdir()
    equal(run(whole, made, 1 << 40, True).returncode, 0, "an undisturbed ingest")
    size = max(len(data) for data in everything_in(whole.parent).values())
    step = PAGE * (8 if not e2e.LONG else 1)
    died = full = 0
    for limit in range(0, 4 * size, step):  # the log may be larger than the database
        for crash in (True, False):
            place = folder / f"at-{limit}-{crash}"
            place.mkdir()
            answer = run(place / "store.db", made, limit, crash)
            if answer.returncode < 0:
                equal(answer.returncode, -signal.SIGXFSZ, "killed at a write")
                died += 1
            elif answer.returncode == 1:
                full += 1
            left = everything_in(place)
            found = canary.search({**left, "said": answer.stdout + answer.stderr})
            check(not found, "the marker is nowhere after a fault", limit, crash, found[:5])
            e2e.counts["faults x placements"] += e2e.counts["placements"]
            for file in place.rglob("*"):
                if file.is_file():
                    file.unlink()
        if answer.returncode == 0:
            break
    check(died > 3 and full > 3, "control: writes were killed and refused", died, full)
    e2e.counts["killed"] += died
    e2e.counts["refused"] += full


def test_after_a_fault(folder: pathlib.Path) -> None:
    """After a fault the store opens, the next ingest completes, and erasing, consenting and asking show no marker."""
    made = small_input(folder / "input")
    for number, limit in enumerate((PAGE * 9, PAGE * 40, PAGE * 90)):
        place = folder / str(number)
        place.mkdir()
        store = place / "store.db"
        run(store, made, limit, number % 2 == 0)
        equal(run(store, made, 1 << 40, True).returncode, 0, "goes on after a fault")
        said = {}
        for arguments in (("consent", store, canary.marker.word, "lead", 1, 1776000000000000),
                          ("consent", store, "quality", canary.marker.word, 1, 1776000000000000),
                          ("consent", store, "quality", "lead", 1, 1776000000000000),
                          ("query", store, json.dumps({"metrics": ["prompts"], "period": "all", "where": [
                              {"dimension": "workspace", "op": "=", "value": canary.marker.word}]})),
                          ("query", store, json.dumps({"metrics": ["prompts"], "period": "all"})),
                          ("inspect", store, "health", "--access", "devops"),
                          ("inspect", store, "audit"), ("inspect", store, "consent"), ("inspect", store, "stored"),
                          ("erase", store, json.dumps({"version": 1, "source": "codex"})),
                          ("inspect", store, "retention")):
            answer = e2e.bpt(*arguments, "--now", 1775088000000000, status=None)
            text = answer.stdout + answer.stderr
            if canary.marker.word not in "".join(map(str, arguments[2:])):  # a wrong name that the caller gave comes back in the error
                said[f"{number} {arguments[0]} {arguments[2]}"] = text
        found = canary.search({**everything_in(place), **said}) + canary.search_integers(store)
        check(not found, "the marker is nowhere afterwards", found[:5])
        e2e.verify(store)


def test_control(folder: pathlib.Path) -> None:
    """Control: the same search finds what a process that leaks had written when it was killed."""
    script = ("import signal,sqlite3,sys; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
              "db=sqlite3.connect(sys.argv[1]); db.execute('PRAGMA journal_mode=WAL'); db.execute('CREATE TABLE leak (t)')\n"
              "while True:\n"
              "  db.execute('INSERT INTO leak VALUES (?)',(sys.argv[2]*40,)); db.commit()\n")
    store = folder / "leak.db"
    answer = subprocess.run([sys.executable, "-c", script, str(store), canary.marker.word], check=False,
                            stderr=subprocess.DEVNULL, preexec_fn=lambda: limited(PAGE * 30, True))
    equal(answer.returncode, -signal.SIGXFSZ, "killed at a write")
    check(bool(canary.search(everything_in(folder))), "the marker is found in what is left")


if __name__ == "__main__":
    e2e.main()
