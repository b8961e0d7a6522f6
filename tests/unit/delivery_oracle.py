#!/usr/bin/env python3
"""Checks the text formats of random tables with Python's own readers of JSON and CSV.

    python3 tests/unit/delivery_oracle.py DRIVER [--tables N] [--seed N]

DRIVER is the program built from delivery_driver.c. The tables are generated here, so the expected content is known
without the library: json, ndjson and csv must give back every cell and its state, and nothing else; the formats for
people must keep their shape whatever the cells hold. json is also checked against docs/formats/result.schema.json if
the module jsonschema is installed. The examples in docs/formats/result.md are one table, and must be what the library
writes for it.
"""

import argparse
import csv
import datetime
import io
import json
import os
import random
import re
import shlex
import struct
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree

BOOL, INT, REAL, TEXT, TIME = range(1, 6)
TYPES = {BOOL: "bool", INT: "int", REAL: "real", TEXT: "text", TIME: "time"}
VALUE, EMPTY, WITHHELD, UNCOVERED, LOWER_BOUND = 0, 1, 2, 3, 256
WORDS = {VALUE: "value", EMPTY: "empty", WITHHELD: "withheld", UNCOVERED: "uncovered", LOWER_BOUND: "lower_bound"}
UNITS = [None, "nUSD", "us", "ratio", "tokens", "lines"]
SVG = "{http://www.w3.org/2000/svg}"
ROLES = ["dimension", "metric", "companion", "baseline", "difference", "relative"]
ALPHABET = list("ab Z09,;\"'|\\`*_[]<>&~\r\n\t\x00\x1b\x7f") + ["\x85", "\u202e", "\u2028", "é", "日", "€", "e\u0301", "\U0001F600"]
HTML_TAGS = {"page", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "b", "figure", "figcaption", "span",
             "details", "summary"} | {SVG + tag for tag in ("svg", "title", "desc", "rect", "line", "text", "polygon",
                                                            "polyline", "circle")}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FORMATS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "formats")


def instant(us):
    text = (EPOCH + datetime.timedelta(microseconds=us)).strftime("%Y-%m-%dT%H:%M:%S")
    micro = us % 1000000
    if micro == 0:
        return text + "Z"
    return text + (f".{micro // 1000:03}Z" if micro % 1000 == 0 else f".{micro:06}Z")


class Table:
    def __init__(self, rng):
        self.names, self.types, self.column_meta = [], [], []
        self.meta = {key: label(rng) for key in rng.sample(["from", "until", "notes", "coverage"], rng.randint(0, 4))}
        for i in range(rng.randint(1, 7)):
            self.names.append(rng.choice(["cost", "time.day", "n", "späße", "a,b", 'q"q']) + str(i))
            self.types.append(rng.randint(BOOL, TIME))
            meta = {"unit": rng.choice(UNITS), "role": rng.choice(ROLES), "estimate": rng.choice([None, "true"]),
                    "title": rng.choice([None, label(rng)])}
            self.column_meta.append({key: value for key, value in meta.items() if value is not None})
        self.rows = [[cell(rng, kind) for kind in self.types] for _ in range(rng.choice([0, 1, 2, 5, 40]))]

    def commands(self, formats):
        for kind, name in zip(self.types, self.names):
            yield f"c {kind} {name}"
        for key, value in self.meta.items():
            yield f"m {key} {hexed(value)}"
        for i, meta in enumerate(self.column_meta):
            for key, value in meta.items():
                yield f"k {i} {key} {hexed(value)}"
        for row in self.rows:
            yield "r"
            for i, (kind, (state, value)) in enumerate(zip(self.types, row)):
                if kind == TEXT:
                    yield f"t {i} {hexed(value)}"
                elif kind == REAL:
                    yield f"d {i} {struct.pack('>d', value).hex()}"
                else:
                    yield f"i {i} {int(value)}"
                yield f"s {i} {state}"  # a state without a value removes the value again
        for name in formats:
            yield f"f {name}"
        yield "e"

    def json_rows(self):
        for row in self.rows:
            yield {name: json_value(kind, *given) for name, kind, given in zip(self.names, self.types, row)}

    def states(self, row):
        return {name: WORDS[state] for name, (state, _) in zip(self.names, row) if state not in (VALUE, EMPTY)}


def text(rng, longest):
    return "".join(rng.choice(ALPHABET) for _ in range(rng.randint(0, longest)))


def label(rng):
    return text(rng, 12).replace("\0", "")  # metadata ends at a NUL


def hexed(value):
    return value.encode("utf-8").hex() or "-"


def real(rng):
    if rng.random() < 0.5:
        return rng.choice([0.0, 1.0, 0.1, 1 / 3, 2.5e-7, 1e22, 1e23, 123456.789, -0.5, 5e-324, 1.7976931348623157e308])
    while True:
        value = struct.unpack(">d", rng.getrandbits(64).to_bytes(8, "big"))[0]
        if value == value and abs(value) != float("inf"):
            return value


