#!/usr/bin/env python3
"""Erasing leaves what a store would hold that had never seen the erased events.

Random histories of reading, asking and erasing, in random files and orders, after which everything is read again. A
second store reads at once the events that remain, which the test picks by session and time alone; both must have the
same facts, tasks and answers. Histories without erasures, with events that several sessions claim, are compared, too.
"""
from __future__ import annotations

import json
import pathlib
import random
import sqlite3
from typing import Any, Optional

import dump
import e2e
import test_order
from e2e import bpt, equal

SECOND = 10**6
HOUR, DAY = 3600 * SECOND, 86400 * SECOND
START = 1772409600000000  # 2026-03-02
NOW = START + 60 * DAY
ROUNDS = range(200 if e2e.LONG else 8)


class History:
    """Events as (session, time, line), and a store that gets them little by little."""

    def __init__(self, folder: pathlib.Path, seed: int, erases: bool) -> None:
        self.dice, self.folder, self.erases = random.Random(seed), folder, erases
        self.events: list = []
        self.erased: list = []  # (session or None, from or None, until or None)
        spread = self.dice.choice((DAY // 4, DAY, 4 * DAY, 20 * DAY))
        self.sessions = [f"s{i}" for i in range(self.dice.choice((1, 3, 8, 15)))]
        longest = self.dice.choice((4, 12, 30))
        for session in self.sessions:
            self.fill(session, START + int(spread * self.dice.random()), self.dice.randint(1, longest))
        self.dice.shuffle(self.events)
        self.files = self.spread_over(self.dice.choice((1, 2, 4)))
        self.store = test_order.new_store(folder, f"{seed}-{erases}")

    def put(self, session: str, time: Optional[int], kind: str, **members: Any) -> None:
        told = {"blueplane": 1, "kind": kind, "platform": "mytool", "session": session, **({} if time is None else {"time": time})}
        names = {"workspace": f"/home/ada/w{session[-1]}", "branch": f"b{session[-1]}", "client_version": f"1.{session[-1]}"}
        self.events.append((session, time, json.dumps({**told, **members})))
        self.events.append((session, time, json.dumps({**told, **names, "kind": "session"})))

    def fill(self, session: str, start: int, count: int) -> None:
        dice, time = self.dice, start
        for number in range(count):
            time += int(dice.choice((1, 20, 200, 400, 4000)) * 2 * SECOND * dice.random())
            at = time if dice.random() < 0.93 else None
            claimed = not self.erases and dice.random() < 0.15  # several sessions report it
            name = f"x{dice.randint(0, 5)}" if claimed else f"{session}-{number}"
            flags = {flag: True for flag in ("subagent", "sidechain", "forked") if dice.random() < 0.1}
            kind = dice.choices(("prompt", "response", "tool", "event", "decision", "commit", "span"), (4, 5, 6, 2, 1, 1, 1))[0]
            if kind == "response":
                for request in range(dice.choice((1, 1, 2))):
                    later = None if at is None else at + request * dice.choice((SECOND, 30 * HOUR))
                    self.put(session, later, kind, id=name, request=str(request), model=dice.choice(("m1", "m2")),
                             input_tokens=dice.choice((5, 100)), output_tokens=dice.choice((7, 300)), stop="end_turn", **flags)
            elif kind == "tool":
                edit = dice.random() < 0.5
                self.put(session, at, "tool_use", id=name, tool="edit" if edit else "run", category="edit" if edit else "shell",
                         file=f"/home/ada/{dice.choice('abc')}.c", **({"lines_added": 4, "lines_removed": 1} if edit else {}), **flags)
                if at is not None and dice.random() < 0.9:
                    self.put(session, at + int(dice.choice((1, 100, 30000)) * SECOND * dice.random()), "tool_result", id=name,
                             outcome=dice.choice(("ok", "ok", "error", "rejected")), **({"lines_added": 3} if dice.random() < 0.4 else {}))
            else:
                of = {"prompt": {"characters": dice.choice((3, 500)), "features": dice.sample(("image", "file", "code"), dice.randint(0, 2))},
                      "event": {"event": dice.choice(("turn_end", "interrupt", "lines_suggested", "retry")), "value": 5},
                      "decision": {"decision": "edit", "outcome": "ok", "lines": 4}, "commit": {"lines_added": 5, "files": 1},
                      "span": {"lines_added": 5, "files": 1}}
                self.put(session, at, kind, id=name, **of[kind])

    def write(self, name: str, events: list) -> pathlib.Path:
        path = self.folder / f"{name}.blueplane.jsonl"
        path.write_text("".join(f"{line}\n" for _, _, line in events), encoding="utf-8")
        return path

    def spread_over(self, count: int) -> list:
        """Deals the events out over files; some events are in two."""
        return [self.write(f"part-{n}", [event for i, event in enumerate(self.events) if i % count == n or self.dice.random() < 0.1])
                for n in range(count)]

    def read(self, store: pathlib.Path, *files: pathlib.Path, again: bool = False) -> None:
        e2e.ingest(store, *files, "--source", "native", "--now", NOW, *(["--restart"] if again else []))

    def erase(self) -> None:
        dice, selector, session, first = self.dice, {"version": 1}, None, None
        last: Optional[int] = None
        known = [row["session"] for row in json.loads(bpt("inspect", self.store, "sessions", "--now", NOW).stdout)["rows"]]
        if dice.random() < 0.5 and known:
            session = dice.choice(known)
            selector["session"] = session
        if dice.random() < 0.7 or session is None:
            first = dice.choice([at for _, at, _ in self.events if at is not None] or [START]) + dice.choice((0, 1, -DAY // 3))
            selector["until_us"] = last = first + int(dice.choice((1, HOUR, DAY // 2, 3 * DAY)) * dice.random()) + 1
            if dice.random() < 0.3:
                first = None
            else:
                selector["from_us"] = first
        bpt("erase", self.store, json.dumps(selector), "--now", NOW)
        self.erased.append((session, first, last))

    def expire(self) -> None:
        """Erases what is older than some days, except what has no time; the mark in the store says up to when."""
        days = self.dice.choice((42, 55, 60))
        bpt("configure", self.store, "retention", json.dumps({"version": 1, "events_days": days}))
        bpt("erase", self.store, '{"version":1,"expired":true}', "--now", NOW)
        db = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        until, = db.execute("SELECT max(until_us) FROM erased WHERE from_us = ?", (1 - 2**63,)).fetchone()
        db.close()
        if until is not None:
            self.erased.append((None, 0, until))

    def live(self) -> None:
        for _ in range(self.dice.randint(2, 8)):
            what = self.dice.random()
            if what < 0.4 or not self.store.exists():
                self.read(self.store, *self.dice.sample(self.files, self.dice.randint(1, len(self.files))), again=what < 0.1)
            elif what < 0.65 or not self.erases:
                for _ in range(2):  # the second time, what the first one packed is read
                    bpt("query", self.store, self.dice.choice(test_order.QUERIES), "--now", NOW, status=None)
            elif what < 0.9:
                self.erase()
            else:
                self.expire()
        e2e.verify(self.store)
        self.read(self.store, *self.files, again=True)

    def left(self, keys: dict) -> list:
        def goes(session: str, at: Optional[int]) -> bool:
            return any(of in (None, keys[session]) and (first is None if at is None else
                                                        (first is None or at >= first) and (last is None or at < last))
                       for of, first, last in self.erased)
        return [event for event in self.events if not goes(*event[:2])]


def keys_of(folder: pathlib.Path, history: History) -> dict:
    """The identifier of each session: the key is the same in all stores."""
    keys = {}
    for session in history.sessions:
        store = test_order.new_store(folder, f"key-{session}")
        if not store.exists():
            history.read(store, history.write("one", [event for event in history.events if event[0] == session]))
        keys[session], = (row["session"] for row in json.loads(bpt("inspect", store, "sessions", "--now", NOW).stdout)["rows"])
    return keys


def answers(store: pathlib.Path) -> list:
    return [bpt("query", store, query, "--now", NOW, status=None).stdout for query in test_order.QUERIES]


def compare(folder: pathlib.Path, erases: bool) -> None:
    for seed in ROUNDS:
        history = History(folder, seed, erases)
        history.live()
        events = history.left(keys_of(folder, history) if history.erased else {})
        e2e.counts["events left"] += len(events) // 2
        e2e.counts["erasures"] += len(history.erased)
        other = test_order.new_store(folder, f"{seed}-{erases}-left")
        history.read(other, history.write("left", events))
        said, should = answers(history.store), answers(other)
        e2e.verify(history.store, other)
        equal(dump.differences(history.store, other), [], "the same facts", seed)
        equal(dump.differences(dump.task_lines(history.store), dump.task_lines(other)), [], "the same tasks", seed)
        for query, is_, want in zip(test_order.QUERIES, said, should):
            equal(is_, want, "the same answers", seed, query)


def test_erased(folder: pathlib.Path) -> None:
    """Histories with erasures."""
    compare(folder, True)


def test_claimed(folder: pathlib.Path) -> None:
    """Histories without erasures, with events that several sessions claim."""
    compare(folder, False)


if __name__ == "__main__":
    e2e.main()
