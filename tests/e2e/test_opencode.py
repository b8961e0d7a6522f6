#!/usr/bin/env python3
"""The database of opencode, of versions 1 and 2, and its older folder give the facts of its exports: alone, together,
in any order; and the subagent of a subagent belongs to the root's session."""
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
    """A database of version 1. Identifiers of messages and parts are unique there, so the session is added to the
    fixtures'."""
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


SCHEMA_2 = """
CREATE TABLE session_v2 (id TEXT PRIMARY KEY, project_id TEXT NOT NULL, parent_id TEXT, fork_session_id TEXT, slug TEXT NOT NULL,
  directory TEXT NOT NULL, title TEXT, version TEXT NOT NULL, time_created INTEGER NOT NULL);
CREATE TABLE session_message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, type TEXT NOT NULL, seq INTEGER NOT NULL,
  time_created INTEGER NOT NULL, data TEXT NOT NULL);
"""


def call_2(part: dict) -> dict:
    """A call in version 2: its times are beside its state, an error is an object, changed files are a list."""
    state = {key: part["state"][key] for key in ("status", "input") if key in part["state"]}
    time = part["state"].get("time", {})
    if "error" in part["state"]:
        state["error"] = {"type": "tool.execution", "message": part["state"]["error"]}
    diff = part["state"].get("metadata", {}).get("diff")
    if diff:
        lines = diff.split("\n@@", 1)[-1].split("\n")
        added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
        state["metadata"] = {"files": [{"file": "CANARY", "patch": "CANARY", "additions": added - 1, "deletions": 0},
                                       {"file": "CANARY", "additions": 1, "deletions": removed}]}
    return {"type": "tool", "id": part["callID"], "name": part["tool"], "state": state,
            "time": {"created": time.get("start", 0) - 1, "ran": time.get("start"), "completed": time.get("end")}}


def message_2(message: dict) -> tuple:
    info, parts = message["info"], message["parts"]
    data = {"time": info["time"]}
    if info["role"] == "user":
        texts = [p for p in parts if p["type"] == "text" and not p.get("synthetic")]
        files = [{"uri": "CANARY", "mime": p["mime"]} for p in parts if p["type"] == "file"]
        if not texts and not files:
            return "synthetic", {**data, "text": "CANARY"}
        return "user", {**data, "text": "".join(p["text"] for p in texts), **({"files": files} if files else {})}
    data |= {"agent": "build", "model": {"providerID": "CANARY", "id": info.get("modelID"), "variant": "default"},
             "content": [{"type": "text", "text": "CANARY"}] + [call_2(p) for p in parts if p["type"] == "tool"]}
    data |= {key: info[key] for key in ("cost", "finish") if key in info}
    if "error" in info:
        name = info["error"]["name"]
        data["error"] = {"type": "aborted" if name == "MessageAbortedError" else name, "message": "CANARY"}
    if "tokens" in info:  # in version 2, output is without reasoning
        tokens = {key: n for key, n in info["tokens"].items() if key != "total"}
        sent = tokens.get("input", 0) + sum(tokens.get("cache", {}).values())
        if info["tokens"].get("total", 0) < sent + tokens.get("output", 0) + tokens.get("reasoning", 0):
            tokens["output"] -= tokens.get("reasoning", 0)
        data["tokens"] = tokens
    return "assistant", data


def database_2(db: sqlite3.Connection, exports: list) -> sqlite3.Connection:
    """The tables of version 2 with the same content; they may be beside those of version 1, whose rows it leaves
    unchanged."""
    db.executescript(SCHEMA_2)
    for export in exports:
        info = export["info"]
        db.execute("INSERT INTO session_v2 VALUES (?, 'p', ?, NULL, 's', ?, 'CANARY', ?, ?)",
                   (info["id"], info.get("parentID"), info["directory"], info["version"], info["time"]["created"]))
        for i, message in enumerate(export["messages"]):
            kind, data = message_2(message)
            db.execute("INSERT INTO session_message VALUES (?, ?, ?, ?, 0, ?)",
                       (message["info"]["id"], info["id"], kind, i, json.dumps(data)))
    db.commit()
    return db


def exports() -> list:
    """The exports of the fixtures, with unique identifiers."""
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
    """The database of version 1, alone and with exports, in any order, gives the facts of the exports."""
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
    check(b"CANARY" not in b"".join(p.read_bytes() for p in folder.glob("database.db*")), "no text of the input is in the store")


