#!/usr/bin/env python3
"""Erasing leaves nothing: what was erased is denied to the next call of every handle, stands in no byte of any file,
and does not come back when the files it came from are read again.

Four states: idle, under an open reader, across processes, and killed between commit and checkpoint. Each is searched
raw for the identifiers of every erased row and for erased names, and each has a control that must find them: the same
search before the erasure, and after a plain DELETE without what the library does.
"""
from __future__ import annotations

import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from typing import Any, Iterable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import dump  # noqa: E402
import e2e  # noqa: E402
from e2e import bpt, check, equal  # noqa: E402

NOW = 1775088000000000  # 2026-04-02, two days behind the sample
DAY = 86400 * 10**6
FACTS = ("prompt", "response", "tool_call", "decision", "span", "event", "change")
dice = random.Random(7)


def ingest(store: pathlib.Path, home: pathlib.Path, *more: Any) -> dict:
    return e2e.ingest(store, home, "--now", NOW, *more)


def erase(store: pathlib.Path, status: int = 0, **selector: Any) -> dict:
    made = bpt("erase", store, json.dumps({"version": 1, **selector}), "--now", NOW, status=status)
    return json.loads(made.stdout)


def rows(store: pathlib.Path, sql: str, *values: Any) -> list:
    db = dump.connect(store) if " cell " in sql else sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    found = db.execute(sql, values).fetchall()
    db.close()
    return found


def one(store: pathlib.Path, sql: str, *values: Any) -> Any:
    return rows(store, sql, *values)[0][0]


def as_written(numbers: Iterable) -> set:
    """As SQLite writes them. One of a great many identifiers is small enough for six bytes, which other numbers have, too:
    it is left out."""
    return {n.to_bytes(8, "big", signed=True) for n in numbers if not -(1 << 47) <= n < 1 << 47}


# ------------------------------------------------------------------------------------- the search

def needles(store: pathlib.Path, where: str = "1", *values: Any) -> set:
    """The bytes by which rows are found: the second half of every fact's key, sessions, and names of eight bytes or
    more that nobody else has."""
    found = set()
    for table in FACTS:
        found |= as_written(k2 for k2, in rows(store, f"SELECT k2 FROM {table} WHERE session IN (SELECT id FROM session "
                                                      f"WHERE {where})", *values))
    for pair in rows(store, f"SELECT hi, lo FROM session WHERE {where}", *values):
        found |= as_written(pair)
    return found


def files_of(store: pathlib.Path) -> dict:
    return {p.name: p.read_bytes() for p in sorted(store.parent.iterdir())
            if p.name.startswith(store.name) and not p.name.endswith(".key")}


def hits(store: pathlib.Path, wanted: set) -> int:
    count = 0
    for data in files_of(store).values():
        windows = {data[i:i + 8] for i in range(len(data) - 7)}
        count += len(windows & {n for n in wanted if len(n) == 8})
        count += sum(n in data for n in wanted if len(n) != 8)
    return count


def gone(store: pathlib.Path, wanted: set, what: str) -> None:
    e2e.counts["traces searched"] += len(wanted)
    equal(hits(store, wanted), 0, f"no trace is left {what}")


def receipt(answer: dict) -> dict:
    return {row["item"]: row["count"] for row in answer["rows"]}


def erased_by_hand(store: pathlib.Path, where: str, *values: Any) -> dict:
    """How many rows of each kind a selection of sessions must take; nothing is shared between sessions here."""
    names = dict(zip(FACTS, ("prompts", "responses", "tool_calls", "decisions", "spans", "events", "changes")))
    return {names[t]: one(store, f"SELECT count(*) FROM {t} WHERE session IN (SELECT id FROM session WHERE {where})",
                          *values) for t in FACTS}


def made(folder: pathlib.Path, name: str = "store.db") -> tuple:
    home = e2e.sample()
    store = folder / name
    ingest(store, home)
    return store, home


# ------------------------------------------------------------------------------------------ tests

