#!/usr/bin/env python3
"""Erasing leaves nothing: what was erased is hidden from the next call of every handle, is in no byte of any file, and
does not come back when its source files are read again.

Four states: idle, under an open reader, across processes, and killed between commit and checkpoint. In each, all files
are searched as raw bytes for the identifiers of every erased row and for erased names. Controls that must find them:
the same search before the erasure, and after a plain DELETE without the library's own steps.
"""
from __future__ import annotations

import json
import os
import pathlib
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from typing import Any, Callable, Iterable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import dump  # noqa: E402
import e2e  # noqa: E402
from e2e import bpt, check, equal  # noqa: E402

NOW = 1775088000000000  # 2026-04-02, two days after the sample ends
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
    if "_words " in sql:
        dump.packed.words(db)
    found = db.execute(sql, values).fetchall()
    db.close()
    return found


def one(store: pathlib.Path, sql: str, *values: Any) -> Any:
    return rows(store, sql, *values)[0][0]


def as_written(numbers: Iterable) -> set:
    """Identifiers as SQLite writes them. Rare small ones, which fit six bytes, are left out: other numbers may have the
    same bytes."""
    return {n.to_bytes(8, "big", signed=True) for n in numbers if not -(1 << 47) <= n < 1 << 47}


# ------------------------------------------------------------------------------------- the search

def needles(store: pathlib.Path, where: str = "1", *values: Any) -> set:
    """The bytes to search for: the second half of every fact's key, sessions, and names of at least eight bytes that no
    other session has."""
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
        for length in {8, 12} & {len(n) for n in wanted}:
            count += len({data[i:i + length] for i in range(len(data) - length + 1)} & wanted)
        count += sum(n in data for n in wanted if len(n) not in (8, 12))
    return count


def gone(store: pathlib.Path, wanted: set, what: str) -> None:
    e2e.counts["traces searched"] += len(wanted)
    equal(hits(store, wanted), 0, f"no trace is left {what}")


def receipt(answer: dict) -> dict:
    return {row["item"]: row["count"] for row in answer["rows"]}


def erased_by_hand(store: pathlib.Path, where: str, *values: Any) -> dict:
    """How many rows of each kind an erasure of the selected sessions must take; sessions share no rows here."""
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
    """Sessions erased one after the other, each with the right receipt; everything else stays."""
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
    equal(error["code"], e2e.NOTFOUND, "an erased session is unknown")


def test_by_workspace_source_range(folder: pathlib.Path) -> None:
    """Erasing a workspace, a range of time and a source; reading again brings nothing back."""
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
        return sum(one(store, f"SELECT count(*) FROM {t}_words WHERE time_us >= ? AND time_us < ?", first, last) for t in FACTS)
    def seen_inside() -> int:
        return sum(one(store, f"SELECT count(*) FROM session WHERE {name}_us >= ? AND {name}_us < ?", first, last)
                   for name in ("platform", "workspace", "branch", "entrypoint"))
    check(inside() > 100, "control: facts in the range", inside())
    check(seen_inside() > 4, "control: names that were seen in the range", seen_inside())
    keys = as_written(k2 for t in FACTS for k2, in rows(store, f"SELECT k2 FROM {t}_words WHERE time_us >= ? AND time_us < ?",
                                                       first, last))
    kept = sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS) - inside()
    erase(store, from_us=first, until_us=last)
    equal(inside(), 0, "no fact in the range")
    equal(seen_inside(), 0, "no time at which a session's names were seen")
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
    equal(receipt(erase(store, source="codex"))["files"] > 0, True, "places of the source are erased")
    gone(store, wanted, "of a source")
    equal(one(store, "SELECT count(*) FROM session WHERE sources & 2"), 0, "no session of the source")
    e2e.verify(store)
    equal(ingest(store, home)["records_stored"], 0, "nothing comes back, though its files are read again")
    e2e.verify(store)


PIECE, OVERHANG = 12, 4


def packed_rows(store: pathlib.Path) -> list:
    return [cells for table in ("rollup", "day") for cells, in rows(store, f"SELECT cells FROM {table}")]


def packed(store: pathlib.Path) -> set:
    """All pieces of packed rows. They contain no identifiers, but are too long and too varied to occur by chance."""
    found = {cells[i:i + PIECE] for cells in packed_rows(store) for i in range(len(cells) - PIECE + 1)}
    return {piece for piece in found if len(set(piece)) > 4}


def without_chance(lost: set, store: pathlib.Path) -> set:
    """Leaves out pieces that remaining rows explain: where a row ends earlier than before, or begins later, the bytes
    next to it, now of another row, may be equal to what was there."""
    ends, starts = set(), set()
    for cells in packed_rows(store):
        for over in range(1, OVERHANG + 1):
            ends.add(cells[over - PIECE:])
            starts.add(cells[:PIECE - over])
    return {piece for piece in lost if not any(piece[:PIECE - over] in ends or piece[over:] in starts
                                               for over in range(1, OVERHANG + 1))}


def test_packed(folder: pathlib.Path) -> None:
    """Packed numbers of an erased session share rows with others': no piece of them is left in a file."""
    home, store, went = folder / "home", folder / "store.db", 0
    subprocess.run([sys.executable, "-B", str(e2e.ROOT / "examples" / "sample" / "sample.py"), "--out", str(home), "--until",
                    "2026-03-29", "--days", "60", "--seed", "4", "--quiet"], check=True)
    ingest(store, home)
    for turn, (hi, lo) in enumerate(dice.sample(rows(store, "SELECT hi, lo FROM session"), 4)):
        if turn % 2 == 0:
            for metric in ("prompts", "cost", "active_time", "tool_calls"):
                bpt("query", store, json.dumps({"metrics": [metric], "period": "all", "by": ["time.hour"]}), "--now", NOW)
            check(one(store, "SELECT count(*) FROM day") > 0, "control: days are packed")
        before = packed(store)
        erase(store, session=f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}")
        lost = without_chance(before - packed(store), store)
        check(len(lost) > 20, "control: something packed went", len(lost))
        gone(store, lost, "of packed rows")
        went += len(lost)
    check(went > 1000, "control: packed days went", went)


