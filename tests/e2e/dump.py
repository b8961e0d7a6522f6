#!/usr/bin/env python3
"""Prints the facts of a store as text. Two stores with the same key hold the same facts if and only if their dumps are
equal.

    python3 dump.py STORE [STORE]     one: print it; two: print what differs, status 1 if anything does

Row numbers of sessions and labels depend on the order of arrival, so identifiers are printed instead, and rows are
sorted. Row numbers of facts and the tables of files and rejects are not facts and are left out.
"""
from __future__ import annotations

import difflib
import pathlib
import sqlite3
import sys
from typing import Any, Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))
import packed  # noqa: E402

FACTS = ("prompt", "response", "tool_call", "decision", "span", "event", "change")
SESSIONS = {"session"}
LABELS = {"model", "tool", "file", "result_file", "command", "platform", "workspace", "branch", "entrypoint", "version",
          "label"}
PLACES = {"id"}
OF_TASKS = 10  # the first kind of cells that are derived when somebody first queries tasks


def connect(path: Any) -> sqlite3.Connection:
    """Opens a store for reading; its cells are in a temporary table `cell`."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    packed.unpack(db)
    return db


def change(path: Any, sql: str) -> None:
    """Runs a statement that changes a store, its cells included."""
    db = sqlite3.connect(path)
    packed.unpack(db)
    db.execute(sql)
    packed.pack(db)
    db.commit()
    db.close()


def _hex(hi: int, lo: int) -> str:
    return f"{hi & (1 << 64) - 1:016x}{lo & (1 << 64) - 1:016x}"


def _names(db: sqlite3.Connection, sql: str) -> Callable[[Any], Any]:
    names = {number: name for number, name in db.execute(sql)} | {None: None, 0: "none"}
    return lambda number: names.get(number, f"lost:{number}")


def tables(db: sqlite3.Connection) -> Iterator[tuple]:
    """Each table as (name, columns, rows), with row numbers replaced by what they refer to."""
    db.create_function("ident", 2, _hex, deterministic=True)
    session = _names(db, "SELECT id, ident(hi, lo) || '.' || tier FROM session")
    label = _names(db, "SELECT id, kind || ':' || ident(hi, lo) FROM label")
    for table in (*FACTS, "cell", "run"):
        found = db.execute(f"SELECT * FROM {table}" + (f" WHERE kind < {OF_TASKS}" if table == "cell" else ""))
        columns = [c[0] for c in found.description]
        turn = [session if c in SESSIONS else label if c in LABELS else None for c in columns]
        kept = [i for i, c in enumerate(columns) if c not in PLACES]
        yield table, [columns[i] for i in kept], [
            tuple(turn[i](row[i]) if turn[i] else row[i] for i in kept) for row in found]
    found = db.execute("SELECT ident(hi, lo), * FROM session")
    columns = [c[0] for c in found.description]
    kept = [i for i, c in enumerate(columns) if c not in ("id", "hi", "lo")]
    yield "session", [columns[i] for i in kept], [
        tuple(label(row[i]) if columns[i] in LABELS else row[i] for i in kept) for row in found]
    yield "label", ["key", "text"], db.execute("SELECT kind || ':' || ident(hi, lo), text FROM label").fetchall()


def task_lines(path: Any) -> list:
    """What a store keeps of tasks, as text in the same form; the store must have answered a query about tasks first."""
    db = connect(path)
    db.create_function("ident", 2, _hex, deterministic=True)
    session = _names(db, "SELECT id, ident(hi, lo) FROM session")
    label = _names(db, "SELECT id, kind || ':' || ident(hi, lo) FROM label")
    found = [f"stale {session(row[0])}" for row in db.execute("SELECT session FROM stale")]
    for table, sql in (("task", "SELECT * FROM task"), ("cell", f"SELECT * FROM cell WHERE kind >= {OF_TASKS}")):
        rows = db.execute(sql)
        columns = [c[0] for c in rows.description]
        turn = [session if c in SESSIONS else label if c in LABELS else repr for c in columns]
        found += [f"{table} " + " ".join(f"{c}={t(v)}" for c, t, v in zip(columns, turn, row)) for row in rows]
    db.close()
    return sorted(found)


def lines(path: Any) -> list:
    db = connect(path)
    try:
        found = []
        for table, columns, rows in tables(db):
            form = f"{table} {' '.join(f'{c}=%s' for c in columns)}"
            found += sorted(form % row for row in rows)
        return found
    finally:
        db.close()


def differences(one: Any, other: Any, most: int = 20) -> list:
    """What differs between two stores, or between two lists of lines; empty if they are equal."""
    a, b = (x if isinstance(x, list) else lines(x) for x in (one, other))
    if a == b:
        return []
    found = [line for line in difflib.unified_diff(sorted(set(a) - set(b)), sorted(set(b) - set(a)), lineterm="", n=0)
             if not line.startswith(("---", "+++", "@@"))]
    return (found or ["the same rows, in other numbers"])[:most]


def main() -> int:
    if len(sys.argv) == 2:
        print("\n".join(lines(sys.argv[1])))
        return 0
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    found = differences(sys.argv[1], sys.argv[2], 1000)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
