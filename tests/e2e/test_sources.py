#!/usr/bin/env python3
"""Every source of the registry together: any order, pieces, threads, growth and kill -9 give the same facts.

Ingests the good fixtures of all sources, each in a folder of its own under a name that a scan recognises: files of
lines, documents, databases, folders. The first test fails for a source that none of them covers, so a new one cannot be
forgotten.
"""
from __future__ import annotations

import json
import pathlib
import random
import signal
import subprocess
import sys
import time

import dump
import e2e
import earlier
import test_cursor
import test_earlier
import test_opencode
from e2e import check, equal, verify
from test_kill import sound, start
from test_order import new_store

LINES = (*e2e.SOURCES, "hooks")
KILLS = 100 if e2e.LONG else 12
SEEDS = range(20) if e2e.LONG else range(4)


def place(source: str, name: str) -> str:
    """The name under which a scan recognises the file."""
    if source == "forge":
        return name.replace(".json", ".forge.json")
    return name if source == "hooks" else e2e.named(source, name)


def everything(folder: pathlib.Path) -> list:
    """The units: folders that can be read in any order. What belongs together is in one folder."""
    units = []

    def unit(name: str) -> pathlib.Path:
        units.append(folder / name)
        units[-1].mkdir(parents=True)
        return units[-1]

    for source in LINES:
        for path in e2e.fixtures(source, "good-"):
            (unit(f"{source}-{path.stem}") / place(source, path.name)).write_bytes(path.read_bytes())
    for name, where in test_cursor.PLACES.items():
        test_cursor.make(unit(f"cursor-{name}") / where, (test_cursor.CORPUS / "cursor" / f"{name}.sql").read_text())
    lines = test_earlier.lines_of(e2e.fixtures("claude_code", "good-session"))
    kept = earlier.database(unit("earlier") / "telemetry.db", lines)
    for i, name in enumerate(test_earlier.STATES):
        earlier.add_cursor(kept, earlier.kept_of(test_earlier.state(folder.parent / "states", name)), f"storage-{i}", "/home/ada/work/x")
    test_opencode.database(unit("opencode-database") / "opencode.db", test_opencode.exports()).close()
    test_opencode.stored(unit("opencode-folder"), test_opencode.exports(), "project")
    return units


def reference(folder: pathlib.Path) -> tuple:
    units = everything(folder / "in")
    store = new_store(folder, "reference")
    e2e.ingest(store, folder / "in")
    verify(store)
    return units, store


def like(want: pathlib.Path, store: pathlib.Path, *about: object) -> None:
    found = dump.differences(dump.lines(want), dump.lines(store))
    check(not found, "the same facts", *about, "\n".join(found[:40]))
    verify(store)


def test_every_source_tells(folder: pathlib.Path) -> None:
    """Every source in the catalogue has a session in the store."""
    _, store = reference(folder)
    told = {row["source"]: row["sessions"] for row in json.loads(e2e.bpt("inspect", store, "sources").stdout)["rows"]}
    known = [row["source"] for row in json.loads(e2e.bpt("catalog", "sources").stdout)["rows"]]
    for source in known:
        check(told.get(source, 0) > 0, "sources with a session", source, "SOURCES of e2e.py, or everything() here, must have its files", told)


def test_every_name_leads_to_its_source(folder: pathlib.Path) -> None:
    """A scan gives each file to the source whose fixture it is, and none to one that takes it for its own by name."""
    for source in LINES:
        for path in e2e.fixtures(source, "good-"):
            name = place(source, path.name)
            alone, store = folder / path.stem, new_store(folder, f"{source}-{path.stem}")
            (alone / source).mkdir(parents=True, exist_ok=True)
            (alone / source / name).write_bytes(path.read_bytes())
            e2e.ingest(store, alone / source)
            told = json.loads(e2e.bpt("inspect", store, "sources").stdout)["rows"]
            by = {row["source"] for row in told if row["sessions"]}
            check(any(kind in by for kind in ([source] if source != "hooks" else ["cursor_hooks", "claude_code_hooks"])),
                  "sources of files by name", source, name, by)


def test_any_order(folder: pathlib.Path) -> None:
    """Units in random orders, some twice, and 4 or 64 threads: the same facts; a second reading adds nothing."""
    units, want = reference(folder)
    for seed in SEEDS:
        dice = random.Random(seed)
        shuffled = units[:]
        dice.shuffle(shuffled)
        store = new_store(folder, f"order-{seed}")
        if seed % 2:  # one by one, some twice
            for unit in [*shuffled, *shuffled[:seed * 3]]:
                e2e.ingest(store, unit)
        else:
            half = dice.randrange(len(shuffled))
            for part in (shuffled[:half], shuffled[half:], shuffled):
                e2e.ingest(store, *part) if part else None
        like(want, store, seed)
    for threads in (4, 64):
        store = new_store(folder, f"threads-{threads}")
        e2e.ingest(store, folder / "in", "--threads", threads)
        like(want, store, threads, "threads")
        report = e2e.ingest(store, folder / "in", "--threads", threads)
        equal((report["files_changed"], report["records_read"]), (0, 0), "what did not change is not read")
        report = e2e.ingest(store, folder / "in", "--restart", "--threads", threads)
        equal((report["records_stored"], report["records_updated"]), (0, 0), "nothing new from the start")
        like(want, store, threads, "from the start")


