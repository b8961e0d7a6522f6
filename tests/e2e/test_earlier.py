#!/usr/bin/env python3
"""Moving over from an earlier Blueplane: its database tells what the transcripts told, and nothing twice.

The lines of the good fixtures and of the sample generator are put into a database as that program did; the store made of
it must hold the same facts as the store made of the transcripts, alone, together, and in any order.
"""
from __future__ import annotations

import json
import pathlib
import re
import zlib

import dump
import earlier
import e2e
from e2e import check, equal
from test_order import new_store


def sources_aside(rows: list) -> list:
    return [re.sub(r" sources=\d+", "", row) for row in rows]


def same(one: pathlib.Path, other: pathlib.Path, *about: str) -> None:
    """The same facts; which source told of a session is another matter."""
    a, b = sources_aside(dump.lines(one)), sources_aside(dump.lines(other))
    missing, more = sorted(set(a) - set(b)), sorted(set(b) - set(a))
    check(not missing and not more, "stores of the same facts", *about, "\n".join(["-" + m for m in missing] + ["+" + m for m in more]))


def lines_of(paths: list) -> list:
    """The objects of files; some lines hold two."""
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
    for path in e2e.fixtures("claude_code", "good-"):
        if "agent" in path.name:
            continue  # what its name says no database tells
        home = folder / path.stem
        home.mkdir()
        lines = lines_of([path])
        # a line of a kind told twice is one row there: the session and the line's identifier are unique
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
    """A row that cannot be unpacked costs itself; what is around it stands."""
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
    equal(report["records_stored"], 1, "rows beside them")
    e2e.verify(store)
    for data in (zlib.compress(b"{}"), zlib.compress(b'{"payload":{}}'), zlib.compress(b'{"payload":{"entry_data":3}}')):
        store = new_store(folder, f"empty-{len(data)}")
        (folder / f"e{len(data)}").mkdir()
        earlier.database(folder / f"e{len(data)}" / "telemetry.db", [], broken=[data])
        report = e2e.ingest(store, folder / f"e{len(data)}" / "telemetry.db")
        equal((report["records_rejected"], report["records_stored"]), (0, 0), "rows that say nothing")


def test_canary(folder: pathlib.Path) -> None:
    """Nothing of a row's text is in any file of the store, whether the row was taken or refused."""
    marker = "quetzalcoatlus northropi"
    line = {"type": "user", "sessionId": marker, "uuid": marker, "timestamp": "2026-03-02T09:00:00Z", "extra": marker,
            "message": {"role": "user", "content": [{"type": "text", "text": marker}]}}
    packed = earlier.packed(line)
    earlier.database(folder / "telemetry.db", [line], broken=[packed[:-9], zlib.compress(marker.encode()),
                                                              zlib.compress(f'{{"{marker}":"{marker}'.encode())])
    store = new_store(folder, "canary")
    report = e2e.ingest(store, folder / "telemetry.db")
    equal(report["records_stored"], 1, "rows taken")
    equal(report["records_rejected"], 3, "rows refused")
    searched = [p for p in folder.iterdir() if p.name.startswith("canary")]
    for path in searched:
        check(marker.split()[0].encode() not in path.read_bytes(), "files without the marker", path.name)
    check(marker.encode() in json.dumps(line).encode(), "the marker is in the input")


def test_other_versions(folder: pathlib.Path) -> None:
    """A database without the table says nothing, and that is no error."""
    earlier.database(folder / "telemetry.db", [], table="other_traces")
    report = e2e.ingest(new_store(folder, "other"), folder, "--source", "blueplane_db", command="scan")
    equal((report["files_failed"], report["records_read"]), (0, 0), "databases without the table")


if __name__ == "__main__":
    e2e.main()
