#!/usr/bin/env python3
"""The database of opencode and its older folder tell what its exports tell, alone, together, in any order; and a subagent's
subagent is its root's."""
from __future__ import annotations

import json
import pathlib
import random
import shutil
import sqlite3
import sys

import dump
import e2e
from e2e import check, equal
from test_earlier import same
from test_order import new_store
from test_oracle import differences, library

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import opencode  # noqa: E402

SCHEMA = """
CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, parent_id TEXT, slug TEXT NOT NULL, directory TEXT NOT NULL,
  title TEXT NOT NULL, version TEXT NOT NULL, time_created INTEGER NOT NULL, time_updated INTEGER NOT NULL);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, time_created INTEGER NOT NULL, data TEXT NOT NULL);
CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT NOT NULL, session_id TEXT NOT NULL, data TEXT NOT NULL);
"""


def database(path: pathlib.Path, exports: list) -> sqlite3.Connection:
    """Identifiers of messages and parts are unique there: those of the fixtures are made so by their session."""
    db = sqlite3.connect(path)
    db.executescript(SCHEMA)
    for export in exports:
        info = export["info"]
        db.execute("INSERT INTO session VALUES (?, 'p', ?, 's', ?, 'CANARY', ?, ?, 0)",
                   (info["id"], info.get("parentID"), info["directory"], info["version"], info["time"]["created"]))
        for message in export["messages"]:
            data = {k: v for k, v in message["info"].items() if k not in ("id", "sessionID")}
            db.execute("INSERT INTO message VALUES (?, ?, 0, ?)", (message["info"]["id"], info["id"], json.dumps(data)))
            for i, part in enumerate(message["parts"]):
                db.execute("INSERT INTO part VALUES (?, ?, ?, ?)",
                           (f"prt_{message['info']['id']}_{i}", message["info"]["id"], info["id"], json.dumps(part)))
    db.commit()
    return db


def exports() -> list:
    """Of the fixtures, with identifiers that are unique."""
    made = []
    for name in ("good-session", "good-child", "good-redacted", "good-fork"):
        export = json.loads((e2e.ROOT / f"tests/corpus/opencode/{name}.json").read_text())
        for i, message in enumerate(export["messages"]):
            message["info"]["id"] = f"msg_{name}_{i}"
            for j, part in enumerate(message["parts"]):
                if "callID" in part:
                    part["callID"] = f"call_{i}_{j}"
        made.append(export)
    return made


def test_same_as_exports(folder: pathlib.Path) -> None:
    for export in exports():
        (folder / f"{export['info']['id']}.json").write_text(json.dumps(export))
    database(folder / "opencode.db", exports()).close()
    files, db = sorted(folder.glob("ses_*.json")), folder / "opencode.db"
    first = new_store(folder, "exports")
    e2e.ingest(first, *files)
    for name, order in (("database", [db]), ("after", [*files, db]), ("before", [db, *files])):
        store = new_store(folder, name)
        e2e.ingest(store, *order)
        same(first, store, name)
        e2e.verify(store)
    check(b"CANARY" not in b"".join(p.read_bytes() for p in folder.glob("database.db*")), "nothing written is in the store")


def test_sessions_that_go_on(folder: pathlib.Path) -> None:
    """Of sessions whose first day was erased the rest has their names: the database tells all sessions before any message."""
    day, first, told = 24 * 3600 * 1000, 1772409600000, []
    for name in ("ses_a", "ses_b", "ses_c"):
        asked = [{"info": {"id": f"msg_{name}_{at}", "sessionID": name, "role": "user", "time": {"created": first + at}},
                  "parts": [{"type": "text", "text": ""}]} for at in (10, 2 * day)]
        told.append({"info": {"id": name, "directory": f"/home/ada/{name}", "version": "1.2.3", "time": {"created": first}},
                     "messages": asked})
        (folder / f"{name}.json").write_text(json.dumps(told[-1]))
    database(folder / "opencode.db", told).close()
    stores, now = [], (first + 30 * day) * 1000
    for name, files in (("exports", sorted(folder.glob("ses_*.json"))), ("database", [folder / "opencode.db"])):
        store = new_store(folder, name)
        e2e.ingest(store, *files, "--now", now)
        e2e.bpt("erase", store, json.dumps({"version": 1, "from_us": first * 1000, "until_us": (first + day) * 1000}), "--now", now)
        e2e.ingest(store, *files, "--restart", "--now", now)
        stores.append(store)
        db = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
        equal(db.execute("SELECT count(*) FROM session WHERE workspace_us = ?", ((first + 2 * day) * 1000,)).fetchone(), (3,),
              "sessions with the names of what is left", name)
        db.close()
    same(*stores, "after the erasure")


