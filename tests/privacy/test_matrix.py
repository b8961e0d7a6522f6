#!/usr/bin/env python3
"""The access policy equals matrix.golden, a list made by hand from the user's table.

Every exported function and topic is called through the shared library with every access on every kind of store, and
every metric is asked along every dimension. What the list denies must answer BP_ERR_DENIED, what it allows anything
else. The table in bp_catalog "access" must say the same. Control: the list with any one letter changed differs from the
library.
"""
from __future__ import annotations

import ctypes
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any, Optional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import e2e  # noqa: E402
from e2e import check, equal  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("personal", "team", "organisation", "release", "lead")
ACCESSES = ("none", "owner", "lead", "manager", "devops", "research", "steward")
CODE = {name: number for number, name in enumerate(ACCESSES)}
P = ctypes.c_void_p
SCOPE = None


class Options(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("access", ctypes.c_uint32),
                ("log_level", ctypes.c_uint32), ("scope", ctypes.c_char_p), ("key_path", ctypes.c_char_p), ("log", P),
                ("log_user", P), ("clock", P), ("clock_user", P)]


def load() -> ctypes.CDLL:
    library = ctypes.CDLL(os.environ["BLUEPLANE_LIBRARY"])
    library.bp_result_format.argtypes = [P, P, P, ctypes.c_char_p, P]
    library.bp_result_free.argtypes = library.bp_free.argtypes = library.bp_query_free.argtypes = [P]
    library.bp_close.argtypes = [P]
    return library


BP = load()


# ------------------------------------------------------------------------------------- the golden

MADE_FOR: dict = {}


def golden() -> tuple:
    """{line: {kind: {access: letter}}}, and the functions that need no access."""
    lines, free = {}, set()
    for line in (HERE / "matrix.golden").read_text(encoding="utf-8").splitlines():
        if line.startswith("free "):
            free |= set(line.split()[1:])
        elif line.startswith("made_for "):
            MADE_FOR[line.split()[1]] = line.split()[2]
        elif line and not line.startswith("#"):
            words = line.split()
            name, columns = " ".join(words[:-len(KINDS)]), words[-len(KINDS):]
            lines[name] = {kind: dict(zip(ACCESSES, letters)) for kind, letters in zip(KINDS, columns)}
            check(all(len(letters) == len(ACCESSES) for letters in columns), "seven letters each", line)
    return lines, free


def opens(kind: str, access: str) -> bool:
    return golden()[0]["bp_narrow"][kind][access] != "x"


# ------------------------------------------------------------------------------------- the stores

def try_open(path: pathlib.Path, access: str, scope: Optional[str] = None) -> tuple:
    store = P()
    options = Options(ctypes.sizeof(Options), 0, CODE[access], 0, scope.encode() if scope else None)
    code = BP.bp_open(ctypes.byref(store), str(path).encode(), ctypes.byref(options), None)
    return code, store


def make(folder: pathlib.Path) -> dict:
    """A store of each kind with something in it."""
    paths = {kind: folder / f"{kind}.db" for kind in KINDS}
    for kind, access, scope in (("personal", "owner", None), ("team", "steward", None),
                                ("organisation", "steward", "organisation")):
        code, store = try_open(paths[kind], access, scope)
        equal(code, 0, "made", kind)
        BP.bp_close(store)
    e2e.ingest(paths["personal"], e2e.fixtures("claude_code", "good-session")[0], "--source", "claude_code")
    for kind in ("release", "lead"):
        subprocess.run([os.environ["BLUEPLANE_RELEASE_DRIVER"], str(paths[kind]), kind], check=True)
    return paths


def scope_of(kind: str, access: str) -> Optional[str]:
    """The scope to open with: a lead opens a release as the lead of a team."""
    return SCOPE if kind == "release" and access == "lead" else None


# -------------------------------------------------------------------------------------- the calls

def with_result(call: Any) -> int:
    result = P()
    code = call(ctypes.byref(result))
    BP.bp_result_free(result)
    return code


def query(store: P, **asked: Any) -> int:
    text = json.dumps(asked).encode()
    made, result = P(), P()
    code = BP.bp_query_from_json(ctypes.byref(made), text, ctypes.c_size_t(len(text)), None)
    equal(code, 0, "queries are well formed", asked)
    code = BP.bp_query_run(ctypes.byref(result), store, made, None)
    BP.bp_query_free(made)
    BP.bp_result_free(result)
    return code


def share_export(store: P) -> int:
    out, length = P(), ctypes.c_size_t()
    code = BP.bp_share_export(ctypes.byref(out), ctypes.byref(length), store, b"team", b"2026-W07", None)
    BP.bp_free(out)
    return code