def test_by_session(folder: pathlib.Path) -> None:
    """One session after the other, each with its receipt; the rest stays what it was."""
    store, home = made(folder)
    for hi, lo in dice.sample(rows(store, "SELECT hi, lo FROM session"), 12 if e2e.LONG else 5):
        session = f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}"
        where = "hi = ? AND lo = ?"
        wanted, want = needles(store, where, hi, lo), erased_by_hand(store, where, hi, lo)
        before = {t: one(store, f"SELECT count(*) FROM {t}") for t in FACTS}
        check(hits(store, wanted) >= len(wanted), "control: the search finds what is there", len(wanted))
        got = receipt(erase(store, session=session[:dice.choice((12, 20, 32))]))
        for item, count in want.items():
            equal(got[item], count, "rows of the receipt", item)
        equal(got["traces_found"], 0, "the receipt found nothing")
        check(got["identifiers_searched"] >= len(wanted) and got["bytes_searched"] >= store.stat().st_size,
              "the receipt says what was searched", got)
        gone(store, wanted, "of a session")
        for table, item in zip(FACTS, ("prompts", "responses", "tool_calls", "decisions", "spans", "events", "changes")):
            equal(one(store, f"SELECT count(*) FROM {table}"), before[table] - want[item], "the others stay", table)
        e2e.verify(store)
        again = ingest(store, home, "--restart")
        equal(again["records_stored"], 0, "nothing comes back")
        check(again["records_erased"] > 0, "what was left out is counted")
        gone(store, wanted, "after reading again")
    error = e2e.error_of("erase", store, json.dumps({"version": 1, "session": session}), "--now", NOW)
    equal(error["code"], e2e.NOTFOUND, "a session that is gone is not known")


def test_by_workspace_source_range(folder: pathlib.Path) -> None:
    store, home = made(folder)
    workspace, = dice.choice(rows(store, "SELECT text FROM label WHERE kind = 2"))
    where = "workspace IN (SELECT id FROM label WHERE kind = 2 AND text = ?)"
    wanted = needles(store, where, workspace) | {workspace.encode()}
    check(hits(store, wanted) > len(wanted) // 2, "control: found before")
    erase(store, workspace=workspace)
    gone(store, wanted, "of a workspace, nor its name")
    e2e.verify(store)
    equal(ingest(store, home, "--restart")["records_stored"], 0, "nothing comes back")
    gone(store, wanted, "after reading again")

    first, last = NOW - 20 * DAY, NOW - 12 * DAY
    def inside() -> int:
        return sum(one(store, f"SELECT count(*) FROM {t} WHERE time_us >= ? AND time_us < ?", first, last) for t in FACTS)
    check(inside() > 100, "control: facts in the range", inside())
    keys = as_written(k2 for t in FACTS for k2, in rows(store, f"SELECT k2 FROM {t} WHERE time_us >= ? AND time_us < ?",
                                                       first, last))
    kept = sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS) - inside()
    erase(store, from_us=first, until_us=last)
    equal(inside(), 0, "no fact in the range")
    gone(store, keys, "of a range")
    check(sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS) >= kept - 40, "facts outside stay")
    equal(one(store, "SELECT count(*) FROM run WHERE end_us >= ? AND start_us < ?", first, last), 0, "no run in the range")
    equal(one(store, "SELECT coalesce(sum(n), 0) FROM cell WHERE kind > 0 AND quarter >= ? AND quarter < ?",
              first // (900 * 10**6), last // (900 * 10**6)), 0, "no sum in the range")
    e2e.verify(store)
    equal(ingest(store, home, "--restart")["records_stored"], 0, "nothing comes back")
    equal(inside(), 0, "not after reading again")

    wanted = needles(store, "sources = 2")  # codex
    check(len(wanted) > 100, "control: something of the source")
    equal(receipt(erase(store, source="codex"))["files"] > 0, True, "places of the source go")
    gone(store, wanted, "of a source")
    equal(one(store, "SELECT count(*) FROM session WHERE sources & 2"), 0, "no session of the source")
    e2e.verify(store)
    equal(ingest(store, home)["records_stored"], 0, "nothing comes back, though its files are read again")
    e2e.verify(store)


def test_everything(folder: pathlib.Path) -> None:
    store, home = made(folder)
    bpt("consent", store, "quality", "lead", 1, NOW + 10 * DAY, "--now", NOW)
    wanted = needles(store) | {t.encode() for t, in rows(store, "SELECT text FROM label WHERE length(text) > 7")}
    check(hits(store, wanted) > 1000, "control: found before")
    got = receipt(erase(store, everything=True))
    check(got["consents_and_questions"] > 0, "decisions and questions go, too")
    gone(store, wanted, "of everything")
    for table in (*FACTS, "session", "label", "run", "rollup", "told", "task", "stale", "file", "reject", "operation", "consent"):
        equal(one(store, f"SELECT count(*) FROM {table}"), 0, "tables are empty", table)
    equal(ingest(store, home)["records_stored"], 0, "nothing comes back")
    equal(one(store, "SELECT count(*) FROM label"), 0, "nor a name")
    later = folder / "later.jsonl"
    later.write_text(json.dumps({"blueplane": 1, "kind": "prompt", "platform": "sample", "session": "s9", "id": "p9",
                                 "time": "2026-04-03T10:00:00Z"}) + "\n", encoding="utf-8")
    answer = e2e.ingest(store, later, "--source", "native", "--now", NOW + 2 * DAY)
    equal(answer["records_stored"], 1, "what is done later is recorded", answer)


def test_retention(folder: pathlib.Path) -> None:
    """Four hundred days unless the owner says otherwise, by the latest time ever seen."""
    store, home = made(folder)
    all_facts = sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS)
    erase(store, expired=True)
    equal(sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS), all_facts, "400 days: nothing is old enough")
    bpt("configure", store, "retention", json.dumps({"version": 1, "events_days": 14}), "--now", NOW)
    limit = NOW - 14 * DAY
    old = sum(one(store, f"SELECT count(*) FROM {t} WHERE time_us < ?", limit) for t in FACTS)
    check(old > 1000, "control: something is old", old)
    wanted = as_written(k2 for t in FACTS for k2, in rows(store, f"SELECT k2 FROM {t} WHERE time_us < ?", limit))
    erase(store, expired=True)
    equal(sum(one(store, f"SELECT count(*) FROM {t} WHERE time_us < ?", limit) for t in FACTS), 0, "nothing old is left")
    gone(store, wanted, "of what expired")
    e2e.verify(store)
    equal(ingest(store, home, "--restart")["records_stored"], 0, "nothing comes back")
    for wrong in ({"version": 2}, {"version": 1, "events_days": 0}, {"version": 1, "days": 3}, {"version": 1, "events_days": "x"}):
        equal(e2e.error_of("configure", store, "retention", json.dumps(wrong))["code"], e2e.FORMAT, "refused", wrong)
    bpt("configure", store, "retention", json.dumps({"version": 1, "events_days": None}))
    shown = {row["limit"]: row["days"] for row in json.loads(bpt("inspect", store, "retention").stdout)["rows"]}
    equal(shown, {"events_days": None, "releases_days": 1095, "audit_days": 90}, "limits")


