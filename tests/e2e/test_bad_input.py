#!/usr/bin/env python3
"""Wrong input, files, stores and questions: each gives the documented error or count, nothing is lost, nothing crashes.

Expected codes are those of docs/errors.md; that a bad record costs only itself is the rule of docs/sources.md. Where it
depends on the bytes how many records are refused, the JSON reader of tests/oracle/claude_code.py decides.
"""
from __future__ import annotations

import json
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from typing import Any, Callable, Iterable, Optional

import dump
import e2e
from e2e import Skip, bpt, check, equal, error_of, verify
from test_order import QUERIES, new_store
from test_growth import put, whole

sys.path.insert(0, str(e2e.ROOT / "tests" / "oracle"))
import claude_code  # noqa: E402

MIB = 1 << 20
NOBODY = 65534


def reasons(store: pathlib.Path) -> list:
    rows = json.loads(bpt("inspect", store, "rejects").stdout)["rows"]
    return sorted((row["reason"], row["line"], row["byte"]) for row in rows)


def line(number: int, **more: Any) -> dict:
    """A line of a transcript with one response; its input tokens are its number."""
    return {"type": "assistant", "uuid": f"line-{number}", "sessionId": "session", "version": "2.1.60",
            "timestamp": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}.000Z",
            "message": {"id": f"msg_{number}", "model": "model-x", "role": "assistant", "content": [],
                        "stop_reason": "end_turn", "usage": {"input_tokens": number, "output_tokens": 1}}, **more}


def packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def responses(store: pathlib.Path) -> list:
    """The input tokens of all responses, which say which lines were read."""
    db = dump.connect(store)
    found = sorted(n for n, in db.execute("SELECT input FROM response"))
    db.close()
    return found


def ingested(folder: pathlib.Path, name: str, data: bytes, **more: Any) -> tuple:
    """A store that ingested one file with these bytes, and the report."""
    path = folder / name / "a.jsonl"
    put(path, data)
    store = new_store(folder, name)
    report = e2e.ingest(store, path, "--source", more.pop("source", "claude_code"), **more)
    verify(store)
    return store, report


# ------------------------------------------------------------------------------------------ lines