def test_version_2_same_as_exports(folder: pathlib.Path) -> None:
    """The database of version 2, alone, beside version 1 or continuing it, gives the facts of the exports."""
    for export in exports():
        (folder / f"{export['info']['id']}.json").write_text(json.dumps(export))
    files = sorted(folder.glob("ses_*.json"))
    first = new_store(folder, "exports")
    e2e.ingest(first, *files)
    rest = exports()
    cut = [{**export, "messages": export["messages"][:2]} for export in exports()]
    database_2(sqlite3.connect(folder / "opencode.db"), rest).close()
    database_2(database(folder / "opencode-went-on.db", cut), rest).close()  # begun in version 1 and continued in version 2
    alone, both = folder / "opencode.db", folder / "opencode-went-on.db"
    for name, order in (("alone", [alone]), ("beside", [both]), ("after", [*files, both, alone]), ("before", [alone, both, *files])):
        store = new_store(folder, name)
        equal(e2e.ingest(store, *order)["records_rejected"], 0, "nothing is refused", name)
        same(first, store, name)
        e2e.verify(store)
        check(b"CANARY" not in b"".join(p.read_bytes() for p in folder.glob(f"{name}.db*")), "no text of the input is in the store", name)
    # clients of version 1 create the other table early; it is not read before version 2 was used
    tried = database_2(database(folder / "opencode-tried.db", rest), rest)
    tried.executescript("DROP TABLE session_v2; UPDATE session_message SET id = id || 'x'")
    tried.close()
    store = new_store(folder, "tried")
    e2e.ingest(store, folder / "opencode-tried.db")
    same(first, store, "tried")


def test_version_2(folder: pathlib.Path) -> None:
    """What only version 2 has: compactions with tokens, errors with a type, calls whose input is still streamed."""
    first, db = 1772442000000, sqlite3.connect(folder / "opencode.db")
    db.executescript(SCHEMA_2)
    for own, born in (("ses_a", first), ("ses_fork", first + 5000)):
        db.execute("INSERT INTO session_v2 VALUES (?, 'p', NULL, NULL, 's', '/home/ada/engine', NULL, '2.0.26', ?)", (own, born))

    def call(own: str, state: dict) -> dict:
        return {"type": "tool", "id": own, "name": "edit", "state": state, "time": {"created": first + 100}}

    edit = {"path": "/home/ada/a.c", "oldString": "a", "newString": "b"}
    failed = [{"status": "error", "input": edit, "error": error} for error in (
        {"type": "permission.rejected", "message": "CANARY"}, {"type": "aborted", "message": "The user declined this tool call"},
        {"type": "permission.rejected", "message": "Permission denied: edit"}, {"type": "aborted", "message": "Tool execution interrupted"},
        {"type": "tool.execution", "message": "CANARY"})]
    done = [{"status": "completed", "input": edit, "metadata": {"files": ["CANARY", {"additions": 2, "deletions": 1}, {"additions": 3}]}},
            {"status": "completed", "input": edit, "metadata": {"files": [{"additions": -1}]}},
            {"status": "completed", "input": edit, "metadata": {"files": [{"additions": 2**53}] * 2**11 + [{"additions": 3}]}}]
    calls = [call(f"call_{i}", state) for i, state in enumerate(failed + done + [{"status": "streaming", "input": '{"path":'}])]
    tokens = {"input": 10, "output": 20, "reasoning": 5, "cache": {"read": 100, "write": 7}}
    rows = [("user", {"text": "CANARY", "files": [{"mime": "image/png"}]}),
            ("assistant", {"model": {"id": "gpt-5.4"}, "content": calls, "finish": "stop", "tokens": tokens, "cost": 0.5}),
            ("compaction", {"status": "completed", "model": {"id": "gpt-5.4"}, "summary": "CANARY", "tokens": tokens, "cost": 0.25}),
            ("compaction", {"status": "running", "summary": "CANARY"}), ("synthetic", {"text": "CANARY"}), ("idle", {}),
            ("system", {"text": "CANARY"}), ("shell", {"command": "CANARY", "status": "exited"})]
    for own in ("ses_a", "ses_fork"):  # a fork begins with copies that have new names and the old times
        for i, (kind, data) in enumerate(rows):
            db.execute("INSERT INTO session_message VALUES (?, ?, ?, ?, 0, ?)",
                       (f"msg_{own}_{i}", own, kind, i, json.dumps({**data, "time": {"created": first + i}})))
    broken = [("assistant", "{"), ("assistant", "[]"), ("user", '{"text":"CANARY","text":""}'),
              ("assistant", '{"tokens":{"input":-1}}'), ("assistant", '{"content":[{"type":"tool","name":"edit"}]}')]
    for i, (kind, data) in enumerate(broken):
        db.execute("INSERT INTO session_message VALUES (?, 'ses_a', ?, 0, 0, ?)", (f"msg_broken_{i}", kind, data))
    db.commit()
    db.close()
    store = new_store(folder, "store")
    equal(e2e.ingest(store, folder / "opencode.db")["records_rejected"], len(broken), "rows refused")
    told = library(store)
    sums = {key: sum(row[key] for row in told["responses"]) for key in
            ("responses", "input", "output", "reasoning", "cache_read", "cache_write_5m")}
    equal(sums, {"responses": 2, "input": 20, "output": 50, "reasoning": 10, "cache_read": 200, "cache_write_5m": 14}, "tokens")
    equal(told["prompts"]["total"], 1, "prompts")
    equal(told["output_quality"]["final"]["responses"], 2, "both are final")
    equal(told["tool_calls"]["edit"], {"rejected": 2, "denied": 1, "interrupted": 1, "error": 1, "ok": 3, "unknown": 1}, "outcomes")
    equal(told["lines"]["by_tool"]["edit"], {"added": 5 + 1 + 1, "removed": 1 + 1 + 1}, "lines of the files, or else of the input")
    e2e.verify(store)


