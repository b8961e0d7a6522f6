#!/usr/bin/env python3
"""Files that grow, are rewritten, renamed, replaced, truncated or deleted give the facts of one ingest of everything.

After every step the rollup, the runs and the sessions are what the facts give, and no fact is gone.
"""
from __future__ import annotations

import os
import pathlib
import random
import shutil
from typing import Iterator, Optional

import dump
import e2e
from e2e import check, equal, verify
from test_order import new_store

SEEDS = range(20) if e2e.LONG else range(4)
CLAUDE = ".claude/projects"
LINES = 300 if e2e.LONG else 70


def facts_by_table(store: pathlib.Path) -> dict:
    db = dump.connect(store)
    counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
              for table in (*dump.FACTS, "session", "label")}
    db.close()
    return counts


class Growing:
    """A store that is brought up to date again and again."""

    def __init__(self, folder: pathlib.Path, name: str, root: pathlib.Path) -> None:
        self.store, self.root, self.before = new_store(folder, name), root, None

    def sync(self, *options: object) -> dict:
        report = e2e.ingest(self.store, self.root, *options)
        verify(self.store)
        now = facts_by_table(self.store)
        for table, was in (self.before or now).items():
            check(now[table] >= was, "facts never shrink", table, was, now[table])
        self.before = now
        return report

    def equals(self, other: pathlib.Path, how: str) -> None:
        found = dump.differences(other, self.store)
        check(not found, "equal to one ingest of the whole", how, "\n".join(found))
        equal(dump.task_lines(self.store), dump.task_lines(other), "equal tasks", how)


def whole(folder: pathlib.Path, name: str, *roots: pathlib.Path) -> pathlib.Path:
    store = new_store(folder, name)
    for root in roots:
        e2e.ingest(store, root)
    verify(store)
    return store


_clock = iter(range(1_700_000_000, 1_800_000_000))


def touch(path: pathlib.Path) -> None:
    """Sets another time of change, however fast the test runs."""
    now = next(_clock) * 1_000_000_000
    os.utime(path, ns=(now, now))


