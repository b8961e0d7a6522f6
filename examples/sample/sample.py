#!/usr/bin/env python3
"""Writes the transcripts of a fictional developer.

    python3 examples/sample/sample.py --out DIR
    python3 examples/sample/sample.py --out DIR --until 2026-03-31 --days 42 --seed 1 --truth truth.json

The result is DIR/.claude/projects/... and DIR/.codex/sessions/... in the formats of Claude Code and Codex, about six
weeks of work ending now, or at the end of the day given by --until. All text in it is artificial.

The same options give the same bytes, on every machine and Python version; without --until the current time counts
as an option. --truth writes what a correct reader must find, counted while writing, not by reading back.

Uses random.random() as the only source of randomness, because Python promises to keep no other.
"""

import argparse
import datetime
import json
import os
import random
import sys
import time

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

OPUS = "claude-opus-4-5-20251101"
SONNET = "claude-sonnet-4-5-20250929"
HAIKU = "claude-haiku-4-5-20251001"
CODEX = "gpt-5-codex"
CODEX_NEXT = "gpt-5.1-codex"

# name, language, extension, weight
PROJECTS = [
    ("sample-harbor", "python", "py", 34),
    ("sample-lantern", "typescript", "ts", 26),
    ("sample-quarry", "c", "c", 20),
    ("sample-meadow", "go", "go", 12),
    ("sample-notes", "markdown", "md", 8),
]
WORDS = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau "
         "upsilon phi chi psi omega").split()
VERBS = "rename extract test document simplify move check explain measure tidy".split()

# The client's behaviour changed with its versions. Each era covers a part of the period.
#   part       share of the period at which the era ends
#   agents     where a subagent's lines are: "flat" beside the session, or "nested" below it
#   progress   subagent lines are repeated inside progress lines of the main file
#   finals     "last": earlier lines of a response have a placeholder count; "all": every line is final
#   queued     prompts typed while the assistant works appear as attachments
ERAS = [
    {"part": 0.30, "version": "2.0.76", "agents": "flat", "progress": False, "finals": "last", "stop": 0.4,
     "queued": False},
    {"part": 0.55, "version": "2.1.76", "agents": "nested", "progress": True, "finals": "last", "stop": 1.0,
     "queued": False},
    {"part": 0.80, "version": "2.1.119", "agents": "nested", "progress": False, "finals": "last", "stop": 1.0,
     "queued": True},
    {"part": 1.01, "version": "2.1.175", "agents": "nested", "progress": False, "finals": "all", "stop": 1.0,
     "queued": True},
]


class Cut(Exception):
    """The period ends within a session, which stays open."""


class Dice:
    """A named random generator. Generators with different names are independent."""

    def __init__(self, *names):
        self.roll = random.Random(":".join(str(n) for n in names)).random

    def chance(self, probability):
        return self.roll() < probability

    def between(self, low, high):
        return low + int(self.roll() * (high - low + 1))

    def skewed(self, low, high):
        """Usually near low, rarely near high."""
        r = self.roll()
        return low + int(r * r * r * (high - low + 1))

    def pick(self, items):
        return items[int(self.roll() * len(items))]

    def weighted(self, pairs):
        total = sum(w for _, w in pairs)
        at = self.roll() * total
        for item, weight in pairs:
            at -= weight
            if at < 0:
                return item
        return pairs[-1][0]

    def hex(self, digits):
        return "".join("0123456789abcdef"[int(self.roll() * 16)] for _ in range(digits))

    def uuid(self):
        h = self.hex(30)
        return f"{h[:8]}-{h[8:12]}-4{h[12:15]}-a{h[15:18]}-{h[18:30]}"

    def ident(self, prefix, length=22):
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
        return prefix + "01" + "".join(letters[int(self.roll() * len(letters))] for _ in range(length))


class Truth:
    """What a correct reader finds, by platform."""

    def __init__(self):
        self.counts = {}
        self.days = {}

    def add(self, platform, name, amount=1):
        row = self.counts.setdefault(platform, {})
        row[name] = row.get(name, 0) + amount

    def tokens(self, platform, model, when, **classes):
        day = iso(when)[:10]
        row = self.days.setdefault(platform, {}).setdefault(day, {}).setdefault(model, {})
        row["responses"] = row.get("responses", 0) + 1
        for name, amount in classes.items():
            row[name] = row.get(name, 0) + amount

    def as_dict(self):
        return {"counts": self.counts, "days": self.days}


def iso(ms):
    at = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def prose(dice, label, words):
    return f"Sample {label}: " + " ".join(dice.pick(WORDS) for _ in range(words)) + "."


def request_text(dice):
    text = f"Sample request {dice.between(1, 999)}: {dice.pick(VERBS)} the {dice.pick(WORDS)} part"
    if dice.chance(0.4):
        text += f" and {dice.pick(VERBS)} the {dice.pick(WORDS)} part"
    if dice.chance(0.15):
        text += "\n\n" + prose(dice, "detail", dice.between(20, 60))
    return text


def sample_lines(dice, count):
    return [f"    sample {dice.pick(WORDS)} = {dice.pick(WORDS)}({dice.between(0, 999)})" for _ in range(count)]


def patch(dice, added, removed):
    """A hunk with the given number of added and removed lines and a little context."""
    start = dice.between(1, 400)
    before = [" " + line for line in sample_lines(dice, 3)]
    after = [" " + line for line in sample_lines(dice, 3)]
    body = ["-" + line for line in sample_lines(dice, removed)] + ["+" + line for line in sample_lines(dice, added)]
    return {"oldStart": start, "oldLines": 6 + removed, "newStart": start, "newLines": 6 + added,
            "lines": before + body + after}


