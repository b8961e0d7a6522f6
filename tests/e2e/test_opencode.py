#!/usr/bin/env python3
"""The database of opencode tells what its exports tell, alone, together, in any order; and a subagent's subagent is its root's."""
from __future__ import annotations

import json
import pathlib
import sqlite3

import e2e
from e2e import check, equal
from test_earlier import same
from test_order import new_store

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
    for name in ("good-session", "good-child", "good-redacted"):
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


def test_subagents_of_subagents(folder: pathlib.Path) -> None:
    parent, child, other = exports()
    other["info"]["parentID"] = child["info"]["id"]
    orphan = json.loads(json.dumps(other).replace("ses_0003", "ses_0004").replace("msg_", "msg_4"))
    orphan["info"]["parentID"] = "ses_gone"
    database(folder / "opencode.db", [other, child, parent, orphan]).close()
    store = new_store(folder, "deep")
    e2e.ingest(store, folder / "opencode.db")
    db = sqlite3.connect(store)
    equal(db.execute("SELECT count(*) FROM session").fetchone()[0], 2, "the root, and one whose root is not there")
    equal(db.execute("SELECT sum(n) FROM rollup WHERE kind = 4").fetchone()[0], 1, "prompts are the root's alone")
    equal(db.execute("SELECT sum(n) FROM rollup WHERE kind = 5 AND class & 31 = 15").fetchone()[0], 3, "subagents")
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


if __name__ == "__main__":
    e2e.main()
