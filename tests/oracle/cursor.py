#!/usr/bin/env python3
"""Oracle for Cursor's databases: an independent second implementation of the rules in docs/sources.md, "Cursor".

usage: cursor.py FILE...     one JSON object with sorted keys

Reads copies of the files with Python's sqlite3 and json. Prints totals only: sessions, prompts, responses, tokens,
generations, composers, tool calls by name and outcome, lines, decisions, lines suggested and accepted, commits.
"""
from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
import zlib
from collections import Counter
from typing import Any, Iterator, Optional

TOOLS = {3: "grep_search", 5: "read_file", 6: "list_dir", 7: "edit_file", 8: "file_search", 9: "codebase_search",
         11: "delete_file", 15: "run_terminal_cmd", 18: "web_search", 30: "read_lints", 35: "todo_write", 38: "edit_file",
         39: "list_dir", 40: "read_file", 41: "grep", 42: "glob_file_search"}
MORE = {"success": "ok", "completed": "ok", "error": "error", "failed": "error", "cancelled": "rejected", "rejected": "rejected",
        "aborted": "interrupted"}
STATUS = {"completed": "ok", "error": "error", "cancelled": "cancelled", "aborted": "interrupted"}


def inner(text: Any) -> dict:
    """The object in a text value that is JSON itself."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def good_count(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2**53)


class Oracle:
    def __init__(self) -> None:
        self.prompts: set = set()
        self.answers: dict = {}      # request -> [input, output]
        self.generations: set = set()
        self.sessions: set = set()   # sessions with a prompt or an answer
        self.composers: set = set()
        self.tools: dict = {}        # (composer, call) -> (name, outcome)
        self.edits: dict = {}        # (composer, call) -> (added, removed)
        self.totals: dict = {}       # composer -> (added, removed)
        self.decisions: dict = {}    # (composer, block) -> outcome
        self.days: dict = {}         # (place, date, what) -> lines
        self.commits: dict = {}      # first seven digits -> assisted
        self.roots: dict = {}        # composer of a subagent -> the composer it belongs to

    # -- values ------------------------------------------------------------------------------------------------

    def bubble(self, composer: str, b: Any, fallback: Optional[str] = None) -> None:
        if not isinstance(b, dict):
            return
        kind = {1: 1, 2: 2, "user": 1, "ai": 2}.get(b.get("type")) if not isinstance(b.get("type"), bool) else None
        name = b.get("bubbleId") or b.get("id") or fallback
        counts = b.get("tokenCount") or {}
        if kind is None or not name or not all(good_count(counts.get(k)) for k in ("inputTokens", "outputTokens")):
            return
        request = b.get("usageUuid") or b.get("requestId")
        own, composer = composer, self.roots.get(composer, composer)
        tool = b.get("toolFormerData") if isinstance(b.get("toolFormerData"), dict) else None
        tokens = [counts.get("inputTokens") or -1, counts.get("outputTokens") or -1]
        if kind == 1 and own == composer:
            self.prompts.add(request or name)
            self.sessions.add(composer)
        if tool is not None:
            self.tool(own, tool, name)
        plain = tool is None and b.get("capabilityType") is None
        answers = kind == 2 and (plain or max(tokens) > 0 or request)
        if answers or request:
            self.generations.add(request or name)
        if answers:
            self.sessions.add(composer)
            known = self.answers.setdefault(request or name, [-1, -1])
            if (tokens[1], tokens[0]) > (known[1], known[0]):
                known[:] = tokens

    def tool(self, composer: str, t: dict, bubble: str) -> None:
        result = inner(t.get("result"))
        status = STATUS.get(t.get("status"), "unknown")
        more = MORE.get((t.get("additionalData") or {}).get("status"), "unknown")
        decision = t.get("userDecision")
        if decision == "rejected" or result.get("rejected") not in (None, False):
            outcome = "rejected"
        elif more != "unknown" and not (more == "rejected" and decision == "accepted"):
            outcome = more
        else:
            outcome = status
        if outcome == "ok" and result.get("exitCodeV2") not in (None, 0):
            outcome = "error"
        key = composer, t.get("toolCallId") or bubble
        self.tools[key] = (t.get("name") or TOOLS.get(t.get("tool"), ""), outcome)
        chunks = (result.get("diff") or {}).get("chunks") if isinstance(result.get("diff"), dict) else None
        if outcome == "ok" and isinstance(chunks, list) and result.get("isApplied") is not False:
            added = removed = 0
            for chunk in chunks:
                lines = chunk.get("diffString", "").split("\n")
                added += chunk.get("linesAdded", sum(line[:1] == "+" for line in lines))
                removed += chunk.get("linesRemoved", sum(line[:1] == "-" for line in lines))
            self.edits[key] = added, removed

    def composer(self, c: Any, known: Optional[str] = None) -> None:
        name = isinstance(c, dict) and (c.get("composerId") or c.get("tabId") or known)
        if not name:
            return
        parent = c.get("subagentInfo") or {}
        root = parent.get("rootParentConversationId") or parent.get("parentComposerId")
        if root:
            self.roots[name] = root
        bubbles = (c.get("conversation") or []) + (c.get("bubbles") or [])
        if not root and (bubbles or c.get("fullConversationHeadersOnly")):
            self.composers.add(name)
            if "totalLinesAdded" in c or "totalLinesRemoved" in c:
                self.totals[name] = max(self.totals.get(name, (0, 0)), (c.get("totalLinesAdded", 0), c.get("totalLinesRemoved", 0)))
        for b in bubbles:
            self.bubble(name, b)
        for uri, blocks in (c.get("codeBlockData") or {}).items():
            named = blocks.items() if isinstance(blocks, dict) else ((None, b) for b in blocks)
            for number, (_, block) in enumerate(named):
                outcome = {"accepted": "ok", "rejected": "rejected"}.get(block.get("status"))
                if outcome:
                    self.decisions[name, block.get("codeblockId") or (uri, number)] = outcome

    # -- files -------------------------------------------------------------------------------------------------

    def state(self, db: sqlite3.Connection, place: str) -> None:
        def rows(table: str, prefix: str) -> Iterator:
            try:
                found = db.execute(f'SELECT key, value FROM "{table}" WHERE substr(key, 1, ?) = ?', (len(prefix), prefix)).fetchall()
            except sqlite3.OperationalError:
                return
            for key, value in found:
                try:
                    yield key, json.loads(value)
                except (TypeError, ValueError):
                    pass

        machine = [v for _, v in rows("ItemTable", "storage.serviceMachineId")]
        try:
            machine = db.execute("SELECT value FROM ItemTable WHERE key = 'storage.serviceMachineId'").fetchall()
        except sqlite3.OperationalError:
            pass
        for key, day in rows("ItemTable", "aiCodeTracking.dailyStats."):
            for kind in ("tabSuggestedLines", "tabAcceptedLines", "composerSuggestedLines", "composerAcceptedLines"):
                if kind in day:
                    at = place, str(machine), day["date"], kind
                    self.days[at] = max(self.days.get(at, 0), day[kind])
        for _, commits in rows("ItemTable", "aiCodeTrackingScoredCommits"):
            for commit in commits:
                self.commits.setdefault(commit[:7], None)
        for _, generations in rows("ItemTable", "aiService.generations"):
            self.generations.update(g["generationUUID"] for g in generations if isinstance(g, dict) and g.get("generationUUID"))
        try:
            heads = db.execute("SELECT composerId, value FROM composerHeaders WHERE value IS NOT NULL").fetchall()
        except sqlite3.OperationalError:
            heads = []
        for own, value in heads:
            self.composer(json.loads(value), own)
        for _, value in [*rows("ItemTable", "composer.composerData"), *rows("ItemTable", "composer.composerHeaders")]:
            for c in value["allComposers"]:
                self.composer(c)
        for _, value in rows("ItemTable", "workbench.panel.aichat.view.aichat.chatdata"):
            for c in value["tabs"]:
                self.composer(c)
        for key, value in rows("cursorDiskKV", "composerData:"):
            self.composer(value, key.split(":", 1)[1])
        for key, value in rows("cursorDiskKV", "bubbleId:"):
            self.bubble(*key.split(":", 2)[1:2], value, key.split(":", 2)[2])

    def tracking(self, db: sqlite3.Connection) -> None:
        db.row_factory = sqlite3.Row
        try:
            for row in db.execute("SELECT * FROM ai_code_hashes WHERE source IN ('composer', 'cli')"):
                if row["requestId"] and row["conversationId"]:
                    self.generations.add(row["requestId"])
                    self.answers.setdefault(row["requestId"], [-1, -1])
                    self.sessions.add(row["conversationId"])
        except sqlite3.OperationalError:
            pass
        try:
            scored = db.execute("SELECT * FROM scored_commits").fetchall()
        except sqlite3.OperationalError:
            return
        for row in scored:
            counts = [row[k] for k in ("tabLinesAdded", "tabLinesDeleted", "composerLinesAdded", "composerLinesDeleted")]
            known = [c for c in counts if c is not None]
            assisted = None if not known else max(known) > 0
            before = self.commits.get(row["commitHash"][:7])
            self.commits[row["commitHash"][:7]] = assisted if before is None else bool(before or assisted)

    def traces(self, db: sqlite3.Connection) -> None:
        """Values that an earlier Blueplane stored, row by row; a row may repeat a value as it was before."""
        db.row_factory = None
        try:
            rows = db.execute("SELECT event_type, item_key, event_data FROM cursor_raw_traces").fetchall()
        except sqlite3.OperationalError:
            return
        for event, key, data in rows:
            try:
                value = json.loads(zlib.decompress(data))
            except (TypeError, ValueError, zlib.error):
                continue
            family = event, key.split(":")[0]
            if family == ("generation", "aiService.generations"):
                self.generations.update(filter(None, [value.get("generationUUID")]))
            elif family == ("composer", "composer.composerData"):
                self.composer(value)
            elif family == ("composer", "composerData"):
                self.composer(value, key.split(":", 1)[1])
            elif family == ("bubble", "bubbleId"):
                self.bubble(key.split(":", 2)[1], value, key.split(":", 2)[2])

    def read(self, path: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "db")
            shutil.copyfile(path, copy)
            if os.path.exists(path + "-wal"):
                shutil.copyfile(path + "-wal", copy + "-wal")
            os.chmod(copy, 0o600)
            db = sqlite3.connect(copy)
            db.text_factory = lambda b: b.decode("utf-8", "surrogateescape")
            self.state(db, os.path.basename(os.path.dirname(os.path.abspath(path))))
            self.tracking(db)
            self.traces(db)
            db.close()

    def output(self) -> dict:
        with_edits = {composer for composer, _ in self.edits}
        spans = [t for c, t in self.totals.items() if c not in with_edits]
        days = Counter()
        for (_, _, _, kind), lines in self.days.items():
            days["lines_accepted" if "Accepted" in kind else "lines_suggested"] += lines
        tools: dict = {}
        for name, outcome in self.tools.values():
            tools.setdefault(name, Counter())[outcome] += 1
        return {
            "sessions": len(self.sessions), "prompts": len(self.prompts), "responses": len(self.answers),
            "input": sum(max(a[0], 0) for a in self.answers.values()),
            "output": sum(max(a[1], 0) for a in self.answers.values()),
            "counted": sum(max(a) > 0 for a in self.answers.values()),
            "generations": len(self.generations), "composers": len(self.composers), "tools": tools,
            "lines_added": sum(a for a, _ in self.edits.values()) + sum(a for a, _ in spans),
            "lines_removed": sum(r for _, r in self.edits.values()) + sum(r for _, r in spans),
            "decisions": Counter(self.decisions.values()), "days": days, "commits": len(self.commits),
            "ai_commits": sum(a is True for a in self.commits.values()),
        }


def count(paths: list) -> dict:
    oracle = Oracle()
    for path in paths:
        oracle.read(path)
    return oracle.output()


if __name__ == "__main__":
    print(json.dumps(count(sys.argv[1:]), indent=1, sort_keys=True))
