#!/usr/bin/env python3
"""Ingests that are killed, cancelled, or run side by side.

After kill -9 at a random moment the store opens, its file is sound, and the next ingest completes it to the same facts
as an undisturbed one. Several writers and many readers at once lose nothing and see no error but BUSY. With
BLUEPLANE_LONG=1 the ingest is killed a hundred times.
"""
from __future__ import annotations

import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import dump
import e2e
from e2e import check, equal, verify
from test_growth import put
from test_order import QUERIES, new_store

KILLS = 100 if e2e.LONG else 8
COPIES = 8 if e2e.LONG else 4  # of the sample, with other identifiers: long enough for kills to hit a running ingest


def many_sessions(folder: pathlib.Path) -> pathlib.Path:
    """The sample several times over, with other identifiers of sessions, lines, responses and calls in each copy."""
    home = folder / "home"
    for copy in range(COPIES):
        for path in e2e.transcripts(e2e.sample()):
            data = path.read_bytes()
            for mark in (b'"sessionId":"', b'"uuid":"', b'"id":"', b'"tool_use_id":"', b'"requestId":"', b'"agentId":"',
                         b'"turn_id":"', b'"call_id":"', b'"parentUuid":"'):
                data = data.replace(mark, mark + b"%x" % (copy + 10))
            put(home / str(copy) / path.relative_to(e2e.sample()), data)
    return home