class Project:
    def __init__(self, home, name, language, extension):
        self.name = name
        self.language = language
        self.extension = extension
        self.path = f"{home}/code/{name}"
        self.folder = "".join(c if c.isalnum() else "-" for c in self.path)

    def file(self, dice):
        return f"{self.path}/src/{dice.pick(WORDS)}_{dice.pick(WORDS)}.{self.extension}"


class ClaudeSession:
    """One session of Claude Code: a main file and the files of its subagents."""

    platform = "claude_code"

    def __init__(self, world, dice, project, era, start):
        self.world = world
        self.truth = world.truth
        self.dice = dice
        self.project = project
        self.era = era
        self.modern = era["version"].startswith("2.1")
        self.id = dice.uuid()
        self.now = start
        self.lines = []
        self.files = {}
        self.parent = None
        self.context = dice.between(14000, 22000)
        self.cached = 0
        self.branch = dice.weighted([("main", 4), (f"sample/{dice.pick(WORDS)}-{dice.between(1, 99)}", 6)])
        self.mode = dice.weighted([("default", 5), ("acceptEdits", 4), ("plan", 1)])
        self.model = dice.weighted([(OPUS, 6), (SONNET, 4)])
        self.prompt_id = None
        self.agent = None
        self.quiet = False  # the lines of warm-up agents count only for tokens

    # --- lines -------------------------------------------------------------------------------------------

    def wait(self, ms):
        self.now += ms

    def need(self, ms):
        """The next step takes at most ms: it is either written completely, or the session is cut here."""
        if self.now + ms > self.world.until:
            raise Cut

    def count(self, name, amount=1):
        if not self.quiet:
            self.truth.add(self.platform, name, amount)

    def envelope(self, kind, when=None):
        line = {"parentUuid": self.parent, "isSidechain": self.agent is not None, "userType": "external",
                "cwd": self.project.path, "sessionId": self.id, "version": self.era["version"],
                "gitBranch": self.branch}
        if self.agent:
            line["agentId"] = self.agent
        line["type"] = kind
        line["uuid"] = self.dice.uuid()
        line["timestamp"] = iso(self.now if when is None else when)
        return line

    def put(self, line, chained=True):
        if chained and "uuid" in line:
            self.parent = line["uuid"]
        self.lines.append(compact(line))
        return line

    def user(self, content, **more):
        line = self.envelope("user")
        line["message"] = {"role": "user", "content": content}
        if self.modern:
            line["permissionMode"] = self.mode
            if self.prompt_id:
                line["promptId"] = self.prompt_id
        line.update(more)
        return self.put(line)

    def snapshot(self):
        """A line without a time of its own."""
        message = self.dice.uuid()
        return self.put({"type": "file-history-snapshot", "messageId": message,
                         "snapshot": {"messageId": message, "trackedFileBackups": {}, "timestamp": iso(self.now)},
                         "isSnapshotUpdate": False}, chained=False)

    # --- the assistant -----------------------------------------------------------------------------------

    def usage(self, output):
        """Token counts of one request: what was cached is read, what is new is written to the cache."""
        dice = self.dice
        new = max(0, self.context - self.cached)
        hour = new if self.agent is None and self.modern and dice.chance(0.7) else 0
        counts = {"input_tokens": dice.between(1, 12), "cache_creation_input_tokens": new,
                  "cache_read_input_tokens": self.cached,
                  "cache_creation": {"ephemeral_5m_input_tokens": new - hour, "ephemeral_1h_input_tokens": hour},
                  "output_tokens": output, "service_tier": "standard"}
        if dice.chance(0.02):
            counts["server_tool_use"] = {"web_search_requests": 1, "web_fetch_requests": 0}
        self.cached = self.context
        self.context += output
        return counts

    def respond(self, blocks, model=None):
        """One response, written as one line for each of its content blocks."""
        dice = self.dice
        model = model or self.model
        output = sum(60 + len(compact(b)) // 3 for b in blocks) + dice.skewed(0, 1500)
        counts = self.usage(output)
        message = dice.ident("msg_")
        request = dice.ident("req_") if dice.chance(0.97) else None
        first = self.now
        stop = "tool_use" if any(b["type"] == "tool_use" for b in blocks) else "end_turn"
        has_stop = dice.chance(self.era["stop"])
        written = []
        for index, block in enumerate(blocks):
            last = index == len(blocks) - 1
            final = last or self.era["finals"] == "all"
            line = self.envelope("assistant")
            line["message"] = {"model": model, "id": message, "type": "message", "role": "assistant",
                               "content": [block], "stop_reason": stop if final and has_stop else None,
                               "stop_sequence": None,
                               "usage": dict(counts, output_tokens=output if final else dice.between(1, 8))}
            if request:
                line["requestId"] = request
            written.append(self.put(line))
            self.wait(dice.between(150, 2500))
        split = counts["cache_creation"]
        self.truth.tokens(self.platform, model, first, input=counts["input_tokens"], output=output,
                          cache_read=counts["cache_read_input_tokens"],
                          cache_write_5m=split["ephemeral_5m_input_tokens"],
                          cache_write_1h=split["ephemeral_1h_input_tokens"])
        self.truth.add(self.platform, "responses")
        if self.agent:
            self.truth.add(self.platform, "responses_subagent")
        return written

    def thinking(self):
        if not self.dice.chance(0.4):
            return []
        return [{"type": "thinking", "thinking": prose(self.dice, "thought", self.dice.between(8, 40)),
                 "signature": self.dice.hex(64)}]

    def text(self, words):
        return [{"type": "text", "text": prose(self.dice, "answer", words)}]

    def result(self, use, content, detail, error=None, source=None):
        """The user line with the result of a tool call."""
        block = {"tool_use_id": use["id"], "type": "tool_result", "content": content}
        if error is not None:
            block["is_error"] = error
        more = {"toolUseResult": detail}
        if self.modern and source:
            more["sourceToolAssistantUUID"] = source
        self.context += 20 + len(content if isinstance(content, str) else compact(content)) // 3
        return self.user([block], **more)

    # --- tools -------------------------------------------------------------------------------------------

    def tool_input(self, name):
        dice = self.dice
        path = self.project.file(dice)
        if name == "Bash":
            return {"command": f"sample-tool --run {dice.pick(WORDS)}", "description": "Run the sample tool"}
        if name == "Read":
            return {"file_path": path}
        if name == "Grep":
            return {"pattern": dice.pick(WORDS), "path": self.project.path, "output_mode": "files_with_matches"}
        if name == "Glob":
            return {"pattern": f"**/*.{self.project.extension}"}
        if name == "TodoWrite":
            return {"todos": [{"content": prose(dice, "step", 4), "status": "pending",
                               "activeForm": prose(dice, "step", 4)}]}
        if name == "WebFetch":
            return {"url": "https://example.invalid/sample", "prompt": prose(dice, "question", 6)}
        if name == "mcp__sample__lookup":
            return {"query": dice.pick(WORDS)}
        raise ValueError(name)

    def step(self):
        """One or two tool calls in one response, and their results."""
        dice = self.dice
        self.need(10 * MINUTE)
        names = [self.pick_tool()]
        if dice.chance(0.2):
            names.append(dice.pick(["Read", "Grep", "Glob"]))
        plans = [self.plan(name) for name in names]
        blocks = self.thinking()
        if dice.chance(0.3):
            blocks += self.text(dice.between(6, 25))
        written = self.respond(blocks + [p["use"] for p in plans])
        source = written[-1]["uuid"]
        alive = True
        for plan in plans:
            self.wait(plan["takes"])
            alive = self.finish(plan, source) and alive
        return alive

    def pick_tool(self):
        return self.dice.weighted([("Bash", 30), ("Read", 24), ("Edit", 22), ("Write", 5), ("Grep", 8), ("Glob", 4),
                                   ("TodoWrite", 4), ("WebFetch", 1), ("mcp__sample__lookup", 2)])

    def plan(self, name):
        """Decides a tool call before it is written: its input, duration and outcome."""
        dice = self.dice
        use = {"type": "tool_use", "id": dice.ident("toolu_"), "name": name}
        plan = {"name": name, "use": use, "takes": dice.between(20, 900), "end": "ok"}
        if name == "Edit":
            added, removed = dice.skewed(1, 40), dice.skewed(0, 25)
            path = self.project.file(dice)
            hunks = [patch(dice, added, removed)]
            if dice.chance(0.15):
                more = dice.between(1, 6)
                hunks.append(patch(dice, more, 0))
                added += more
            old = "\n".join(line[1:] for h in hunks for line in h["lines"] if line[0] == "-")
            new = "\n".join(line[1:] for h in hunks for line in h["lines"] if line[0] == "+")
            use["input"] = {"file_path": path, "old_string": old, "new_string": new, "replace_all": False}
            plan.update(path=path, hunks=hunks, added=added, removed=removed, old=old, new=new)
            plan["takes"] = dice.between(30, 300) if self.mode == "acceptEdits" else dice.skewed(2000, 40000)
            plan["end"] = dice.weighted([("ok", 90), ("tool_error", 5), ("rejected", 4), ("permission", 1)])
        elif name == "Write":
            path = self.project.file(dice)
            content = "\n".join(sample_lines(dice, dice.skewed(8, 120))) + "\n"
            use["input"] = {"file_path": path, "content": content}
            plan.update(path=path, content=content, create=dice.chance(0.85))
            plan["takes"] = dice.skewed(500, 30000)
            plan["end"] = dice.weighted([("ok", 94), ("rejected", 6)])
        else:
            use["input"] = self.tool_input(name)
            if name == "Bash":
                plan["takes"] = dice.skewed(200, 90000)
                plan["end"] = dice.weighted([("ok", 86), ("command_failed", 9), ("rejected", 2), ("interrupted", 1),
                                             ("sibling", 1), ("lost", 1)])
            elif name == "WebFetch":
                plan["takes"] = dice.between(500, 9000)
        if self.agent and plan["end"] in ("rejected", "interrupted", "lost"):
            plan["end"] = "ok"  # a subagent's calls need no approval
        return plan

    def finish(self, plan, source):
        """Writes the planned result. False: it ends the turn."""
        dice, use, name, end = self.dice, plan["use"], plan["name"], plan["end"]
        self.count("tool_calls")
        self.count(f"tool_calls_{end}")
        if end == "lost":  # the client was closed, so the call never gets a result
            return True
        if end == "rejected":
            self.result(use, "The user doesn't want to proceed with this tool use. The tool use was rejected "
                        "(sample).", "User rejected tool use", True, source)
            self.user([{"type": "text", "text": "[Request interrupted by user for tool use]"}])
            self.count("interruptions")
            return False
        if end == "interrupted":
            self.result(use, "[Request interrupted by user for tool use]",
                        "Error: [Request interrupted by user for tool use]", True, source)
            return False
        failures = {
            "command_failed": f"Exit code {dice.between(1, 2)}\nSample failure of the {dice.pick(WORDS)} step",
            "tool_error": "<tool_use_error>String to replace not found in file. Sample.</tool_use_error>",
            "permission": "Sample: permission to use this tool has been denied.",
            "sibling": "<tool_use_error>Sibling tool call errored</tool_use_error>",
        }
        if end in failures:
            self.result(use, failures[end], "Error: " + failures[end], True, source)
            return True
        getattr(self, "ok_" + name.lower(), self.ok_other)(plan, source)
        return True

    def ok_bash(self, plan, source):
        dice = self.dice
        out = "\n".join(prose(dice, "output", 6) for _ in range(dice.skewed(0, 16)))
        detail = {"stdout": out, "stderr": "", "interrupted": False, "isImage": False}
        if self.era["queued"] and dice.chance(0.05):
            detail["gitOperation"] = {"commit": {"sha": dice.hex(40), "kind": "committed", "branch": self.branch}}
            self.count("commits")
        self.result(plan["use"], out, detail, False, source)

    def ok_read(self, plan, source):
        dice = self.dice
        lines = sample_lines(dice, dice.skewed(5, 40))
        numbered = "\n".join(f"{n + 1:6d}\u2192{line}" for n, line in enumerate(lines))
        detail = {"type": "text", "file": {"filePath": plan["use"]["input"]["file_path"], "content": "\n".join(lines),
                                           "numLines": len(lines), "startLine": 1, "totalLines": len(lines)}}
        self.result(plan["use"], numbered, detail, None, source)

    def ok_edit(self, plan, source):
        detail = {"filePath": plan["path"], "oldString": plan["old"], "newString": plan["new"], "originalFile": None,
                  "structuredPatch": plan["hunks"], "userModified": False, "replaceAll": False}
        self.count("lines_added", plan["added"])
        self.count("lines_removed", plan["removed"])
        self.result(plan["use"], f"The file {plan['path']} has been updated (sample).", detail, None, source)

    def ok_write(self, plan, source):
        detail = {"type": "create", "filePath": plan["path"], "content": plan["content"], "structuredPatch": []}
        if plan["create"]:
            self.count("lines_added", plan["content"].count("\n"))
        else:
            added, removed = self.dice.between(1, 12), self.dice.between(0, 8)
            detail.update(type="update", structuredPatch=[patch(self.dice, added, removed)], originalFile=None)
            self.count("lines_added", added)
            self.count("lines_removed", removed)
        self.result(plan["use"], f"File written at: {plan['path']} (sample)", detail, None, source)

    def ok_grep(self, plan, source):
        names = [self.project.file(self.dice) for _ in range(self.dice.between(1, 6))]
        self.result(plan["use"], f"Found {len(names)} files\n" + "\n".join(names),
                    {"mode": "files_with_matches", "filenames": names, "numFiles": len(names)}, None, source)

    def ok_glob(self, plan, source):
        names = [self.project.file(self.dice) for _ in range(self.dice.between(1, 9))]
        self.result(plan["use"], "\n".join(names),
                    {"filenames": names, "durationMs": plan["takes"], "numFiles": len(names), "truncated": False},
                    None, source)

    def ok_todowrite(self, plan, source):
        self.result(plan["use"], "Sample: the list has been changed.",
                    {"oldTodos": [], "newTodos": plan["use"]["input"]["todos"]}, None, source)

    def ok_webfetch(self, plan, source):
        self.result(plan["use"], prose(self.dice, "page", 30),
                    {"bytes": 1500, "code": 200, "codeText": "OK", "result": prose(self.dice, "page", 20),
                     "durationMs": plan["takes"], "url": "https://example.invalid/sample"}, None, source)

    def ok_other(self, plan, source):
        blocks = [{"type": "text", "text": prose(self.dice, "lookup", 12)}]
        self.result(plan["use"], blocks, blocks, None, source)

    # --- subagents ---------------------------------------------------------------------------------------

    def subagent(self):
        """A Task call: the subagent's lines are in a separate file."""
        dice = self.dice
        self.need(30 * MINUTE)
        name = "Agent" if self.era["finals"] == "all" else "Task"
        kind = dice.pick(["Explore", "general-purpose"])
        use = {"type": "tool_use", "id": dice.ident("toolu_"), "name": name,
               "input": {"description": "Sample errand", "prompt": prose(dice, "errand", 20), "subagent_type": kind}}
        source = self.respond(self.thinking() + [use])[-1]["uuid"]
        self.count("tool_calls")
        self.count("tool_calls_ok")
        self.count("subagents")

        began = self.now
        agent = dice.hex(8) if self.era["agents"] == "flat" else "a" + dice.hex(16)
        main = (self.lines, self.parent, self.context, self.cached, self.model)
        self.lines, self.parent, self.context, self.cached, self.model = [], None, 9000, 0, HAIKU
        self.agent = agent
        self.user(use["input"]["prompt"])
        for _ in range(dice.between(2, 6)):
            self.step()
        last = self.respond(self.text(30))[-1]["message"]["usage"]
        inner = self.lines
        self.lines, self.parent, self.context, self.cached, self.model = main
        self.agent = None

        if self.era["agents"] == "flat":
            self.files[f"agent-{agent}.jsonl"] = inner
        else:
            self.files[f"{self.id}/subagents/agent-{agent}.jsonl"] = inner
            self.files[f"{self.id}/subagents/agent-{agent}.meta.json"] = [compact(
                {"agentType": kind, "description": "Sample errand", "toolUseId": use["id"]})]
        if self.era["progress"]:
            self.progress(inner, agent, use)
        detail = {"status": "completed", "prompt": use["input"]["prompt"], "agentId": agent,
                  "content": [{"type": "text", "text": "Sample report."}], "totalDurationMs": self.now - began,
                  "totalTokens": sum(v for k, v in last.items() if k.endswith("_tokens")),
                  "totalToolUseCount": 3, "usage": last}
        self.result(use, [{"type": "text", "text": "Sample report."}], detail, None, source)

    def progress(self, inner, agent, use):
        """The main file repeats the subagent's lines inside progress lines; these messages must be counted once."""
        for text in inner:
            nested = json.loads(text)
            line = self.envelope("progress")
            line["timestamp"] = nested["timestamp"]
            line["data"] = {"message": {"type": nested["type"], "message": nested["message"],
                                        "uuid": nested["uuid"], "timestamp": nested["timestamp"]},
                            "normalizedMessages": [], "type": "agent_progress", "prompt": "", "agentId": agent}
            if "requestId" in nested:
                line["data"]["message"]["requestId"] = nested["requestId"]
            line["toolUseID"] = "agent_" + self.dice.ident("msg_")
            line["parentToolUseID"] = use["id"]
            self.put(line)

    def warmup(self):
        """A background agent: it uses tokens, but did nothing for the user."""
        agent = self.dice.hex(8)
        main = (self.lines, self.parent, self.context, self.cached)
        self.lines, self.parent, self.context, self.cached = [], None, 6000, 0
        self.agent, self.quiet = agent, True
        self.user("Warmup")
        self.respond(self.text(8), HAIKU)
        self.files[f"agent-{agent}.jsonl"] = self.lines
        self.lines, self.parent, self.context, self.cached = main
        self.agent, self.quiet = None, False

    # --- other events ------------------------------------------------------------------------------------

    def slash(self, name, custom):
        self.user(f"<command-name>/{name}</command-name>\n            <command-message>{name}</command-message>\n"
                  "            <command-args></command-args>")
        self.count("slash_commands")
        if custom:
            self.user([{"type": "text", "text": prose(self.dice, "expansion", 30)}], isMeta=True)
            self.respond(self.text(15))
        else:
            self.user("<local-command-stdout>Sample: done</local-command-stdout>")

    def shell(self):
        self.user("<bash-input>sample-tool --version</bash-input>")
        self.user("<bash-stdout>sample 1.0</bash-stdout><bash-stderr></bash-stderr>")
        self.count("shell_commands")

    def api_retry(self):
        line = self.envelope("system")
        line.update(subtype="api_error", level="error", error={"status": 529}, retryInMs=523.25, retryAttempt=1,
                    maxRetries=10)
        self.put(line)
        self.count("api_retries")
        self.wait(600)

    def api_error(self):
        line = self.envelope("assistant")
        line["message"] = {"id": self.dice.uuid(), "model": "<synthetic>", "role": "assistant", "type": "message",
                           "stop_reason": "stop_sequence", "stop_sequence": "",
                           "usage": {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0,
                                     "cache_read_input_tokens": 0},
                           "content": [{"type": "text", "text": "API Error: sample overload"}]}
        line.update(isApiErrorMessage=True, error="server_error")
        self.put(line)
        self.count("api_errors")

    def compact_context(self, trigger):
        line = self.envelope("system")
        line.update(parentUuid=None, logicalParentUuid=self.parent, subtype="compact_boundary",
                    content="Conversation compacted", isMeta=False, level="info",
                    compactMetadata={"trigger": trigger, "preTokens": self.context})
        self.put(line)
        self.context, self.cached = 24000, 15000
        self.user("This session is being continued from a previous conversation that ran out of context. "
                  + prose(self.dice, "summary", 60), isCompactSummary=True, isVisibleInTranscriptOnly=True)
        self.count("compactions")

    def queued_prompt(self):
        """A prompt typed while the assistant works; its time is before that of the previous line."""
        line = self.envelope("attachment", self.now - 300)
        line["attachment"] = {"type": "queued_command", "prompt": request_text(self.dice), "commandMode": "prompt",
                              "origin": {"kind": "human"}}
        self.put(line)
        self.count("prompts")
        self.count("prompts_queued")

    def prompt(self):
        dice = self.dice
        self.prompt_id = dice.uuid() if self.era["queued"] else None
        more = {}
        if self.era["finals"] == "all":
            more["promptSource"] = "typed"
        if self.era["queued"]:
            more["origin"] = {"kind": "human"}
        text = request_text(dice)
        content = text if dice.chance(0.8) else [{"type": "text", "text": text}]
        self.context += 10 + len(text) // 3
        line = self.user(content, **more)
        self.count("prompts")
        if dice.chance(0.04):  # a write race: two objects in one line
            snapshot = self.snapshot()
            self.lines.pop()
            self.lines[-1] = compact(line) + compact(snapshot)
        elif dice.chance(0.5):
            self.snapshot()

    def turn(self):
        dice = self.dice
        self.need(10 * MINUTE)
        self.prompt()
        began = self.now
        self.wait(dice.between(1500, 9000))
        if dice.chance(0.02):
            self.api_retry()
        if dice.chance(0.01):
            self.api_error()
            return
        for _ in range(dice.skewed(1, 12)):
            if self.context > 150000:
                self.compact_context("auto")
            if not self.step():
                return
            if self.era["queued"] and dice.chance(0.02):
                self.queued_prompt()
        if dice.chance(0.05):
            self.subagent()
        if dice.chance(0.03):
            self.user("[Request interrupted by user]")
            self.count("interruptions")
            return
        self.need(2 * MINUTE)
        self.respond(self.thinking() + self.text(dice.between(20, 80)))
        if self.modern:
            line = self.envelope("system")
            line.update(subtype="turn_duration", durationMs=self.now - began, isMeta=False)
            self.put(line)

    def run(self, turns):
        dice = self.dice
        try:
            self.need(11 * MINUTE)
            self.truth.add(self.platform, "sessions")
            self.snapshot()
            self.user("<local-command-caveat>Caveat: The messages below were generated by the user while running "
                      "local commands (sample).</local-command-caveat>", isMeta=True)
            if dice.chance(0.3):
                self.slash(dice.pick(["clear", "model"]), False)
            if self.era["agents"] == "flat" and dice.chance(0.2):
                self.warmup()
            for n in range(turns):
                self.turn()
                self.need(10 * MINUTE)
                if dice.chance(0.05):
                    self.slash("sample-review", True)
                if dice.chance(0.03):
                    self.shell()
                if dice.chance(0.02):
                    self.compact_context("manual")
                if dice.chance(0.02):
                    self.lines.append("")
                if n + 1 < turns:
                    self.wait(dice.skewed(20 * SECOND, 12 * MINUTE))
            if self.modern and dice.chance(0.15):
                number = dice.between(1, 400)
                link = {"type": "pr-link", "sessionId": self.id, "prNumber": number,
                        "prUrl": f"https://example.invalid/{self.project.name}/pull/{self.id[:8]}{number}",
                        "prRepository": f"sample/{self.project.name}", "timestamp": iso(self.now)}
                self.put(link, chained=False)
                self.put(link, chained=False)  # such lines are repeated; the URL shows that it is one pull request
                self.count("pull_requests")
        except Cut:
            pass
        if self.lines:
            self.put({"type": "last-prompt", "lastPrompt": "Sample request", "sessionId": self.id},
                     chained=False)

    def save(self, copied):
        """copied: lines of the earlier session that this one continues."""
        if not self.lines:
            return
        base = f".claude/projects/{self.project.folder}"
        self.world.write(f"{base}/{self.id}.jsonl", copied + self.lines)
        for name, lines in self.files.items():
            self.world.write(f"{base}/{name}", lines)


class CodexSession:
    """One rollout of Codex."""

    platform = "codex"

    def __init__(self, world, dice, project, start):
        self.world = world
        self.truth = world.truth
        self.dice = dice
        self.project = project
        self.id = dice.uuid()
        self.start = start
        self.now = start
        self.lines = []
        self.model = dice.weighted([(CODEX, 7), (CODEX_NEXT, 3)])
        self.total = {"input_tokens": 0, "cached_input_tokens": 0, "output_tokens": 0,
                      "reasoning_output_tokens": 0, "total_tokens": 0}
        self.context = dice.between(9000, 14000)
        self.cached = 0
        self.turn_id = None
        self.forked_from = None

    def wait(self, ms):
        self.now += ms

    def need(self, ms):
        if self.now + ms > self.world.until:
            raise Cut

    def count(self, name, amount=1):
        self.truth.add(self.platform, name, amount)

    def put(self, kind, payload):
        self.lines.append(compact({"timestamp": iso(self.now), "type": kind, "payload": payload}))

    def event(self, kind, **payload):
        self.put("event_msg", dict({"type": kind}, **payload))

    def item(self, kind, **payload):
        self.put("response_item", dict({"type": kind}, **payload))

    def meta(self):
        payload = {"id": self.id, "timestamp": iso(self.start), "cwd": self.project.path,
                   "originator": "codex_cli_rs", "cli_version": "0.104.0", "source": "cli",
                   "model_provider": "openai", "instructions": None,
                   "git": {"commit_hash": self.dice.hex(40), "branch": "main",
                           "repository_url": f"https://example.invalid/sample/{self.project.name}.git"}}
        if self.forked_from:
            payload["forked_from_id"] = self.forked_from
        self.put("session_meta", payload)

    def rates(self):
        return {"primary": {"used_percent": float(self.dice.between(0, 90)), "window_minutes": 300,
                            "resets_at": self.now // 1000 + 9000}, "secondary": None}

    def tokens(self):
        dice = self.dice
        reasoning = dice.skewed(0, 1200)
        output = reasoning + dice.between(40, 700)
        last = {"input_tokens": self.context, "cached_input_tokens": self.cached, "output_tokens": output,
                "reasoning_output_tokens": reasoning, "total_tokens": self.context + output}
        for name, amount in last.items():
            self.total[name] += amount
        info = {"total_token_usage": dict(self.total), "last_token_usage": last, "model_context_window": 272000}
        self.event("token_count", info=info, rate_limits=self.rates())
        self.truth.tokens(self.platform, self.model, self.now, input=self.context - self.cached, output=output,
                          reasoning=reasoning, cache_read=self.cached)
        self.count("responses")
        if dice.chance(0.3):  # only the rate limits changed: the totals are repeated
            self.wait(dice.between(100, 900))
            self.event("token_count", info=info, rate_limits=self.rates())
        self.cached = self.context
        self.context += output

    def command(self):
        dice = self.dice
        call = dice.ident("call_")
        failed = dice.chance(0.1)
        self.item("function_call", name="exec_command", call_id=call,
                  arguments=compact({"cmd": f"sample-tool --run {dice.pick(WORDS)}", "workdir": self.project.path}))
        seconds = dice.skewed(100, 40000)
        self.wait(seconds)
        text = "\n".join(prose(dice, "output", 6) for _ in range(dice.skewed(1, 12)))
        self.item("function_call_output", call_id=call,
                  output=f"Chunk ID: {dice.hex(6)}\nWall time: {seconds / 1000:.4f} seconds\n"
                         f"Process exited with code {1 if failed else 0}\nOutput:\n{text}\n")
        self.count("tool_calls")
        self.count("tool_calls_command_failed" if failed else "tool_calls_ok")
        self.context += len(text) // 3

    def edit(self):
        dice = self.dice
        call = dice.ident("call_")
        path = self.project.file(dice)
        failed = dice.chance(0.05)
        if dice.chance(0.2):
            content = "\n".join(sample_lines(dice, dice.skewed(6, 90))) + "\n"
            change = {"type": "add", "content": content}
            added, removed = content.count("\n"), 0
        else:
            added, removed = dice.skewed(1, 30), dice.skewed(0, 18)
            hunk = patch(dice, added, removed)
            head = f"@@ -{hunk['oldStart']},{hunk['oldLines']} +{hunk['newStart']},{hunk['newLines']} @@\n"
            change = {"type": "update", "unified_diff": head + "\n".join(hunk["lines"]) + "\n", "move_path": None}
        self.item("custom_tool_call", status="completed", call_id=call, name="apply_patch",
                  input=f"*** Begin Patch\n*** Update File: {path}\n@@\n+sample\n*** End Patch\n")
        self.wait(dice.between(100, 2500))
        self.event("patch_apply_end", call_id=call, turn_id=self.turn_id, stdout="", stderr="",
                   success=not failed, changes={path: change})
        self.item("custom_tool_call_output", call_id=call,
                  output=f"Exit code: {1 if failed else 0}\nWall time: 0 seconds\nOutput:\nSample\n")
        self.count("tool_calls")
        self.count("tool_calls_tool_error" if failed else "tool_calls_ok")
        if not failed:
            self.count("lines_added", added)
            self.count("lines_removed", removed)

    def lookup(self):
        call = self.dice.ident("call_")
        arguments = {"query": self.dice.pick(WORDS)}
        self.item("function_call", name="mcp__sample__lookup", call_id=call, arguments=compact(arguments))
        self.wait(800)
        self.event("mcp_tool_call_end", call_id=call,
                   invocation={"server": "sample", "tool": "lookup", "arguments": arguments},
                   duration={"secs": 0, "nanos": 800000000},
                   result={"Ok": {"content": [{"type": "text", "text": prose(self.dice, "lookup", 8)}]}})
        self.item("function_call_output", call_id=call, output=prose(self.dice, "lookup", 8))
        self.count("tool_calls")
        self.count("tool_calls_ok")

    def turn(self):
        dice = self.dice
        self.need(15 * MINUTE)
        self.turn_id = dice.uuid()
        began = self.now
        self.event("task_started", turn_id=self.turn_id, started_at=self.now // 1000, model_context_window=272000)
        self.put("turn_context", {"turn_id": self.turn_id, "cwd": self.project.path, "model": self.model,
                                  "effort": "medium", "approval_policy": "on-request",
                                  "sandbox_policy": {"type": "workspace-write"}, "summary": "auto"})
        text = request_text(dice)
        self.item("message", role="user", content=[{"type": "input_text", "text": text}])
        self.event("user_message", message=text, images=[])
        self.count("prompts")
        for _ in range(dice.skewed(2, 12)):
            self.wait(dice.between(1500, 12000))
            self.event("agent_reasoning", text=prose(dice, "thought", 6))
            self.item("reasoning", summary=[], encrypted_content=dice.hex(48))
            dice.weighted([(self.command, 60), (self.edit, 35), (self.lookup, 5)])()
            self.tokens()
        if dice.chance(0.05):
            self.event("turn_aborted", turn_id=self.turn_id, reason="interrupted", duration_ms=self.now - began)
            self.count("interruptions")
            return
        answer = prose(dice, "answer", dice.between(20, 70))
        self.event("agent_message", message=answer)
        self.item("message", role="assistant", content=[{"type": "output_text", "text": answer}])
        self.tokens()
        self.event("task_complete", turn_id=self.turn_id, last_agent_message=answer, duration_ms=self.now - began)

    def run(self, turns, parent=None):
        """parent: the rollout that this one forks."""
        dice = self.dice
        self.forked_from = parent.id if parent else None
        try:
            self.need(16 * MINUTE)
            self.count("sessions")
            self.meta()
            if parent:
                self.replay(parent)
            self.item("message", role="user",
                      content=[{"type": "input_text", "text": "<environment_context>sample</environment_context>"}])
            self.event("token_count", info=None, rate_limits=self.rates())
            for n in range(turns):
                self.turn()
                self.need(15 * MINUTE)
                if dice.chance(0.04):
                    self.put("compacted", {"message": prose(dice, "summary", 30)})
                    self.event("context_compacted")
                    self.context, self.cached = 12000, 6000
                    self.count("compactions")
                if n + 1 < turns:
                    self.wait(dice.skewed(20 * SECOND, 15 * MINUTE))
                    if dice.chance(0.08):  # resumed: the header is written again
                        self.meta()
        except Cut:
            pass

    def replay(self, parent):
        """Repeats the whole parent at the time of the fork; its tokens count once."""
        self.model = parent.model
        self.total = dict(parent.total)
        self.context, self.cached = parent.context, parent.cached
        for text in parent.lines:
            line = json.loads(text)
            self.put(line["type"], line["payload"])

    def save(self):
        if not self.lines:
            return
        at = iso(self.start)
        name = f"rollout-{at[:19].replace(':', '-')}-{self.id}.jsonl"
        self.world.write(f".codex/sessions/{at[:4]}/{at[5:7]}/{at[8:10]}/{name}", self.lines)


class World:
    """The whole period."""

    def __init__(self, out, seed, until, days, offset):
        self.out = out
        self.seed = seed
        self.until = until
        self.days = days
        self.offset = offset
        self.truth = Truth()
        self.bytes = 0
        self.files = 0
        self.projects = [Project("/home/sample", *p[:3]) for p in PROJECTS]
        self.weights = [(project, p[3]) for project, p in zip(self.projects, PROJECTS)]

    def write(self, path, lines):
        full = os.path.join(self.out, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        data = "".join(line + "\n" for line in lines).encode("utf-8")
        with open(full, "wb") as file:
            file.write(data)
        self.bytes += len(data)
        self.files += 1

    def starts(self, dice, midnight, last):
        """When the sessions of a day start: a working day has two peaks, evenings and weekends are rare."""
        weekday = (midnight // DAY + 3) % 7  # 0 is Monday
        if weekday >= 5 and not last:
            count = dice.between(1, 2) if dice.chance(0.3) else 0
        else:
            count = dice.between(4, 6) if last else dice.between(2, 5)
        hours = [9, 10, 10, 11, 13, 14, 14, 15, 16, 17, 20, 21]
        found = sorted(midnight - self.offset + dice.pick(hours) * HOUR + dice.between(0, 50) * MINUTE
                       for _ in range(count))
        if last:  # the period must end with work, even early in the day
            found = [at for at in found if at + 30 * MINUTE < self.until]
            if len(found) < 2:
                room = self.until - (midnight - self.offset)
                back = [int(room * 0.6), int(room * 0.35)] if room > 3 * HOUR else [70 * MINUTE, 30 * MINUTE]
                found = sorted(found + [self.until - ms for ms in back])
        return found

    def run(self):
        last_local = (self.until + self.offset) // DAY
        previous = None
        rollouts = []
        forked = False
        for n in range(self.days):
            ordinal = last_local - self.days + 1 + n
            day = Dice(self.seed, "day", ordinal)
            era = next(e for e in ERAS if n / self.days < e["part"])
            for index, start in enumerate(self.starts(day, ordinal * DAY, n == self.days - 1)):
                dice = Dice(self.seed, "session", ordinal, index)
                start += dice.between(0, 59999)
                project = dice.weighted(self.weights)
                turns = dice.skewed(2, 9)
                today = n == self.days - 1
                if today:  # the day people look at first: long enough, and with both assistants
                    turns = max(turns, 5)
                if dice.chance(0.24) or (today and index == 1):
                    session = CodexSession(self, dice, project, start)
                    fork = rollouts and not forked and n >= self.days // 2
                    session.run(turns, rollouts[-1] if fork else None)
                    session.save()
                    forked = forked or bool(fork)
                    rollouts.append(session)
                    continue
                session = ClaudeSession(self, dice, project, era, start)
                session.run(turns)
                copied = []
                if previous and previous.project is project and dice.chance(0.2):
                    copied = previous.lines  # resumed: the earlier session's lines are copied with their ids
                session.save(copied)
                previous = session


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description="Write artificial transcripts of Claude Code and Codex.")
    parser.add_argument("--out", required=True, metavar="DIR", help="where .claude and .codex are written")
    parser.add_argument("--seed", default="1", help="another seed, another developer (default 1)")
    parser.add_argument("--until", metavar="YYYY-MM-DD", help="the last day, whole (default: now)")
    parser.add_argument("--days", type=int, default=42, help="length of the period (default 42)")
    parser.add_argument("--utc-offset", type=int, metavar="MINUTES",
                        help="the developer's clock (default: this machine's, or UTC with --until)")
    parser.add_argument("--truth", metavar="FILE", help="write what a correct reader must find, as JSON")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    options = parser.parse_args(arguments)
    if options.days < 1:
        parser.error("--days must be at least 1")
    if options.until:
        try:
            day = datetime.date.fromisoformat(options.until)
        except ValueError:
            parser.error("--until must be a date, YYYY-MM-DD")
        offset = (options.utc_offset or 0) * MINUTE
        until = (day.toordinal() - datetime.date(1970, 1, 1).toordinal() + 1) * DAY - 1 - offset
    else:
        now = int(time.time())
        offset = time.localtime(now).tm_gmtoff * SECOND if options.utc_offset is None else options.utc_offset * MINUTE
        until = now * 1000
    return options, until, offset


def main(arguments):
    options, until, offset = parse_arguments(arguments)
    world = World(options.out, options.seed, until, options.days, offset)
    world.run()
    if options.truth:
        with open(options.truth, "w", encoding="utf-8") as file:
            json.dump(world.truth.as_dict(), file, indent=1, sort_keys=True)
            file.write("\n")
    if not options.quiet:
        print(f"{world.files} files, {world.bytes} bytes of sample data in {options.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
