#!/usr/bin/env python3
"""The present header keeps every promise of a frozen one: frozen.py FROZEN_FOLDER PRESENT_FOLDER, and frozen.py
--selftest.

Every function has the same declaration, every constant and macro the same value, every struct begins with the same
members, every callback has the same signature. Additions are listed and allowed.
"""
from __future__ import annotations

import pathlib
import re
import sys

HEADERS = ("blueplane.h", "arrow.h")


def plain(text: str) -> str:
    """The header without comments and line continuations; any white space is one blank."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S).replace("\\\n", " ")
    return re.sub(r"[ \t]+", " ", text)


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def promises(text: str) -> dict:
    """Name and content of each promise; that of a struct is its members in order."""
    text = plain(text)
    found = {}
    for declaration in re.findall(r"\bBP_API\s+([^;{}]+);", text):
        found["function " + re.search(r"\b(bp_\w+)\s*\(", declaration)[1]] = one_line(declaration)
    for name, members in re.findall(r"\bstruct\s+(\w+)\s*\{([^}]*)\}", text):
        found["struct " + name] = [one_line(m) for m in members.split(";") if m.strip()]
    for body in re.findall(r"\benum\s*\{([^}]*)\}", text):
        for name, value in re.findall(r"(\w+)\s*=\s*([^,]+)", body):
            found["constant " + name] = one_line(value)
    for name, value in re.findall(r"^#define (BP_\w+_INIT|ARROW_FLAG_\w+) (.*)$", text, re.M):
        found["macro " + name] = one_line(value)
    for declaration in re.findall(r"\btypedef\s+([^;{}]*\(\*\w+\)[^;]*);", text):
        found["callback " + re.search(r"\(\*(\w+)\)", declaration)[1]] = one_line(declaration)
    return found


def differences(frozen: dict, present: dict) -> list:
    problems = []
    for name, said in frozen.items():
        now = present.get(name)
        if now is None:
            problems.append(f"{name}: is gone")
        elif isinstance(said, list) and now[:len(said)] != said:
            problems.append(f"{name}: begins differently: {now[:len(said)]}, not {said}")
        elif not isinstance(said, list) and now != said and not name.startswith("macro BP_"):
            problems.append(f"{name}: {now}, not {said}")
    return problems


def selftest() -> int:
    old = promises("enum { BP_A = 1, BP_B = -2 };\ntypedef struct bp_s { uint32_t x; int y; } bp_s;\n"
                   "BP_API int bp_f(int a, /* why */ int b);\ntypedef int (*bp_fn)(void *user);\n")
    assert len(old) == 5, old
    for changed in ("enum { BP_A = 1, BP_B = -3 };", "typedef struct bp_s { int y; uint32_t x; } bp_s;",
                    "BP_API int bp_f(int a, long b);", "typedef int (*bp_fn)(int user);"):
        kind = promises(changed)
        assert differences({k: old[k] for k in kind if k in old}, kind), changed
    assert differences(old, {}) and len(differences(old, {})) == 5
    grown = promises("typedef struct bp_s { uint32_t x; int y; int z; } bp_s;\n")
    assert not differences({"struct bp_s": old["struct bp_s"]}, grown)
    return 0


def main() -> int:
    if sys.argv[1:] == ["--selftest"]:
        return selftest()
    folders = [pathlib.Path(folder) for folder in sys.argv[1:]]
    frozen, present = ({k: v for h in HEADERS for k, v in promises((f / h).read_text("utf-8")).items()} for f in folders)
    problems = differences(frozen, present)
    for problem in problems:
        print(problem)
    for name in present.keys() - frozen.keys():
        print(f"added: {name}")
    print(f"{len(frozen)} promises, {len(problems)} broken")
    return 1 if problems or len(frozen) < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