def cuts_of(text: bytes) -> range:
    return range(1, len(text), 1 if len(text) < 2500 or e2e.LONG else len(text) // 1500)


def single(text: bytes) -> bool:
    """Whether the line is one object and nothing else, so that no prefix of it contains a complete one."""
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def values_refused(text: bytes) -> int:
    return claude_code.read_line(text.decode("utf-8", "surrogateescape"), False, lambda value: None) is not None


def test_cut_lines(folder: pathlib.Path) -> None:
    """Every line of every good fixture, cut at every byte and ended there: refused once, and nothing of it is
    stored."""
    for source in e2e.SOURCES:
        good, broken = folder / source / "good", folder / source / "broken"
        want = 0
        for path in e2e.of_lines(source):
            pieces = []
            for text in filter(single, path.read_bytes().splitlines()):
                pieces += [text[:cut] for cut in cuts_of(text)]
            want += sum(map(values_refused, pieces))
            put(good / e2e.named(source, path.name), path.read_bytes())
            put(broken / e2e.named(source, f"cut-{path.name}"), b"\n".join(pieces) + b"\n")
            e2e.counts["cuts"] += len(pieces)
        if not good.exists():
            continue
        store, clean = new_store(folder, f"{source}-cut"), new_store(folder, f"{source}-clean")
        e2e.ingest(clean, good, "--source", source)
        report = e2e.ingest(store, broken, "--source", source)
        equal(report["records_rejected"], want, "cut lines refused", source)
        e2e.ingest(store, good, "--source", source)
        verify(store)
        found = dump.differences(clean, store)
        check(not found, "nothing stored of cut lines, nothing lost beside them", source, "\n".join(found))


def test_lines_that_wait(folder: pathlib.Path) -> None:
    """The same prefixes without a newline: the library keeps each pending as a whole; nothing is read and nothing
    refused."""
    for source in e2e.SOURCES:
        for path in e2e.of_lines(source):
            lines = [text.strip() for text in path.read_bytes().splitlines() if single(text)]
            whole_lines = folder / "lines.jsonl"
            whole_lines.write_bytes(b"\n".join(lines) + b"\n")
            made = e2e.ingest("-", whole_lines, 1 if e2e.LONG else 29, "--memory", "--source", source, command="prefixes")
            equal(made["files_failed"], 0, "files whose prefixes all wait", source, path.name)
            e2e.counts["prefixes that wait"] += made["files_seen"]


BAD_UTF8 = (b"\x80", b"\xbf", b"\xc0\xaf", b"\xc1\xbf", b"\xc3", b"\xe2\x82", b"\xe0\x80\x80", b"\xed\xa0\x80",
            b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xfe", b"\xff")


def test_invalid_utf8(folder: pathlib.Path) -> None:
    """Invalid UTF-8 in strings that are read, in skipped strings and in keys, among good lines."""
    data, bad, number = b"", 0, 0
    good = []
    for sequence in BAD_UTF8:
        for place in (b"line-", b"model-x", b"2.1.60", b"session", b"usage", b"unknown-text", b"unknown-key"):
            number += 2
            data += packed(line(number)) + b"\n"
            good.append(number)
            text = packed(line(number + 1, other={"unknown-key": ["unknown-text"]}))
            at = text.index(place) + 3
            data += text[:at] + sequence + text[at:] + b"\n"
            bad += 1
    store, report = ingested(folder, "utf8", data)
    equal(report["records_rejected"], bad, "lines with invalid UTF-8 refused")
    equal({reason for reason, _, _ in reasons(store)}, {"utf8"}, "reason")
    equal(responses(store), good, "the lines between are read")
    e2e.counts["invalid sequences"] = bad


def test_depth(folder: pathlib.Path) -> None:
    """Nesting up to 64 levels is read, deeper nesting is refused as "depth", and the lines between are read."""
    def nested(levels: int, opening: bytes, closing: bytes) -> bytes:
        return opening * levels + closing * levels

    for kind, opening, closing in (("array", b"[", b"]"), ("object", b'{"a":', b"}")):
        for place in (b'"unknown":', b'"message":', b'"toolUseResult":'):
            data = b"".join(
                b'{"type":"assistant",' + place + opening * levels + (b"1" if kind == "object" else b"") +
                closing * levels + b"}\n" + packed(line(i)) + b"\n"
                for i, levels in enumerate((63, 64, 65, 10_000, 100_000)))
            store, report = ingested(folder, f"{kind}-{place[1:4].decode()}", data)
            equal([r for r, _, _ in reasons(store)], ["depth"] * 4, "nesting too deep by one or by a hundred thousand", kind, place)
            equal(responses(store), [0, 1, 2, 3, 4], "the lines between are read")
            equal(report["records_rejected"], 4, "counted")
    store, report = ingested(folder, "bare", nested(10_000, b"[", b"]") + b"\n" + packed(line(1)) + b"\n" + b"[" * 10_000)
    equal(([r for r, _, _ in reasons(store)], responses(store)), (["depth"], [1]), "nothing but brackets")


def driver() -> bytes:
    """The driver itself, or the script that runs it under valgrind."""
    return pathlib.Path(e2e.BPT).read_bytes()


def run_within(kib: int, *arguments: Any) -> bool:
    """Whether the driver succeeds with an address space of so many KiB."""
    made = subprocess.run([e2e.BPT, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (kib << 10, kib << 10)))
    return made.returncode == 0


def test_huge_lines(folder: pathlib.Path) -> None:
    """Lines of up to 100 MiB are read with at most 8 MiB more memory than small ones, and the lines beside them are
    read as usual."""
    if driver().startswith(b"#!") or any(name in driver() for name in (b"__asan_init", b"__msan_init", b"__tsan_init")):
        raise Skip("what the driver runs under takes much address space, and reports that it gets none")
    size = 100 * MIB
    block = b"all work and no play \\n\\u00e9\\\" " * 1024
    filler = block * (size // len(block) + 1)
    small = folder / "small" / "a.jsonl"
    put(small, packed(line(1)) + b"\n" + packed(line(3)) + b"\n")
    usual = next((kib for kib in range(8 << 10, 256 << 10, 1 << 10)
                  if run_within(kib, "ingest", new_store(folder, f"small-{kib}"), small, "--source", "claude_code")), 0)
    if usual == 0:
        raise Skip("the driver takes much address space")
    shapes = {"a text that is skipped": b'{"type":"x","unknown":"%s"}' % filler,
              "a prompt": b'{"type":"user","uuid":"u","sessionId":"session","message":{"role":"user","content":"%s"}}' % filler,
              "an identifier": b'{"type":"user","uuid":"%s"}' % (b"abcdefgh" * (20 * MIB // 8)),
              "a key": b'{"type":"x","%s":1}' % filler[:20 * MIB // len(block) * len(block)],
              "digits": b'{"type":"x","unknown":%s}' % (b"1234567890" * (2 * MIB)),
              "white space": b'{"type":"x",%s"unknown":1}' % (b" \t\r" * (7 * MIB)),
              "a list": b'{"type":"x","unknown":[%s0]}' % (b"0," * (10 * MIB))}
    for about, text in shapes.items():
        path = folder / "huge" / "a.jsonl"
        put(path, packed(line(1)) + b"\n" + text + b"\n" + packed(line(3)) + b"\n")
        store = new_store(folder, about.replace(" ", "-"))
        check(run_within(usual + 8 * 1024, "ingest", store, path, "--source", "claude_code"),
              "at most 8 MiB more for a huge line", about)
        equal(responses(store), [1, 3], "the lines beside are read", about)
        e2e.counts["MiB in huge lines"] += len(text) // MIB
        path.unlink()
    path = folder / "huge" / "a.jsonl"
    put(path, packed(line(1)) + b"\n" + shapes["a text that is skipped"][:-2])
    report = e2e.ingest(new_store(folder, "waits"), path, "--source", "claude_code")
    check(report["bytes_pending"] > 99 * MIB and report["records_rejected"] == 0, "a huge line waits", report)


def test_ends_of_lines(folder: pathlib.Path) -> None:
    """Two values on a line, NUL tails, line ends of other systems, values that are not objects."""
    one, two, three = packed(line(1)), packed(line(2)), packed(line(3))
    for about, data, read, refused in (
            ("two on a line", one + two + b"\n" + three + b"\n", [1, 2, 3], []),
            ("three with spaces", b" " + one + b"\t" + two + b" \r" + three + b" \n", [1, 2, 3], []),
            ("two without an end", one + two, [1, 2], []),
            ("one and a half", one + two[:50] + b"\n" + three + b"\n", [1, 3], ["syntax"]),
            ("one and rubbish", one + b"rubbish\n" + three + b"\n", [1, 3], ["syntax"]),
            ("NUL tail", one + b"\n" + b"\0" * 4096, [1], []),
            ("NUL tail that ended", one + b"\n" + b"\0" * 4096 + b"\n" + three + b"\n", [1, 3], ["syntax"]),
            ("NUL behind a value", one + b"\0" * 100 + b"\n" + three + b"\n", [1, 3], ["syntax"]),
            ("NUL within", one[:90] + b"\0" + one[90:] + b"\n" + three + b"\n", [3], ["syntax"]),
            ("carriage returns", one + b"\r\n" + two + b"\r\n\r\n" + three + b"\r\n", [1, 2, 3], []),
            ("only carriage returns", one + b"\r" + two + b"\r" + three, [1, 2, 3], []),
            ("empty lines", b"\n\n" + one + b"\n\n\n" + two + b"\n \n", [1, 2], []),
            ("byte order mark", b"\xef\xbb\xbf" + one + b"\n" + two + b"\n", [2], ["syntax"]),
            ("scalars and arrays", b'1\n"text"\nnull\ntrue\n[' + one + b"]\n[]\n" + two + b"\n", [2], ["shape"] * 6),
            ("UTF-16", one.decode().encode("utf-16") + b"\n" + b"\n" + two + b"\n", [2], None),
            ("nothing", b"", [], []), ("only newlines", b"\n" * 5000, [], [])):
        store, report = ingested(folder, about.replace(" ", "-"), data)
        equal(responses(store), read, "values read", about)
        if refused is not None:
            equal([r for r, _, _ in reasons(store)], refused, "values refused", about)
            equal(report["records_rejected"], len(refused), "counted", about)
    store, _ = ingested(folder, "nul-then-more", one + b"\n" + b"\0" * 512)
    put(folder / "nul-then-more" / "a.jsonl", b"\n" + two + b"\n", append=True)
    e2e.ingest(store, folder / "nul-then-more", "--source", "claude_code")
    equal((responses(store), [r for r, _, _ in reasons(store)]), ([1, 2], ["syntax"]), "values read", "behind a NUL tail")


def test_places(folder: pathlib.Path) -> None:
    """A reject is reported with its line and byte, and once, however often the file is read."""
    data, places = b"", []
    for i in range(50):
        if i % 5 == 3:
            places.append((data.count(b"\n") + 1, len(data)))
            data += b'{"type":"assistant","uuid":"u%d","message":{"usage":{"input_tokens":-1,"output_tokens":2}}}\n' % i
        data += packed(line(i)) + b"\n"
    store, _ = ingested(folder, "places", data)
    equal([(number, byte) for _, number, byte in reasons(store)], places, "places of rejects")
    e2e.ingest(store, folder / "places", "--source", "claude_code", "--restart")
    equal([(number, byte) for _, number, byte in reasons(store)], places, "places of rejects", "read again")


# ------------------------------------------------------------------------------------------ files

def test_paths(folder: pathlib.Path) -> None:
    """A scan reads regular files only; wrong paths, sources and thread counts give the documented codes."""
    root = folder / "root"
    put(root / "good.jsonl", packed(line(1)) + b"\n")
    (root / "folder.jsonl").mkdir()
    put(root / "folder.jsonl" / "inside.jsonl", packed(line(2)) + b"\n")
    os.mkfifo(root / "fifo.jsonl")
    listening = socket.socket(socket.AF_UNIX)
    os.chdir(root)  # the path of a socket must be short
    listening.bind("socket.jsonl")
    os.chdir("/")
    (root / "loop.jsonl").symlink_to("loop.jsonl")
    (root / "nowhere.jsonl").symlink_to("nowhere")
    (root / "up").symlink_to("..")
    put(folder / "outside.jsonl", packed(line(9)) + b"\n")
    (root / "out.jsonl").symlink_to(folder / "outside.jsonl")
    store = new_store(folder, "paths")
    e2e.ingest(store, root, "--source", "claude_code")
    equal(responses(store), [1, 2], "files of a scan", "links, FIFOs, sockets and folders are none")
    for about, arguments, codes, detail in (
            ("a folder as a file", ("file", store, root), {e2e.INVALID}, "path"),
            ("a folder as a file of a source", ("file", store, root, "--source", "codex"), {e2e.INVALID}, "path"),
            ("a FIFO", ("file", store, root / "fifo.jsonl"), {e2e.INVALID, e2e.IO}, "path"),
            ("a FIFO of a source", ("file", store, root / "fifo.jsonl", "--source", "codex"), {e2e.INVALID, e2e.IO}, "path"),
            ("a socket", ("file", store, root / "socket.jsonl"), {e2e.INVALID, e2e.IO}, "path"),
            ("a device", ("file", store, "/dev/zero"), {e2e.INVALID, e2e.IO}, "path"),
            ("a missing file", ("file", store, root / "missing.jsonl"), {e2e.NOTFOUND}, "path"),
            ("a file below a file", ("file", store, root / "good.jsonl" / "x"), {e2e.NOTFOUND}, "path"),
            ("a link to itself", ("file", store, root / "loop.jsonl"), {e2e.IO, e2e.INVALID, e2e.NOTFOUND}, "path"),
            ("a file as a folder", ("scan", store, root / "good.jsonl"), {e2e.INVALID, e2e.NOTFOUND}, "path"),
            ("a missing folder", ("scan", store, root / "missing"), {e2e.NOTFOUND}, "path"),
            ("an empty path", ("file", store, ""), {e2e.NOTFOUND, e2e.INVALID}, "path"),
            ("an overlong path", ("file", store, "/x" * 40000), {e2e.NOTFOUND, e2e.IO, e2e.LIMIT}, "path"),
            ("an unknown source", ("ingest", store, root, "--source", "nonesuch"), {e2e.NOTFOUND}, "name"),
            ("too many threads", ("ingest", store, root, "--threads", 65), {e2e.LIMIT}, None)):
        error = error_of(*arguments)
        check(error["code"] in codes, "codes for wrong paths", about, error)
        if detail is not None:
            check(detail in error["details"], "details for wrong paths", about, error)
    put(folder / "strange.jsonl", b"just some text\n" * 10)
    equal(error_of("file", store, folder / "strange.jsonl")["code"], e2e.UNSUPPORTED, "codes for wrong paths")
    equal(responses(store), [1, 2], "nothing lost by errors")
    verify(store)


def as_nobody(folder: pathlib.Path) -> dict:
    """Options for running the driver as a user who may not read everything; none if the test itself is not root."""
    if os.getuid() != 0:
        return {}
    for place in (folder, *folder.parents):
        if pathlib.Path(tempfile.gettempdir()) in place.parents:
            place.chmod(0o777)
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        subprocess.run([e2e.BPT], check=False, stderr=subprocess.DEVNULL, **options)
    except PermissionError as why:
        raise Skip("other users may not run the driver") from why
    return options


def test_unreadable_file(folder: pathlib.Path) -> None:
    """Files and folders without read permission are counted and reported; once readable, they are read."""
    nobody = as_nobody(folder)
    root = folder / "root"
    for i in range(4):
        put(root / f"{i}.jsonl", packed(line(i)) + b"\n")
    (root / "shut").mkdir()
    put(root / "shut" / "x.jsonl", packed(line(7)) + b"\n")
    (root / "2.jsonl").chmod(0)
    (root / "shut").chmod(0)
    store = folder / "unreadable.db"
    report = e2e.ingest(store, root, "--source", "claude_code", **nobody)
    check(report["files_failed"] >= 1, "unreadable files are counted", report)
    equal(responses(store), [0, 1, 3], "the other files are read")
    made = json.loads(bpt("inspect", store, "rejects", **nobody).stdout)["rows"]
    check("unreadable" in {row["reason"] for row in made}, "an unreadable file is reported", made)
    error = error_of("file", store, root / "2.jsonl", "--source", "claude_code", **nobody)
    equal(error["code"], e2e.IO, "an unreadable file given by name")
    check("path" in error["details"], "details", error)
    (root / "2.jsonl").chmod(0o644)
    (root / "shut").chmod(0o755)
    report = e2e.ingest(store, root, "--source", "claude_code", **nobody)
    equal((report["files_failed"], responses(store)), (0, [0, 1, 2, 3, 7]), "read once it is readable")
    verify(store)


def test_compressed_rollout(folder: pathlib.Path) -> None:
    """A compressed rollout is reported once as not read; uncompressed beside it, it is read and the report
    disappears."""
    root, store = folder / "root", folder / "compressed.db"

    def rejects(of: pathlib.Path) -> list:
        return [[row[key] for key in ("source", "line", "byte", "reason")] for row in json.loads(bpt("inspect", of, "rejects").stdout)["rows"]]

    plain = packed({"timestamp": "2026-03-02T09:00:00Z", "type": "session_meta", "payload": {"id": "s1"}}) + b"\n"
    name = "rollout-2026-03-02T09-00-00-019a0000-0000-7000-8000-000000000001.jsonl"
    put(root / f"{name}.zst", b"\x28\xb5\x2f\xfd\x04\x00" + bytes(range(64)))
    rejected = [["codex", 0, 0, "compressed"]]
    for time, changed in (("first", 1), ("again", 0)):
        report = e2e.ingest(store, root, "--source", "codex")
        equal((report["files_seen"], report["files_changed"], report["files_failed"]), (1, changed, 0), time)
        equal(rejects(store), rejected, time)
    put(root / name, plain)
    report = e2e.ingest(store, root, "--source", "codex")
    equal((report["files_changed"], report["records_read"]), (1, 1), "unpacked")
    equal(rejects(store), [], "it was read")
    both = folder / "both.db"
    e2e.ingest(both, root, "--source", "codex")
    equal(rejects(both), [], "both in one scan")
    written = (root / name).stat().st_mtime_ns
    (root / name).unlink()
    for changed, time in ((0, written), (1, written + 1)):  # compressing keeps the rollout's time of change
        os.utime(root / f"{name}.zst", ns=(time, time))
        report = e2e.ingest(store, root, "--source", "codex")
        equal((report["files_changed"], rejects(store)), (changed, rejected * changed), "compressed after it was read, and after it grew")
    verify(store)


def test_unwritable_store(folder: pathlib.Path) -> None:
    """Stores that are read-only, in read-only or missing folders, or not files: an error, and nothing changed."""
    nobody = as_nobody(folder)
    home = e2e.sample(4)
    if nobody:
        for place in (home.parent, home, *home.rglob("*")):
            place.chmod(place.stat().st_mode | 0o055)
    kept = folder / "kept"
    kept.mkdir()
    store = new_store(kept, "store")
    e2e.ingest(store, home)
    before = dump.lines(store)
    equal(error_of("ingest", store, home, "--readonly")["code"], e2e.READONLY, "a read-only handle")
    equal(error_of("configure", store, "labels", '{"version":1,"keep":false}', "--readonly")["code"], e2e.READONLY,
          "a read-only handle", "configure")
    for path in kept.iterdir():
        path.chmod(0o444)
    kept.chmod(0o555)
    made = bpt("ingest", store, home, "--restart", status=1, **nobody)
    check(e2e.answers(made)[-1]["error"]["code"] in (e2e.READONLY, e2e.IO), "a store that cannot be written", made.stdout)
    e2e.bpt("query", store, QUERIES[0], "--readonly", **nobody)
    kept.chmod(0o755)
    equal(dump.lines(store), before, "nothing changed")
    error = error_of("ingest", "/proc/store.db" if not nobody else "/store.db", home, **nobody)
    check(error["code"] in (e2e.IO, e2e.NOTFOUND, e2e.READONLY), "a store that cannot be made", error)
    equal(error_of("ingest", folder / "no" / "folder" / "store.db", home)["code"], e2e.NOTFOUND, "the folder of a store is missing")
    equal(error_of("ingest", folder, home)["code"], e2e.INVALID, "a folder in place of a store")
    equal(error_of("inspect", folder / "none.db", "health", "--readonly")["code"], e2e.NOTFOUND, "no store for a read-only handle")
    check(not (folder / "none.db").exists(), "reading makes no store")


# ------------------------------------------------------------------------------------------- disks

def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def test_files_cannot_grow(folder: pathlib.Path) -> None:
    """No file may grow beyond a size: an error, what was stored stays, and without the limit the next ingest completes
    it."""
    if driver().startswith(b"#!"):
        raise Skip("what the driver runs under needs files of its own")
    home = e2e.sample(4)
    want = dump.lines(whole(folder, "whole", home))
    codes = set()
    for size in (0, 16, 512, 4096, 9000, 40_000, 70_000, 150_000, 300_000, 700_000):
        store = new_store(folder, f"limit-{size}")
        if size == 16:
            os.unlink(f"{store}.key")
        made = bpt("ingest", store, home, status=None, preexec_fn=limited(size))
        answer = e2e.answers(made)[-1]
        code = answer.get("error", {"code": 0})["code"]
        codes.add(code)
        check(code in (e2e.OK, e2e.IO), "codes of a full disk", size, answer)
        e2e.ingest(store, home)
        verify(store)
        if size == 16:
            equal(len(dump.lines(store)), len(want), "complete when there is room", size)
        else:
            equal(dump.lines(store), want, "complete when there is room", size)
    check(e2e.IO in codes, "a limit was reached")


def test_full_disk(folder: pathlib.Path) -> None:
    """On a small tmpfs that is full: an error, what was stored stays, and with more room the next ingest completes
    it."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], check=False,
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no right to mount a small disk")
    try:
        home = e2e.sample(4)
        want = dump.lines(whole(folder, "whole", home))
        store = new_store(disk, "store")
        e2e.ingest(store, e2e.transcripts(home)[0])
        some = dump.lines(store)
        filler = disk / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        answer = e2e.answers(bpt("ingest", store, home, status=1))[-1]
        equal(answer["error"]["code"], e2e.IO, "codes of a full disk")
        e2e.bpt("inspect", store, "health", status=None)
        filler.unlink(missing_ok=True)
        equal(dump.lines(store), some, "what was stored stays")
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        e2e.ingest(store, home)
        equal(dump.lines(store), want, "complete when there is room")
        verify(store)
    finally:
        subprocess.run(["umount", disk], check=False)


# ------------------------------------------------------------------------------------------ stores

def test_no_store(folder: pathlib.Path) -> None:
    """Files that are not stores of this library are refused and left unchanged."""
    foreign = folder / "foreign.db"
    db = sqlite3.connect(foreign)
    db.execute("CREATE TABLE cookies (name TEXT)")
    db.execute("INSERT INTO cookies VALUES ('x')")
    db.commit()
    db.close()
    marked = folder / "marked.db"
    db = sqlite3.connect(marked)
    db.execute("PRAGMA user_version = 1")
    db.execute("CREATE TABLE response (id INTEGER)")
    db.commit()
    db.close()
    dice = random.Random(3)
    (folder / "random.db").write_bytes(dice.randbytes(50_000))
    (folder / "text.db").write_bytes(b"this is a diary\n" * 1000)
    (folder / "short.db").write_bytes(b"SQLite format 3\0")
    for path in sorted(folder.glob("*.db")):
        before = path.read_bytes()
        for arguments in (("ingest", path, e2e.sample(4)), ("inspect", path, "health"),
                          ("inspect", path, "health", "--readonly"), ("query", path, QUERIES[0])):
            equal(error_of(*arguments)["code"], e2e.CORRUPT, "a file that is not a store", path.name, arguments[0])
        equal(path.read_bytes(), before, "left unchanged", path.name)
        check(not pathlib.Path(f"{path}.key").exists(), "no key made for it", path.name)


def damaged(store: pathlib.Path) -> list:
    """The codes that all kinds of use of a store return; the process must not crash."""
    codes = []
    for arguments in (("inspect", store, "health"), ("inspect", store, "integrity"), ("inspect", store, "sessions"),
                      ("query", store, QUERIES[0]), ("query", store, QUERIES[2]),
                      ("ingest", store, e2e.sample(4), "--restart")):
        made = bpt(*arguments, status=None)
        said = e2e.answers(made)[-1] if made.returncode else {}
        codes.append(said["error"]["code"] if "error" in said else 0)
    return codes


def test_damaged_store(folder: pathlib.Path) -> None:
    """Stores cut off, with flipped bits or with random pages: every use returns a code, and some see the damage."""
    store = whole(folder, "good", e2e.sample(4))
    data = store.read_bytes()
    dice = random.Random(11)
    sound = {e2e.OK, e2e.CORRUPT, e2e.SCHEMA, e2e.READONLY, e2e.IO, e2e.INVALID}
    seen: dict = {}

    def use(name: str, content: bytes) -> None:
        path = new_store(folder, name)
        path.write_bytes(content)
        for code in damaged(path):
            check(code in sound, "uses of a damaged store", name, code)
            seen[code] = seen.get(code, 0) + 1
        for left in folder.glob(f"{name}.db*"):
            left.unlink()

    for size in (1, 15, 99, 100, 511, 4095, 4096, 4097, len(data) // 2, len(data) - 4096, len(data) - 1):
        use(f"short-{size}", data[:size])
    for attempt in range(300 if e2e.LONG else 25):
        content = bytearray(data)
        for _ in range(dice.choice((1, 1, 8, 200))):
            at = dice.choice((dice.randrange(100), dice.randrange(4096), dice.randrange(len(data))))
            content[at] ^= 1 << dice.randrange(8)
        use(f"flipped-{attempt}", bytes(content))
    for attempt in range(20 if e2e.LONG else 5):
        page = dice.randrange(1, len(data) // 4096) * 4096
        use(f"page-{attempt}", data[:page] + dice.randbytes(4096) + data[page + 4096:])
    check(e2e.CORRUPT in seen, "damage is reported", seen)
    e2e.ingest(store, e2e.sample(4))
    verify(store)


def test_newer_store(folder: pathlib.Path) -> None:
    """A store of a newer schema is refused with a hint and left unchanged."""
    store = whole(folder, "newer", e2e.sample(4))
    db = sqlite3.connect(store)
    db.execute("PRAGMA user_version = 9999")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    before = store.read_bytes()
    for arguments in (("ingest", store, e2e.sample(4)), ("inspect", store, "health", "--readonly"), ("query", store, QUERIES[0])):
        error = error_of(*arguments)
        equal(error["code"], e2e.SCHEMA, "a newer store", arguments[0])
        check("hint" in error["details"], "a hint", error)
    equal(store.read_bytes(), before, "left unchanged")


def test_keys(folder: pathlib.Path) -> None:
    """A missing or wrong key file stops an ingest, not a read-only query; no new key is made for an old store."""
    home = e2e.sample(4)
    store = whole(folder, "keys", home)
    key = pathlib.Path(f"{store}.key")
    good, before = key.read_bytes(), dump.lines(store)
    key.unlink()
    error = error_of("ingest", store, home)
    equal(error["code"], e2e.NOTFOUND, "a missing key")
    check({"path", "hint"} <= error["details"].keys(), "details", error)
    check(not key.exists(), "no new key for an old store")
    e2e.bpt("query", store, QUERIES[0], "--readonly")
    e2e.counts["queries without a key"] += 1
    for about, data, codes in (("of another store", bytes(32), {e2e.INVALID}), ("random", os.urandom(32), {e2e.INVALID}),
                               ("empty", b"", {e2e.FORMAT, e2e.CORRUPT}), ("short", good[:31], {e2e.FORMAT}),
                               ("long", good + b"x", {e2e.FORMAT}), ("huge", good * 1000, {e2e.FORMAT, e2e.LIMIT})):
        key.write_bytes(data)
        error = error_of("ingest", store, home)
        check(error["code"] in codes, "a wrong key", about, error)
    key.unlink()
    key.mkdir()
    check(error_of("ingest", store, home)["code"] in (e2e.IO, e2e.INVALID, e2e.FORMAT), "a wrong key", "a folder")
    key.rmdir()
    key.write_bytes(good)
    e2e.ingest(store, home)
    equal(dump.lines(store), before, "nothing changed")


# --------------------------------------------------------------------------------------- questions

def test_questions(folder: pathlib.Path) -> None:
    """Wrong queries, topics, settings, formats and accesses give the documented codes and details."""
    store = whole(folder, "asked", e2e.sample(4))

    def query(**more: Any) -> str:
        return json.dumps({"metrics": ["prompts"], "period": "all", **more})

    for about, text, codes, detail in (
            ("an unknown metric", query(metrics=["nonesuch"]), {e2e.NOTFOUND}, "metric"),
            ("an unknown dimension", query(by=["nonesuch"]), {e2e.NOTFOUND}, "dimension"),
            ("an unknown filter", query(where=[{"dimension": "nonesuch", "value": "x"}]), {e2e.NOTFOUND}, "dimension"),
            ("a dimension the metric does not take", query(metrics=["prompts"], by=["tool"]), {e2e.UNSUPPORTED}, "allowed"),
            ("an unknown zone", query(zone="Mars/Olympus"), {e2e.NOTFOUND}, "zone"),
            ("a zone that is a path", query(zone="../../../etc/passwd"), {e2e.NOTFOUND}, "zone"),
            ("an absolute zone", query(zone="/etc/passwd"), {e2e.NOTFOUND}, "zone"),
            ("an unknown period", query(period="fortnight"), {e2e.INVALID, e2e.FORMAT, e2e.NOTFOUND}, None),
            ("a day that is none", query(period="2026-02-30"), {e2e.INVALID, e2e.FORMAT, e2e.NOTFOUND}, None),
            ("an unknown baseline", query(compare="never"), {e2e.INVALID, e2e.FORMAT, e2e.NOTFOUND}, None),
            ("too many dimensions", query(by=["time.day", "platform", "workspace", "session", "branch"]), {e2e.LIMIT}, None),
            ("no metric", json.dumps({"period": "all"}), {e2e.INVALID, e2e.FORMAT}, None),
            ("an unknown member", query(colour="red"), {e2e.FORMAT}, None),
            ("no JSON", "{", {e2e.FORMAT}, "byte"),
            ("trailing bytes", query() + "x", {e2e.FORMAT}, "byte"),
            ("an array", "[]", {e2e.FORMAT}, None),
            ("nothing", "", {e2e.FORMAT}, None),
            ("deep brackets", "[" * 100_000, {e2e.FORMAT, e2e.LIMIT}, None),
            ("a double key", '{"metrics":["prompts"],"metrics":["prompts"]}', {e2e.FORMAT}, None)):
        error = error_of("query", store, text)
        check(error["code"] in codes, "codes of wrong queries", about, error)
        if detail is not None:
            check(error["details"].get(detail), "details of wrong queries", about, error)
    for about, arguments, codes, detail in (
            ("topic", ("inspect", store, "nonesuch"), {e2e.NOTFOUND}, "topic"),
            ("catalogue", ("catalog", "nonesuch"), {e2e.NOTFOUND}, "topic"),
            ("setting", ("configure", store, "nonesuch", "{}"), {e2e.NOTFOUND}, "topic"),
            ("setting's document", ("configure", store, "labels", "{}"), {e2e.FORMAT}, None),
            ("prices", ("configure", store, "prices", '{"version":1'), {e2e.FORMAT}, None),
            ("format", ("query", store, query(), "yaml"), {e2e.NOTFOUND}, "allowed"),
            ("format's option", ("query", store, query(), "csv:nonesuch"), {e2e.NOTFOUND}, "allowed"),
            ("access", ("inspect", store, "health", "--access", "lead"), {e2e.DENIED}, "name"),
            ("access number", ("inspect", store, "health", "--access", "77"), {e2e.INVALID}, None),
            ("no access", ("inspect", store, "health", "--access", "none"), {e2e.DENIED}, None),
            ("no access to ingest", ("ingest", store, e2e.sample(4), "--access", "none"), {e2e.DENIED}, None),
            ("devops' query", ("query", store, query(), "--access", "devops"), {e2e.DENIED}, None),
            ("devops' sessions", ("inspect", store, "sessions", "--access", "devops"), {e2e.DENIED}, None),
            ("devops' preview", ("preview", store, __file__, "--access", "devops"), {e2e.DENIED}, None),
            ("preview of rubbish", ("preview", store, __file__), {e2e.UNSUPPORTED}, None),
            ("preview's source", ("preview", store, __file__, "--source", "nonesuch"), {e2e.NOTFOUND}, "name")):
        error = error_of(*arguments)
        check(error["code"] in codes, "codes of wrong questions", about, error)
        if detail is not None:
            check(error["details"].get(detail), "details of wrong questions", about, error)
    bpt("inspect", store, "health", "--access", "devops")
    verify(store)


if __name__ == "__main__":
    e2e.main()
