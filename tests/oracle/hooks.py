#!/usr/bin/env python3
"""Oracle for hooks: an independent second implementation of the rules in docs/sources.md, "Hooks".

usage: hooks.py claude_code|cursor FILE...     one JSON object with sorted keys
"""
from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from typing import Iterator

FILES = ("file_path", "filePath", "path", "absolute_path", "notebook_path")
ALIASES = {"hookEventName": "hook_event_name", "sessionId": "session_id"}


def payloads(path: str) -> Iterator[dict]:
    """The objects of a JSON list or of lines; those before an error count."""
    text, decoder = open(path, encoding="utf-8").read(), json.JSONDecoder()
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,[]":
            at += 1
        if at == len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        if isinstance(value, dict):
            yield {ALIASES.get(key, key): v for key, v in value.items()}


def count_claude_code(paths: list) -> dict:
    prompts, sessions, events = Counter(), set(), Counter()
    known: dict = {}                        # id -> [tool, outcome]
    unknown = defaultdict(lambda: [[], []])  # (session, tool, file) -> calls, ends
    likes: Counter = Counter()
    identified = set()
    for path in paths:
        seen = Counter()
        for p in payloads(path):
            event, session = p.get("hook_event_name"), p.get("session_id")
            if event == "UserPromptSubmit":
                sessions.add(session)
                if p.get("prompt_id"):
                    identified.add(p["prompt_id"])
                else:
                    like = session, len(p["prompt"])
                    seen[like] += 1
                    likes[like] = max(likes[like], seen[like])
            elif event in ("PreToolUse", "PostToolUse", "PostToolUseFailure"):
                source = p.get("tool_input") if isinstance(p.get("tool_input"), dict) else {}
                file = ""
                for key, value in source.items():
                    if key in FILES:
                        file = value if isinstance(value, str) else ""
                outcome = {"PreToolUse": None, "PostToolUse": "ok"}.get(event, "error")
                if p.get("tool_use_id"):
                    call = known.setdefault(p["tool_use_id"], [p["tool_name"], None])
                    call[1] = call[1] or outcome
                else:
                    unknown[path.rsplit("/", 2)[0], session, p["tool_name"], file][outcome is not None].append(outcome)
            elif event in ("SessionStart", "SessionEnd", "Stop", "PreCompact"):
                events[event] += 1
            elif event in ("SubagentStart", "SubagentStop") and p.get("agent_id") and p.get("agent_type") != "":
                prompts["agent", p["agent_id"]] = 1
    tools: dict = defaultdict(Counter)
    for tool, outcome in known.values():
        tools[tool][outcome or "unknown"] += 1
    for (_, _, tool, _), (calls, ends) in unknown.items():
        for outcome in ends:
            tools[tool][outcome] += 1
        tools[tool]["unknown"] += max(0, len(calls) - len(ends))
    events["subagents"] = sum(1 for key in prompts if key[0] == "agent")
    return {"sessions": len(sessions), "prompts": len(identified) + sum(likes.values()),
            "tools": {t: {o: n for o, n in c.items() if n} for t, c in tools.items()}, "events": events}


def count_cursor(paths: list) -> dict:
    prompts, generations, sessions = set(), set(), set()
    answers: dict = {}
    for path in paths:
        for p in payloads(path):
            event, generation = p.get("hook_event_name"), p.get("generation_id")
            tokens = tuple(p.get(k) or 0 for k in ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"))
            if event == "beforeSubmitPrompt":
                sessions.add(p["conversation_id"])
                prompts.add(generation)
                generations.add(generation)
            elif generation and (event == "afterAgentResponse" or (event == "stop" and any(tokens))):
                sessions.add(p["conversation_id"])
                generations.add(generation)
                answers[generation] = max(answers.get(generation, (0, 0, 0, 0)), tokens, key=lambda t: (t[1], sum(t)))
    return {"sessions": len(sessions), "prompts": len(prompts), "responses": len(answers), "generations": len(generations),
            "input": sum(a[0] for a in answers.values()), "output": sum(a[1] for a in answers.values()),
            "cache_read": sum(a[2] for a in answers.values()), "cache_write": sum(a[3] for a in answers.values())}


COUNTS = {"claude_code": count_claude_code, "cursor": count_cursor}

if __name__ == "__main__":
    print(json.dumps(COUNTS[sys.argv[1]](sys.argv[2:]), indent=1, sort_keys=True))