def cell(rng, kind):
    state = rng.choice([VALUE] * 6 + [EMPTY, WITHHELD, UNCOVERED, LOWER_BOUND])
    if kind == BOOL:
        return state, rng.random() < 0.5
    if kind == INT:
        return state, rng.choice([0, 1, -1, 999, 1000, 2**53 + 1, 2**63 - 1, -(2**63), rng.randint(-10**12, 10**12)])
    if kind == REAL:
        return state, real(rng)
    if kind == TIME:
        step = rng.choice([1, 1000, 10**6, 86400 * 10**6])
        return state, rng.randint(0, 4 * 10**15) // step * step
    return state, text(rng, 30)


def json_value(kind, state, value):
    if state not in (VALUE, LOWER_BOUND):
        return None
    return instant(value) if kind == TIME else value


def csv_value(kind, state, value):
    if state not in (VALUE, LOWER_BOUND):
        return ""
    if kind == BOOL:
        return "true" if value else "false"
    return instant(value) if kind == TIME else value


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)


def same(given, expected):
    """Equal and of the same type: 1, 1.0 and true differ, except that a real may be whole."""
    assert given.keys() == expected.keys() and list(given) == list(expected)
    for key, value in expected.items():
        if isinstance(value, float):
            assert isinstance(given[key], (int, float)) and float(given[key]) == value, (given[key], value)
        else:
            assert type(given[key]) is type(value) and given[key] == value, (given[key], value)


def check_json(table, out):
    document = json.loads(out, object_pairs_hook=no_duplicates)
    assert list(document) == ["schema", "meta", "columns", "rows", "states"]
    assert document["schema"] == "blueplane.result/1"
    assert document["meta"] == table.meta
    columns = [{"name": name, "type": TYPES[kind], **meta}
               for name, kind, meta in zip(table.names, table.types, table.column_meta)]
    assert document["columns"] == columns
    assert len(document["rows"]) == len(table.rows)
    for given, expected in zip(document["rows"], table.json_rows()):
        same(given, expected)
    assert document["states"] == [{"row": i, "column": name, "state": state}
                                  for i, row in enumerate(table.rows) for name, state in table.states(row).items()]
    lines = out.split("\n")
    start = lines.index('"rows":[') + 1 if table.rows else None
    for i, expected in enumerate(table.json_rows()):  # one line per row
        same(json.loads(lines[start + i].rstrip(",")), expected)
    return document


def check_ndjson(table, out):
    lines = out.split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(table.rows)
    for line, expected, row in zip(lines, table.json_rows(), table.rows):
        if table.states(row):
            expected["_states"] = table.states(row)
        same(json.loads(line, object_pairs_hook=no_duplicates), expected)


def check_csv(table, out):
    header, expected = [], [[] for _ in table.rows]
    for i, (name, kind) in enumerate(zip(table.names, table.types)):
        states = {row[i][0] for row in table.rows}
        stated = bool(states & {WITHHELD, UNCOVERED, LOWER_BOUND}) or (len(table.names) == 1 and EMPTY in states)
        header += [name, name + ".state"] if stated else [name]
        for cells, row in zip(expected, table.rows):
            cells.append((kind, csv_value(kind, *row[i])))
            if stated:
                cells.append((TEXT, WORDS[row[i][0]]))
    assert out.endswith("\r\n")
    given = list(csv.reader(io.StringIO(out, newline=""), strict=True))
    assert given.pop(0) == header
    assert len(given) == len(expected), (given, expected)
    for got, cells in zip(given, expected):
        assert len(got) == len(cells)
        for field, (kind, value) in zip(got, cells):
            if kind == REAL and value != "":
                assert float(field) == value, (field, value)
            else:
                assert field == str(value), (field, value)


def check_markdown(table, out):
    lines = out.split("\n")
    for line in lines[:len(table.rows) + 2]:
        inner = re.sub(r"\\.", "", line)  # escaped characters are text
        assert inner.count("|") == len(table.names) + 1, line
        assert not re.search(r"[`<>\[\]]", inner), line
    assert re.fullmatch(r"\|( ---:? \|)+", lines[1])


def markdown_cells(line):
    """The cells of a line of markdown as plain text; in italics are words of the library."""
    cells = re.findall(r" ((?:\\.|[^\\|])*) \|", line)
    return [cell[1:-1] if cell in ("*withheld*", "*not recorded*") else re.sub(r"\\(.)", r"\1", cell)
            for cell in cells]