def test_everything(folder: pathlib.Path) -> None:
    """Erases a whole store: all tables are empty, nothing comes back, and later work is recorded."""
    store, home = made(folder)
    bpt("consent", store, "quality", "lead", 1, NOW + 10 * DAY, "--now", NOW)
    wanted = needles(store) | {t.encode() for t, in rows(store, "SELECT text FROM label WHERE length(text) > 7")}
    check(hits(store, wanted) > 1000, "control: found before")
    got = receipt(erase(store, everything=True))
    check(got["consents_and_questions"] > 0, "decisions and the record of queries are erased, too")
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


def prompts(folder: pathlib.Path, name: str, *of: tuple) -> pathlib.Path:
    """A file of prompts: (session, time)."""
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"blueplane": 1, "kind": "prompt", "platform": "sample", "session": session,
                                        "id": f"{session}-{at}", "time": at}) + "\n" for session, at in of), encoding="utf-8")
    return path


def test_wrong_clocks(folder: pathlib.Path) -> None:
    """What happens after an erasure is recorded, whatever clock a fact or the erasure had; what was erased stays
    away."""
    def take(path: pathlib.Path, now: int = NOW) -> int:
        return e2e.ingest(store, path, "--source", "native", "--restart", "--now", now)["records_stored"]

    some = prompts(folder, "some", ("s1", "2026-03-30T10:00:00Z"), ("s2", "2026-03-31T10:00:00Z"), ("s2", "2126-03-31T10:00:00Z"))
    later = prompts(folder, "later", ("s1", "2026-04-02T10:00:00Z"), ("s3", "2026-04-03T10:00:00Z"))
    for number, selector in enumerate(({"everything": True}, {"source": "native"}, {"from_us": NOW - 30 * DAY, "until_us": NOW + 40000 * DAY})):
        store = folder / f"future-{number}.db"
        equal(take(some), 3, "control: they are taken")
        erase(store, **selector)
        equal(take(some), 0, "a fact of the future does not come back", selector)
        equal(take(later, NOW + 2 * DAY), 2, "what is done later is recorded", selector)
    store = folder / "session.db"
    take(some)
    session = next(r["session"] for r in json.loads(bpt("inspect", store, "sessions", "--now", NOW).stdout)["rows"] if r["first"] < "2026-03-31")
    erase(store, session=session)
    equal(take(some), 0, "a session alone")
    equal(take(later, NOW + 2 * DAY), 2, "the same session goes on, whatever another tells of the future")
    store = folder / "ahead.db"
    take(prompts(folder, "past", ("s1", "2026-03-30T10:00:00Z"), ("s2", "2026-03-31T10:00:00Z")))
    bpt("erase", store, json.dumps({"version": 1, "expired": True}), "--now", NOW + 1000 * DAY)
    equal(one(store, "SELECT count(*) FROM prompt"), 0, "control: the clock was years ahead")
    equal(take(later, NOW + 2 * DAY), 2, "once the clock is right, new facts are recorded")
    bpt("erase", store, json.dumps({"version": 1, "expired": True}), "--now", NOW + 2 * DAY)
    equal(one(store, "SELECT count(*) FROM prompt"), 2, "and are kept for the configured time")


def turn(at: str, nth: int) -> list:
    used = {"input_tokens": 100 * nth, "output_tokens": 10 * nth, "total_tokens": 110 * nth}
    said = (("turn_context", {"cwd": "/home/ada/harbor", "model": "house-model"}),
            ("event_msg", {"type": "user_message", "message": "", "kind": "plain"}),
            ("event_msg", {"type": "token_count", "info": {"total_token_usage": used, "last_token_usage": used}}))
    return [{"timestamp": at, "type": kind, "payload": payload} for kind, payload in said]


