#!/usr/bin/env python3
"""Oracle for tasks: computes the tasks of a store's facts, and compares them with what the store keeps.

    python3 tasks.py STORE      prints the tasks of every session, one JSON object a line, in order

A second implementation of docs/tasks.md, written from that document. `derived` reads only the tables of facts; `stored`
alone reads what the store keeps of tasks, for the comparison.
"""
from __future__ import annotations

import collections
import json
import sqlite3
import sys
import types
from typing import Any, Iterator, Optional

import packed

MINUTE = 60 * 1_000_000
QUARTER = 15 * MINUTE
CATEGORY = ("other", "read", "search", "edit", "command", "agent", "plan", "web", "mcp", "skill", "ask")
OUTCOME = ("unknown", "ok", "error", "rejected", "interrupted", "cancelled", "blocked", "denied", "ignored")
PROGRAM = ("none", "other", "test", "build", "lint", "git", "package", "run", "files", "search", "network", "container",
           "database", "commit")
TYPE = ("conversing", "exploring", "operating", "building", "refactoring", "testing", "debugging")
ENDING = ("nothing_to_resolve", "unresolved", "resolved")
FEATURES = ("plan_mode", "subagents", "skills", "mcp", "slash_commands", "background_runs", "web_search", "images")
ORDER = {"event": 0, "prompt": 1, "response": 2, "call": 3, "decision": 4, "commit": 5}
SUBAGENT, SIDECHAIN, FORKED, USE, RESULT, BACKGROUND = 1, 2, 4, 16, 32, 1024
TIERS = 6  # position in `flags` of the lowest of the two bits that hold the tier


class Step(types.SimpleNamespace):
    """Something that happened in a session."""


# ------------------------------------------------------------------------------------------- facts