def test_selectors(folder: pathlib.Path) -> None:
    store, _ = made(folder)
    before = {t: one(store, f"SELECT count(*) FROM {t}") for t in FACTS}
    for wrong in ("{}", '{"version":1}', '{"version":2,"everything":true}', '{"version":1,"everything":false}',
                  '{"version":1,"everything":true,"source":"codex"}', '{"version":1,"from_us":5,"until_us":5}',
                  '{"version":1,"from":5}', '{"version":1,"session":7}', "[]", "nonsense",
                  '{"version":1,"expired":true,"from_us":1}'):
        equal(e2e.error_of("erase", store, wrong)["code"], e2e.FORMAT, "malformed selectors are refused", wrong)
    for wrong, code in (({"source": "nonesuch"}, e2e.NOTFOUND), ({"workspace": "nonesuch"}, e2e.NOTFOUND),
                        ({"session": "0000000000000000"}, e2e.NOTFOUND), ({"session": "zz"}, e2e.INVALID)):
        equal(e2e.error_of("erase", store, json.dumps({"version": 1, **wrong}))["code"], code, "refused", wrong)
    everything = '{"version":1,"everything":true}'
    equal(e2e.error_of("erase", store, everything, "--readonly")["code"], e2e.READONLY, "a read-only handle erases nothing")
    for access in ("none", "devops"):
        equal(e2e.error_of("erase", store, everything, "--access", access)["code"], e2e.DENIED, "denied", access)
    equal({t: one(store, f"SELECT count(*) FROM {t}") for t in FACTS}, before, "nothing was erased")


# -------------------------------------------------------------------------------- the other states

