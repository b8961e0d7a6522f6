#!/usr/bin/env python3
"""Unpacks the packed cells of a store into rows and packs them again, written from docs/store.md alone.

    unpack(db)  makes a temporary table `cell` with the cells of the tables rollup and told; those of told have kind 0
    pack(db)    writes the table `cell` back, with the changes a test made to it
    words(db)   makes views of the facts, prompt_words and so on, with a column for every word of a fact
"""
from __future__ import annotations

import itertools
import pathlib
import sqlite3
from typing import Iterator

DAY = 96  # quarters of an hour in a day
MEASURES = 9
SESSION, QUARTER, LABEL, CLASS, COUNT, MEASURE = (1 << bit for bit in range(6))


def numbers(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value - (1 << 64) if value >= 1 << 63 else value
            value = shift = 0


def number(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def split(data: bytes, tag: int) -> int:
    """The offset where the numbers that belong to a tag end."""
    left, at = bin(tag).count("1"), 0
    while left:
        left -= data[at] < 0x80
        at += 1
    return at


def unfold(step: int) -> int:
    return step >> 1 ^ -(step & 1)


def fold(step: int) -> int:
    return step << 1 ^ (-1 if step < 0 else 0)


def cells(row: int, data: bytes) -> Iterator[tuple]:
    day = (row & 0xFFFFFFFF) - 1
    quarter, session, label, cls = day * DAY if day >= 0 else -1, 0, 0, 0
    while data:
        tag = data[0] | data[1] << 8
        end = 2 + split(data[2:], tag)
        value = numbers(data[2:end])
        session += unfold(next(value)) if tag & SESSION else 0
        quarter += unfold(next(value)) if tag & QUARTER else 0
        label += unfold(next(value)) if tag & LABEL else 0
        cls = next(value) if tag & CLASS else cls
        n = next(value) if tag & COUNT else 1
        yield (row >> 32, quarter, session, label, cls, n,
               *(next(value) if tag & MEASURE << i else 0 for i in range(MEASURES)))
        data = data[end:]


def packed(row: int, wanted: list) -> bytes:
    day = (row & 0xFFFFFFFF) - 1
    before = (0, day * DAY if day >= 0 else -1, 0, 0)
    out = bytearray()
    for session, quarter, label, cls, n, *measures in wanted:
        parts = ((SESSION, session != before[0], fold(session - before[0])),
                 (QUARTER, quarter != before[1], fold(quarter - before[1])),
                 (LABEL, label != before[2], fold(label - before[2])), (CLASS, cls != before[3], cls), (COUNT, n != 1, n),
                 *((MEASURE << i, m != 0, m) for i, m in enumerate(measures)))
        tag = sum(bit for bit, there, _ in parts if there)
        out += bytes((tag & 255, tag >> 8)) + b"".join(number(value) for _, there, value in parts if there)
        before = (session, quarter, label, cls)
    return bytes(out)


def words(db: sqlite3.Connection) -> None:
    db.executescript(pathlib.Path(__file__).with_name("words.sql").read_text(encoding="utf-8"))


def unpack(db: sqlite3.Connection) -> None:
    measures = ", ".join(f"m{i}" for i in range(MEASURES))
    db.execute(f"CREATE TEMP TABLE cell (kind, quarter, session, label, class, n, {measures})")
    put = f"INSERT INTO temp.cell VALUES ({', '.join('?' * (6 + MEASURES))})"
    for row, data in db.execute("SELECT id, cells FROM rollup").fetchall():
        db.executemany(put, cells(row, data))
    db.executemany(put, [(0, -1, session, 0, kind, n, *[0] * MEASURES)
                         for session, kind, n in db.execute("SELECT session, kind, n FROM told")])


def pack(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM rollup")
    db.execute("DELETE FROM told")
    db.execute("INSERT INTO told SELECT session, class, n FROM temp.cell WHERE kind = 0")
    rows = [tuple(row) for row in db.execute(
        "SELECT kind << 32 | iif(quarter < 0, 0, quarter / 96 + 1), session, quarter, label, class, n, m0, m1, m2, m3, m4, m5, m6, "
        "m7, m8 FROM temp.cell WHERE kind > 0 ORDER BY 1, 2, 3, 4, 5")]
    for number_, group in itertools.groupby(rows, key=lambda row: row[0]):
        wanted = [row[1:] for row in group]
        quarters = [row[1] for row in wanted]
        db.execute("INSERT INTO rollup VALUES (?, ?, ?, ?, ?)",
                   (number_, min(quarters), max(quarters), len(wanted), packed(number_, wanted)))