SIZE = ctypes.c_size_t
CALLS = {
    "bp_ingest_bytes": lambda s: BP.bp_ingest_bytes(s, b"native", b"o", b"{}\n", SIZE(3), None, None, None),
    "bp_ingest_file": lambda s: BP.bp_ingest_file(s, b"native", b"/nonexistent", None, None, None),
    "bp_ingest_scan": lambda s: BP.bp_ingest_scan(s, b"native", b"/nonexistent", None, None, None),
    "bp_ingest_pending": lambda s: with_result(lambda r: BP.bp_ingest_pending(r, s, b"native", b"/nonexistent", None)),
    "bp_query_run": lambda s: query(s, metrics=["interactions"], period="all"),
    "bp_privacy_preview": lambda s: with_result(lambda r: BP.bp_privacy_preview(r, s, b"native", b"{}", SIZE(2), None)),
    "bp_consent_set": lambda s: BP.bp_consent_set(s, b"nonesuch", b"lead", 1, ctypes.c_int64(1), None),
    "bp_erase": lambda s: with_result(lambda r: BP.bp_erase(r, s, b"{}", SIZE(2), None)),
    "bp_share_export": share_export,
    "bp_share_merge": lambda s: with_result(lambda r: BP.bp_share_merge(r, s, b"no bundle", SIZE(9), None)),
    "bp_publish": lambda s: with_result(lambda r: BP.bp_publish(r, s, b"2026-W07", b"/nonexistent/x", None)),
    "bp_publish_lead": lambda s: with_result(
        lambda r: BP.bp_publish_lead(r, s, b"2026-W07", b"core", b"/nonexistent/x", None)),
    "bp_narrow": lambda s: BP.bp_narrow(s, ctypes.c_uint32(99), None, None),
}


def call(name: str, store: P) -> int:
    function, _, topic = name.partition(":")
    if function == "bp_inspect":
        return with_result(lambda r: BP.bp_inspect(r, store, topic.encode(), None))
    if function == "bp_configure":
        return BP.bp_configure(store, topic.encode(), b"nonsense", SIZE(8), None)
    return CALLS[name](store)


def exported() -> set:
    text = (e2e.ROOT / "libblueplane" / "blueplane.map").read_text(encoding="utf-8")
    return set(re.findall(r"^\s+(bp_\w+);", text, re.M))


# ------------------------------------------------------------------------------------------ tests

def differences(lines: dict, paths: dict, functions: set) -> list:
    found = []
    for kind in KINDS:
        for access in ACCESSES:
            scope = scope_of(kind, access)
            code, store = try_open(paths[kind], access, scope)
            for name in functions:
                want = lines[name][kind][access]
                if code != 0:
                    got = "x"
                else:
                    e2e.counts["calls"] += 1
                    got = "-" if call(name, store) == e2e.DENIED else "y"
                if got != want:
                    found.append(f"{kind} {access} {name}: is {got}, must be {want}")
            if code == 0:
                BP.bp_close(store)
    return found


def functions_of(lines: dict) -> set:
    return {name for name in lines if name.startswith("bp_") and hasattr(BP, name.partition(":")[0])}


def test_every_symbol_is_listed(folder: pathlib.Path) -> None:
    """Every exported function and every topic is in the list."""
    lines, free = golden()
    listed = {name.partition(":")[0] for name in lines if name.startswith("bp_")} | free
    here = exported()
    equal(sorted(here - listed), [], "every exported function is in the list")
    e2e.counts["functions"] += len(here)
    topics = {f"{row['call']}:{row['topic']}" for row in json.loads(e2e.bpt("catalog", "topics").stdout)["rows"]
              if row["call"] != "bp_catalog"}
    equal(sorted(topics - set(lines)), [], "every topic is in the list")


def test_every_call(folder: pathlib.Path) -> None:
    """Every call is allowed or denied as in the list."""
    lines, _ = golden()
    paths = make(folder)
    found = differences(lines, paths, functions_of(lines))
    check(not found, "what is allowed and denied is as the list says", len(found), "\n".join(found))


def test_control_of_calls(folder: pathlib.Path) -> None:
    """Control: a list that allows or denies one thing more is noticed, for each letter of five lines."""
    lines, _ = golden()
    paths = make(folder)
    for name in ("bp_query_run", "bp_inspect:sessions", "bp_inspect:health", "bp_erase", "bp_consent_set"):
        for kind in KINDS:
            for access in ACCESSES:
                letter = lines[name][kind][access]
                lines[name][kind][access] = "-" if letter == "y" else "y"
                check(len(differences(lines, paths, {name})) == 1, "a changed letter is found", kind, access, name)
                lines[name][kind][access] = letter


