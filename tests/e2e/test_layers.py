#!/usr/bin/env python3
"""Facts that arrive in batches large enough for layers of their own are found again in whatever layer they are.

Four steps, each ingested by a new process. Each brings new responses and repeats responses of the others with another
output and sometimes another request. The store must hold what one ingest of everything holds and what the oracle
counts, also after kills. Many files of one size are stored in several batches before memory is full of them.
"""
from __future__ import annotations

import json
import pathlib
import random
import signal
import time

import dump
import e2e
import test_oracle
from e2e import check, equal, verify
from test_kill import sound, start
from test_order import new_store

LEAST = 8192  # as in store/layers.h
LAYER = 36  # bits of a row number that are below its layer
STEPS = 4
AGAIN = 700  # responses of each earlier step that a later one repeats
NEW = LEAST + STEPS * AGAIN  # and new responses of its own


def line(response: int, request: int, output: int) -> bytes:
    return json.dumps({
        "type": "assistant", "sessionId": f"s{response % 50}", "timestamp": f"2026-01-{1 + response % 28:02d}T08:00:00.000Z",
        "requestId": f"req_{response}_{request}",
        "message": {"id": f"msg_{response}", "model": "claude-opus-4-6", "role": "assistant", "stop_reason": "end_turn",
                    "usage": {"input_tokens": 3, "output_tokens": output}}}, separators=(",", ":")).encode() + b"\n"


def steps(folder: pathlib.Path) -> tuple:
    """A folder for each step, and all pairs of response and request that occur."""
    dice, told, roots = random.Random(5), set(), []
    for step in range(STEPS):
        wanted = [(step * NEW + i, 0) for i in range(NEW)]
        for earlier in range(step):
            wanted += [(earlier * NEW + i, dice.choice((0, 0, 1))) for i in dice.sample(range(NEW), AGAIN)]
        dice.shuffle(wanted)
        root = folder / "steps" / str(step)
        root.mkdir(parents=True)
        with open(root / f"{step}.jsonl", "wb") as file:
            for response, request in wanted:
                file.write(line(response, request, dice.randrange(1, 1000)))
                told.add((response, request))
        roots.append(root)
    return roots, told


def layers(store: pathlib.Path) -> int:
    db = dump.connect(store)
    number = db.execute(f"SELECT count(DISTINCT id >> {LAYER}) FROM response").fetchone()[0]
    db.close()
    return number


def rows(store: pathlib.Path) -> int:
    db = dump.connect(store)
    number = db.execute("SELECT count(*) FROM response").fetchone()[0]
    db.close()
    return number


def test_steps(folder: pathlib.Path) -> None:
    """Steps ingested forwards and backwards end in one layer each, with the facts of one ingest and the oracle's
    totals."""
    roots, told = steps(folder)
    whole = new_store(folder, "whole")
    e2e.ingest(whole, folder / "steps")
    verify(whole)
    equal(layers(whole), 1, "one layer of one batch")
    equal(rows(whole), len(told), "rows of responses")
    want, knows = dump.lines(whole), test_oracle.ask_oracle(test_oracle.claude_code, e2e.transcripts(folder / "steps"))
    for name, order in (("forwards", roots), ("backwards", roots[::-1])):
        store = new_store(folder, name)
        for root in order:
            e2e.ingest(store, root)
        verify(store)
        equal(layers(store), STEPS, "layers", name)
        found = dump.differences(want, dump.lines(store))
        check(not found, "several layers have the facts of one", name, "\n".join(found))
        found = test_oracle.differences(test_oracle.library(store), knows)
        check(not found, "totals of the oracle", name, "\n".join(found[:50]))
        again = e2e.ingest(store, folder / "steps", "--restart")
        equal((again["records_stored"], again["records_updated"]), (0, 0), "nothing is new", name)


def test_kill(folder: pathlib.Path) -> None:
    """Killed in any step and continued: a layer is complete or not there."""
    roots, _ = steps(folder)
    whole = new_store(folder, "whole")
    begin = time.monotonic()
    e2e.ingest(whole, folder / "steps")
    usual = time.monotonic() - begin
    want, dice, killed = dump.lines(whole), random.Random(3), 0
    for attempt in range(12 if e2e.LONG else 3):
        store = new_store(folder, f"killed-{attempt}")
        for root in roots:
            process = start("ingest", store, root)
            time.sleep(dice.random() * usual / STEPS)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            process.communicate()
            e2e.ingest(store, root)
            sound(store)
        verify(store)
        equal(layers(store), STEPS, "layers after kills")
        found = dump.differences(want, dump.lines(store))
        check(not found, "the same facts after kills", attempt, "\n".join(found))
    e2e.counts["kills in the middle"] = killed
    check(killed > 0, "kills hit a running ingest", killed)


def test_files_of_one_size(folder: pathlib.Path) -> None:
    """More files than fit a batch, each read at once: they are stored in several batches."""
    root = folder / "root"
    root.mkdir()
    each, files = 900, 150
    for n in range(files):
        lines = (line(1_000_000 + n * each + i, 0, 7).replace(b'"s', b'"session-%d-' % (1_000_000 + n * each + i), 1)
                 for i in range(each))
        (root / f"{n}.jsonl").write_bytes(b"".join(lines))
    sizes = {path.stat().st_size for path in root.iterdir()}
    store = new_store(folder, "sizes")
    e2e.ingest(store, root, "--threads", 1)
    check(rows(store) == each * files, "all are stored", rows(store))
    check(layers(store) > 1, "in several batches", layers(store), sizes)


if __name__ == "__main__":
    e2e.main()