def test_subagents_of_subagents(folder: pathlib.Path) -> None:
    parent, child, other, _ = exports()
    other["info"]["parentID"] = child["info"]["id"]
    orphan = json.loads(json.dumps(other).replace("ses_0003", "ses_0004").replace("msg_", "msg_4"))
    orphan["info"]["parentID"] = "ses_gone"
    database(folder / "opencode.db", [other, child, parent, orphan]).close()
    store = new_store(folder, "deep")
    e2e.ingest(store, folder / "opencode.db")
    db = dump.connect(store)
    equal(db.execute("SELECT count(*) FROM session").fetchone()[0], 2, "the root, and one whose root is not there")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 4").fetchone()[0], 1, "prompts are the root's alone")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 5 AND class & 31 = 15").fetchone()[0], 3, "subagents")
    db.close()


def test_broken_rows(folder: pathlib.Path) -> None:
    db = database(folder / "opencode.db", exports()[:1])
    broken = ["", "{", "[]", '{"role":"assistant","tokens":{"input":-1}}', '{"role":"user","role":"user"}', "3"]
    for i, data in enumerate(broken):
        db.execute("INSERT INTO message VALUES (?, 'ses_0001', 0, ?)", (f"msg_b{i}", data))
    db.execute("INSERT INTO part VALUES ('prt_b', 'msg_b', 'ses_0001', ?)", ('{"type":"tool","tool":"x"}',))
    db.execute("INSERT INTO message VALUES ('', 'ses_0001', 0, '{}')")
    db.commit()
    db.close()
    store, clean = new_store(folder, "broken"), new_store(folder, "clean")
    equal(e2e.ingest(store, folder / "opencode.db")["records_rejected"], len(broken) + 2, "rows refused")
    (folder / "clean").mkdir()
    database(folder / "clean" / "opencode.db", exports()[:1]).close()
    e2e.ingest(clean, folder / "clean" / "opencode.db")
    same(clean, store, "rows beside them")
    (folder / "empty").mkdir()
    sqlite3.connect(folder / "empty" / "opencode.db").executescript("CREATE TABLE x (y)")
    report = e2e.ingest(new_store(folder, "empty"), folder / "empty", "--source", "opencode_db", command="scan")
    equal((report["files_failed"], report["records_read"]), (0, 0), "databases of another version")


# ------------------------------------------------------------------------------------- the older folder

LAYOUTS = ("first", "project")  # of the first versions, and the one that a migration made of it


def files_of(export: dict, layout: str) -> dict:
    """The files of a session by their place, as the client wrote them: indented over many lines."""
    info, first = export["info"], layout == "first"
    made = {f"storage/session/{'info' if first else 'a1b2'}/{info['id']}.json": info}
    for message in export["messages"]:
        own = message["info"]["id"]
        below = "storage/session" if first else "storage"
        made[f"{below}/message/{info['id']}/{own}.json"] = {**message["info"], "sessionID": info["id"]}
        for i, part in enumerate(message["parts"]):
            place = f"{below}/part/{info['id']}/{own}" if first else f"{below}/part/{own}"
            made[f"{place}/prt_{own}_{i:02}.json"] = {**part, "id": f"prt_{own}_{i:02}", "messageID": own, "sessionID": info["id"]}
    return {place: json.dumps(value, indent=2) for place, value in made.items()}


def write(folder: pathlib.Path, files: dict) -> pathlib.Path:
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    return folder


def stored(folder: pathlib.Path, made: list, layout: str) -> pathlib.Path:
    for export in made:
        write(folder, files_of(export, layout))
    return folder


def test_folder_same_as_exports(folder: pathlib.Path) -> None:
    for export in exports():
        (folder / f"{export['info']['id']}.json").write_text(json.dumps(export))
    files, database_ = sorted(folder.glob("ses_*.json")), folder / "opencode.db"
    database(database_, exports()).close()
    first = new_store(folder, "exports")
    e2e.ingest(first, *files)
    for layout in LAYOUTS:
        home = stored(folder / layout, exports(), layout)
        for name, order in (("alone", [home]), ("after", [*files, database_, home]), ("before", [home, database_, *files])):
            store = new_store(folder, f"{layout}-{name}")
            report = e2e.ingest(store, *order)
            equal(report["records_rejected"], 0, "nothing is refused")
            same(first, store, layout, name)
            e2e.verify(store)
        again = e2e.ingest(store, home)
        equal((again["files_changed"], again["records_read"]), (0, 0), "a folder that did not change is not read")
        oracle = opencode.Oracle(e2e.KEY.read_bytes())
        oracle.read_storage(str(home / "storage"))
        store = folder / f"{layout}-alone.db"
        found = differences(library(store), oracle.report())
        check(not found, "totals of the oracle", layout, "\n".join(found))
        check(b"CANARY" in b"".join(p.read_bytes() for p in home.rglob("*.json")), "the marker is in the input")
        for place in folder.glob(f"{layout}-alone.db*"):
            check(b"CANARY" not in place.read_bytes(), "nothing written is in the store", place.name)


