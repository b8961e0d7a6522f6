#!/usr/bin/env python3
"""Keeps docs/metrics.md equal to the catalogue of the built library.

    python3 tests/docs/metrics.py [--root DIR] [--write] PROGRAM

PROGRAM is the built blueplane, whose commands `metrics` and `dimensions` print the catalogue as JSON. The page is
written from it and from the texts below. --write replaces the page; without it a difference fails.
"""

import argparse
import difflib
import json
import os
import shlex
import subprocess
import sys

PAGE = "docs/metrics.md"
PERSONAS = {"D": "developer", "L": "team lead", "M": "engineering manager", "O": "operations", "R": "research and product"}
HEAD = """\
# Metrics

<!-- Written by tests/docs/metrics.py from the catalogue of the library; change libblueplane/metrics/catalog.def and
     dimension.def, or the texts of that script, and run it with its option write. -->

What blueplane can answer, and exactly how each number is computed. The program (`blueplane metrics`) and
the library (`bp_catalog "metrics"`, `"dimensions"`) list the same. Ids are stable: what an id counts changes only with an
entry of its own in the changelog. [formats/query.md](formats/query.md) says how to ask, [formats/result.md](formats/result.md)
what an answer looks like.

## What a number rests on

**Cells.** A fact is a prompt, a response, a tool call, a decision, an event, a commit. Facts are added up by quarter
of an hour, session and a few closed properties; these cells are all that a query reads. A formula below names them:
`tool.n[outcome=ok]` is the number of tool calls that ended ok, `response.output` the output tokens of responses.

**Days and hours** are those of the query's time zone, even if a day has 23 or 25 hours. Quarters of an hour fit
every zone exactly.

**Ratios** come with both of their sides as further columns, means with the number of sessions they were taken over. There is
one division, of two whole numbers. A ratio of nothing is empty, not zero. Medians and percentiles are by nearest
rank, so each is a value that occurred.

**Sessions, days, files and workspaces** are counted distinctly in each group: a session that spans midnight counts on
both days, so groups may add up to more than the whole. Means and percentiles over sessions leave out a session without a
prompt or response in the group.

**Uncovered** is not zero. Each source states what it can record at all; a cell with activity, but from no source that
can record the metric, is uncovered. If a part is covered, it is shown and marked as a lower bound.

**A lower bound** (the true number is at least this) is a sum, or a ratio with such a numerator,

- of which a part comes from a source that cannot record it,
- of output tokens or cost, if it includes responses whose output count is not final: the assistant wrote a placeholder,
  or the response's end was never seen (`not_final_tokens` counts them),
- of what was sent (input, what was read from and written to the cache) or of cost, if it includes responses that recorded
  only their output,
- of cost, if some tokens have no price (`unpriced_tokens` counts them) or some web searches no fee, or of recorded cost, if
  some responses have none,
- that would exceed 64 bits.

The sums that make up a ratio are columns beside it and are marked by the same rule, even if both sides may be greater and the
ratio itself is therefore not a lower bound.

Local logs leave out what the assistant asks for in the background, so each of their token counts is a lower bound.
As this is always so, it is a note of the result and not a mark of its cells.

**Money** is in nano-dollars (`nUSD`, 10^-9 US dollars), summed exactly in pico-dollars and rounded once for each
cell, half away from zero. Every result with a cost names the price table's date and digest.

**Facts without a time** count in "all", unless the query groups by time or filters on it; then a note says how
many were left out. They are never given another fact's time.

**Tasks** are cut from sessions and judged by the rules of [tasks.md](tasks.md).

**Intervals** are 95 % intervals. That of a share (`low`, `high`) is based on what each session adds to it, as calls of one
session are not independent; that of a median on the order of the values. If there is too little data,
they are empty, and so is every verdict that would depend on them. What a metric assumes is in the result's
`assumptions` and can be [changed](formats/assumptions.md).

**By hour of day and day of week**, sums have two more companions: `active_days`, the active days of the group
whatever the hour, and `per_active_day`. If interactions do not have the other dimensions (`change_type`), the
active days are those on which something was counted.
"""


def load(program, command):
    done = subprocess.run([program, command, "--format", "json"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode("utf-8"))["rows"]


def items(text):
    return text.split(", ") if text else []


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def alias(text):
    name, _, by = text.partition(" by ")
    return f"`{name}` (by `{by}`)" if by else f"`{name}`"


def dimensions(metric, common):
    own = items(metric["dimensions"])
    more = [name for name in own if name not in common]
    less = [name for name in common if name not in own]
    text = "the common ones"
    if less:
        text += " without " + code(less)
    if more:
        text += "; also " + code(more)
    return text


def entry(metric, common):
    yield f"### `{metric['metric']}`"
    yield ""
    yield f"{metric['title']}, {metric['unit']}. {metric['definition']}"
    yield ""
    yield f"- Formula: `{metric['formula']}`"
    yield f"- Dimensions: {dimensions(metric, common)}"
    if metric["companions"]:
        yield f"- Beside it: {code(items(metric['companions']))}"
    if metric["beside"]:
        yield f"- Brings with it: {code(items(metric['beside']))}"
    if metric["implies"]:
        yield f"- Always grouped by `{metric['implies']}`"
    if metric["needs"]:
        yield f"- Needs a source that records: {metric['needs'].replace('_', ' ')}"
    if metric["aliases"]:
        yield "- Also known as " + ", ".join(alias(name) for name in items(metric["aliases"]))
    yield "- For: " + ", ".join(PERSONAS[level] for level in metric["levels"].split())
    yield ""


def page(metrics, known):
    common = [d["dimension"] for d in known
              if sum(d["dimension"] in items(m["dimensions"]) for m in metrics) > len(metrics) - 5]
    lines = [HEAD]
    families = list(dict.fromkeys(m["family"] for m in metrics))
    lines += ["## All at a glance", "", "| metric | unit | title |", "| --- | --- | --- |"]
    lines += [f"| [`{m['metric']}`](#{m['metric']}) | {m['unit']} | {m['title']} |" for m in metrics]
    lines += ["", "## Dimensions", ""]
    lines += ["The common ones, which nearly every metric takes, are " + code(common) + ".", ""]
    lines += ["| dimension | title | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{d['dimension']}` | {d['title']} | {d['definition']} |" for d in known]
    lines += [""]
    for family in families:
        lines += [f"## {family[0].upper()}{family[1:]}", ""]
        for metric in metrics:
            if metric["family"] == family:
                lines += entry(metric, common)
    return "\n".join(lines).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--root", default=os.path.join(here, "..", ".."))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("program")
    options = parser.parse_args()
    path = os.path.join(options.root, PAGE)
    made = page(load(options.program, "metrics"), load(options.program, "dimensions"))
    if options.write:
        with open(path, "w", encoding="utf-8") as file:
            file.write(made)
        return 0
    try:
        with open(path, encoding="utf-8") as file:
            found = file.read()
    except FileNotFoundError:
        found = ""
    for line in difflib.unified_diff(found.splitlines(), made.splitlines(), PAGE, "catalogue", lineterm=""):
        print(line)
    if found != made:
        again = shlex.join(["python3", os.path.abspath(__file__), "--write", os.path.abspath(options.program)])
        print(f"{PAGE} differs from the catalogue: {again}")
    return int(found != made)


if __name__ == "__main__":
    sys.exit(main())
