#!/usr/bin/env python3
"""The same records give the same facts and the same answers, whatever way they arrive.

Files in shuffled orders, spread over several ingests, with one and more threads, twice, from the start again, from
memory in random pieces: always the same dump, and byte for byte the same answers.
"""
from __future__ import annotations

import pathlib
import random
import shutil
from typing import Any, Optional

import dump
import e2e
from e2e import equal, verify

# Some of every family, by several dimensions; answers are compared as bytes.
QUERIES = (
    '{"metrics":["sessions","interactions","prompts","responses","tool_calls","active_time"],"period":"all",'
    '"by":["time.day"]}',
    '{"metrics":["input_tokens","output_tokens","cache_read_tokens","cache_write_tokens","cost"],"period":"all",'
    '"by":["time.week","model"],"zone":"Asia/Kathmandu","week_start":"sunday"}',
    '{"metrics":["lines_added","lines_removed","files_touched"],"period":"all","by":["workspace","language"]}',
    '{"metrics":["tool_calls","tool_success_rate"],"period":"all","by":["tool"],"order":"-tool_calls","limit":7}',
    '{"metrics":["interactions"],"period":"all","by":["time.hour_of_day"],"zone":"America/New_York"}',
    '{"metrics":["prompts","responses","output_tokens"],"period":"2026-03-09/2026-03-15","by":["platform"],'
    '"compare":"previous"}',
    '{"metrics":["sessions","active_time"],"period":"all","by":["session"]}',
    '{"metrics":["delegation"],"period":"all"}',
    '{"metrics":["tasks","time_to_resolution","time_saved"],"period":"all","by":["time.week"]}',
    '{"metrics":["task_patterns"],"period":"all","order":"-task_patterns","limit":20}',
    '{"metrics":["retry_rate","first_try_rate","rework_rate"],"period":"all","by":["tool"],"zone":"America/New_York"}',
)
SEEDS = range(12) if e2e.LONG else range(3)


def answers(store: pathlib.Path) -> list:
    """The answers of a store as bytes: the order of rows and every digit count."""
    return [e2e.bpt("query", store, query, status=None).stdout for query in QUERIES]


def new_store(folder: pathlib.Path, name: str) -> pathlib.Path:
    store = folder / f"{name}.db"
    pathlib.Path(f"{store}.key").write_bytes(e2e.KEY.read_bytes())
    pathlib.Path(f"{store}.key").chmod(0o600)
    return store


class Same:
    """Compares stores with the first one it is given: facts, tasks and answers."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.lines: Optional[list] = None
        self.answers: list = []
        self.tasks: list = []

    def like(self, store: pathlib.Path, how: str) -> None:
        lines, said = dump.lines(store), answers(store)
        verify(store)
        tasks = dump.task_lines(store)
        if self.lines is None:
            self.lines, self.answers, self.tasks = lines, said, tasks
            e2e.counts["facts and cells"] = len(lines)
            return
        if lines != self.lines:
            raise AssertionError(f"{how}: the facts differ:\n" + "\n".join(dump.differences(self.lines, lines)))
        e2e.counts["equal dumps"] += 1
        equal(tasks, self.tasks, "equal tasks", how)
        for query, was, now in zip(QUERIES, self.answers, said):
            equal(now, was, "equal answers", how, query)

    def ingest(self, name: str, *calls: Any, command: str = "ingest") -> pathlib.Path:
        """Makes a store by one or more calls and compares it."""
        store = new_store(self.folder, name)
        for arguments in calls:
            e2e.ingest(store, *arguments, command=command)
        self.like(store, name)
        return store


def test_queries_answer(folder: pathlib.Path) -> None:
    """The queries that are compared as bytes are answered without an error."""
    store = new_store(folder, "whole")
    e2e.ingest(store, e2e.sample())
    for query in QUERIES:
        e2e.bpt("query", store, query)
        e2e.counts["queries answered"] += 1


def test_order_of_files(folder: pathlib.Path) -> None:
    """A scan, shuffled and reversed lists, halves, and one platform after the other."""
    home = e2e.sample()
    files = e2e.transcripts(home)
    same = Same(folder)
    same.ingest("scan", [home])
    for seed in SEEDS:
        dice = random.Random(seed)
        shuffled = files[:]
        dice.shuffle(shuffled)
        same.ingest(f"shuffled-{seed}", shuffled)
    same.ingest("reversed-twice", files[::-1], files)
    half = files[::2], files[1::2]
    same.ingest("in-halves", *half)
    same.ingest("by-platform", [home / ".codex"], [home / ".claude"])
    e2e.counts["files"] = len(files)


def test_earlier_row(folder: pathlib.Path) -> None:
    """A response that was queried under its second day turns out to be of the first day: nothing of the second
    remains."""
    def told(name: str, day: int) -> pathlib.Path:
        path = folder / f"{name}.blueplane.jsonl"
        path.write_text(f'{{"blueplane":1,"kind":"response","platform":"mytool","session":"s","id":"r","time":"2026-03-0{day}T09:00:00Z",'
                        f'"model":"m","output_tokens":{day}}}\n', encoding="utf-8")
        return path
    early, late = told("early", 2), told("late", 3)
    same = Same(folder)
    same.ingest("at-once", [early, late])
    store = new_store(folder, "one-by-one")
    e2e.ingest(store, late)
    answers(store)
    e2e.ingest(store, early)
    same.like(store, "one by one")


def test_threads(folder: pathlib.Path) -> None:
    """1, 2, 4 and 64 threads."""
    home = e2e.sample()
    same = Same(folder)
    same.ingest("one-thread", [home])
    for threads in (2, 4, 64):
        for again in range(8 if e2e.LONG else 2):
            same.ingest(f"{threads}-threads-{again}", [home, "--threads", threads])


def test_again(folder: pathlib.Path) -> None:
    """Ingesting again, from the start, a copy, or as a dry run adds nothing."""
    home = e2e.sample()
    same = Same(folder)
    store = same.ingest("once", [home])
    report = e2e.ingest(store, home)
    equal((report["files_changed"], report["bytes_read"], report["records_read"]), (0, 0, 0), "nothing read again")
    same.like(store, "again")
    report = e2e.ingest(store, home, "--restart", "--threads", 4)
    equal((report["records_stored"], report["records_updated"]), (0, 0), "nothing new from the start")
    same.like(store, "restarted")
    copied = folder / "copy"
    shutil.copytree(home, copied)
    report = e2e.ingest(store, copied)
    equal((report["records_stored"], report["records_updated"]), (0, 0), "nothing new in a copy of everything")
    same.like(store, "copied")
    before = dump.lines(store)
    report = e2e.ingest(new_store(folder, "dry"), home, "--dry-run")
    equal(len(dump.lines(folder / "dry.db")), 0, "a dry run stores nothing")
    e2e.check(report["records_stored"] > 1000, "a dry run counts")
    equal(dump.lines(store), before, "unchanged")


def test_chunks(folder: pathlib.Path) -> None:
    """Bytes from memory, cut anywhere, with pending bytes given again. Only main files of Claude Code: rollouts and
    subagents' files depend on more than their lines."""
    files = [p for p in e2e.transcripts(e2e.sample()) if "/.claude/" in str(p)]
    same = Same(folder)
    same.ingest("bytes-whole", [*files, "--source", "claude_code"], command="bytes")
    for seed in SEEDS:
        same.ingest(f"pieces-{seed}", [*files, "--source", "claude_code", "--chunks", seed], command="bytes")
    e2e.counts["files"] = len(files)


if __name__ == "__main__":
    e2e.main()