def sound(store: pathlib.Path) -> None:
    db = sqlite3.connect(store)
    equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "sound after a kill")
    db.close()


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen([e2e.BPT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen, what: str) -> list:
    out, err = process.communicate(timeout=120)
    check(process.returncode == 0, what, process.returncode, out[-1500:], err[-500:])
    return [json.loads(line) for line in out.splitlines()]


def test_stopped_in_a_file(folder: pathlib.Path) -> None:
    """If an ingest stops within a file, what it stored of the file and what the next one stores add up to one
    reading."""
    def write(name: str, count: int) -> None:
        (home / f"{name}.blueplane.jsonl").write_text("".join(
            json.dumps({"blueplane": 1, "kind": "prompt", "platform": "mytool", "session": name, "id": f"{name}-{i}"}) + "\n"
            for i in range(count)), encoding="utf-8")

    def told(store: pathlib.Path) -> list:
        return sorted((row["position"], row["records"]) for row in json.loads(e2e.bpt("inspect", store, "files").stdout)["rows"])

    home, stores = folder / "home", [new_store(folder, name) for name in ("whole", "stopped")]
    home.mkdir()
    write("long", 30000)
    for number in range(63):  # then each worker's share is small
        write(f"short-{number}", 1)
    e2e.ingest(stores[0], home, "--threads", 1)
    e2e.ingest(stores[1], folder, "--dry-run")
    db = sqlite3.connect(stores[1])
    db.execute("CREATE TRIGGER refuse BEFORE UPDATE ON file BEGIN SELECT RAISE(ABORT, ''); END")
    db.commit()
    e2e.bpt("ingest", stores[1], home, "--threads", 64, status=1)
    stored, = db.execute("SELECT count(*) FROM prompt").fetchone()
    check(0 < stored < 30000, "control: it stopped in the middle", stored)
    db.execute("DROP TRIGGER refuse")
    db.commit()
    db.close()
    e2e.ingest(stores[1], home)
    equal(told(stores[1]), told(stores[0]), "records of each file")
    check(not dump.differences(*stores), "the same facts")


def test_kill(folder: pathlib.Path) -> None:
    """Ingests killed one to three times, with 1 to 64 threads and with a new key file: the next one completes them."""
    home = many_sessions(folder)
    reference = new_store(folder, "reference")
    begin = time.monotonic()
    e2e.ingest(reference, home)
    usual = time.monotonic() - begin
    want = dump.lines(reference)
    dice = random.Random(9)
    killed = 0
    for attempt in range(KILLS):
        store = new_store(folder, f"killed-{attempt}")
        if attempt % 4 == 3:
            os.unlink(f"{store}.key")  # the key file is created again, too
        for _ in range(dice.randint(1, 3)):
            process = start("ingest", store, home, "--threads", dice.choice((1, 2, 64)), "--log")
            time.sleep(dice.random() ** 2 * usual)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            process.communicate()
        if store.exists() and store.stat().st_size > 0:
            sound(store)
        e2e.ingest(store, home)
        sound(store)
        verify(store)
        if attempt % 4 == 3:
            equal(len(dump.lines(store)), len(want), "as many facts, with another key")
        else:
            found = dump.differences(want, dump.lines(store))
            check(not found, "the same facts after a kill", attempt, "\n".join(found))
        for path in folder.glob(f"killed-{attempt}.db*"):
            path.unlink()
    e2e.counts["kills in the middle"] = killed
    check(killed >= KILLS // 2, "kills hit a running ingest", killed)


TASKS = '{"metrics":["delegation"],"period":"all"}'


def test_kill_while_cutting(folder: pathlib.Path) -> None:
    """The first query about tasks cuts them. Killed there, each step is stored completely or not at all, and the next
    query completes it."""
    whole = new_store(folder, "whole")
    e2e.ingest(whole, many_sessions(folder))
    fresh = folder / "fresh.db"
    shutil.copyfile(whole, fresh)
    begin = time.monotonic()
    want = e2e.bpt("query", whole, TASKS).stdout
    usual = time.monotonic() - begin
    verify(whole)
    tasks = dump.task_lines(whole)
    dice = random.Random(11)
    killed = 0
    for attempt in range(KILLS):
        store = new_store(folder, "cut")
        shutil.copyfile(fresh, store)
        process = start("query", store, TASKS)
        time.sleep(dice.random() * usual)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        sound(store)
        equal(e2e.bpt("query", store, TASKS).stdout, want, "the same answer after a kill", attempt)
        equal(dump.task_lines(store), tasks, "the same tasks after a kill", attempt)
        verify(store)
        for path in folder.glob("cut.db*"):
            path.unlink()
    e2e.counts["kills in the middle"] = killed
    check(killed >= KILLS // 3, "kills hit a running query", killed)


def test_tasks_without_writing(folder: pathlib.Path) -> None:
    """A read-only handle, and one beside a writing process, gets the same answer computed in memory; nothing is
    stored."""
    store = new_store(folder, "asked")
    e2e.ingest(store, e2e.sample())
    fresh = dump.task_lines(store)
    check(bool(fresh) and all(line.startswith("stale ") for line in fresh), "tasks are not cut yet", len(fresh))
    read_only = e2e.bpt("query", store, TASKS, "--readonly").stdout
    equal(dump.task_lines(store), fresh, "reading stores nothing")
    db = sqlite3.connect(store, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    begin = time.monotonic()
    beside = e2e.bpt("query", store, TASKS).stdout
    e2e.counts["seconds beside a writer"] = round(time.monotonic() - begin)
    db.execute("ROLLBACK")
    db.close()
    equal(dump.task_lines(store), fresh, "nothing is stored beside a writer")
    want = e2e.bpt("query", store, TASKS).stdout
    equal(read_only, want, "the same answer when reading only")
    equal(beside, want, "the same answer beside a writer")
    check(not any(line.startswith("stale ") for line in dump.task_lines(store)), "the tasks are stored")


def test_cancel(folder: pathlib.Path) -> None:
    """Stopped by its progress callback, at various calls: what is complete is kept, the rest comes with the next
    ingest."""
    home = e2e.sample()
    reference = new_store(folder, "reference")
    e2e.ingest(reference, home)
    want = dump.lines(reference)
    store = new_store(folder, "stopped")
    before = stops = 0
    for nth in (1, 2, 3, 10, 40, 77, 10_000):
        answer = e2e.answers(e2e.bpt("ingest", store, home, "--stop", nth, status=None))[-1]
        stops += answer["code"] == e2e.CANCELLED
        check(answer["code"] in (0, e2e.CANCELLED), "cancelled or done", answer)
        now = len(dump.lines(store)) if store.stat().st_size else 0
        check(now >= before, "what is complete is kept", nth, before, now)
        before = now
        verify(store)
    check(stops >= 4, "calls stopped", stops)
    equal(dump.lines(store), want, "the same facts after stops")


def test_two_writers(folder: pathlib.Path) -> None:
    """Two writers of the same files, and three of a part each, at once: the facts of one writer alone."""
    home = many_sessions(folder)
    reference = new_store(folder, "reference")
    e2e.ingest(reference, home)
    want = dump.lines(reference)
    for again in range(10 if e2e.LONG else 2):
        store = new_store(folder, f"two-{again}")
        writers = [start("ingest", store, home, "--threads", 1 + again % 2, "--retry", 500) for _ in range(2)]
        for process in writers:
            finish(process, "a writer beside another")
        found = dump.differences(want, dump.lines(store))
        check(not found, "the same facts from two writers at once", "\n".join(found))
        verify(store)
    parts = [p for p in home.iterdir()]
    store = new_store(folder, "parts")
    writers = [start("ingest", store, *parts[i::3], "--retry", 500) for i in range(3)]
    for process in writers:
        finish(process, "a writer beside others")
    check(not dump.differences(want, dump.lines(store)), "the same facts from three writers of a part each")
    verify(store)


def test_new_store_by_many(folder: pathlib.Path) -> None:
    """Eight processes that find no store create one, with one key."""
    home = folder / "home"
    shutil.copytree(e2e.sample(4), home)
    for again in range(6 if e2e.LONG else 2):
        store = folder / f"new-{again}.db"
        writers = [start("ingest", store, home, "--retry", 500) for _ in range(8)]
        for process in writers:
            finish(process, "a process that creates the store beside others")
        sound(store)
        verify(store)
        e2e.ingest(store, home, "--restart")
        alone = folder / f"alone-{again}.db"
        shutil.copy(f"{store}.key", f"{alone}.key")
        e2e.ingest(alone, home)
        check(not dump.differences(alone, store), "the same facts from eight processes that create the store")
        for path in (store, pathlib.Path(f"{store}.key")):
            equal(oct(path.stat().st_mode & 0o777), "0o600", "private files")


def test_readers_beside_a_writer(folder: pathlib.Path) -> None:
    """Eight readers ask while one process writes; totals never go back, and the only error is BUSY."""
    home = many_sessions(folder)
    store = new_store(folder, "shared")
    parts = sorted(home.iterdir())
    e2e.ingest(store, parts[0])
    done = threading.Event()
    wrong: list = []
    answered = [0] * 8

    def read(number: int) -> None:
        last = 0
        while not done.is_set() or answered[number] == 0:
            made = subprocess.run([e2e.BPT, "query", store, QUERIES[0]] if number % 2 else
                                  [e2e.BPT, "inspect", store, "health", "json", "--readonly"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            answer = json.loads(made.stdout) if made.returncode == 0 else None
            if answer is None and json.loads(made.stdout)["error"]["code"] != e2e.BUSY:
                wrong.append(made.stdout)
            if answer is not None:
                total = (sum(row["interactions"] for row in answer["rows"]) if number % 2 else
                         next(row["value"] for row in answer["rows"] if row["name"] == "responses"))
                if total < last:
                    wrong.append((number, last, total))
                last = total
                answered[number] += 1

    readers = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in readers:
        thread.start()
    for part in parts[1:]:
        finish(start("ingest", store, part, "--retry", 500), "a writer beside readers")
    done.set()
    for thread in readers:
        thread.join()
    e2e.counts["answers beside a writer"] = sum(answered)
    check(not wrong, "no error but BUSY, and no total goes back", wrong[:3])
    reference = new_store(folder, "reference")
    e2e.ingest(reference, home)
    check(not dump.differences(reference, store), "nothing lost beside readers")
    verify(store)


if __name__ == "__main__":
    e2e.main()