def check_html(table, out, markdown):
    """The page is well-formed and has the same cells as markdown."""
    root = xml.etree.ElementTree.fromstring(f"<page>{out}</page>")
    assert {element.tag for element in root.iter()} <= HTML_TAGS
    [body] = root.iter("tbody")
    rows = ["".join(cell.itertext()) for row in body for cell in row]
    if len(table.rows) == 1 and not any(meta.get("role") == "dimension" for meta in table.column_meta):
        rows = rows[1::2]  # each row after its heading
    lines = markdown.split("\n")[2:2 + len(table.rows)]
    assert rows == [cell for line in lines for cell in markdown_cells(line)], (rows, lines)
    assert len(list(root.iter(SVG + "svg"))) <= 1


def width(line):
    """The widths of the characters in the alphabet of these tests; no others occur."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def check_table(table, out, room):
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", out)
    lines = out.split("\n")
    rule = lines[1]
    assert set(rule) <= {"─", " "}
    first_is_text = table.types[0] == TEXT
    columns = rule.split("  ")
    for line in lines[:len(table.rows) + 2]:
        assert width(line) <= width(rule), (line, rule)
        at = 0  # there is nothing between two columns
        padded = "".join(c if width(c) == 1 else c + "\x00" if width(c) == 2 else "" for c in line).ljust(len(rule))
        for column in columns[:-1]:
            at += len(column)
            assert padded[at:at + 2] == "  ", (line, rule)
            at += 2
    if room:
        assert width(rule) <= room or (len(columns) == 1 and not first_is_text)
        dropped = len(table.names) - len(columns)
        assert ("not shown" in re.sub(r"\s+", " ", out)) == (dropped > 0)


def documented():
    """The table of docs/formats/result.md and its examples, by format."""
    with open(os.path.join(FORMATS, "result.md"), encoding="utf-8") as file:
        sections = dict(re.findall(r"^## (\S+)[^\n]*\n(.*?)(?=^## |\Z)", file.read(), re.MULTILINE | re.DOTALL))
    examples = {name: re.findall(r"^```(?:json)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
                for name, text in sections.items()}
    examples = {"json": examples["json"][0], "ndjson": examples["ndjson"][0],
                "csv": examples["csv"][0].replace("\n", "\r\n"), "table": examples["table,"][0]}
    table = Table(random.Random(0))
    table.names, table.types = ["time.day", "cost", "reasoning_tokens"], [TEXT, INT, INT]
    table.meta = {"from": "2025-09-01T00:00:00Z", "until": "2025-09-03T00:00:00Z", "zone": "UTC"}
    table.column_meta = [{"role": "dimension"}, {"role": "metric", "unit": "nUSD", "title": "Cost"},
                         {"role": "metric", "unit": "tokens"}]
    table.rows = [[(VALUE, "2025-09-01"), (VALUE, 1234560000000), (LOWER_BOUND, 5120)],
                  [(VALUE, "2025-09-02"), (VALUE, 1200000), (UNCOVERED, 0)]]
    return table, examples


def validator():
    try:
        import jsonschema
    except ImportError:
        print("jsonschema is not installed: the schema is not checked", file=sys.stderr)
        return None
    with open(os.path.join(FORMATS, "result.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    bad = {"schema": "blueplane.result/2", "meta": {}, "columns": [], "rows": [], "states": []}
    assert not checker.is_valid(bad), "the schema accepts anything"
    return checker


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--tables", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    checker, rng = validator(), random.Random(options.seed)
    jobs = []
    for _ in range(options.tables):
        room = rng.choice([0, 1, 2, 20, 40, 80])
        formats = ["json", "ndjson", "csv", "markdown", f"table:width={room}" if room else "table",
                   rng.choice(["html", "html:chart=bars", "html:chart=line,fold", "html:chart=share"])]
        jobs.append((Table(rng), formats, room))
    table, examples = documented()
    jobs.append((table, list(examples), 0))
    commands = "".join(line + "\n" for table, formats, _ in jobs for line in table.commands(formats))
    wrapper = shlex.split(os.environ.get("MESON_EXE_WRAPPER", ""))  # runs programs of another system
    run = subprocess.run([*wrapper, options.driver], input=commands.encode(), stdout=subprocess.PIPE, check=True)
    out = io.BytesIO(run.stdout)
    for number, (table, formats, room) in enumerate(jobs):
        texts = [out.read(int(out.readline())).decode("utf-8") for _ in formats]
        if table is jobs[-1][0]:
            for name, text in zip(formats, texts):
                assert text == examples[name], f"docs/formats/result.md has another {name} than\n{text}"
            continue
        try:
            document = check_json(table, texts[0])
            if checker:
                checker.validate(document)
            check_ndjson(table, texts[1])
            check_csv(table, texts[2])
            check_markdown(table, texts[3])
            check_table(table, texts[4], room)
            check_html(table, texts[5], texts[3])
        except Exception:
            print(f"table {number} of seed {options.seed}:", *map(repr, texts), sep="\n", file=sys.stderr)
            raise
    assert out.read() == b""
    print(f"{len(jobs)} tables")


if __name__ == "__main__":
    main()