def test_folder_grows(folder: pathlib.Path) -> None:
    """Files come one by one, in any order, a subagent's before its parent's; each is noticed, though its session's did not change."""
    parent, child, other, _ = exports()
    other["info"]["parentID"] = parent["info"]["id"]
    for layout in LAYOUTS:
        whole = {place: text for export in (parent, child, other) for place, text in files_of(export, layout).items()}
        want = new_store(folder, f"{layout}-whole")
        e2e.ingest(want, write(folder / layout / "whole", whole))
        for seed in range(4 if not e2e.LONG else 40):
            home, store = folder / layout / str(seed), new_store(folder, f"{layout}-{seed}")
            places = sorted(whole)
            random.Random(seed).shuffle(places)
            home.mkdir(parents=True)
            for i, place in enumerate(places):
                text = whole[place]
                if seed % 2 and i % 3 == 0:  # it is being written
                    write(home, {place: text[:len(text) // 2]})
                    e2e.ingest(store, home)
                write(home, {place: text})
                if i % 2 == seed % 2:
                    e2e.ingest(store, home)
            e2e.ingest(store, home)
            equal(sqlite3.connect(store).execute("SELECT count(*) FROM reject").fetchone()[0], 0, "files that are whole by now")
            same(want, store, layout, str(seed))
            e2e.verify(store)


def test_folder_subagents_of_subagents(folder: pathlib.Path) -> None:
    """Each belongs to the session at the top; a circle, and a name that leads elsewhere, have no top."""
    parent, child, other, _ = exports()
    other["info"]["parentID"] = child["info"]["id"]
    circle = json.loads(json.dumps(child).replace("ses_0002", "ses_0005").replace("msg_", "msg_5"))
    circle["info"]["parentID"] = "ses_0005"
    astray = json.loads(json.dumps(child).replace("ses_0002", "ses_0006").replace("msg_", "msg_6"))
    astray["info"]["parentID"] = "../../../outside"
    write(folder, {"outside.json": '{"parentID":"ses_0001"}'})
    home = stored(folder / "in", [other, child, parent, circle, astray], "project")
    store = new_store(folder, "deep")
    e2e.ingest(store, home)
    db = dump.connect(store)
    equal(db.execute("SELECT count(*) FROM session").fetchone()[0], 3, "the root, the circle, the one astray")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 4").fetchone()[0], 1, "prompts are the root's alone")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 5 AND class & 31 = 15").fetchone()[0], 4, "subagents")
    db.close()


def test_folder_broken(folder: pathlib.Path) -> None:
    """A file that is broken costs itself."""
    good = files_of(exports()[0], "project")
    clean, store = new_store(folder, "clean"), new_store(folder, "broken")
    e2e.ingest(clean, write(folder / "clean", good))
    broken = ["{", "[7]", '{"role":"assistant","tokens":{"input":-1}}', '{"role":"user","role":"user"}', "3", '{"role":"user"}', '"x']
    home = write(folder / "in", good)
    for i, text in enumerate(broken):
        write(home, {f"storage/message/ses_0001/msg_b{i}.json": text})
    write(home, {"storage/message/ses_0001/empty.json": "", "storage/part/msg_good-session_0/prt_z.json": '{"type":"tool","tool":"x"}',
                 "storage/message/ses_0001/note.txt": "CANARY", "storage/session/a1b2/ses_0009.json": '{"title":"CANARY"}',
                 "storage/session_diff/ses_0001.json": "CANARY", "storage/project/a1b2.json": "{}"})
    (home / "storage/message/ses_0001/msg_utf8.json").write_bytes(b'{"role":"user","id":"\xff"}')
    report = e2e.ingest(store, home)
    equal(report["records_rejected"], len(broken) + 3, "files refused")
    same(clean, store, "files beside them")
    e2e.verify(store)
    shutil.rmtree(home / "storage/message")
    shutil.rmtree(home / "storage/part")
    before = dump.lines(store)
    e2e.ingest(store, home)
    equal(dump.lines(store), before, "what was deleted stays known")


if __name__ == "__main__":
    e2e.main()