def test_damage(folder: pathlib.Path) -> None:
    """Prompts whose parts were read before the damage count, like everything before it."""
    db = sqlite3.connect(folder / "opencode.db")
    db.executescript("PRAGMA page_size = 512; CREATE TABLE other (x)")
    db.close()
    db = database(folder / "opencode.db", exports()[:1])
    db.executemany("INSERT INTO part VALUES (?, 'msg_gone', 'ses_0001', '{\"type\":\"text\"}')", [(f"prt_z{i}",) for i in range(999)])
    db.commit()
    root, = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_part_1'").fetchone()
    db.close()
    data = bytearray((folder / "opencode.db").read_bytes())
    equal(data[(root - 1) * 512], 2, "the first page of the list names others")
    last = int.from_bytes(data[(root - 1) * 512 + 8:(root - 1) * 512 + 12], "big")
    whole, store = new_store(folder, "whole"), new_store(folder, "damaged")
    e2e.ingest(whole, folder / "opencode.db")
    data[(last - 1) * 512] = 255
    (folder / "opencode.db").write_bytes(data)
    equal(e2e.ingest(store, folder / "opencode.db")["files_failed"], 1, "the file is damaged")
    same(whole, store, "what came before")
    e2e.verify(store)


def test_sessions_that_go_on(folder: pathlib.Path) -> None:
    """If the first day of sessions was erased, the rest keeps their names: the database has all sessions before any
    message."""
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
    """Sessions of nested subagents are their root's."""
    parent, child, other, _ = exports()
    other["info"]["parentID"] = child["info"]["id"]
    orphan = json.loads(json.dumps(other).replace("ses_0003", "ses_0004").replace("msg_", "msg_4"))
    orphan["info"]["parentID"] = "ses_gone"
    database(folder / "opencode.db", [other, child, parent, orphan]).close()
    store = new_store(folder, "deep")
    e2e.ingest(store, folder / "opencode.db")
    db = dump.connect(store)
    equal(db.execute("SELECT count(*) FROM session").fetchone()[0], 2, "the root, and one whose root is missing")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 4").fetchone()[0], 1, "only the root has prompts")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 5 AND class & 31 = 15").fetchone()[0], 3, "subagents")
    db.close()


def test_broken_rows(folder: pathlib.Path) -> None:
    """A broken row is refused alone."""
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
    same(clean, store, "rows beside broken ones")
    (folder / "empty").mkdir()
    sqlite3.connect(folder / "empty" / "opencode.db").executescript("CREATE TABLE x (y)")
    report = e2e.ingest(new_store(folder, "empty"), folder / "empty", "--source", "opencode_db", command="scan")
    equal((report["files_failed"], report["records_read"]), (0, 0), "databases of another version")


# ------------------------------------------------------------------------------------- the older folder

LAYOUTS = ("first", "project")  # the folder of the first versions, and the one that a migration made of it


def files_of(export: dict, layout: str) -> dict:
    """The files of a session by their path, as the client wrote them: indented over many lines."""
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
    """Both layouts of the older folder give the facts of the exports."""
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
            check(b"CANARY" not in place.read_bytes(), "no text of the input is in the store", place.name)


def test_folder_grows(folder: pathlib.Path) -> None:
    """Files appear one by one, in any order, a subagent's before its parent's; each is noticed, although its session's
    file did not change."""
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
                if seed % 2 and i % 3 == 0:  # the client is still writing it
                    write(home, {place: text[:len(text) // 2]})
                    e2e.ingest(store, home)
                write(home, {place: text})
                if i % 2 == seed % 2:
                    e2e.ingest(store, home)
            e2e.ingest(store, home)
            equal(sqlite3.connect(store).execute("SELECT count(*) FROM reject").fetchone()[0], 0, "files that are complete by now")
            same(want, store, layout, str(seed))
            e2e.verify(store)


def test_folder_subagents_of_subagents(folder: pathlib.Path) -> None:
    """Each belongs to the session at the top; a cycle, and a name that refers to nothing, have no top."""
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
    equal(db.execute("SELECT count(*) FROM session").fetchone()[0], 3, "the root, the cycle, the orphan")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 4").fetchone()[0], 1, "only the root has prompts")
    equal(db.execute("SELECT sum(n) FROM cell WHERE kind = 5 AND class & 31 = 15").fetchone()[0], 4, "subagents")
    db.close()


def test_folder_broken(folder: pathlib.Path) -> None:
    """A broken file is refused alone."""
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
