"""Databases of an earlier Blueplane, made from lines of transcripts the way that program wrote them."""
from __future__ import annotations

import json
import pathlib
import sqlite3
import zlib
from typing import Any, Iterable, Optional

# The columns that matter here, of its 41; two are computed, as there.
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
CREATE TABLE cursor_sessions (id TEXT PRIMARY KEY, external_session_id TEXT);
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