def test_goes_on(folder: pathlib.Path) -> None:
    """A session that was erased completely continues: what follows is counted under its names, which its file has once,
    at the beginning."""
    name = "01999999-2222-7333-8444-555555555555"
    path = folder / f"rollout-2026-03-30T09-00-00-{name}.jsonl"
    lines = [{"timestamp": "2026-03-30T09:00:00Z", "type": "session_meta",
              "payload": {"id": name, "timestamp": "2026-03-30T09:00:00Z", "cwd": "/home/ada/harbor", "cli_version": "0.50.0"}}]
    for number, range_alone in enumerate((True, False)):
        store, file = folder / f"{number}.db", lines + turn("2026-03-30T09:00:05Z", 1)
        def take() -> int:
            path.write_text("".join(json.dumps(line) + "\n" for line in file), encoding="utf-8")
            return ingest(store, path)["records_stored"]
        equal(take(), 2, "control: a prompt and a response")
        (hi, lo), = rows(store, "SELECT hi, lo FROM session")
        now = NOW - 3 * DAY + 10 * 3600 * 10**6  # ten o'clock
        erase(store, **({} if range_alone else {"session": f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}"}), until_us=now)
        equal(one(store, "SELECT count(*) FROM session"), 0, "control: nothing of it is left")
        file += turn("2026-03-30T10:30:00Z", 2)
        equal(take(), 2, "what is done later is recorded")
        equal(rows(store, "SELECT text FROM session JOIN label ON label.id = workspace"), [("harbor",)], "counted under its names")
        equal(one(store, "SELECT min(workspace_us) >= ? FROM session", now), 1, "as they are told from then on")
        gone(store, as_written((now - 3600 * 10**6,)), "of when it began")


def test_events_go_on(folder: pathlib.Path) -> None:
    """So does a session of native events, although of its file only the position is known. For what the retention
    period erased, no file is read again."""
    def take(*events: dict) -> dict:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(json.dumps({"blueplane": 1, "platform": "sample", "session": "s1", **event}) + "\n" for event in events)
        return ingest(store, path)

    def prompt(at: str) -> dict:
        return {"kind": "prompt", "id": at, "time": at}

    first, now = "2026-03-30T09:00:00Z", NOW - 3 * DAY + 10 * 3600 * 10**6
    for name, by_session in (("range", False), ("session", True)):
        store, path = folder / f"{name}.db", folder / f"{name}.blueplane.jsonl"
        equal(take({"kind": "session", "time": first, "workspace": "/home/ada/harbor"}, prompt(first))["records_stored"], 1, "control")
        (hi, lo), = rows(store, "SELECT hi, lo FROM session")
        erase(store, **({"session": f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}"} if by_session else {}), until_us=now)
        equal(take(prompt("2026-03-30T10:30:00Z"))["records_stored"], 1, "what is done later is recorded")
        equal(rows(store, "SELECT text FROM session JOIN label ON label.id = workspace"), [("harbor",)], "counted under its names", name)
    equal(take({**prompt("2026-03-01T09:00:00Z"), "session": "s2"})["records_stored"], 1, "control: something old")
    bpt("configure", store, "retention", json.dumps({"version": 1, "events_days": 14}), "--now", NOW)
    erase(store, expired=True)
    equal(one(store, "SELECT count(*) FROM prompt"), 1, "control: it is erased")
    equal(take()["bytes_read"], 0, "no file is read again for it")


def test_retention(folder: pathlib.Path) -> None:
    """Facts are kept four hundred days unless the owner configures another period."""
    store, home = made(folder)
    all_facts = sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS)
    erase(store, expired=True)
    equal(sum(one(store, f"SELECT count(*) FROM {t}") for t in FACTS), all_facts, "400 days: nothing is old enough")
    bpt("configure", store, "retention", json.dumps({"version": 1, "events_days": 14}), "--now", NOW)
    limit = NOW - 14 * DAY
    old = sum(one(store, f"SELECT count(*) FROM {t}_words WHERE time_us < ?", limit) for t in FACTS)
    check(old > 1000, "control: something is old", old)
    wanted = as_written(k2 for t in FACTS for k2, in rows(store, f"SELECT k2 FROM {t}_words WHERE time_us < ?", limit))
    erase(store, expired=True)
    equal(sum(one(store, f"SELECT count(*) FROM {t}_words WHERE time_us < ?", limit) for t in FACTS), 0, "nothing old is left")
    gone(store, wanted, "of what expired")
    e2e.verify(store)
    equal(ingest(store, home, "--restart")["records_stored"], 0, "nothing comes back")
    for wrong in ({"version": 2}, {"version": 1, "events_days": 0}, {"version": 1, "days": 3}, {"version": 1, "events_days": "x"}):
        equal(e2e.error_of("configure", store, "retention", json.dumps(wrong))["code"], e2e.FORMAT, "refused", wrong)
    bpt("configure", store, "retention", json.dumps({"version": 1, "events_days": None}))
    shown = {row["limit"]: row["days"] for row in json.loads(bpt("inspect", store, "retention").stdout)["rows"]}
    equal(shown, {"events_days": None, "releases_days": 1095, "audit_days": 90}, "limits")


def test_selectors(folder: pathlib.Path) -> None:
    """Malformed and unknown selectors, read-only handles and other accesses erase nothing."""
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
    """A process that holds a read snapshot. It is separate, as reading the files in the same process would drop its
    locks."""

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


def told(store: pathlib.Path, access: str) -> dict:
    made = bpt("inspect", store, "health", "json", "--access", access, "--now", NOW)
    return {row["name"]: row["value"] for row in json.loads(made.stdout)["rows"]}


def test_under_a_reader(folder: pathlib.Path) -> None:
    """Rows are hidden from every new query at once; bytes stay as long as the reader, which is reported as pending,
    never OK."""
    store, home = made(folder)
    wanted = needles(store)
    reader = Reader(store)
    error = erase(store, 1, everything=True)["error"]
    equal((error["code"], error["details"].get("status")), (e2e.BUSY, "pending"), "pending under a reader")
    equal(one(store, "SELECT count(*) FROM prompt"), 0, "gone for the next call")
    check(hits(store, wanted) > 0, "control: the old state is still in the files")
    error = erase(store, 1, everything=True)["error"]
    equal(error["details"].get("status"), "pending", "still pending")
    for access in ("owner", "devops"):
        equal(told(store, access)["erasures_pending"], 2, f"{access} sees both")
    reader.close()
    bpt("inspect", store, "health")
    gone(store, wanted, "after the next opening")
    equal(one(store, "SELECT value FROM meta WHERE name = 'erasures_pending'"), 0, "no longer pending")
    equal(ingest(store, home)["records_stored"], 0, "nothing comes back")


def limit_files(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Handle:
    """Another process that has a store open and repeats the same question. The disk may have too little room for it."""

    def __init__(self, *asks: Any, room: int = resource.RLIM_INFINITY) -> None:
        self.process = subprocess.Popen([e2e.BPT, *map(str, asks), "--hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, preexec_fn=lambda: limit_files(room))
        self.first = self.read()

    def read(self) -> dict:
        lines = [self.process.stdout.readline()]
        while lines[-1] and not lines[-1].startswith(('"states"', '{"error"')):
            lines.append(self.process.stdout.readline())
        return json.loads("".join(lines))

    def ask(self) -> dict:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.read()

    def close(self) -> None:
        self.process.communicate()
        equal(self.process.returncode, 0, "the other process ended without an error")


def test_without_room(folder: pathlib.Path) -> None:
    """Without room to write the database anew, the store can be used, the erasure stays pending, and the log does not keep
    the room that was left."""
    store, _ = made(folder)
    with sqlite3.connect(store) as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('erasures_pending', 1)")
    db.close()
    other = Handle("inspect", store, "health", "json", "--now", NOW, room=store.stat().st_size)
    figures = {row["name"]: row["value"] for row in other.first["rows"]}
    equal(figures["erasures_pending"], 1, "still pending")
    equal((figures["wal_bytes"], os.path.getsize(f"{store}-wal")), (0, 0), "the log is given back")
    other.close()
    equal(told(store, "owner")["erasures_pending"], 0, "completed where there is room")


def test_two_under_a_reader(folder: pathlib.Path) -> None:
    """Two handles erase while a reader blocks the first: the second one also finishes what the first could not."""
    store, _ = made(folder)
    wanted = needles(store)
    reader = Reader(store)
    middle = one(store, "SELECT time_us FROM prompt_words WHERE time_us > 0 ORDER BY time_us LIMIT 1 OFFSET 200")
    late = Handle("erase", store, json.dumps({"version": 1, "until_us": middle}), "--now", NOW)
    equal(late.first["error"]["details"].get("status"), "pending", "pending under a reader")
    equal(erase(store, 1, from_us=middle)["error"]["details"].get("status"), "pending", "the second, too")
    reader.close()
    equal(receipt(late.ask())["traces_found"], 0, "the next one of the first handle is done")
    equal(one(store, "SELECT value FROM meta WHERE name = 'erasures_pending'"), 0, "nothing is pending")
    gone(store, wanted, "of either")
    late.process.communicate()


def test_across_processes(folder: pathlib.Path) -> None:
    """A handle that was open before the erasure sees nothing of it at its next call."""
    store, _ = made(folder)
    wanted = needles(store)
    other = Handle("query", store, '{"metrics":["prompts"],"period":"all"}', "--now", NOW)
    check(other.first["rows"][0]["prompts"] > 0 and other.ask() == other.first, "control: the other process sees facts")
    erase(store, everything=True)
    equal(other.ask()["rows"][0]["prompts"], 0, "and none at its next call")
    gone(store, wanted, "while the other process has the store open")
    other.close()


def is_killed(doing: subprocess.Popen, committed: Callable[[], bool]) -> bool:
    """Kills an erasure that has committed but not checkpointed. A reader delays the checkpoint, but not for ever, so
    the process is stopped while the state is examined. False if it had already finished."""
    while doing.poll() is None:
        doing.send_signal(signal.SIGSTOP)
        if committed():
            break
        doing.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    doing.send_signal(signal.SIGKILL)
    return doing.wait() == -signal.SIGKILL


def test_killed(folder: pathlib.Path) -> None:
    """Killed between commit and checkpoint: the next opening finishes the erasure."""
    store, _ = made(folder)
    kills = 0
    for turn in range(12 if e2e.LONG else 6):
        session = one(store, "SELECT printf('%016x%016x', hi, lo) FROM session ORDER BY hi LIMIT 1 OFFSET ?", turn)
        where = "printf('%016x%016x', hi, lo) = ?"
        wanted = needles(store, where, session)
        reader = Reader(store)
        doing = subprocess.Popen([e2e.BPT, "erase", str(store), json.dumps({"version": 1, "session": session}),
                                  "--now", str(NOW)], stdout=subprocess.PIPE)
        kills += is_killed(doing, lambda: one(store, f"SELECT count(*) FROM session WHERE {where}", session) == 0)
        reader.close()
        check(hits(store, wanted) > 0, "control: traces are there after the kill")
        equal(one(store, f"SELECT count(*) FROM session WHERE {where}", session), 0, "the rows are gone")
        bpt("inspect", store, "health", "--now", NOW)
        gone(store, wanted, "after the next opening")
        e2e.verify(store)
    check(kills > 0, "killed while it waited", kills)


def test_control(folder: pathlib.Path) -> None:
    """Control: the same search finds what a plain DELETE leaves."""
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

STEWARD = ("--access", "steward", "--now", NOW)


class Team:
    """A team's store with everything it may hold of three members: contributions of an open week, consent decisions,
    numbers the lead may see; and a published week. The rows are inserted with SQL."""

    def __init__(self, folder: pathlib.Path, name: str = "team.db") -> None:
        self.store = folder / name
        named = {r["name"]: r["value"] for r in json.loads(bpt("inspect", self.store, "identity", *STEWARD).stdout)["rows"]}
        own = bytes.fromhex(next(v for k, v in named.items() if len(v) == 64))
        db = sqlite3.connect(self.store)
        self.of, self.values = {}, [dice.randrange(1 << 50, 1 << 51) for _ in range(5)]
        for member in ("ada", "bob", "cyd"):
            payload, device, digest, agreed = map(dice.randbytes, (3000, 32, 32, 70))
            numbers = [dice.randrange(1 << 50, 1 << 51) for _ in range(2)]
            db.execute("INSERT INTO contribution VALUES (20500, ?, ?, 1, ?, ?)", (member, device, digest, payload))
            db.execute("INSERT INTO heard VALUES (?, ?, 3, ?)", (member, device, agreed))
            db.executemany("INSERT INTO individual VALUES (20493, 'core', ?, ?, ?, 20600)",
                           [(member, 10 * i + (member == "bob"), n) for i, n in enumerate(numbers)])
            self.of[member] = [payload[at:at + 16] for at in range(0, 3000, 16)] + [device, digest, agreed] + [
                n.to_bytes(7, "big")[-6:] for n in numbers]
        db.execute("INSERT INTO release VALUES (1, ?, 20493, 1, 'acme', 3, ?)", (own, dice.randbytes(32)))
        db.executemany("INSERT INTO published VALUES (1, 'core', 0, '', ?, ?, 0, 2)", list(enumerate(self.values)))
        db.commit()
        db.close()

    def found(self, member: str) -> int:
        """How many of a member's pieces are in some file; a piece that a page boundary cuts in two is in none."""
        files = files_of(self.store).values()
        return sum(any(piece in data for data in files) for piece in self.of[member])

    def rows(self, member: str) -> list:
        return [one(self.store, f"SELECT count(*) FROM {t} WHERE member = ?", member)
                for t in ("contribution", "heard", "individual")]

    def erase(self, member: str, status: int = 0) -> dict:
        return json.loads(bpt("erase", self.store, json.dumps({"version": 1, "subject": member}), *STEWARD, status=status).stdout)


def gone_of_a_member(team: Team, member: str, what: str) -> None:
    e2e.counts["traces searched"] += len(team.of[member])
    equal(team.found(member), 0, f"no byte of the member is left {what}")
    equal(team.rows(member), [0, 0, 0], f"nor a row {what}")


def test_member_of_a_team(folder: pathlib.Path) -> None:
    """Erases everything of a member, bytes included; only keyed hashes of the device's revisions stay."""
    team = Team(folder)
    check(all(team.found(m) > 150 for m in team.of), "control: everything is in the files")
    got = receipt(team.erase("bob"))
    equal({k: v for k, v in got.items() if "searched" not in k},
          {"contributions": 1, "published_cells": 0, "individual_numbers": 2, "words_on_consent": 1, "traces_found": 0}, "the receipt")
    check(got["identifiers_searched"] >= 4 + 8 + 4 and got["bytes_searched"] >= team.store.stat().st_size, "what was searched", got)
    gone_of_a_member(team, "bob", "when idle")
    check(all(team.found(m) > 150 for m in ("ada", "cyd")), "the others stay")
    equal(rows(team.store, "SELECT window, number FROM forgotten ORDER BY window"), [(-1, 3), (20500, 1)], "what is kept of erased revisions")
    equal(e2e.error_of("erase", team.store, '{"version":1,"subject":"bob"}', *STEWARD)["code"], e2e.NOTFOUND, "gone is gone")
    for access in ("none", "devops"):
        equal(e2e.error_of("erase", team.store, '{"version":1,"subject":"ada"}', "--access", access)["code"], e2e.DENIED, "denied", access)


def test_words_alone(folder: pathlib.Path) -> None:
    """A member of whom the store has decisions only."""
    team = Team(folder)
    db = sqlite3.connect(team.store)
    db.executescript("DELETE FROM contribution; DELETE FROM individual; VACUUM")
    db.close()
    equal(team.rows("bob"), [0, 1, 0], "control: there are only decisions")
    check(any(p in data for p in team.of["bob"] for data in files_of(team.store).values()), "control: in the files")
    equal(receipt(team.erase("bob"))["words_on_consent"], 1, "decisions are erased")
    gone_of_a_member(team, "bob", "of words alone")


def test_views_go_together(folder: pathlib.Path) -> None:
    """Views of a measure are erased together, since those that stay would reveal the one that left."""
    team = Team(folder)
    equal(receipt(team.erase("ada"))["individual_numbers"], 4, "those of cyd, who is seen in the same measure, are erased, too")
    equal(team.rows("cyd"), [1, 1, 0], "and nothing else of cyd")
    gone_of_a_member(team, "ada", "whose numbers stood beside those of others")
    equal(sum(piece in data for piece in team.of["cyd"][-2:] for data in files_of(team.store).values()), 0, "nor of cyd's numbers")


def test_member_under_a_reader(folder: pathlib.Path) -> None:
    """Erasing a member while a reader holds the old state is pending until the reader ends."""
    team = Team(folder)
    reader = Reader(team.store, "contribution")
    error = team.erase("bob", 1)["error"]
    equal((error["code"], error["details"].get("status")), (e2e.BUSY, "pending"), "pending under a reader")
    equal(team.rows("bob"), [0, 0, 0], "gone for the next call")
    check(team.found("bob") > 0, "control: the old state is still in the files")
    reader.close()
    bpt("inspect", team.store, "health", *STEWARD)
    gone_of_a_member(team, "bob", "after the next opening")


def test_member_again_under_a_reader(folder: pathlib.Path) -> None:
    """A repeated request while bytes are still there answers pending, not that nothing is stored; later it is
    finished."""
    team = Team(folder)
    reader = Reader(team.store, "contribution")
    held = Handle("erase", team.store, '{"version":1,"subject":"bob"}', *STEWARD)
    equal(held.first["error"]["details"].get("status"), "pending", "pending under a reader")
    equal(held.ask()["error"]["details"].get("status"), "pending", "still pending, and reported")
    equal(team.erase("bob", 1)["error"]["details"].get("status"), "pending", "to another handle, too")
    check(team.found("bob") > 0, "control: the old state is still in the files")
    reader.close()
    equal(held.ask()["error"]["code"], e2e.NOTFOUND, "then nothing of the member is stored")
    gone_of_a_member(team, "bob", "when that is said")
    equal(one(team.store, "SELECT value FROM meta WHERE name = 'erasures_pending'"), 0, "nothing is pending")
    held.process.communicate()


def test_member_across_processes(folder: pathlib.Path) -> None:
    """Another process sees nothing of the member at its next call."""
    team = Team(folder)
    other = Handle("inspect", team.store, "contributions", *STEWARD)
    equal(sorted(row["member"] for row in other.first["rows"]), ["ada", "bob", "cyd"], "control: another process sees all")
    team.erase("bob")
    equal(sorted(row["member"] for row in other.ask()["rows"]), ["ada", "cyd"], "and not the member at its next call")
    gone_of_a_member(team, "bob", "while another process has the store open")
    other.close()


def test_member_killed(folder: pathlib.Path) -> None:
    """Killed between commit and checkpoint: the next opening finishes the erasure of a member."""
    kills = 0
    for turn in range(6 if e2e.LONG else 2):
        team = Team(folder, f"killed{turn}.db")
        reader = Reader(team.store, "contribution")
        doing = subprocess.Popen([e2e.BPT, "erase", str(team.store), '{"version":1,"subject":"bob"}', *map(str, STEWARD)],
                                 stdout=subprocess.PIPE)
        kills += is_killed(doing, lambda: team.rows("bob") == [0, 0, 0])
        reader.close()
        check(team.found("bob") > 0, "control: traces are there after the kill")
        equal(team.rows("bob"), [0, 0, 0], "the rows are gone")
        bpt("inspect", team.store, "health", *STEWARD)
        gone_of_a_member(team, "bob", "after the next opening")
    check(kills > 0, "killed while it waited", kills)


def test_control_of_a_team(folder: pathlib.Path) -> None:
    """Control: the same search finds what a plain DELETE leaves of a member."""
    team = Team(folder)
    db = sqlite3.connect(team.store)
    for table in ("contribution", "heard", "individual"):
        db.execute(f"DELETE FROM {table} WHERE member = 'bob'")
    db.commit()
    check(team.found("bob") > 0, "traces of a plain DELETE are found")
    db.close()


def test_published_of_a_team(folder: pathlib.Path) -> None:
    """Erases what was published of a week, bytes included."""
    team = Team(folder)
    store, six = team.store, [v.to_bytes(7, "big")[-6:] for v in team.values]

    def in_files() -> int:
        return sum(value in data for value in six for data in files_of(store).values())

    check(in_files() >= 5, "control: published cells are in the files")
    answer = json.loads(bpt("erase", store, '{"version":1,"published":"2026-W07"}', *STEWARD).stdout)
    equal((receipt(answer)["published_cells"], receipt(answer)["individual_numbers"]), (5, 6), "the receipt of a week")
    equal(one(store, "SELECT count(*) FROM published"), 0, "no cell is left")
    equal(one(store, "SELECT edition FROM release"), 2, "the week stays published, in a further edition")
    equal(in_files(), 0, "no byte of a cell is left")
    for wrong, code in (('{"version":1,"published":"2026-W07"}', e2e.NOTFOUND), ('{"version":1,"published":"2026-W99"}', e2e.INVALID),
                        ('{"version":1,"everything":true}', e2e.FORMAT), ('{"version":1,"subject":"a","published":"2026-W07"}', e2e.FORMAT)):
        equal(e2e.error_of("erase", store, wrong, *STEWARD)["code"], code, "refused", wrong)


# ---------------------------------------------------------------------------------------- consent

def consents(store: pathlib.Path, now: int = NOW) -> list:
    answer = json.loads(bpt("inspect", store, "consent", "--now", now).stdout)
    return [(row["purpose"], row["audience"], row["state"]) for row in answer["rows"]]


def test_consent(folder: pathlib.Path) -> None:
    """Consent is explicit, limited in time, not retroactive, and an append-only list; a clock set back revives
    nothing."""
    store, _ = made(folder)
    equal(consents(store), [], "nothing is agreed to by default")
    bpt("consent", store, "quality", "lead", 1, NOW + 180 * DAY, "--now", NOW)
    equal(consents(store), [("quality", "lead", "in force")], "granted")
    equal(consents(store, NOW + 181 * DAY), [("quality", "lead", "expired")], "ends by itself")
    bpt("consent", store, "output", "lead", 1, NOW + 220 * DAY, "--now", NOW + 181 * DAY)  # the latest time ever seen by the store
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
    equal(consents(store, NOW + 182 * DAY)[-1], ("quality", "lead", "revoked"), "withdrawn")
    equal(len(consents(store)), 4, "and every decision stays recorded")
    db = sqlite3.connect(store)
    try:
        db.execute("UPDATE consent SET granted = 0")
        changed = True
    except sqlite3.IntegrityError:
        changed = False
    db.close()
    check(not changed, "rows are only appended")


def write(path: pathlib.Path, *events: dict) -> pathlib.Path:
    """A file of native events."""
    path.write_text("".join(json.dumps({"blueplane": 1, "platform": "sample", **event}) + "\n" for event in events), encoding="utf-8")
    return path


def named(store: pathlib.Path, session: int) -> str:
    """A session as a selector names it."""
    (hi, lo), = rows(store, "SELECT hi, lo FROM session WHERE id = ?", session)
    return f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}"


def test_shared_response(folder: pathlib.Path) -> None:
    """A response seen in two sessions belongs to one of them, but both have a row of it. A session whose last own fact is
    erased must not lose its number to the next new session."""
    for one_session, other in (("A", "B"), ("B", "A")):  # the smaller hash of the two decides some ties
        for apart in (0, 60):
            store = folder / f"{one_session}{apart}.db"
            path = folder / f"{one_session}{apart}.blueplane.jsonl"
            shared = {"kind": "response", "id": "r", "model": "m", "input_tokens": 10}
            prompt = {"kind": "prompt", "characters": 5}
            ingest(store, write(path, {**shared, "session": one_session, "request": "q1", "time": "2026-03-01T10:00:00Z", "output_tokens": 100},
                                {**prompt, "session": one_session, "id": "p1", "time": "2026-03-01T10:00:00Z"},
                                {**shared, "session": other, "request": "q2", "time": f"2026-03-01T10:{apart // 60:02}:00Z", "output_tokens": 50},
                                {**prompt, "session": other, "id": "p2", "time": "2026-03-02T10:00:00Z"}))
            equal(one(store, "SELECT count(*) FROM response"), 2, "control: a row for each request")
            erase(store, from_us=NOW - 31 * DAY, until_us=NOW - 30 * DAY)
            equal(one(store, "SELECT count(*) FROM prompt"), 1, "control: one prompt is erased")
            equal(one(store, "SELECT count(*) FROM response WHERE session NOT IN (SELECT id FROM session)"), 0, "no row is without its session")
            ingest(store, write(folder / f"{one_session}{apart}.later.blueplane.jsonl",
                                {**prompt, "session": "C", "id": "p3", "time": "2026-03-10T10:00:00Z"}))
            e2e.verify(store)
            equal(receipt(erase(store, session=named(store, one(store, "SELECT max(id) FROM session"))))["responses"], 0, "the new session has none")
            equal(one(store, "SELECT count(*) FROM response"), 2, "and both rows stay")
            erase(store, from_us=NOW - 33 * DAY, until_us=NOW - 31 * DAY)
            equal(one(store, "SELECT count(*) FROM response"), 0, "until the response is erased")
            equal(erase(store, everything=True)["rows"][-1], {"item": "traces_found", "count": 0}, "and then everything")
            e2e.verify(store)


def test_without_session(folder: pathlib.Path) -> None:
    """Facts that name no session have no mark of their own, which would be one of all sessions."""
    store, path = folder / "one.db", folder / "one.jsonl"
    path.write_text(json.dumps({"type": "user", "uuid": "u", "timestamp": "2126-06-01T10:00:00.000Z",
                                "message": {"role": "user", "content": "hello"}}) + "\n", encoding="utf-8")
    ingest(store, path, "--source", "claude_code")
    equal(rows(store, "SELECT hi, lo FROM session"), [(0, 0)], "control: its session has no key")
    for selector in ({"session": "0" * 32}, {"everything": True}):
        after = {"kind": "prompt", "session": f"after {selector}", "characters": 5}
        erase(store, **selector)
        equal(one(store, "SELECT count(*) FROM prompt"), 0, "erased", selector)
        for at in ("2026-05-01T10:00:00Z", "2100-01-01T10:00:00Z"):
            name = f"{at[:4]}-{len(selector)}-{next(iter(selector))}.blueplane.jsonl"
            equal(ingest(store, write(folder / name, {**after, "id": name, "time": at}))["records_erased"], 0, "others are read", selector, at)
        equal(ingest(store, path, "--restart", "--source", "claude_code")["records_stored"], 0, "it stays erased", selector)
        erase(store, everything=True)


def test_one_tier(folder: pathlib.Path) -> None:
    """A session that two sources told: erasing what one told leaves the session's identifier to the other, rightly."""
    store, told, hook = folder / "one.db", folder / "one.jsonl", folder / "one.claude_code_hooks.jsonl"
    told.write_text(json.dumps({"type": "user", "uuid": "u", "sessionId": "s", "cwd": "/home/ada/harbor", "timestamp": "2026-03-01T10:00:00.000Z",
                                "message": {"role": "user", "content": "hello"}}) + "\n", encoding="utf-8")
    hook.write_text("".join(json.dumps({"received_at": f"2026-03-01T12:00:{second:02}Z", "hook_event_name": name, "session_id": "s"}) + "\n"
                            for second, name in ((0, "UserPromptSubmit"), (20, "Stop"))), encoding="utf-8")
    for selector in ({"source": "claude_code_hooks"}, {"from_us": NOW - 32 * DAY + 11 * 3600 * 10**6, "until_us": NOW - 31 * DAY}):
        store = folder / f"{len(selector)}.db"
        ingest(store, told), ingest(store, hook)
        equal(one(store, "SELECT count(*) FROM session"), 2, "control: a row of each source")
        got = receipt(erase(store, **selector))
        equal((one(store, "SELECT count(*) FROM session"), one(store, "SELECT count(*) FROM prompt"), got["traces_found"]), (1, 1, 0), "what is left", got)
        equal(one(store, "SELECT value FROM meta WHERE name = 'erasures_pending'"), 0, "nothing is outstanding")


def test_later_facts(folder: pathlib.Path) -> None:
    """What an erased session has after the erasing clock is erased, too, and stays so, of whatever kind."""
    at = {"session": "s", "time": "2027-06-01T10:00:00Z"}
    again = {**at, "time": "2027-06-01T10:00:05Z"}  # the same fact, told again a little later
    response = {"kind": "response", "id": "r", "model": "m", "input_tokens": 10, "output_tokens": 50}
    path = write(folder / "one.blueplane.jsonl", {"kind": "prompt", "session": "s", "id": "p", "time": "2026-03-01T10:00:00Z", "characters": 5},
                 {"kind": "commit", "id": "c", "lines_added": 10, **at}, {"kind": "span", "id": "n", "lines_added": 7, **at},
                 {"kind": "event", "event": "lines_suggested", "id": "e", "value": 20, **at}, {**response, **at}, {**response, **again},
                 {"kind": "commit", "id": "c", "lines_added": 10, **again}, {"kind": "span", "id": "n", "lines_added": 7, **again},
                 {"kind": "session", "workspace": "/home/ada/harbor", **at}, {"kind": "session", "workspace": "/home/ada/harbor", **again})
    for selector in ("everything", "session"):
        store = folder / f"{selector}.db"
        equal(ingest(store, path)["records_stored"], 5, "control")
        erase(store, **({"everything": True} if selector == "everything" else {"session": named(store, 1)}))
        equal(ingest(store, path, "--restart")["records_stored"], 0, "nothing comes back", selector)


def test_idle_between(folder: pathlib.Path) -> None:
    """Whether a session that goes on keeps its names does not depend on whether its file is read in between."""
    first, now = "2026-03-30T09:00:00Z", NOW - 3 * DAY + 10 * 3600 * 10**6
    start = ({"kind": "session", "session": "s", "time": "2026-03-20T09:00:00Z", "workspace": "/home/ada/harbor"},
             {"kind": "prompt", "session": "s", "id": "p1", "time": first, "characters": 5})
    for idle in (False, True):
        store, path = folder / f"{idle}.db", folder / f"{idle}.blueplane.jsonl"
        ingest(store, write(path, *start))
        erase(store, until_us=now)
        if idle:
            ingest(store, path)
        ingest(store, write(path, *start, {"kind": "prompt", "session": "s", "id": "p2", "time": "2026-03-30T10:30:00Z", "characters": 5}))
        equal(rows(store, "SELECT text FROM session JOIN label ON label.id = workspace"), [("harbor",)], "its folder", idle)


def test_audit(folder: pathlib.Path) -> None:
    """The audit records who asked what: metric and dimension names and periods, no values, no labels, for ninety
    days."""
    store, _ = made(folder)
    bpt("query", store, json.dumps({"metrics": ["cost"], "period": "2026-03-01/2026-03-07", "by": ["model"],
                                    "where": [{"dimension": "workspace", "op": "=", "value": "sample-harbor"}]}), "--now", NOW)
    bpt("inspect", store, "health", "--access", "devops", "--now", NOW + DAY)
    bpt("inspect", store, "sessions", "--access", "devops", "--now", NOW + DAY, status=1)
    bpt("query", store, json.dumps({"metrics": ["cost"], "period": "all"}), "--readonly", "--now", NOW)
    asked = [(r["access"], r["function"], r["asked"], r["from"], r["until"])
             for r in json.loads(bpt("inspect", store, "audit", "--now", NOW + DAY).stdout)["rows"]]
    equal(asked, [("owner", "bp_query_run", "cost by model", "2026-03-01T00:00:00Z", "2026-03-08T00:00:00Z"),
                  ("devops", "bp_inspect", "health", None, None)], "the queries asked")
    equal(e2e.error_of("inspect", store, "audit", "--access", "devops")["code"], e2e.DENIED, "only the owner reads it")
    everything = b"".join(str(row).encode() for row in rows(store, "SELECT * FROM audit"))
    check(b"harbor" not in everything, "no name of a filter")
    bpt("inspect", store, "health", "--access", "devops", "--now", NOW + 100 * DAY)
    days = {row[0] for row in rows(store, "SELECT access FROM audit WHERE at_us < ?", NOW + 9 * DAY)}
    equal(days, set(), "older than ninety days is forgotten")


def test_expired_audit(folder: pathlib.Path) -> None:
    """What was asked too long ago goes with the other expired data, whether or not something is asked again."""
    store, _ = made(folder)
    for metric, at in (("cost", NOW), ("prompts", NOW), ("sessions", NOW + 8 * DAY)):
        bpt("query", store, json.dumps({"metrics": [metric], "period": "all"}), "--now", at)
    later = ("--now", NOW + 10 * DAY)
    bpt("configure", store, "retention", json.dumps({"version": 1, "audit_days": 5, "events_days": None}), *later)
    there = b"bp_query_runprompts"
    check(there in store.read_bytes(), "control: it is in the file")
    answer = receipt(json.loads(bpt("erase", store, json.dumps({"version": 1, "expired": True}), *later).stdout))
    equal((answer["consents_and_questions"], answer["traces_found"], answer["prompts"]), (2, 0, 0), "the receipt")
    check(answer["identifiers_searched"] >= 2 and answer["bytes_searched"] >= store.stat().st_size, "what was searched", answer)
    equal(rows(store, "SELECT function, asked FROM audit ORDER BY day"), [("bp_query_run", "sessions"), ("bp_erase", "expired")], "what is left")
    left = b"".join(p.read_bytes() for p in store.parent.glob(f"{store.name}*"))
    equal(left.count(there), 0, "no byte is left")
    again = receipt(json.loads(bpt("erase", store, json.dumps({"version": 1, "expired": True}), *later).stdout))
    equal(again["bytes_searched"], 0, "and nothing is done again")


if __name__ == "__main__":
    e2e.main()
