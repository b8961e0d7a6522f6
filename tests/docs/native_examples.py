#!/usr/bin/env python3
"""Compares the page on native events, its JSON Schema and its corpus with each other.

    python3 tests/docs/native_examples.py [--root DIR]

Every example in the page and every line of a good-* file satisfies the schema, every bad-* file does not. The
vocabularies of the page and of the schema are those of base/vocabulary.h. Each file of the corpus is described in its
README. The validator supports the keywords that the schema uses and refuses any other.
"""

import argparse
import json
import os
import re
import sys

PAGE = "docs/formats/native-events.md"
SCHEMA = "docs/formats/native-events.schema.json"
CORPUS = "tests/corpus/native"
VOCABULARY = "libblueplane/base/vocabulary.h"
DEPTH = 64
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
# Name of a vocabulary in the schema: its list in vocabulary.h.
LISTS = {
    "category": "CATEGORIES", "change_type": "CHANGE_TYPES", "decision": "DECISION_KINDS", "detail": "EVENT_DETAILS",
    "event": "EVENTS", "failure": "ERROR_CLASSES", "geo": "GEOS", "language": "LANGUAGES", "mode": "MODES",
    "outcome": "OUTCOMES", "program": "PROGRAMS", "speed": "SPEEDS", "stop": "STOPS", "tier": "TIERS",
}


class Refused(Exception):
    pass


def refuse_twice(pairs):
    keys = [key for key, _ in pairs]
    if len(set(keys)) < len(keys):
        raise Refused("a member occurs twice")
    return dict(pairs)


def refuse_constant(text):
    raise Refused(text + " is no JSON")


def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def values(data):
    """All JSON values in some bytes, parsed strictly."""
    decoder = json.JSONDecoder(object_pairs_hook=refuse_twice, parse_constant=refuse_constant)
    try:
        text, at = data.decode("utf-8"), 0
        while text[at:].strip(" \t\r\n"):
            at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n"))
            value, at = decoder.raw_decode(text, at)
            if depth(value) > DEPTH:
                raise Refused("nested too deep")
            yield value
    except ValueError as error:
        raise Refused(str(error)) from None


def is_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


class Validator:
    def __init__(self, schema):
        self.root = schema
        self.checks = {name[6:]: getattr(self, name) for name in dir(self) if name.startswith("check_")}

    def satisfies(self, value, schema):
        for keyword, operand in schema.items():
            keyword = keyword.replace("$", "")
            if keyword in ("schema", "title", "description", "examples", "defs"):
                continue
            if not self.checks[keyword](value, operand):
                return False
        return True

    def check_ref(self, value, path):
        assert path.startswith("#/")
        schema = self.root
        for part in path[2:].split("/"):
            schema = schema[part]
        return self.satisfies(value, schema)

    def check_type(self, value, names):
        return any(is_type(value, name) for name in ([names] if isinstance(names, str) else names))

    def check_const(self, value, constant):
        return type(value) is type(constant) and value == constant

    def check_enum(self, value, constants):
        return any(self.check_const(value, constant) for constant in constants)

    def check_required(self, value, names):
        return not isinstance(value, dict) or all(name in value for name in names)

    def check_properties(self, value, schemas):
        return not isinstance(value, dict) or all(
            self.satisfies(value[name], schema) for name, schema in schemas.items() if name in value)

    def check_items(self, value, schema):
        return not isinstance(value, list) or all(self.satisfies(item, schema) for item in value)

    def check_oneOf(self, value, schemas):
        return sum(self.satisfies(value, schema) for schema in schemas) == 1

    def check_anyOf(self, value, schemas):
        return any(self.satisfies(value, schema) for schema in schemas)

    def check_minimum(self, value, limit):
        return not is_type(value, "integer") or value >= limit

    def check_maximum(self, value, limit):
        return not is_type(value, "integer") or value <= limit

    def check_minLength(self, value, limit):
        return not isinstance(value, str) or len(value) >= limit

    def check_maxLength(self, value, limit):
        return not isinstance(value, str) or len(value.encode()) <= limit

    def check_pattern(self, value, pattern):
        return not isinstance(value, str) or re.search(pattern.replace("$", r"\Z"), value) is not None


def examples(page):
    for block in re.findall(r"^```jsonl\n(.*?)^```$", page, re.M | re.S):
        yield from block.splitlines()


def words_of_header(text):
    joined = text.replace("\\\n", "")
    for name, macro in LISTS.items():
        line = re.search(r"#define BPI_%s\(X\)(.*)" % macro, joined)
        yield name, re.findall(r'X\(\w+, *\d+, *"([^"]+)"\)', line[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    root = parser.parse_args().root

    def read(path):
        with open(os.path.join(root, path), "rb") as file:
            return file.read()

    problems = []
    page = read(PAGE).decode()
    schema = json.loads(read(SCHEMA))
    validator = Validator(schema)

    def judge(data):
        """None if there are values and each satisfies the schema, else the reason."""
        try:
            found = list(values(data))
        except Refused as error:
            return str(error)
        if not found:
            return "no event"
        return None if all(validator.satisfies(value, schema) for value in found) else "breaks the schema"

    lines = list(examples(page))
    for line in lines:
        why = judge(line.encode())
        if why:
            problems.append(f"{PAGE}: {why}: {line}")
    told = {json.loads(line)["kind"] for line in lines}
    for kind in set(schema["properties"]["kind"]["enum"]) - told:
        problems.append(f"{PAGE}: no example of {kind}")

    readme = read(CORPUS + "/README.md").decode()
    files = sorted(name for name in os.listdir(os.path.join(root, CORPUS)) if name.endswith(".jsonl"))
    for name in files:
        why = judge(read(f"{CORPUS}/{name}"))
        if name.startswith("good-") and why:
            problems.append(f"{CORPUS}/{name}: {why}")
        if name.startswith("bad-") and not why:
            problems.append(f"{CORPUS}/{name}: nothing wrong with it")
        if f"| {name} |" not in readme:
            problems.append(f"{CORPUS}/README.md: {name} is not described")
    for name in re.findall(r"^\| (\S+\.jsonl) \|", readme, re.M):
        if name not in files:
            problems.append(f"{CORPUS}/README.md: there is no {name}")

    for name, words in words_of_header(read(VOCABULARY).decode()):
        if schema["$defs"]["word_" + name]["examples"] != words:
            problems.append(f"{SCHEMA}: the words of {name} are not those of {VOCABULARY}")
        row = re.search(r"^\| %s \| (`.*) \|$" % name.replace("_", " "), page, re.M)
        if not row or re.findall(r"`([^`]+)`", row[1]) != words:
            problems.append(f"{PAGE}: the words of {name} are not those of {VOCABULARY}")

    members = {member for kind in schema["properties"]["kind"]["enum"] for member in schema["$defs"][kind]["properties"]}
    for member in sorted(members | set(schema["properties"])):
        if f"`{member}`" not in page:
            problems.append(f"{PAGE}: {member} is not explained")

    for problem in problems:
        print(problem)
    print(f"{len(lines)} examples, {len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
