"""Makes databases as an earlier Blueplane wrote them, from lines of transcripts and from Cursor's databases."""
from __future__ import annotations

import json
import pathlib
import sqlite3
import zlib
from typing import Any, Iterable, Iterator, Optional

# The relevant ones of its 41 columns; two are generated columns, as in the original.
SCHEMA = """
CREATE TABLE {table} (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, ingested_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  event_id TEXT NOT NULL, external_id TEXT NOT NULL, event_type TEXT NOT NULL, platform TEXT NOT NULL DEFAULT 'claude_code',
  timestamp TIMESTAMP NOT NULL, uuid TEXT, cwd TEXT, message_id TEXT, input_tokens INTEGER, output_tokens INTEGER,
  tokens_used INTEGER, summary TEXT, event_data BLOB NOT NULL,
  event_date DATE GENERATED ALWAYS AS (DATE(timestamp)),
  event_hour INTEGER GENERATED ALWAYS AS (CAST(strftime('%H', timestamp) AS INTEGER)));
CREATE UNIQUE INDEX one_event ON {table} (external_id, uuid);
CREATE TABLE conversations (id TEXT PRIMARY KEY, external_id TEXT, platform TEXT, total_tokens INTEGER);
CREATE TABLE cursor_sessions (id TEXT PRIMARY KEY, external_session_id TEXT NOT NULL UNIQUE, workspace_hash TEXT NOT NULL,
  workspace_name TEXT, workspace_path TEXT, started_at TIMESTAMP NOT NULL);
"""


def packed(line: Any) -> bytes:
    event = {"version": "0.1.0", "hook_type": "JSONLTrace", "platform": "claude_code", "session_id": line.get("sessionId"),
             "metadata": {"workspace_hash": "0123456789abcdef", "project_name": "engine"},
             "payload": {"entry_data": line, "source": "jsonl_monitor"}}
    return zlib.compress(json.dumps(event).encode(), 6)


def database(path: pathlib.Path, lines: Iterable, table: str = "claude_raw_traces", broken: Optional[list] = None) -> pathlib.Path:
    db = sqlite3.connect(path)
    db.executescript(SCHEMA.format(table=table))
    put = (f"INSERT OR IGNORE INTO {table} (event_id, external_id, event_type, timestamp, uuid, event_data) "
           "VALUES (?, ?, ?, ?, ?, ?)")
    for line in lines:
        session, own = line.get("sessionId"), line.get("uuid")
        db.execute(put, (str(own or ""), str(session or ""), str(line.get("type") or ""), str(line.get("timestamp") or ""),
                         own if isinstance(own, str) else None, packed(line)))
        db.execute("INSERT OR IGNORE INTO conversations VALUES (?, ?, 'claude_code', 999999)", (str(session), str(session)))
    for data in broken or []:
        db.execute(put, ("", "", "", "", None, data))
    db.commit()
    db.close()
    return path


# What it stored about Cursor: the relevant ones of 39 columns. A database of the first version has no such table.
CURSOR_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursor_raw_traces (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, ingested_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  event_id TEXT NOT NULL, external_session_id TEXT, event_type TEXT NOT NULL, timestamp TIMESTAMP NOT NULL,
  storage_level TEXT NOT NULL, workspace_hash TEXT NOT NULL, database_table TEXT NOT NULL, item_key TEXT NOT NULL,
  composer_id TEXT, bubble_id TEXT, raw_text TEXT, token_count_up_until_here INTEGER, project_name TEXT, event_data BLOB NOT NULL,
  event_date DATE GENERATED ALWAYS AS (DATE(timestamp)),
  event_hour INTEGER GENERATED ALWAYS AS (CAST(strftime('%H', timestamp) AS INTEGER)));
CREATE UNIQUE INDEX IF NOT EXISTS idx_cursor_unique_event ON cursor_raw_traces (event_id);
CREATE TABLE IF NOT EXISTS cursor_sessions (id TEXT PRIMARY KEY, external_session_id TEXT NOT NULL UNIQUE, workspace_hash TEXT NOT NULL,
  workspace_name TEXT, workspace_path TEXT, started_at TIMESTAMP NOT NULL);
"""
LISTS = {"aiService.generations": "generation", "aiService.prompts": "prompt"}
OTHERS = {"workbench.backgroundComposer.workspacePersistentData": "background_composer", "workbench.agentMode.exitInfo": "agent_mode",
          "interactive.sessions": "other", "history.entries": "other", "cursorAuth/workspaceOpenedDate": "other"}


def whole(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def kept_of(state: pathlib.Path) -> Iterator[tuple]:
    """(event, table, key, value) of each row that the program stored for a state.vscdb, in its order."""
    db = sqlite3.connect(state)
    for table in ("ItemTable", "cursorDiskKV"):
        try:
            rows = db.execute(f"SELECT key, value FROM {table} WHERE value IS NOT NULL AND key IS NOT NULL").fetchall()
        except sqlite3.OperationalError:
            continue
        for key, text in rows:
            value = whole(text)
            if value is None:
                continue  # the program could not read it
            if key in LISTS:
                yield from ((LISTS[key], table, key, item) for item in value if isinstance(item, dict))
            elif key == "composer.composerData":
                for composer in filter(lambda c: isinstance(c, dict), value.get("allComposers", [])):
                    yield "composer", table, key, composer
                    for bubble in composer.get("conversation") or composer.get("fullConversationHeadersOnly") or []:
                        yield "bubble", table, key, bubble if isinstance(bubble, dict) else {}
            elif key in OTHERS:
                yield OTHERS[key], table, key, value
            elif key.startswith("composerData:"):
                yield "composer", table, key, value
            elif key.startswith("bubbleId:") and key.count(":") == 2:
                yield "bubble", table, key, value
    db.close()


def add_cursor(path: pathlib.Path, rows: Iterable[tuple], storage: str = "", folder: Optional[str] = None) -> pathlib.Path:
    """Adds rows of kept_of(), from a workspace's storage or the global one; `folder` is the one open in the editor's
    window."""
    db = sqlite3.connect(path)
    db.executescript(CURSOR_SCHEMA)
    number = db.execute("SELECT count(*) FROM cursor_raw_traces").fetchone()[0]
    for event, table, key, value in rows:
        number += 1
        data = value if isinstance(value, bytes) else zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)
        known = value if isinstance(value, dict) else {}
        db.execute("INSERT INTO cursor_raw_traces (event_id, event_type, timestamp, storage_level, workspace_hash, database_table, "
                   "item_key, composer_id, bubble_id, raw_text, event_data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   (f"event-{number}", event, "2030-01-01T00:00:00+00:00", "workspace" if storage else "global", storage, table, key,
                    known.get("composerId"), known.get("bubbleId"), known.get("text"), data))
    if folder is not None:
        db.execute("INSERT OR IGNORE INTO cursor_sessions VALUES (?, ?, ?, 'engine', ?, '2026-03-02T09:00:00')",
                   (f"window-{storage}", f"outside-{storage}", storage, folder))
    db.commit()
    db.close()
    return path