class Reader:
    """A process that holds a snapshot: reading the files raw in the same process would drop its locks."""

    def __init__(self, store: pathlib.Path, table: str = "prompt") -> None:
        script = ("import sqlite3,sys\n"
                  "db=sqlite3.connect(f'file:{sys.argv[1]}?mode=ro',uri=True,isolation_level=None)\n"
                  "db.execute('BEGIN'); print(db.execute('SELECT count(*) FROM '+sys.argv[2]).fetchone()[0],flush=True)\n"
                  "sys.stdin.read()\n")
        self.process = subprocess.Popen([sys.executable, "-c", script, str(store), table], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        check(int(self.process.stdout.readline()) > 0, "a reader holds the old state")

    def close(self) -> None:
        self.process.communicate()


def test_under_a_reader(folder: pathlib.Path) -> None:
    """Rows are gone for every new question at once; bytes stay as long as the reader, and that is said, never OK."""
    store, home = made(folder)
    wanted = needles(store)
    reader = Reader(store)
    error = erase(store, 1, everything=True)["error"]
    equal((error["code"], error["details"].get("status")), (e2e.BUSY, "pending"), "pending under a reader")
    equal(one(store, "SELECT count(*) FROM prompt"), 0, "gone for the next call")
    check(hits(store, wanted) > 0, "control: the old state is still in the files")
    error = erase(store, 1, everything=True)["error"]
    equal(error["details"].get("status"), "pending", "still pending")
    reader.close()
    bpt("inspect", store, "health")
    gone(store, wanted, "after the next opening")
    equal(one(store, "SELECT value FROM meta WHERE name = 'erase_pending_us'"), 0, "no longer pending")
    equal(ingest(store, home)["records_stored"], 0, "nothing comes back")


def test_across_processes(folder: pathlib.Path) -> None:
    """A handle that was open before sees nothing of it at its next call."""
    store, _ = made(folder)
    wanted = needles(store)
    script = ("import ctypes,sys\n"
              "bp=ctypes.CDLL(sys.argv[1]); p=ctypes.c_void_p\n"
              "class O(ctypes.Structure): _fields_=[('size',ctypes.c_uint32),('flags',ctypes.c_uint32),"
              "('access',ctypes.c_uint32),('level',ctypes.c_uint32)]+[(n,p) for n in 'abcdef']\n"
              "bp.bp_result_int.restype=ctypes.c_int64\n"
              "for f in (bp.bp_open,bp.bp_query_run,bp.bp_query_new,bp.bp_query_metric): f.restype=ctypes.c_int\n"
              "o=O(ctypes.sizeof(O),0,1,0); s=p(); q=p()\n"
              "assert bp.bp_open(ctypes.byref(s),sys.argv[2].encode(),ctypes.byref(o),None)==0\n"
              "bp.bp_query_new(ctypes.byref(q),None); bp.bp_query_metric(q,b'prompts')\n"
              "for line in sys.stdin:\n"
              "  r=p(); assert bp.bp_query_run(ctypes.byref(r),s,q,None)==0\n"
              "  print(bp.bp_result_int(r,ctypes.c_size_t(0),ctypes.c_size_t(0)),flush=True); bp.bp_result_free(r)\n")
    library = os.environ.get("BLUEPLANE_LIBRARY")
    if not library:
        raise e2e.Skip("no library to load")
    with subprocess.Popen([sys.executable, "-c", script, library, str(store)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as other:
        def ask() -> int:
            other.stdin.write("\n")
            other.stdin.flush()
            return int(other.stdout.readline())
        check(ask() > 0, "control: the other process sees facts")
        erase(store, everything=True)
        equal(ask(), 0, "and none at its next call")
        gone(store, wanted, "while the other process has the store open")
        other.stdin.close()


def test_killed(folder: pathlib.Path) -> None:
    """Killed between commit and checkpoint: the next opening finishes it."""
    store, _ = made(folder)
    kills = 0
    for turn in range(12 if e2e.LONG else 6):
        session = one(store, "SELECT printf('%016x%016x', hi, lo) FROM session ORDER BY hi LIMIT 1 OFFSET ?", turn)
        where = "printf('%016x%016x', hi, lo) = ?"
        wanted = needles(store, where, session)
        reader = Reader(store)
        doing = subprocess.Popen([e2e.BPT, "erase", str(store), json.dumps({"version": 1, "session": session}),
                                  "--now", str(NOW)], stdout=subprocess.PIPE)
        end = time.monotonic() + 10
        while time.monotonic() < end and one(store, f"SELECT count(*) FROM session WHERE {where}", session) > 0:
            time.sleep(0.002)
        doing.send_signal(signal.SIGKILL)  # committed; the checkpoint waits for the reader
        kills += doing.wait() == -signal.SIGKILL
        reader.close()
        check(hits(store, wanted) > 0, "control: traces are there after the kill")
        equal(one(store, f"SELECT count(*) FROM session WHERE {where}", session), 0, "the rows are gone")
        bpt("inspect", store, "health", "--now", NOW)
        gone(store, wanted, "after the next opening")
        e2e.verify(store)
    check(kills > 0, "killed while it waited", kills)


def test_control(folder: pathlib.Path) -> None:
    """A plain DELETE, as one would write it, is found out by the same search."""
    store, home = made(folder)
    wanted = needles(store)
    db = sqlite3.connect(store)
    for table in (*FACTS, "session"):
        db.execute(f"DELETE FROM {table}")
    db.commit()
    check(hits(store, wanted) > 100, "traces of a plain DELETE are found")
    db.close()
    ingest(store, home, "--restart")
    check(one(store, "SELECT count(*) FROM prompt") > 0, "and without marks everything comes back")


# ------------------------------------------------------------------------------------------- teams

def team_store(folder: pathlib.Path) -> tuple:
    """A team's store with contributions of three members and a published week, put there by hand."""
    store = folder / "team.db"
    steward = ("--access", "steward", "--now", NOW)
    named = {r["name"]: r["value"] for r in json.loads(bpt("inspect", store, "identity", *steward).stdout)["rows"]}
    own = bytes.fromhex(next(v for k, v in named.items() if len(v) == 64))
    db = sqlite3.connect(store)
    payloads = {}
    for member in ("ada", "bob", "cyd"):
        payloads[member] = dice.randbytes(200)
        db.execute("INSERT INTO contribution VALUES (20500, ?, ?, 1, ?, ?)",
                   (member, dice.randbytes(32), dice.randbytes(32), payloads[member]))
    db.execute("INSERT INTO release VALUES (1, ?, 20493, 1, 'acme', 3, ?)", (own, dice.randbytes(32)))
    values = [dice.randrange(1 << 50, 1 << 51) for _ in range(5)]
    for i, value in enumerate(values):
        db.execute("INSERT INTO published VALUES (1, 'core', 0, '', ?, ?, 0, 2)", (i, value))
    db.commit()
    db.close()
    return store, steward, payloads, values


def in_files(store: pathlib.Path, piece: bytes) -> bool:
    return any(piece in data for data in files_of(store).values())


def test_of_a_team(folder: pathlib.Path) -> None:
    """A member's open contributions, and what was published of a week: gone for ever, bytes and all."""
    store, steward, payloads, values = team_store(folder)
    check(all(in_files(store, p[:64]) for p in payloads.values()), "control: contributions are in the files")
    answer = json.loads(bpt("erase", store, '{"version":1,"subject":"bob"}', *steward).stdout)
    equal(receipt(answer), {"contributions": 1, "published_cells": 0, "individual_numbers": 0}, "the receipt of a member")
    equal([m for m, in rows(store, "SELECT member FROM contribution ORDER BY member")], ["ada", "cyd"], "the others stay")
    check(not in_files(store, payloads["bob"][:64]), "no byte of the member's numbers is left")
    equal(e2e.error_of("erase", store, '{"version":1,"subject":"bob"}', *steward)["code"], e2e.NOTFOUND, "gone is gone")

    six = [v.to_bytes(7, "big")[-6:] for v in values]
    check(all(in_files(store, v) for v in six), "control: published cells are in the files")
    answer = json.loads(bpt("erase", store, '{"version":1,"published":"2026-W07"}', *steward).stdout)
    equal(receipt(answer)["published_cells"], 5, "the receipt of a week")
    equal(one(store, "SELECT count(*) FROM published"), 0, "no cell is left")
    equal(one(store, "SELECT edition FROM release"), 2, "the week stays published, in a further edition")
    check(not any(in_files(store, v) for v in six), "no byte of a cell is left")
    for wrong, code in (('{"version":1,"published":"2026-W07"}', e2e.NOTFOUND), ('{"version":1,"published":"2026-W99"}', e2e.INVALID),
                        ('{"version":1,"everything":true}', e2e.FORMAT), ('{"version":1,"subject":"a","published":"2026-W07"}', e2e.FORMAT)):
        equal(e2e.error_of("erase", store, wrong, *steward)["code"], code, "refused", wrong)
    for access in ("none", "devops"):
        equal(e2e.error_of("erase", store, '{"version":1,"subject":"ada"}', "--access", access)["code"], e2e.DENIED, "denied", access)

    reader = Reader(store, "contribution")
    error = e2e.error_of("erase", store, '{"version":1,"subject":"ada"}', *steward)
    equal((error["code"], error["details"].get("status")), (e2e.BUSY, "pending"), "pending under a reader")
    reader.close()
    bpt("inspect", store, "health", *steward)
    check(not in_files(store, payloads["ada"][:64]), "finished at the next opening")


# ---------------------------------------------------------------------------------------- consent

def consents(store: pathlib.Path, now: int = NOW) -> list:
    answer = json.loads(bpt("inspect", store, "consent", "--now", now).stdout)
    return [(row["purpose"], row["audience"], row["state"]) for row in answer["rows"]]


def test_consent(folder: pathlib.Path) -> None:
    """Explicit, bounded, not retroactive, only added to; a clock turned back revives nothing."""
    store, _ = made(folder)
    equal(consents(store), [], "nothing is agreed to by default")
    bpt("consent", store, "quality", "lead", 1, NOW + 180 * DAY, "--now", NOW)
    equal(consents(store), [("quality", "lead", "in force")], "granted")
    equal(consents(store, NOW + 181 * DAY), [("quality", "lead", "expired")], "ends by itself")
    bpt("consent", store, "output", "lead", 1, NOW + 220 * DAY, "--now", NOW + 181 * DAY)  # the latest time ever seen
    equal(consents(store, NOW), [("quality", "lead", "expired"), ("output", "lead", "in force")], "the clock turned back")
    for purpose, audience, granted, expires, code in (
            ("quality", "lead", 1, NOW + 181 * DAY, e2e.INVALID), ("quality", "lead", 1, NOW + 362 * DAY, e2e.INVALID),
            ("quality", "lead", 1, NOW + 200 * DAY - 1, None), ("quality", "manager", 1, NOW + 200 * DAY, e2e.UNSUPPORTED),
            ("quality", "research", 1, NOW + 200 * DAY, e2e.UNSUPPORTED), ("quality", "devops", 1, NOW + 200 * DAY, e2e.UNSUPPORTED),
            ("quality", "owner", 1, NOW + 200 * DAY, e2e.UNSUPPORTED), ("nonesuch", "lead", 1, NOW + 200 * DAY, e2e.NOTFOUND),
            ("quality", "lead", 2, NOW + 200 * DAY, e2e.INVALID)):
        arguments = ("consent", store, purpose, audience, granted, expires, "--now", NOW + 181 * DAY)
        if code is None:
            bpt(*arguments)
        else:
            equal(e2e.error_of(*arguments)["code"], code, "refused", purpose, audience, granted, expires)
    bpt("consent", store, "quality", "lead", 0, 0, "--now", NOW + 182 * DAY)
    equal(consents(store, NOW + 182 * DAY)[-1], ("quality", "lead", "revoked"), "taken back")
    equal(len(consents(store)), 4, "and every word stays written")
    db = sqlite3.connect(store)
    try:
        db.execute("UPDATE consent SET granted = 0")
        changed = True
    except sqlite3.IntegrityError:
        changed = False
    db.close()
    check(not changed, "rows are only added")


def test_audit(folder: pathlib.Path) -> None:
    """Who asked what: words of the catalogue and windows, no value, no name; ninety days."""
    store, _ = made(folder)
    bpt("query", store, json.dumps({"metrics": ["cost"], "period": "2026-03-01/2026-03-07", "by": ["model"],
                                    "where": [{"dimension": "workspace", "op": "=", "value": "sample-harbor"}]}), "--now", NOW)
    bpt("inspect", store, "health", "--access", "devops", "--now", NOW + DAY)
    bpt("inspect", store, "sessions", "--access", "devops", "--now", NOW + DAY, status=1)
    bpt("query", store, json.dumps({"metrics": ["cost"], "period": "all"}), "--readonly", "--now", NOW)
    asked = [(r["access"], r["function"], r["asked"], r["from"], r["until"])
             for r in json.loads(bpt("inspect", store, "audit", "--now", NOW + DAY).stdout)["rows"]]
    equal(asked, [("owner", "bp_query_run", "cost by model", "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
                  ("devops", "bp_inspect", "health", None, None)], "who asked what")
    equal(e2e.error_of("inspect", store, "audit", "--access", "devops")["code"], e2e.DENIED, "only the owner reads it")
    everything = b"".join(str(row).encode() for row in rows(store, "SELECT * FROM audit"))
    check(b"harbor" not in everything, "no name of a filter")
    bpt("inspect", store, "health", "--access", "devops", "--now", NOW + 100 * DAY)
    days = {row[0] for row in rows(store, "SELECT access FROM audit WHERE at_us < ?", NOW + 9 * DAY)}
    equal(days, set(), "older than ninety days is forgotten")


if __name__ == "__main__":
    e2e.main()
