#!/usr/bin/env python3
"""Moving over from an earlier Blueplane: its database gives the facts of the original transcripts, and nothing twice.

The lines of the good fixtures and of the sample generator, and the values of Cursor's fixtures, are put into a database
as that program did. The store made of it must hold the same facts as the store made of the originals: alone, together,
and in any order.
"""
from __future__ import annotations

import itertools
import json
import os
import pathlib
import re
import sqlite3
import sys
import zlib

import dump
import earlier
import e2e
from e2e import Skip, check, equal
from test_cursor import CORPUS, compare, make, number, real
from test_order import new_store

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import cursor  # noqa: E402


def sources_aside(rows: list) -> list:
    return [re.sub(r" sources=\d+", "", row) for row in rows]


def same(one: pathlib.Path, other: pathlib.Path, *about: str, storages: bool = False) -> None:
    """Checks for the same facts; which source reported a session may differ. With `storages`, so may the name of a
    Cursor storage."""
    a, b = sources_aside(dump.lines(one)), sources_aside(dump.lines(other))
    if storages:
        names = [set(re.findall(r"^session ident\(hi, lo\)=(\w+)", "\n".join(rows), re.M)) for rows in (a, b)]
        only = names[0] ^ names[1]
        check(len(only) <= 2, "sessions of one side only", *about, only)
        a, b = ([row for row in rows if not any(name in row for name in only)] for rows in (a, b))
    missing, more = sorted(set(a) - set(b)), sorted(set(b) - set(a))
    check(not missing and not more, "stores with the same facts", *about, "\n".join(["-" + m for m in missing] + ["+" + m for m in more]))


def lines_of(paths: list) -> list:
    """The objects in files; some lines hold two."""
    made, decode = [], json.JSONDecoder().raw_decode
    for text in (t for path in paths for t in path.read_text("utf-8", "replace").split("\n")):
        try:
            while text.strip():
                value, end = decode(text.strip())
                made += [value] if isinstance(value, dict) else []
                text = text.strip()[end:]
        except ValueError:
            pass
    return made