def test_growth(folder: pathlib.Path) -> None:
    """Files of lines grow by part of a line, other files appear, and everything is ingested again after each step."""
    units, want = reference(folder)
    files = [p for unit in units for p in sorted(unit.rglob("*")) if p.is_file()]
    for seed in SEEDS:
        dice, home, store = random.Random(seed), folder / f"grows-{seed}", new_store(folder, f"grown-{seed}")
        # the size of each file in the first three of four steps; a document is complete once it is there
        cuts = {p: sorted(dice.randrange(p.stat().st_size + 1) for _ in range(3)) if p.suffix == ".jsonl" else
                [0 if dice.randrange(4) > step else p.stat().st_size for step in range(3)] for p in files}
        for step in range(4):
            for p in files:
                size = cuts[p][step] if step < 3 else p.stat().st_size
                to = home / p.relative_to(folder / "in")
                if size and (not to.exists() or to.stat().st_size != size):
                    to.parent.mkdir(parents=True, exist_ok=True)
                    to.write_bytes(p.read_bytes()[:size])
            e2e.ingest(store, home)
            verify(store)
        like(want, store, seed)


def test_kill(folder: pathlib.Path) -> None:
    """Killed at random moments, over files, databases and folders alike, the next ingest completes the store to the
    same facts."""
    _, want = reference(folder)
    begin = time.monotonic()
    e2e.ingest(new_store(folder, "timed"), folder / "in")
    usual, dice, killed = time.monotonic() - begin, random.Random(4), 0
    for attempt in range(KILLS):
        store = new_store(folder, f"killed-{attempt}")
        for _ in range(dice.randint(1, 3)):
            process = start("ingest", store, folder / "in", "--threads", dice.choice((1, 2, 64)), "--log")
            time.sleep(dice.random() * usual)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            process.communicate()
        if store.exists() and store.stat().st_size > 0:
            sound(store)
        e2e.ingest(store, folder / "in")
        sound(store)
        like(want, store, attempt)
        for path in folder.glob(f"killed-{attempt}.db*"):
            path.unlink()
    e2e.counts["kills in the middle"] = killed
    check(killed >= KILLS // 2, "kills hit a running ingest", killed)
    for name in ("state.vscdb", "telemetry.db", "opencode.db"):
        check(not [p for p in (folder / "in").rglob(f"{name}-*")], "no file beside databases that were read", name)


def test_kill_beside_a_writer(folder: pathlib.Path) -> None:
    """An ingest is killed while Cursor writes to its database, with a WAL and with a rollback journal: the database
    stays as its writer left it."""
    sql = (test_cursor.CORPUS / "cursor" / "good-global.sql").read_text()
    for mode in ("WAL", "DELETE"):
        path = test_cursor.make(folder / mode / "globalStorage/state.vscdb", f"PRAGMA journal_mode = {mode};" + sql)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            equal(writer.stdout.readline(), b"writing\n", "the writer begins")
            dice, killed = random.Random(mode), 0
            for attempt in range(KILLS):
                store = new_store(folder, f"{mode}-{attempt}")
                process = start("ingest", store, folder / mode)
                time.sleep(dice.random() * 0.05)
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
                process.communicate()
                e2e.ingest(store, folder / mode)
                verify(store)
        finally:
            written = int(writer.communicate(b"stop\n", timeout=60)[0])
        equal(writer.returncode, 0, "the writer met no error", mode)
        e2e.counts["bubbles written meanwhile"] += written
        e2e.counts["kills in the middle"] += killed
        check(killed > 0, "kills hit a running ingest", mode, killed)
        check(written > 0, "it wrote", mode)
        equal(test_cursor.sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall(), [("ok",)], "sound beside kills", mode)
        store = new_store(folder, f"{mode}-end")
        e2e.ingest(store, folder / mode)
        equal(test_cursor.number(store, "prompts"), 4 + written, "prompts in the end", mode)
        check(b"CANARY" in path.read_bytes() and not any(b"CANARY" in p.read_bytes() for p in folder.glob(f"{mode}-*.db*")),
              "credentials that were written meanwhile are in no store", mode)


# Inserts bubbles into a state.vscdb until it is told to stop; prints how many.
WRITER = """
import json, select, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
db.execute("PRAGMA journal_mode = " + sys.argv[2])
db.execute("PRAGMA wal_autocheckpoint = 10")
print("writing", flush=True)
n = 0
while not select.select([sys.stdin], [], [], 0.002)[0]:
    bubble = {"type": 1, "bubbleId": f"live-{n}", "requestId": f"live-{n}", "text": "x" * 3000}
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO cursorDiskKV VALUES (?, ?)", (f"bubbleId:comp-a:live-{n}", json.dumps(bubble)))
    db.execute("INSERT OR REPLACE INTO ItemTable VALUES ('cursorAuth/accessToken', ?)", (f"CANARY-{n}",))
    db.execute("COMMIT")
    n += 1
print(n)
"""


if __name__ == "__main__":
    e2e.main()