def put(path: pathlib.Path, data: bytes, append: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab" if append else "wb") as file:
        file.write(data)
    touch(path)


# ---------------------------------------------------------------------------------------- growing

def rejects(store: pathlib.Path) -> list:
    db = dump.connect(store)
    found = sorted(db.execute("SELECT reason, line, byte FROM reject"))
    db.close()
    return found


def steps(dice: random.Random, sources: dict) -> Iterator[None]:
    """Appends to some of the files, cut at any byte, until all are complete."""
    left = dict(sources)
    while left:
        for path in dice.sample(sorted(left), k=dice.randint(1, len(left))):
            data, done = left[path], path.stat().st_size if path.exists() else 0
            length = dice.choice((1, dice.randint(1, 40), dice.randint(1, 4000), dice.randint(1, len(data))))
            put(path, data[done:done + length], append=True)
            if done + length >= len(data):
                del left[path]
        yield


def test_grows_anywhere(folder: pathlib.Path) -> None:
    """A whole home folder and all fixtures grow in steps that end within a line, a character or a number."""
    home = folder / "home"
    shutil.copytree(e2e.sample(4), home)
    for source in e2e.SOURCES:
        for path in e2e.fixtures(source):
            put(home / source / e2e.named(source, path.name), path.read_bytes())
    reference = whole(folder, "whole", home)
    e2e.counts["files"] = len(e2e.transcripts(home))
    for seed in SEEDS:
        dice = random.Random(seed)
        root = folder / f"grow-{seed}"
        files = {root / p.relative_to(home): p.read_bytes() for p in e2e.transcripts(home)}
        growing = Growing(folder, f"grown-{seed}", root)
        root.mkdir()
        for _ in steps(dice, files):
            growing.sync("--threads", dice.choice((1, 1, 2)))
            e2e.counts["steps"] += 1
        growing.equals(reference, f"seed {seed}")
        equal(rejects(growing.store), rejects(reference), "the same places rejected", f"seed {seed}")


def busy_session() -> bytes:
    """A session of the sample that contains every kind of record, shortened."""
    home = e2e.sample()
    wanted = (b'"tool_use"', b'"tool_result"', b'"subtype":"compact_boundary"', b'"isSidechain":true', b"structuredPatch")
    files = [p.read_bytes() for p in e2e.transcripts(home / CLAUDE)]
    best = max(files, key=lambda data: (sum(w in data for w in wanted), len(data)))
    return b"".join(best.splitlines(keepends=True)[:LINES])


def test_line_by_line(folder: pathlib.Path) -> None:
    """An ingest after every line: the lines of a response, and a call and its result, are merged correctly."""
    lines = busy_session().splitlines(keepends=True)
    root = folder / "lines"
    growing = Growing(folder, "lines", root)
    for line in lines:
        put(root / "a.jsonl", line, append=True)
        growing.sync()
        e2e.counts["lines"] += 1
    growing.equals(whole(folder, "lines-whole", root), "line by line")


def test_byte_by_byte(folder: pathlib.Path) -> None:
    """Many cut points in one session; with BLUEPLANE_LONG=1 at every byte of its beginning."""
    data = busy_session()
    cuts = range(1, 6000) if e2e.LONG else sorted(random.Random(5).sample(range(1, len(data)), 120))
    root = folder / "bytes"
    growing = Growing(folder, "bytes", root)
    done = 0
    for cut in [*cuts, len(data)]:
        put(root / "a.jsonl", data[done:cut], append=True)
        growing.sync()
        done = cut
        e2e.counts["cuts"] += 1
    growing.equals(whole(folder, "bytes-whole", root), "byte by byte")


def test_halves_in_any_files(folder: pathlib.Path) -> None:
    """The lines of sessions spread over files at random, the files read one by one in random order."""
    home = e2e.sample()
    files = [p for p in e2e.transcripts(home / CLAUDE) if "agent-" not in p.name][:12]
    reference = new_store(folder, "together")
    e2e.ingest(reference, *files)
    verify(reference)
    cut = dump.task_lines(reference)
    lines = [line for p in files for line in p.read_bytes().splitlines(keepends=True)]
    for seed in SEEDS:
        dice = random.Random(seed)
        root = folder / f"dealt-{seed}"
        for line in dice.sample(lines, k=len(lines)):
            put(root / f"{dice.randint(0, 9)}.jsonl", line if line.endswith(b"\n") else line + b"\n", append=True)
        growing = Growing(folder, f"dealt-{seed}", root)
        for path in dice.sample(sorted(root.iterdir()), k=10):
            e2e.ingest(growing.store, path)
            verify(growing.store)
        found = dump.differences(reference, growing.store)
        check(not found, "the same facts from lines in another order", f"seed {seed}", "\n".join(found))
        equal(dump.task_lines(growing.store), cut, "the same tasks from lines in another order", f"seed {seed}")


# ------------------------------------------------------------------------- files that are not kept

def two_sessions() -> tuple:
    """The bytes of two sessions with different facts."""
    data = sorted((p.read_bytes() for p in e2e.transcripts(e2e.sample() / CLAUDE) if "agent-" not in p.name), key=len)
    return data[len(data) // 2], data[len(data) // 3]


def union(folder: pathlib.Path, name: str, *contents: bytes) -> pathlib.Path:
    root = folder / f"{name}-apart"
    for i, data in enumerate(contents):
        put(root / str(i) / "a.jsonl", data)
    return whole(folder, f"{name}-union", root)


def changed(folder: pathlib.Path, name: str, first: bytes, change: object, *known: bytes,
            changes: Optional[int] = 1) -> None:
    """Ingests `first`, lets `change` do something to the file, ingests again, and expects the facts of all of
    `known`."""
    root = folder / name
    path = root / "a.jsonl"
    put(path, first)
    growing = Growing(folder, name, root)
    growing.sync()
    change(path)  # type: ignore[operator]
    report = growing.sync()
    if changes is not None:
        equal(report["files_changed"], changes, "changes noticed", name)
    growing.equals(union(folder, name, first, *known), name)
    equal(growing.sync()["files_changed"], 0, "changes noticed", name, "nothing more")


def test_rewritten(folder: pathlib.Path) -> None:
    """Files truncated, overwritten or rewritten in place: no fact is lost, and the new ones are added."""
    long, short = two_sessions()
    head = long[:long.index(b"\n", len(long) // 2) + 1]
    same_size = (short * (len(long) // len(short) + 1))[:len(long) - 1] + b"\n"
    changed(folder, "other-content-same-size", long, lambda p: put(p, same_size), same_size)
    changed(folder, "smaller", long, lambda p: put(p, short), short)
    changed(folder, "larger", short, lambda p: put(p, long), long)
    changed(folder, "truncated-at-a-line", long, lambda p: put(p, head))
    changed(folder, "truncated-in-a-line", long, lambda p: put(p, long[:len(head) + 7]))
    changed(folder, "emptied", long, lambda p: put(p, b""))
    changed(folder, "grown-behind-another-beginning", head, lambda p: put(p, short + long[len(head):]),
            short + long[len(head):])
    changed(folder, "only-the-end-rewritten", long, lambda p: put(p, head + short), head + short)


def test_replaced(folder: pathlib.Path) -> None:
    """Files replaced by another or renamed, with and without growing: no fact is lost or counted twice."""
    long, short = two_sessions()
    head = long[:long.index(b"\n", len(long) // 2) + 1]

    def replace(data: bytes) -> object:
        def do(path: pathlib.Path) -> None:
            put(path.with_suffix(".new"), data)
            os.replace(path.with_suffix(".new"), path)
        return do

    def rename(path: pathlib.Path) -> None:
        path.rename(path.with_name("b.jsonl"))

    def rename_and_go_on(path: pathlib.Path) -> None:
        rename(path)
        put(path.with_name("b.jsonl"), long[len(head):], append=True)

    def swap(path: pathlib.Path) -> None:
        rename(path)
        put(path, short)

    changed(folder, "replaced-by-the-same", long, replace(long))
    changed(folder, "replaced-by-another", long, replace(short), short)
    changed(folder, "replaced-by-what-follows", head, replace(long), long)
    changed(folder, "renamed", long, rename)
    changed(folder, "renamed-and-grown", head, rename_and_go_on, long)
    changed(folder, "renamed-and-another-in-its-place", long, swap, short, changes=2)


def test_deleted(folder: pathlib.Path) -> None:
    """Files deleted, made again, or all deleted with their folder: the facts stay."""
    long, short = two_sessions()
    changed(folder, "deleted", long, lambda p: p.unlink(), changes=0)

    def again(path: pathlib.Path) -> None:
        path.unlink()
        put(path, short)

    changed(folder, "deleted-and-made-again", long, again, short)
    home = e2e.sample(4)
    root = folder / "home"
    shutil.copytree(home, root)
    growing = Growing(folder, "home", root)
    growing.sync()
    for path in e2e.transcripts(root)[::2]:
        path.unlink()
    growing.sync()
    shutil.rmtree(root)
    root.mkdir()
    growing.sync("--restart")
    growing.equals(whole(folder, "home-whole", home), "all files deleted")


def test_torn_line(folder: pathlib.Path) -> None:
    """A line without its newline is read if it is complete, waits if not, and is read once."""
    lines = busy_session().splitlines(keepends=True)[:40]
    root = folder / "torn"
    growing = Growing(folder, "torn", root)
    rejected = 0
    for i, line in enumerate(lines):
        for piece in (line[:len(line) // 2], line[len(line) // 2:-1], line[-1:]):
            put(root / "a.jsonl", piece, append=True)
            report = growing.sync()
            rejected += report["records_rejected"]
            e2e.counts["pieces"] += 1
    equal(rejected, 0, "an incomplete line is not rejected")
    growing.equals(whole(folder, "torn-whole", root), "torn lines")


def test_control(folder: pathlib.Path) -> None:
    """Control: the comparisons of these tests see a rollup, a run, a session, a fact or a task that is wrong."""
    store = whole(folder, "good", e2e.sample(4))
    for i, change in enumerate(("UPDATE cell SET n = n + 1 WHERE kind = 1 AND n > 0", "UPDATE cell SET m1 = m1 + 1 WHERE kind = 1",
                                "DELETE FROM cell WHERE kind = 2", "UPDATE cell SET m0 = m0 - 1 WHERE kind = 6",
                                "DELETE FROM run", "UPDATE run SET end_us = end_us + 1", "DELETE FROM prompt",
                                "UPDATE response SET output = output + 1", "UPDATE session SET last_us = last_us + 1")):
        wrong = new_store(folder, f"wrong-{i}")
        shutil.copyfile(store, wrong)
        dump.change(wrong, change)
        check(bool(dump.differences(store, wrong)), "wrong facts are noticed in a dump", change)
        try:
            verify(wrong)
        except AssertionError:
            e2e.counts["wrong stores found"] += 1
    equal(e2e.counts["wrong stores found"], 9, "wrong stores are found")
    for i, change in enumerate(("UPDATE task SET active_us = active_us + 1 WHERE number = 0", "DELETE FROM task WHERE type = 3",
                                "UPDATE task SET path = x'0102'", "UPDATE cell SET m0 = m0 + 1 WHERE kind = 10",
                                "DELETE FROM cell WHERE kind = 11")):
        wrong = new_store(folder, f"wrong-tasks-{i}")
        shutil.copyfile(store, wrong)
        dump.change(wrong, change)
        check(dump.task_lines(store) != dump.task_lines(wrong), "wrong tasks are noticed in a dump", change)
        try:
            verify(wrong)
        except AssertionError:
            e2e.counts["wrong tasks found"] += 1
    equal(e2e.counts["wrong tasks found"], 5, "wrong tasks are found")


if __name__ == "__main__":
    e2e.main()