def test_zeroed_options(folder: pathlib.Path) -> None:
    """Zeroed and missing options are denied everything."""
    lines, _ = golden()
    for path in make(folder).values():
        store = P()
        options = Options(ctypes.sizeof(Options))
        equal(BP.bp_open(ctypes.byref(store), str(path).encode(), ctypes.byref(options), None), 0, "opens")
        for name in functions_of(lines):
            equal(call(name, store), e2e.DENIED, "zeroed options are denied", name)
        BP.bp_close(store)
        equal(BP.bp_open(ctypes.byref(store), str(path).encode(), None, None), 0, "opens without options")
        for name in functions_of(lines):
            equal(call(name, store), e2e.DENIED, "no options are denied", name)
        BP.bp_close(store)


def test_every_question(folder: pathlib.Path) -> None:
    """Every metric by every dimension for every access and kind: allowed only where function, family and dimension
    are."""
    lines, _ = golden()
    paths = make(folder)
    metrics = [(r["metric"], r["family"], r.get("implies"), r["levels"]) for r in json.loads(e2e.bpt("catalog", "metrics").stdout)["rows"]]
    dimensions = [r["dimension"] for r in json.loads(e2e.bpt("catalog", "dimensions").stdout)["rows"]]
    dimensions += [name for name in ("project", "team", "member") if name not in dimensions]  # which only releases have
    unlisted = dict.fromkeys(ACCESSES, "-")
    for kind in KINDS:
        for access in ACCESSES:
            code, store = try_open(paths[kind], access, scope_of(kind, access))
            if code != 0:
                continue
            ask = lines["bp_query_run"][kind][access] == "y"
            own = lines["ranges any"][kind][access] == "y"
            for metric, family, implied, levels in metrics:
                may = ask and lines[f"family {family}"][kind][access] == "y"
                if not own:
                    may = may and MADE_FOR.get(access, "?") in levels
                if implied and not own:  # another dimension always implies it
                    may = may and lines.get(f"dimension {implied}", {}).get(kind, unlisted)[access] == "y"
                got = query(store, metrics=[metric], period="all") != e2e.DENIED
                equal(got, may, "a metric is open or closed", kind, access, metric)
                if metric not in ("interactions", "cost", "tool_calls") and not e2e.LONG:
                    continue
                for dimension in dimensions:
                    line = lines.get(f"dimension {dimension}", {}).get(kind, unlisted)
                    open_dimension = own or line[access] == "y"
                    got = query(store, metrics=[metric], period="all", by=[dimension]) != e2e.DENIED
                    equal(got, may and open_dimension, "a dimension is open or closed", kind, access, metric, dimension)
            if ask:
                filtered = query(store, metrics=["interactions"], period="all",
                                 where=[{"dimension": "platform", "op": "=", "value": "codex"}])
                equal(filtered != e2e.DENIED, own, "filters only over one's own data", kind, access)
                two = query(store, metrics=["interactions"], period="all", by=["platform", "language"])
                equal(two != e2e.DENIED, own, "one published dimension at a time", kind, access)
            BP.bp_close(store)


def test_catalogue_says_the_same(folder: pathlib.Path) -> None:
    """bp_catalog "access" shows the same table."""
    lines, _ = golden()
    shown = {(r["store"], r["access"]): r for r in json.loads(e2e.bpt("catalog", "access").stdout)["rows"]}
    for kind in KINDS:
        for access in ACCESSES:
            row = shown.get((kind, access))
            equal(row is not None, opens(kind, access), "opens", kind, access)
            if row is None:
                continue
            said = {key: (row[key] or "").split() for key in ("functions", "families", "dimensions", "ranges")}
            for name in lines:
                key, _, word = name.rpartition(" ")
                column = {"": "functions", "family": "families", "dimension": "dimensions", "ranges": "ranges"}[key]
                may = word in said[column] or said[column] == ["*"] or (key == "ranges" and said[column] == ["any"])
                equal(may, lines[name][kind][access] == "y", "the catalogue says the same", kind, access, name)


def test_operators_see_no_activity(folder: pathlib.Path) -> None:
    """What an operator sees does not depend on what the person did, except for sizes of files."""
    path = make(folder)["personal"]
    for topic, hidden in (("health", ("prompts", "responses", "tool_calls", "decisions", "spans", "events", "changes",
                                      "sessions", "rollup_cells", "undated", "shadowed")),):
        answer = json.loads(e2e.bpt("inspect", path, topic, "--access", "devops").stdout)
        values = {row["name"]: row["value"] for row in answer["rows"]}
        equal([name for name in hidden if values.get(name) is not None], [], "withheld", topic)
        check(values["storage_bytes"] > 0 and values["schema"] > 0, "figures of the system are there")
    answer = json.loads(e2e.bpt("inspect", path, "sources", "--access", "devops").stdout)
    check(all(row["sessions"] is None for row in answer["rows"]), "sessions are withheld")
    owner = json.loads(e2e.bpt("inspect", path, "sources").stdout)
    check(any(row["sessions"] for row in owner["rows"]), "control: the owner sees them")


if __name__ == "__main__":
    e2e.main()