def rows(db: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    yield from db.execute(f"SELECT * FROM {table}_words WHERE session > 0")


def size_of(characters: Optional[int]) -> int:
    if not characters:
        return 0
    return 1 + sum(characters >= limit for limit in (50, 200, 1000, 5000))


def responses(db: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """One row per response: rows with the same id are one response, unless the id is a gateway's constant."""
    groups: dict = collections.defaultdict(list)
    for row in rows(db, "response"):
        groups[row["k2"]].append(row)
    for found in groups.values():
        dated = sorted((r for r in found if r["time_us"] is not None), key=lambda r: r["time_us"])
        apart = any(b["time_us"] - a["time_us"] > 24 * 60 * MINUTE and a["input"] != b["input"]
                    for a in dated for b in dated)
        if apart:
            yield from found
            continue
        def rank(r: sqlite3.Row) -> tuple:
            f = r["flags"]
            return (f >> TIERS & 3, bool(f & FORKED), bool(f & SIDECHAIN), r["owner_after_us"] is None,
                    (r["time_us"] or 0) + (r["owner_after_us"] or 0))
        owner = min(found, key=rank)
        best = max(found, key=lambda r: (-(r["flags"] >> TIERS & 3), r["output"] or 0))
        one = dict(best)
        one.update(session=owner["session"], flags=owner["flags"], time_us=dated[0]["time_us"] if dated else None,
                   web_searches=max(r["web_searches"] or 0 for r in found))
        yield one


def steps(db: sqlite3.Connection) -> dict:
    """What happened, by the row number of the session."""
    found: dict = collections.defaultdict(list)

    def add(kind: str, row: Any, **more: Any) -> None:
        if row["time_us"] is None:
            return
        found[row["session"]].append(Step(kind=kind, time=row["time_us"], end=row["time_us"], tie=row["k2"],
                                          subagent=bool(row["flags"] & SUBAGENT), **more))

    for row in rows(db, "prompt"):
        add("prompt", row, size=size_of(row["characters"]), features=row["features"], plan=row["mode"] == 4)
    for row in responses(db):
        add("response", row, model=row["model"], searched=(row["web_searches"] or 0) > 0)
    for row in rows(db, "event"):
        add("event", row, event=row["event"], detail=row["detail"])
    for row in rows(db, "decision"):
        add("decision", row, accepted=row["decision"] in (1, 2) and row["outcome"] == 1)
    for row in rows(db, "change"):
        if row["change"] == 0:
            add("commit", row)
    for row in rows(db, "tool_call"):
        outcome = OUTCOME[row["outcome"]]
        if not row["flags"] & USE or outcome == "ignored" or row["time_us"] is None:
            continue
        told = row["added"] is not None
        plus, minus = (row["added"], row["removed"]) if told else (row["input_added"], row["input_removed"])
        applied = outcome == "ok" and (plus is not None or minus is not None)
        end = row["result_us"] if row["flags"] & RESULT and row["result_us"] is not None else row["time_us"]
        category = CATEGORY[row["category"]]
        add("call", row, tool=row["tool"], category=category, program=PROGRAM[row["program"]], outcome=outcome,
            file=row["file"] or row["result_file"], edit=applied or (category == "edit" and outcome == "ok"),
            added=(plus or 0) if applied else 0, removed=(minus or 0) if applied else 0,
            background=bool(row["flags"] & BACKGROUND))
        found[row["session"]][-1].end = max(end, row["time_us"])
    return found


def sessions(db: sqlite3.Connection) -> Iterator[tuple]:
    """Key and steps of each session; what a better source reports is not taken from a worse one."""
    found = steps(db)
    by_key: dict = collections.defaultdict(list)
    for row in db.execute("SELECT id, hi, lo, tier FROM session ORDER BY tier"):
        by_key[row["hi"], row["lo"]].append(row["id"])
    for key, ids in sorted(by_key.items()):
        if key == (0, 0):
            continue
        told: set = set()
        mine: list = []
        for number in ids:
            fresh = [s for s in found[number] if s.kind not in told]
            told |= {s.kind for s in found[number]}
            mine += fresh
        yield key, sorted(mine, key=lambda s: (s.time, ORDER[s.kind], s.tie))


# ----------------------------------------------------------------------------------------- cutting

def committed(s: Step) -> bool:
    return s.kind == "commit" or (s.kind == "call" and s.program == "commit" and s.outcome == "ok")


def next_work(s: Step) -> bool:
    """Whether the assistant or the person went on to something else after a commit."""
    if s.subagent or s.kind not in ("prompt", "call"):
        return False
    if s.kind == "prompt":
        return True
    git = s.category == "command" and s.program in ("git", "commit")
    return not git and s.category != "plan"


def cut(all_steps: list) -> Iterator[tuple]:
    """Pairs of indices: begin and end of each task."""
    begin, after_commit, busy_until = 0, False, None
    at = 0
    while at < len(all_steps):
        s = all_steps[at]
        place = None
        if s.kind != "commit":
            if at > begin and s.kind == "event" and (s.event, s.detail) == (1, 12):
                place = at
            elif busy_until is not None and s.time - busy_until > 30 * MINUTE:
                place = at
        if place is None and after_commit and next_work(s):
            place = at
            while s.kind == "call" and place > begin and all_steps[place - 1].kind == "response":
                place -= 1
            if place == begin:
                place = at
        if place is not None:
            yield begin, place
            begin, at, after_commit, busy_until = place, place, False, None
            s = all_steps[at]
            if s.kind != "commit":
                busy_until = s.end
            after_commit = committed(s)
            at += 1
            continue
        if s.kind != "commit":
            busy_until = s.end if busy_until is None else max(busy_until, s.end)
        after_commit = after_commit or committed(s)
        at += 1
    if begin < len(all_steps):
        yield begin, len(all_steps)


# ----------------------------------------------------------------------------------------- judging

def active(task: list, until: Optional[int]) -> tuple:
    moments: list = []
    for s in task:
        if s.kind != "commit":
            moments.append(s.time)
            if s.end > s.time:
                moments.append(s.end if until is None else min(s.end, until))
    moments.sort()
    return moments[0], moments[-1], sum(min(b - a, 5 * MINUTE) for a, b in zip(moments, moments[1:]))


def type_of(task: list) -> str:
    calls = [s for s in task if s.kind == "call"]
    commands = [s for s in calls if s.category == "command"]
    edits = [s for s in calls if s.category == "edit" or s.edit]
    added, removed = sum(s.added for s in calls), sum(s.removed for s in calls)
    failed = False
    for s in calls:
        if failed and s in edits:
            return "debugging"
        failed = failed or (s.category == "command" and s.outcome == "error")
    if 2 * sum(s.program == "test" for s in commands) > len(commands):
        return "testing"
    if edits and added + removed >= 10 and abs(added - removed) <= max(added, removed) // 4:
        return "refactoring"
    if edits or (not commands and any(s.kind == "decision" and s.accepted for s in task)):
        return "building"
    return "operating" if commands else "exploring" if calls else "conversing"


def ending_of(task: list, kind: str) -> str:
    if kind in ("exploring", "conversing"):
        return "nothing_to_resolve"
    calls = [s for s in task if s.kind == "call"]
    known = [s for s in calls if s.outcome != "unknown"]
    last = max(enumerate(known), key=lambda pair: (pair[1].end, pair[0]))[1] if known else None
    edits = [s for s in calls if s.category == "edit" or s.edit]
    good = any(s.edit or (s.category == "command" and s.program == "test" and s.outcome == "ok") for s in calls)
    good = good or any(committed(s) for s in task)
    good = good or (not edits and any(s.kind == "decision" and s.accepted for s in task))
    return "resolved" if good and (last is None or last.outcome != "error") else "unresolved"


def used(task: list) -> list:
    found: set = set()
    for s in task:
        if s.kind == "call":
            found |= {{"agent": "subagents", "skill": "skills", "mcp": "mcp", "web": "web_search"}.get(s.category, "")}
            found |= {"background_runs"} if s.background else set()
        elif s.kind == "event":
            found |= {{11: "plan_mode", 15: "subagents", 9: "slash_commands"}.get(s.event, "")}
        elif s.kind == "response" and s.searched:
            found.add("web_search")
        elif s.kind == "prompt":
            found |= {"plan_mode"} if s.plan else set()
            found |= {"images"} if s.features & 1 else set()
    return sorted(found - {""}, key=FEATURES.index)


def kept(task: list) -> int:
    files: dict = collections.defaultdict(list)
    for n, s in enumerate(task):
        if s.kind == "call" and s.edit:
            files[s.file if s.file else ("none", n)].append(s)
    total = 0
    for edits in files.values():
        now = 0
        for s in edits:
            now = max(0, now - s.removed) + s.added
        total += now
    return total


def prompts(task: list) -> tuple:
    count = again = 0
    stopped = None
    for s in task:
        if s.kind == "event" and s.event == 8:
            stopped = s.time
        elif s.kind == "prompt":
            count += 1
            again += stopped is not None and s.time - stopped <= MINUTE
            stopped = None
    return count, again


def most(values: list) -> Any:
    """The most frequent value, of equally frequent ones the first."""
    counts = collections.Counter(values)
    return max(values, key=lambda v: (counts[v], -values.index(v))) if values else 0


def path_of(task: list) -> list:
    path: list = []
    for s in task:
        if s.kind == "call" and not s.subagent and (not path or path[-1] != s.category):
            path.append(s.category)
    return path


def side_by_side(calls: list) -> list:
    """For each call, the calls that were running just before it."""
    before: list = []
    last: list = []
    now: list = []
    for s in calls:
        if now and s.time >= min(c.end for c in now):
            last, now = now, []
        now.append(s)
        before.append(list(last))
    return before


def same_target(a: Step, b: Step) -> bool:
    if a.tool != b.tool:
        return False
    if a.file or b.file:
        return a.file == b.file
    return a.category != "command" or a.program == b.program


def attempts(task: list, earlier: dict) -> dict:
    """Sums over the calls of a task; `earlier` has the last edit of each file in the session."""
    sums: collections.Counter = collections.Counter()
    calls = [s for s in task if s.kind == "call"]
    for party in (False, True):
        mine = [s for s in calls if s.subagent == party]
        for s, last in zip(mine, side_by_side(mine)):
            again = any(c.outcome == "error" and same_target(c, s) for c in last)
            sums.update(calls=1, repeats=again, recovered=again and s.outcome == "ok")
    for n, s in enumerate(calls):
        if not s.edit or not s.file:
            continue
        following = calls[n + 1:]
        again = any(c.edit and c.file == s.file for c in following)
        command = next((c for c in following if c.category == "command"), None)
        fine = command is None or command.outcome != "error"
        reworked = s.file in earlier and s.time - earlier[s.file] <= 5 * MINUTE
        sums.update(edits=1, first_try=not again and fine, reworked=reworked)
        earlier[s.file] = s.time
    return {k: v for k, v in sums.items() if v}


def judge(task: list, until: Optional[int], last_prompt: Optional[Step], earlier: dict) -> dict:
    start, end, time = active(task, until)
    kind = type_of(task)
    calls = [s for s in task if s.kind == "call"]
    opening = last_prompt
    for s in task:
        if s.kind in ("prompt", "call"):
            opening = s if s.kind == "prompt" else opening
            break
    count, again = prompts(task)
    categories = sorted((s.category for s in calls), key=CATEGORY.index)
    return {"start": start, "end": end, "active": time, "type": kind, "outcome": ending_of(task, kind),
            "size": opening.size if opening else 0, "features": opening.features if opening else 0,
            "model": most([s.model for s in task if s.kind == "response"]), "category": most(categories) or "other",
            "uses": used(task), "prompts": count, "prompt_retries": again, "calls": len(calls), "lines_kept": kept(task),
            "commits": sum(committed(s) for s in task), "path": path_of(task), "attempts": attempts(task, earlier)}


def derived(path: Any) -> dict:
    """The tasks of each session by its key, as the rules give them."""
    db = connect(path)
    found: dict = {}
    for key, all_steps in sessions(db):
        tasks: list = []
        earlier: dict = {}
        last_prompt = None
        for begin, end in cut(all_steps):
            task = all_steps[begin:end]
            if any(s.kind not in ("event", "commit") for s in task):
                until = all_steps[end].time if end < len(all_steps) else None
                tasks.append(judge(task, until, last_prompt, earlier))
            last_prompt = next((s for s in reversed(task) if s.kind == "prompt"), last_prompt)
        if tasks:
            found[key] = tasks
    db.close()
    return found


# ------------------------------------------------------------------------------------ what is kept

def connect(path: Any) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    packed.unpack(db)
    packed.words(db)
    db.row_factory = sqlite3.Row
    return db


def stored(path: Any) -> dict:
    """The same, as the store keeps it. Sums of calls are kept by quarter of an hour, not by task: they are sums over
    the session, reported with its first task."""
    db = connect(path)
    keys = {row["id"]: (row["hi"], row["lo"]) for row in db.execute("SELECT id, hi, lo FROM session")}
    found: dict = collections.defaultdict(list)
    for row in db.execute("SELECT * FROM task ORDER BY session, number"):
        found[keys[row["session"]]].append({
            "start": row["start_us"], "end": row["end_us"], "active": row["active_us"], "type": TYPE[row["type"]],
            "outcome": ENDING[row["outcome"]], "size": row["size"], "features": row["features"], "model": row["model"],
            "category": CATEGORY[row["category"]],
            "uses": [f for bit, f in enumerate(FEATURES) if row["uses"] >> bit & 1], "prompts": row["prompts"],
            "prompt_retries": row["prompt_retries"], "calls": row["calls"], "lines_kept": row["lines_kept"],
            "commits": row["commits"], "path": [CATEGORY[c] for c in row["path"]]})
    sums: dict = collections.defaultdict(collections.Counter)
    for session, n, *m in db.execute("SELECT session, n, m0, m1, m2, m3, m4 FROM cell WHERE kind = 10"):
        sums[keys[session]].update(dict(zip(("calls", "repeats", "recovered", "edits", "first_try", "reworked"), (n, *m))))
    for key, tasks in found.items():
        tasks[0]["attempts"] = {k: v for k, v in sums[key].items() if v}
    db.close()
    return dict(found)


def differences(path: Any) -> list:
    """What the store keeps and the rules do not give, and the reverse."""
    a, b = stored(path), derived(path)
    for tasks in b.values():
        total: collections.Counter = collections.Counter()
        for task in tasks:
            total.update(task.pop("attempts"))
        tasks[0]["attempts"] = dict(total)
    found = []
    for key in sorted(a.keys() | b.keys()):
        one, other = a.get(key, []), b.get(key, [])
        if len(one) != len(other):
            found.append(f"{key}: {len(one)} tasks are kept, {len(other)} are derived")
            continue
        for n, (x, y) in enumerate(zip(one, other)):
            found += [f"{key} task {n} {k}: kept {x.get(k)}, derived {y.get(k)}" for k in y if x.get(k) != y.get(k)]
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for key, tasks in derived(sys.argv[1]).items():
        for task in tasks:
            print(json.dumps({"session": f"{key[0] & (1 << 64) - 1:016x}", **task}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
