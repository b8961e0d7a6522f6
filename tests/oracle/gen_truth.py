#!/usr/bin/env python3
"""Compares a transcript generator's ground truth with the output of an oracle or of the library.

usage: gen_truth.py TRUTH.json OUTPUT.json     exit 1 and one line per difference

The generator counts while it writes the files, without a JSON parser, so its truth checks the oracle as much as the
library. It has fewer numbers than the output, and only bounds for some; those are checked as bounds.
"""
from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict

SYNTHETIC = "<synthetic>"
FIELDS = ("responses", "input", "output", "cache_read", "cache_write")
NESTED_TOOLS = 6  # all nested tool uses of the generator are among its first six tools


def truth_rows(truth: dict) -> dict:
    return {(c["day"], c["model"]): (c["messages"], c["input"], c["output"], c["cache_read"], c["cache_creation"])
            for c in truth["utc_days"]}


def output_rows(output: dict) -> dict:
    return {(r["day"], r["model"]): (r["responses"], r["input"], r["output"], r["cache_read"],
                                     (r["cache_write_5m"] or 0) + (r["cache_write_1h"] or 0))
            for r in output["responses"]}


def by_model(rows: dict) -> dict:
    sums: dict = defaultdict(lambda: [0] * len(FIELDS))
    for (_, model), values in rows.items():
        sums[model] = [a + b for a, b in zip(sums[model], values)]
    return sums


def differences(truth: dict, output: dict) -> list:
    found: list = []

    def expect(good: bool, what: str, want: object, got: object) -> None:
        if not good:
            found.append(f"{what}: truth {want}, output {got}")

    want, got = truth_rows(truth), output_rows(output)
    synthetic = sum(v[0] for (_, model), v in want.items() if model == SYNTHETIC)
    want = {key: v for key, v in want.items() if key[1] != SYNTHETIC}

    sums, other = by_model(want), by_model(got)
    for model in sorted(sums.keys() | other.keys(), key=str):
        for field, a, b in zip(FIELDS, sums[model], other[model]):
            expect(a == b, f"{model} {field}", a, b)

    # The truth dates a message by its first complete line, the rules by its first line: a message written over midnight
    # may be a day earlier in the output, never later, and few are.
    moved = 0
    for model in sums:
        ahead = 0
        for day in sorted({d for d, m in want.keys() | got.keys() if m == model}, key=str):
            ahead += got.get((day, model), (0,))[0] - want.get((day, model), (0,))[0]
            expect(ahead >= 0, f"{model} responses up to {day}", "at least as many", ahead)
            moved += max(0, ahead)
    total = sum(v[0] for v in want.values())
    expect(moved <= 2 + total // 200, "responses a day early", f"at most {2 + total // 200}", moved)

    calls = output["tool_calls"]
    tools = truth["tools"]
    nested_tools = list(tools)[:NESTED_TOOLS]
    for tool in sorted(tools.keys() | calls.keys()):
        said = tools.get(tool, {"uses": 0, "errors": 0, "results": 0})
        made = Counter(calls.get(tool, {}))
        number = sum(made.values())
        if tool in nested_tools:
            expect(number >= said["uses"], f"{tool} calls", f"at least {said['uses']}", number)
        else:
            expect(number == said["uses"], f"{tool} calls", said["uses"], number)
        expect(made["error"] == said["errors"], f"{tool} errors", said["errors"], made["error"])
        strange = {k: n for k, n in made.items() if n and k not in ("ok", "error")}
        expect(not strange, f"{tool} other outcomes", "none", strange)
    every = sum(t["uses"] for t in tools.values()) + truth["nested_tool_uses"]
    expect(sum(sum(c.values()) for c in calls.values()) == every, "all tool calls", every,
           sum(sum(c.values()) for c in calls.values()))

    events = {kind: n for kind, n in output["events"].items() if n}
    expect(events == ({"api_error_message": synthetic} if synthetic else {}), "events",
           {"api_error_message": synthetic}, events)

    prompts = truth["line_kinds"]["user_prompt"]["unique"]  # including those of subagents
    expect(output["prompts"]["total"] <= prompts, "prompts", f"at most {prompts}", output["prompts"]["total"])
    expect(output["sessions"] <= truth["sessions"], "sessions", f"at most {truth['sessions']}", output["sessions"])
    agents = truth["files"] - truth["sessions"]
    expect(output["subagents"] >= agents, "subagents", f"at least {agents}", output["subagents"])

    quality = output["output_quality"]
    for field, index in (("responses", 0), ("output", 2)):
        expect(sum(q[field] for q in quality.values()) == sum(v[index] for v in sums.values()),
               f"quality {field}", sum(v[index] for v in sums.values()), sum(q[field] for q in quality.values()))
    for name in ("undated", "commits", "pull_requests"):
        expect(output[name] == 0, name, 0, output[name])
    expect(not any(output["rejected"].values()), "rejected", "none", output["rejected"])
    return found


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    truth, output = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
    found = differences(truth, output)
    print("\n".join(found) if found else "no difference")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