def test_fixtures(folder: pathlib.Path) -> None:
    """Each good transcript, as a file and in a database: the same facts."""
    for path in e2e.fixtures("claude_code", "good-"):
        if "agent" in path.name:
            continue  # what the file's name says is in no database
        home = folder / path.stem
        home.mkdir()
        lines = lines_of([path])
        # the database has one row for a line that occurs twice: session and line identifier are unique there
        known = {}
        lines = [known.setdefault((line.get("sessionId"), line["uuid"]), line) if isinstance(line.get("uuid"), str) else line
                 for line in lines]
        (home / "transcript.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        earlier.database(home / "telemetry.db", lines)
        one, two = new_store(folder, f"{path.stem}-transcript"), new_store(folder, f"{path.stem}-database")
        e2e.ingest(one, home / "transcript.jsonl", "--source", "claude_code")
        e2e.ingest(two, home / "telemetry.db")
        same(one, two, path.name)
        e2e.verify(two)


def test_together(folder: pathlib.Path) -> None:
    """The sample's transcripts and their database, in either order or the database alone: the same facts."""
    home = e2e.sample() / ".claude"
    files = [p for p in e2e.transcripts(home) if "agent-" not in p.name]
    earlier.database(folder / "telemetry.db", lines_of(files))
    first = new_store(folder, "transcripts")
    e2e.ingest(first, *files)
    for name, order in (("after", [*files, folder / "telemetry.db"]), ("before", [folder / "telemetry.db", *files]),
                        ("alone", [folder / "telemetry.db"])):
        store = new_store(folder, name)
        e2e.ingest(store, *order)
        same(first, store, name)
        e2e.verify(store)
    again = e2e.ingest(store, folder / "telemetry.db")
    equal(again["files_changed"], 0, "an unchanged database is not read again")


def test_broken_rows(folder: pathlib.Path) -> None:
    """A row that cannot be unpacked is refused alone; the rows around it are read."""
    good = {"type": "user", "sessionId": "s", "uuid": "u", "timestamp": "2026-03-02T09:00:00Z",
            "message": {"role": "user", "content": "hello there"}}
    whole = earlier.packed(good)
    broken = [whole[:20], b"", b"\x78", b"garbage", whole[:-4] + b"abcd", zlib.compress(b'{"payload":{"entry_data":{'),
              zlib.compress(b'{"payload":{"entry_data":{"a":}}}'), zlib.compress(b"[1]"), "text", None and 0 or 7]
    earlier.database(folder / "telemetry.db", [good], broken=broken)
    store = new_store(folder, "broken")
    report = e2e.ingest(store, folder / "telemetry.db")
    equal(report["records_rejected"], len(broken), "rows refused")
    equal(report["files_failed"], 0, "files refused")
    equal(report["records_stored"], 1, "rows beside broken ones")
    e2e.verify(store)
    for data in (zlib.compress(b"{}"), zlib.compress(b'{"payload":{}}'), zlib.compress(b'{"payload":{"entry_data":3}}')):
        store = new_store(folder, f"empty-{len(data)}")
        (folder / f"e{len(data)}").mkdir()
        earlier.database(folder / f"e{len(data)}" / "telemetry.db", [], broken=[data])
        report = e2e.ingest(store, folder / f"e{len(data)}" / "telemetry.db")
        equal((report["records_rejected"], report["records_stored"]), (0, 0), "rows without records")


def test_canary(folder: pathlib.Path) -> None:
    """Nothing of a row's text is in any file of the store, whether the row was read or refused."""
    marker = "quetzalcoatlus northropi"
    line = {"type": "user", "sessionId": marker, "uuid": marker, "timestamp": "2026-03-02T09:00:00Z", "extra": marker,
            "message": {"role": "user", "content": [{"type": "text", "text": marker}]}}
    packed = earlier.packed(line)
    earlier.database(folder / "telemetry.db", [line], broken=[packed[:-9], zlib.compress(marker.encode()),
                                                              zlib.compress(f'{{"{marker}":"{marker}'.encode())])
    store = new_store(folder, "canary")
    report = e2e.ingest(store, folder / "telemetry.db")
    equal(report["records_stored"], 1, "rows read")
    equal(report["records_rejected"], 3, "rows refused")
    searched = [p for p in folder.iterdir() if p.name.startswith("canary")]
    for path in searched:
        check(marker.split()[0].encode() not in path.read_bytes(), "files without the marker", path.name)
    check(marker.encode() in json.dumps(line).encode(), "the marker is in the input")


def test_other_versions(folder: pathlib.Path) -> None:
    """A database without the table gives nothing and no error."""
    earlier.database(folder / "telemetry.db", [], table="other_traces")
    report = e2e.ingest(new_store(folder, "other"), folder, "--source", "blueplane_db", command="scan")
    equal((report["files_failed"], report["records_read"]), (0, 0), "databases without the table")


# --------------------------------------------------------------------------------------------- Cursor

# What the earlier program did not read, so that its database cannot have it.
UNSEEN = ("aiCodeTracking%", "storage.serviceMachineId", "workbench.panel.aichat%")
STATES = ("global", "version-3", "inline", "early", "small", "workspace")
FOLDER = "/home/ada/work/engine"
TOTALS = ("sessions", "prompts", "responses", "input_tokens", "output_tokens", "generations", "active_time", "tool_calls", "lines_added")


def state(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A database of Cursor without what the earlier program did not read, in a storage named after the fixture."""
    path = make(folder / name / "state.vscdb", (CORPUS / "cursor" / f"good-{name}.sql").read_text())
    with sqlite3.connect(path) as db:
        for key in UNSEEN:
            try:
                db.execute("DELETE FROM ItemTable WHERE key LIKE ?", (key,))
            except sqlite3.OperationalError:
                pass  # this version has no such table
    db.close()
    if name == "workspace":
        (folder / name / "workspace.json").write_text(json.dumps({"folder": f"file://{FOLDER}"}))
    return path


def traces(path: pathlib.Path, states: list) -> pathlib.Path:
    for file in states:
        name = file.parent.name
        known = FOLDER if name == "workspace" else None
        earlier.add_cursor(path, earlier.kept_of(file), storage="" if name == "global" else name, folder=known)
    return path


def test_cursor_by_version(folder: pathlib.Path) -> None:
    """Each version of Cursor's databases gives the same facts by way of the earlier program."""
    for name in STATES:
        file = state(folder / "in", name)
        (folder / f"t-{name}").mkdir()
        kept = traces(folder / f"t-{name}" / "telemetry.db", [file])
        one, two = new_store(folder, f"{name}-state"), new_store(folder, f"{name}-kept")
        e2e.ingest(one, file, "--source", "cursor", command="file")
        e2e.ingest(two, kept.parent)
        check(len(dump.lines(one)) > 3, "a database of Cursor with records", name)
        same(one, two, name, storages=name == "workspace")
        compare(two, cursor.count([str(kept)]))
        e2e.verify(two)


def test_cursor_together(folder: pathlib.Path) -> None:
    """All versions in one database with lines of transcripts, beside the originals, in any order; each fact has its own
    source."""
    states = [state(folder / "in", name) for name in STATES]
    lines = lines_of(e2e.fixtures("claude_code", "good-session"))
    (folder / "kept").mkdir()
    kept = traces(earlier.database(folder / "kept" / "telemetry.db", lines), states)
    (folder / "in" / "lines.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    first = new_store(folder, "originals")
    e2e.ingest(first, folder / "in")
    for name, order in (("after", ["in", "kept"]), ("before", ["kept", "in"]), ("alone", ["kept"])):
        store = new_store(folder, name)
        for part in order:
            e2e.ingest(store, folder / part)
        same(first, store, name, storages=True)
        equal({metric: number(store, metric) for metric in TOTALS}, {metric: number(first, metric) for metric in TOTALS}, "totals", name)
        e2e.verify(store)
    told = {row["source"]: row["sessions"] for row in json.loads(e2e.bpt("inspect", store, "sources").stdout)["rows"]}
    check(told["blueplane_db"] > 0 and told["blueplane_db_cursor"] > 0, "sessions by source", told)
    by = json.loads(e2e.bpt("query", store, '{"metrics":["cache_read_tokens","decisions"],"period":"all","by":["platform"]}').stdout)
    cells = {row["platform"]: row for row in by["rows"]}
    equal(cells["claude_code"]["decisions"], None, "decisions that transcripts do not have")
    check(cells["cursor"]["decisions"] > 0, "decisions that Cursor has", cells)
    equal(cells["cursor"]["cache_read_tokens"], None, "cache reads that Cursor does not have")


def test_erasing_one_of_two(folder: pathlib.Path) -> None:
    """Rows of one file belong to two sources: what was erased of one does not come back, and the other's rows stay."""
    lines = lines_of(e2e.fixtures("claude_code", "good-session"))
    (folder / "kept").mkdir()
    traces(earlier.database(folder / "kept" / "telemetry.db", lines), [state(folder / "in", "global")])
    for source, stays in (("blueplane_db_cursor", "claude_code"), ("blueplane_db", "cursor")):
        store = new_store(folder, source)
        e2e.ingest(store, folder / "kept")
        query = '{"metrics":["prompts"],"period":"all","by":["platform"]}'
        before = {r["platform"]: r["prompts"] for r in json.loads(e2e.bpt("query", store, query).stdout)["rows"]}
        check(set(before) == {"claude_code", "cursor"} and min(before.values()) > 0, "both have prompts", before)
        e2e.bpt("erase", store, json.dumps({"version": 1, "source": source}))
        for step in ("erased", "read again"):
            after = {r["platform"]: r["prompts"] for r in json.loads(e2e.bpt("query", store, query).stdout)["rows"] if r["prompts"]}
            equal(after, {stays: before[stays]}, "prompts of the other", source, step)
            report = e2e.ingest(store, folder / "kept", "--restart")
        check(report["records_erased"] > 0, "erased records are left out", report)
        e2e.verify(store)


def test_cursor_rows_by_hand(folder: pathlib.Path) -> None:
    """A bubble stored twice while it grew, repeated rows, rows of other kinds, and broken rows; expected totals by
    hand."""
    def row(event: str, key: str, value: object) -> tuple:
        return event, "cursorDiskKV" if ":" in key else "ItemTable", key, value
    head = {"type": "head", "composerId": "c1", "createdAt": 1772442000000, "lastUpdatedAt": 1772442600000, "unifiedMode": "agent"}
    call = {"tool": 7, "name": "edit_file", "toolCallId": "call_1"}
    done = {**call, "status": "completed", "result": json.dumps({"diff": {"chunks": [{"linesAdded": 4, "linesRemoved": 1}]}})}
    rows = [
        row("composer", "composer.composerData", head), row("bubble", "composer.composerData", {"bubbleId": "b1", "type": 1}),
        row("composer", "composerData:c1", {"composerId": "c1", "createdAt": 1772442000000, "totalLinesAdded": 9, "totalLinesRemoved": 9,
                                            "modelConfig": {"modelName": "gpt-5"}, "fullConversationHeadersOnly": [{"bubbleId": "b1"}]}),
        row("bubble", "bubbleId:c1:b1", {"type": 1, "bubbleId": "b1", "requestId": "r1", "text": "hello", "createdAt": "2026-03-02T09:00:10Z"}),
        row("bubble", "bubbleId:c1:b2", {"type": 2, "bubbleId": "b2", "usageUuid": "r1", "text": "", "tokenCount": {"inputTokens": 0, "outputTokens": 0}}),
        row("bubble", "bubbleId:c1:b3", {"type": 2, "bubbleId": "b3", "capabilityType": 15, "toolFormerData": {**call, "status": "loading"}}),
        row("generation", "aiService.generations", {"unixMs": 1772442010500, "generationUUID": "r1", "type": "composer"}),
        row("generation", "aiService.generations", {"unixMs": 1772442900000, "generationUUID": "cmdk", "type": "cmdk"}),
        row("bubble", "bubbleId:c1:b2", {"type": 2, "bubbleId": "b2", "usageUuid": "r1", "text": "x", "tokenCount": {"inputTokens": 70, "outputTokens": 30}}),
        row("bubble", "bubbleId:c1:b3", {"type": 2, "bubbleId": "b3", "capabilityType": 15, "toolFormerData": done}),
        row("prompt", "aiService.prompts", {"text": "hello", "commandType": 4}),
        row("capability", "composerData:c1", {"capability_name": "x", "capability_data": {}}),
        row("other", "cursorAuth/workspaceOpenedDate", {"CANARY": 1}), row("agent_mode", "workbench.agentMode.exitInfo", {"sessionId": "c1"}),
    ]
    want = {"sessions": 1, "prompts": 1, "responses": 1, "input_tokens": 70, "output_tokens": 30, "generations": 2, "composer_sessions": 1,
            "tool_calls": 1, "lines_added": 4, "lines_removed": 1}
    whole = zlib.compress(b'{"type":1,"bubbleId":"b9","text":"y"}')
    broken = [whole[:9], b"", b"garbage", whole[:-4] + b"abcd", zlib.compress(b'{"type":1'), zlib.compress(b"[1]"), zlib.compress(b"{}"),
              zlib.compress(b'{"type":1,"bubbleId":"b8"} 7'), zlib.compress(b'{"type":1,"bubbleId":"\xff"}')]
    grown, at_once = new_store(folder, "grown"), new_store(folder, "whole")
    (folder / "g").mkdir()
    for i in range(len(rows)):
        earlier.add_cursor(folder / "g" / "telemetry.db", rows[i:i + 1], "0a1b", FOLDER)
        e2e.ingest(grown, folder / "g")
    (folder / "w").mkdir()
    earlier.add_cursor(folder / "w" / "telemetry.db", rows, "0a1b", FOLDER)
    e2e.ingest(at_once, folder / "w")
    for store in (grown, at_once):
        equal({metric: number(store, metric) for metric in want}, want, "totals by hand")
        e2e.verify(store)
    same(at_once, grown, "grown row by row")
    workspace = json.loads(e2e.bpt("query", at_once, '{"metrics":["prompts"],"period":"all","by":["workspace"]}').stdout)["rows"]
    equal([(r["workspace"], r["prompts"]) for r in workspace], [("engine", 1)], "the folder of a window")
    earlier.add_cursor(folder / "w" / "telemetry.db", [row("bubble", f"bubbleId:c1:x{i}", data) for i, data in enumerate(broken)])
    report = e2e.ingest(at_once, folder / "w")
    equal(report["records_rejected"], len(broken), "rows refused")
    equal({metric: number(at_once, metric) for metric in want}, want, "totals between rows that are refused")
    db = sqlite3.connect(folder / "w" / "telemetry.db")
    db.execute("UPDATE cursor_raw_traces SET event_data = 'text' WHERE event_type = 'composer'")
    db.commit()
    db.close()
    equal(e2e.ingest(new_store(folder, "text"), folder / "w")["records_rejected"], len(broken) + 2, "rows that are not packed")


def test_cursor_real_databases(folder: pathlib.Path) -> None:
    """What the earlier program would have stored of real databases gives the totals that the oracle finds in it."""
    files = sorted(p for p in (real() / "cursor").rglob("*.vscdb*") if p.is_file())
    if not files:
        raise Skip("no databases of Cursor")
    kept = folder / "telemetry.db"
    for i, file in enumerate(files):
        earlier.add_cursor(kept, earlier.kept_of(file), f"storage-{i}")
    store = new_store(folder, "real")
    e2e.ingest(store, kept)
    compare(store, cursor.count([str(kept)]))
    e2e.verify(store)


def test_cursor_canary(folder: pathlib.Path) -> None:
    """The fixtures' marker is in every text of the values; it is nowhere in the store or in what was printed."""
    states = [state(folder / "in", name) for name in STATES]
    (folder / "kept").mkdir()
    kept = traces(folder / "kept" / "telemetry.db", states)
    secret = {"type": 1, "bubbleId": "q", "text": "CANARY", "CANARY": "CANARY"}
    packed = zlib.compress(json.dumps(secret).encode())
    earlier.add_cursor(kept, [("bubble", "cursorDiskKV", "bubbleId:c:q", secret), ("bubble", "cursorDiskKV", "bubbleId:c:r", packed[:-6]),
                              ("other", "ItemTable", "cursorAuth/workspaceOpenedDate", {"CANARY": "CANARY"})])
    check(sum("CANARY" in json.dumps(value) for file in states for *_, value in earlier.kept_of(file)) > 20, "the marker is in the input")
    store = new_store(folder, "canary")
    said = e2e.bpt("ingest", store, folder / "kept", "--log", env={**os.environ, "TMPDIR": str(folder)})
    said.stdout += e2e.bpt("preview", store, kept, "json").stdout
    for form in (b"CANAR", "CANAR".encode("utf-16-le"), b"CANAR".hex().encode()):
        check(form not in said.stdout + said.stderr, "output without the marker", form)
        for place in folder.glob("canary*"):
            check(form not in place.read_bytes(), "files without the marker", place.name)


if __name__ == "__main__":
    e2e.main()
