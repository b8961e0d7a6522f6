#!/usr/bin/env python3
"""Tasks against the oracle, which has the rules of docs/tasks.md a second time and shares no code with the library, and
against people: a set of scenarios with labels written by reading them.

    every task of the sample, of all fixtures, and of BLUEPLANE_REAL_DATA: ends, active time, type, outcome, prompts,
    lines kept, features, path, model; sums of repeats, recoveries, edits, first tries and rework by session.
"""
from __future__ import annotations

import os
import pathlib
import sys
from typing import Iterable

import e2e
from e2e import Skip, check
from test_order import new_store

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import tasks  # noqa: E402

ASK = '{"metrics":["tasks"],"period":"all"}'


def compare(folder: pathlib.Path, name: str, roots: Iterable) -> None:
    store = new_store(folder, name)
    e2e.ingest(store, *roots)
    e2e.bpt("query", store, ASK)
    e2e.verify(store)
    found = tasks.differences(store)
    e2e.counts["tasks equal to the oracle's"] += sum(map(len, tasks.derived(store).values()))
    check(not found, "tasks", name, f"{len(found)} differ\n" + "\n".join(found[:50]))


def test_sample(folder: pathlib.Path) -> None:
    compare(folder, "sample", [e2e.sample()])


def test_corpus(folder: pathlib.Path) -> None:
    for source in e2e.SOURCES:
        for path in e2e.fixtures(source):
            alone = folder / source / path.name
            alone.mkdir(parents=True)
            (alone / e2e.named(source, path.name)).write_bytes(path.read_bytes())
            compare(folder, f"{source}-{path.stem}", [alone])


def test_real_data(folder: pathlib.Path) -> None:
    given = os.environ.get("BLUEPLANE_REAL_DATA")
    if not given or not os.path.isdir(given):
        raise Skip("BLUEPLANE_REAL_DATA is not set to a folder")
    for place in sorted(pathlib.Path(given).iterdir()):
        if place.is_dir() and place.name in ("claude_code", "claude_code_reserialised", "codex"):
            compare(folder, place.name, [place])


if __name__ == "__main__":
    e2e.main()
