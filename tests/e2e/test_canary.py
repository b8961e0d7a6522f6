#!/usr/bin/env python3
"""Content never enters: a random marker is put everywhere into the input and must be nowhere in the output.

Placements: at every path of every good fixture as value, as list, as object, escaped, overlong, as text and as a word,
with invalid bytes, as an added and as a renamed key; in cut and in broken lines; in names of files and folders and of
origins. One placement is one path of one fixture in one form.

Searched: database, WAL and shared memory while a reader holds them, key, temporary files; every inspection, queries by
every dimension, the catalogue and the privacy preview in every format; logs, errors, standard output. Searched for: the
marker and pieces of it, as bytes, UTF-16, hex, base64 in three alignments, escaped, and its unkeyed hashes, also among
the integers of all tables. test_control shows that the search finds each of these forms.

Owners may see names (docs/privacy.md). A marker that looks like a name is therefore kept in fields of names, and only
as that name; one with spaces is kept only as the name of a folder. With labels switched off, only the names of models,
platforms, client versions and entry points remain.
"""
from __future__ import annotations

import base64
import copy
import datetime
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import string
import subprocess
from typing import Any, Callable, Iterator, Optional

import dump
import e2e
from e2e import bpt, check
from test_bad_input import single
from test_growth import put
from test_order import new_store

# ------------------------------------------------------------------------------- fields of names

PLATFORM, WORKSPACE, BRANCH, VERSION, ENTRYPOINT, MODEL, TOOL, FILE, COMMAND = range(1, 10)
NAMES = {  # fields whose text an owner may see again, and the kinds of name it may become
    "claude_code": {r"(^|.*\.)message\.model": {MODEL}, r".*\.iterations\[\]\.model": {MODEL},
                    r"(^|.*\.)message\.content\[\]\.name": {TOOL}, r"cwd": {WORKSPACE}, r"gitBranch": {BRANCH},
                    r"version": {VERSION}, r"entrypoint": {ENTRYPOINT}},
    "codex": {r"payload\.cwd": {WORKSPACE}, r"(payload\.)?git\.branch": {BRANCH}, r"payload\.cli_version": {VERSION},
              r"payload\.originator": {ENTRYPOINT}, r"payload\.model": {MODEL}, r"(payload\.)?name": {TOOL},
              r"payload\.namespace": {TOOL}, r"payload\.(item|invocation)\.(server|tool)": {TOOL}},
    "copilot": {r"data\.copilotVersion": {VERSION}, r"data\.context\.cwd": {WORKSPACE}, r"data\.context\.branch": {BRANCH},
                r"data\.selectedModel": {MODEL}, r"data\.newModel": {MODEL}, r"data\.model": {MODEL},
                r"data\.toolName": {TOOL},
                r"data\.modelMetrics(\..*)?": {MODEL}},
    "gemini": {r"(messages\[\]\.|\$set\.messages\[\]\.)?model": {MODEL},
               r"(messages\[\]\.|\$set\.messages\[\]\.)?toolCalls\[\]\.name": {TOOL}},
    "opencode": {r"info\.directory": {WORKSPACE}, r"info\.version": {VERSION}, r"messages\[\]\.info\.modelID": {MODEL},
                 r"messages\[\]\.parts\[\]\.tool": {TOOL}},
    # the value of any attribute, because a placement changes all attributes of the fixture at once
    "otlp": {r".*attributes\[\]\.value\.stringValue": {VERSION, MODEL, TOOL, COMMAND},
             r".*attributes\[\]\.value\.string_value": {VERSION, MODEL, TOOL, COMMAND}},
    "forge": {},
    "native": {"platform": {PLATFORM}, "workspace": {WORKSPACE}, "branch": {BRANCH}, "client_version": {VERSION},
               "entrypoint": {ENTRYPOINT}, "model": {MODEL}, "tool": {TOOL}, "mcp_server": {TOOL}, "command": {COMMAND}},
}
ALWAYS = {PLATFORM, VERSION, ENTRYPOINT, MODEL}  # kept even with labels switched off


LAST_KEYS = {source: [re.split(r"\\.", form)[-1] for form in forms] for source, forms in NAMES.items()}


def kinds_of(source: str, path: str) -> set:
    return set().union(*(kinds for form, kinds in NAMES[source].items() if re.fullmatch(form, path)))


def test_list_of_names(folder: pathlib.Path) -> None:
    """NAMES above lists every field that the sources themselves declare as a name."""
    del folder
    for source in e2e.SOURCES:
        text = (e2e.ROOT / "libblueplane/sources" / f"{source}.c").read_text()
        for path, rule in re.findall(r'\{(?:at )?"([^"]+)",\s*FIELD_LABEL,\s*"([^"]+)"', text):
            if "keyed hash" in rule or path == "file":
                continue  # names of files are never kept
            known = kinds_of(source, path) or kinds_of(source, f"message{path}")
            check(bool(known), "names declared by the sources", source, path)


# ----------------------------------------------------------------------------------------- markers

dice = random.Random(os.urandom(16) if e2e.LONG else 20)


class Marker:
    """A word that occurs nowhere else, a text that contains it, and all the forms to search for."""

    def __init__(self) -> None:
        self.word = "".join(dice.choices(string.ascii_lowercase, k=16))
        self.text = f"{self.word} {self.word}"
        self.needles = dict(self._needles())
        self.integers = set(self._integers())

    def _hashes(self) -> Iterator[tuple]:
        domains = (b"", b"session\0", b"tool\0", b"path\0", b"file\0")
        for content in (self.word.encode(), self.text.encode()):
            for domain in domains:
                data = domain + content
                yield "md5", hashlib.md5(data).digest()
                yield "sha1", hashlib.sha1(data).digest()
                yield "sha256", hashlib.sha256(data).digest()
                yield "sha512", hashlib.sha512(data).digest()
                for size in (16, 32, 64):
                    yield f"blake2b-{size}", hashlib.blake2b(data, digest_size=size).digest()
                yield "blake2b-16 with a key of zeros", hashlib.blake2b(data, digest_size=16, key=bytes(32)).digest()

    def _needles(self) -> Iterator[tuple]:
        raw = self.word.encode()
        for piece in (raw[:9], raw[-9:], raw[::-1]):
            yield f"bytes {piece!r}", piece
        for piece in (raw[:9], raw[4:13]):
            text = piece.decode()
            yield f"UTF-16LE {text}", text.encode("utf-16-le")
            yield f"UTF-16BE {text}", text.encode("utf-16-be")
            yield f"hex {text}", piece.hex().encode()
            yield f"HEX {text}", piece.hex().upper().encode()
            yield f"escaped {text}", "".join(f"\\u{ord(c):04x}" for c in text).encode()
        yield "upper case", raw.upper()[:9]
        for shift in range(3):
            skip = 4 if shift else 0
            yield f"base64, {shift} bytes in", base64.b64encode(bytes(shift) + raw)[skip:-4]
            yield f"base64 for addresses, {shift} bytes in", base64.urlsafe_b64encode(bytes(shift) + raw)[skip:-4]
        for name, digest in self._hashes():
            yield f"{name} {digest[:4].hex()}", digest[:8]
            yield f"{name} in hex {digest[:4].hex()}", digest[:8].hex().encode()

    def _integers(self) -> Iterator[int]:
        for _, digest in self._hashes():
            for part in (digest[:8], digest[8:16]):
                for order in ("little", "big"):
                    value = int.from_bytes(part, order)  # type: ignore[arg-type]
                    for shifted in (value, value >> 1, value >> 16):
                        yield shifted - (1 << 64) if shifted >= 1 << 63 else shifted

    def found(self, data: bytes) -> list:
        return [name for name, needle in self.needles.items() if needle in data]


marker = Marker()


def search(places: dict) -> list:
    """Which forms of the marker are in which of the places."""
    e2e.counts["searches"] += len(places) * len(marker.needles)
    e2e.counts["KiB searched"] += sum(map(len, places.values())) // 1024
    return [f"{place}: {name}" for place, data in places.items() for name in marker.found(data)]


def search_integers(store: pathlib.Path) -> list:
    db = dump.connect(store)
    found = []
    for table, in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in db.execute(f"SELECT * FROM {table}"):
            found += [f"{table}: {value}" for value in row if isinstance(value, int) and value in marker.integers and
                      abs(value) > 1 << 32]
    db.close()
    return found


# -------------------------------------------------------------------------------------- placements

def walk(value: Any, path: str = "") -> Iterator[str]:
    """Every path of a value; "[]" stands for the items of a list."""
    if isinstance(value, dict):
        for key, member in value.items():
            below = f"{path}.{key}" if path else key
            yield below
            yield from walk(member, below)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item, f"{path}[]")


def edit(value: Any, wanted: str, change: Callable[[Any, Any], None], path: str = "") -> None:
    """Calls change(container, key) at every place that has the path."""
    if isinstance(value, dict):
        for key in list(value):
            below = f"{path}.{key}" if path else key
            edit(value[key], wanted, change, below)
            if below == wanted:
                change(value, key)
    elif isinstance(value, list):
        for item in value:
            edit(item, wanted, change, f"{path}[]")


def setting(new: Any) -> Callable[[Any, Any], None]:
    def change(container: Any, key: Any) -> None:
        container[key] = copy.deepcopy(new)
    return change


def rename(container: Any, key: Any) -> None:
    container[marker.word] = container.pop(key)


def add_key(container: Any, key: Any) -> None:
    del key
    container[marker.word] = marker.text
    container[marker.text] = {marker.word: [marker.word]}


RAW = "\ue000"  # replaced by the marker with bytes that JSON cannot contain

FORMS: dict = {  # name -> (change, whether the result looks like a name)
    "a word": (lambda: setting(marker.word), True),
    "a text": (lambda: setting(marker.text), False),
    "a list": (lambda: setting([marker.text, [marker.word]]), False),
    "an object": (lambda: setting({"text": marker.text, marker.word: marker.text}), False),
    "overlong": (lambda: setting((marker.text + "\n") * 40), False),
    "a path": (lambda: setting(f"/{marker.word}/{marker.word}.x/project"), None),
    "markup": (lambda: setting(f"<command-name>/{marker.word}</command-name> <{marker.word}>"), None),
    "a patch": (lambda: setting(f"*** Begin Patch\n*** Update File: {marker.word}/x.c\n+{marker.text}\n*** End Patch"), None),
    "nested JSON": (lambda: setting(json.dumps({"command": marker.text, marker.word: [marker.word]})), None),
    "an added key": (lambda: add_key, None),
    "a renamed key": (lambda: rename, None),
    "escaped": (lambda: setting(marker.word + RAW), True),
    "invalid": (lambda: setting(marker.text + RAW), False),
}


def written(value: Any, form: str) -> bytes:
    data = json.dumps(value, separators=(",", ":")).encode()
    if form == "escaped":
        text = "".join(f"\\u{ord(c):04x}" for c in marker.word)
        return data.replace(b"\\ue000", b"").replace(marker.word.encode(), text.encode())
    return data.replace(b"\\ue000", b"\xff\xfe")


class Input:
    """Files with the marker in them: every step-th of all placements."""

    def __init__(self, root: pathlib.Path, labels: bool, step: int) -> None:
        self.root, self.labels, self.step, self.number, self.turn = root, labels, step, 0, 0

    def skip(self) -> bool:
        self.turn += 1
        return self.turn % self.step != 0

    def kept(self, source: str, path: str, shaped: Optional[bool]) -> bool:
        """Whether the owner may see this placement, which another test covers then."""
        kinds = kinds_of(source, path)
        if not kinds or shaped is False and WORKSPACE not in kinds:
            return False
        if shaped is None and kinds <= {WORKSPACE}:
            return False  # the last component of the path is not a name
        return self.labels or bool(kinds & ALWAYS)

    def file(self, source: str, name: str, lines: list) -> None:
        self.number += 1
        e2e.counts["placements"] += 1
        folder = self.root / source / str(self.number)
        folder.mkdir(parents=True)
        (folder / e2e.named(source, name)).write_bytes(b"\n".join(lines) + b"\n")

    def paths(self, source: str, fixture: pathlib.Path) -> None:
        """Each path of a fixture in each form; all lines that have the path are changed at once."""
        lines = [text for text in fixture.read_bytes().splitlines() if single(text)]
        values = [json.loads(text) for text in lines]
        found = sorted(set().union(*(walk(value) for value in values)))
        for path in found:
            for form, (make, shaped) in FORMS.items():
                if form in ("a path", "markup", "a patch", "nested JSON") and kinds_of(source, path):
                    if not kinds_of(source, path) <= {WORKSPACE} or form != "a path":
                        continue
                names = bool(kinds_of(source, path))
                if self.kept(source, path, shaped) or (self.skip() and not names):
                    continue
                change = make()
                changed = []
                for text, value in zip(lines, values):
                    if path not in walk(value):
                        changed.append(text)
                        continue
                    value = copy.deepcopy(value)
                    edit(value, path, change)
                    changed.append(written(value, form))
                self.file(source, fixture.name, changed)

    def broken(self, source: str, fixture: pathlib.Path) -> None:
        """Lines that end within the marker or after it, or continue with it."""
        lines = [text for text in fixture.read_bytes().splitlines() if single(text)]
        texts = [text for text in lines if text.count(b'":"') > 0]
        for text in texts:
            opening = dice.choice([m.end() for m in re.finditer(b'":"', text)])
            named = any(text[:opening].endswith(f'"{name}":"'.encode()) for name in LAST_KEYS[source])
            word = marker.word.encode()
            for broken in (text[:opening] + word, text[:opening] + word + b'"', text[:opening] + word + b'","' + word,
                           text[:opening - 1] + word + text[opening - 1:], text + word, text + b'{"' + word + b'":',
                           b'{"' + word + b'":"' + word, word, b'"' + word + b'"', b"[" + json.dumps([marker.text]).encode(),
                           text[:opening] + word + b"\0" + text[opening:], text[:opening] + word + b"\\q" + text[opening:],
                           text[:opening] + word + b"\x01" + text[opening:], text[:opening] + word + b"\\ud800" + text[opening:]):
                if self.skip() or (named and single(broken)):
                    continue  # complete, and a name
                self.file(source, fixture.name, [lines[0], broken, lines[-1]])
            put(self.root / source / "torn" / e2e.named(source, f"{self.turn}-{fixture.name}"),
                lines[0] + b"\n" + text[:opening] + word)

    def names(self, source: str, fixture: pathlib.Path) -> None:
        """Names of files and folders."""
        for name in (f"{marker.word}.jsonl", f"agent-{marker.word}.jsonl", f"{marker.text}.jsonl",
                     f"agent-acompact-{marker.word}.jsonl", f"rollout-2026-01-01T00-00-00-{marker.word}.jsonl"):
            for folder in (marker.word, f"-home-{marker.word}", f"{marker.word}/subagents", f"{marker.text}/x"):
                self.number += 1
                e2e.counts["placements"] += 1
                put(self.root / source / str(self.number) / folder / e2e.named(source, name), fixture.read_bytes())


def make_input(root: pathlib.Path, labels: bool) -> Input:
    made = Input(root, labels, 1 if e2e.LONG else 8 if labels else 11)
    for source in e2e.SOURCES:
        good = e2e.fixtures(source, "good-")
        for fixture in good:
            made.paths(source, fixture)
            made.broken(source, fixture)
        for fixture in good[:2]:
            made.names(source, fixture)
    return made


# ----------------------------------------------------------------------------------------- outputs

FORMATS = ("json", "ndjson", "csv", "csv:titles", "markdown", "html:chart=bars", "table", "table:width=200,titles,ascii")
TOPICS = ("health", "integrity", "sources", "files", "rejects", "coverage", "prices", "unpriced", "labels", "sessions")
METRICS = ("interactions", "output_tokens", "tool_calls", "lines_added", "commits")
CATALOGS = ("metrics", "dimensions", "sources", "formats", "errors", "rejects", "words", "topics")


def dimensions() -> list:
    return [row["dimension"] for row in json.loads(bpt("catalog", "dimensions").stdout)["rows"]]


def outputs(store: pathlib.Path, made: Input) -> dict:
    """Everything the library prints about a store, by what was asked."""
    said: dict = {}

    def ask(*arguments: Any) -> None:
        answer = bpt(*arguments, "--log", status=None)
        said[" ".join(str(a)[:120] for a in arguments if not isinstance(a, pathlib.Path))] = answer.stdout + answer.stderr

    for form in FORMATS if made.labels or e2e.LONG else FORMATS[:3:2]:
        for topic in TOPICS:
            ask("inspect", store, topic, form)
        for dimension in dimensions():
            for metric in METRICS if form == "json" else METRICS[:1]:
                period = "2026-01-01/2026-01-02" if dimension == "time.hour" else "all"
                ask("query", store, json.dumps({"metrics": [metric], "period": period, "by": [dimension]}), form)
        for topic in CATALOGS:
            ask("catalog", topic, form)
        for source in e2e.SOURCES:
            together = store.parent / f"preview-{source}.jsonl"
            if not together.exists():
                files = [p for p in (made.root / source).rglob("*.jsonl") if "torn" not in p.parts]
                together.write_bytes(b"".join(p.read_bytes() for p in files[:: max(1, len(files) // 800)]))
            ask("preview", store, together, form, "--source", source)
    ask("ingest", store, made.root, "--dry-run", "--restart")
    ask("ingest", store, made.root, "--source", "nonesuch")
    for source in e2e.SOURCES:
        for file in sorted((made.root / source).rglob("*.jsonl"))[::97]:
            bare = store.parent / "bare"  # without a folder: a path given by the caller comes back in the error
            shutil.copyfile(file, bare)
            ask("file", store, bare, "--dry-run")
            ask("preview", store, bare)
            said[f"preview {file.name.replace(marker.word, 'MARKER')} {len(said)}"] = bpt("preview", store, bare, status=None).stdout
    return said


def dashboard(folder: pathlib.Path, *options: Any) -> dict:
    """A page of the program, and what it printed while making it."""
    page = folder / "page.html"
    done = subprocess.run([e2e.PROGRAM, "dashboard", "--no-sync", "--output", page, *options],
                          env={"HOME": str(folder), "PATH": os.environ["PATH"]}, capture_output=True, check=False)
    check(done.returncode == 0 and page.stat().st_size > 100_000, "a dashboard", options, done.stderr)
    e2e.counts["pages searched"] += 1
    about = " ".join(str(option) for option in options if not isinstance(option, pathlib.Path))
    return {f"dashboard {about}": page.read_bytes(), f"making of the dashboard {about}": done.stdout + done.stderr}


def take_in(folder: pathlib.Path, made: Input, name: str) -> tuple:
    """A store that ingested everything, its files as they are while a reader holds them, and what was printed."""
    store = new_store(folder, name)
    temporary = folder / f"{name}-tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "HOME": str(temporary)}
    bpt("configure", store, "labels", json.dumps({"version": 1, "keep": made.labels}))
    reader = sqlite3.connect(f"file:{store}", uri=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM label").fetchall()
    said = {}
    answer = bpt("ingest", store, made.root, "--log", "--threads", 2, env=environment)
    said["ingest"] = answer.stdout + answer.stderr
    files = sorted(made.root.rglob("*.jsonl"))[::23]
    for i, source in enumerate(e2e.SOURCES):
        mine = [f for f in files if f.relative_to(made.root).parts[0] == source]
        answer = bpt("bytes", store, *mine[:500], "--source", source, "--log", "--chunks", i, env=environment)
        said[f"bytes {source}"] = answer.stdout + answer.stderr  # origins are paths, some of them with the marker
        e2e.counts["placements as bytes"] += len(mine[:500])
    stopped = bpt("ingest", store, made.root, "--restart", "--stop", 500, "--log", status=None)
    said["stopped"] = stopped.stdout + stopped.stderr
    held = {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name.startswith(f"{name}.db")}
    check(f"{name}.db-wal" in held and len(held[f"{name}.db-wal"]) > 100_000, "there is a WAL to search")
    reader.close()
    e2e.verify(store)
    closed = {f"closed {p.name}": p.read_bytes() for p in sorted(folder.iterdir()) if p.name.startswith(f"{name}.db")}
    left = [str(p) for p in temporary.rglob("*")]
    check(not left, "no temporary files", left)
    return store, {**held, **closed}, said


WEEK_US, DAY_US = 7 * 86_400_000_000, 86_400_000_000
EARLY_US = 1_764_547_200_000_000  # 2025-12-01


def busiest_week(store: pathlib.Path) -> int:
    """The Monday of the week with the most cells, in days since 1970."""
    db = dump.connect(store)
    row = db.execute("SELECT (quarter / 96 - 4) / 7 AS week FROM cell WHERE quarter >= 384 GROUP BY week "
                     "ORDER BY count(*) DESC LIMIT 1").fetchone()
    db.close()
    return row[0] * 7 + 4


def all_bytes(*stores: pathlib.Path) -> dict:
    return {p.name: p.read_bytes() for store in stores for p in sorted(store.parent.iterdir())
            if p.name.startswith(store.name) and not p.name.endswith(".key")}


def through_a_team(folder: pathlib.Path, store: pathlib.Path, made: Input) -> dict:
    """The busiest week as a bundle; in a team's store, open and published; as a release; as the file of a lead who may
    see one member; in an organisation's store; the documents that are exchanged, and everything that is printed about
    all this."""
    team, stores = folder / "team.db", [store]
    for name in ("canary-second", "canary-third"):
        stores.append(new_store(folder, name))
        os.unlink(f"{stores[-1]}.key")  # another device has another key
        e2e.ingest(stores[-1], made.root / e2e.SOURCES[0], "--now", EARLY_US)  # consent begins before the week
    monday = busiest_week(stores[-1])
    year, week, _ = (datetime.date(1970, 1, 1) + datetime.timedelta(days=monday)).isocalendar()
    window, over = f"{year}-W{week:02d}", monday * DAY_US + WEEK_US + DAY_US
    shared = ("--now", over)
    steward = ("--access", "steward", *shared)

    def said(topic: str, of: pathlib.Path, *options: Any) -> list:
        return json.loads(bpt("inspect", of, topic, *options).stdout)["rows"]

    members = [{"id": f"somebody-{i}", "team": "core", "devices": [said("identity", s, *shared)[0]["value"]]}
               for i, s in enumerate(stores)]
    bpt("configure", team, "roster", json.dumps({"blueplane.roster": 1, "organisation": "acme", "teams": ["core"],
                                                 "members": members}), *steward)
    documents = [("invitation", said("invitation", team, *steward)[0]["document"]),
                 ("roster", said("rosters", team, *steward)[0]["document"])]
    places: dict = {topic: document.encode() for topic, document in documents}

    def ask(of: pathlib.Path, access: str, *topics: str) -> None:
        for topic in topics:
            answer = bpt("inspect", of, topic, "--access", access, *shared)
            places[f"{access} asks {of.name} for {topic}"] = answer.stdout + answer.stderr

    for i, s in enumerate(stores):
        for topic, document in documents:
            bpt("configure", s, topic, document, *shared)
        if i == 1:
            for family in ("activity", "output", "tokens", "quality", "changes", "tasks"):
                bpt("consent", s, family, "lead", "1", over + 100 * DAY_US, "--now", monday * DAY_US - DAY_US)
        ask(s, "owner", "outgoing", "stored", "sharing", "roster", "rosters")
        bundle = folder / f"{i}.bundle"
        bpt("share", s, window, bundle, *shared)
        places[bundle.name] = bundle.read_bytes()
        answer = bpt("merge", team, bundle, *steward)
        places[f"merge {i}"] = answer.stdout + answer.stderr
    opened = all_bytes(team)
    check(any(b"BPLB" in data for data in opened.values()), "the store of the open week contains the bundles")
    places.update({f"open {name}": data for name, data in opened.items()})
    ask(team, "steward", "contributions", "roster", "rosters", "published")
    ask(stores[0], "owner", "shared")
    release = folder / "acme.release"
    bpt("publish", team, window, release, "--access", "steward", "--now", over + 3 * DAY_US)
    places.update({f"published {name}": data for name, data in all_bytes(team).items()})
    places["release"] = release.read_bytes()
    lead, later = folder / "core.lead", ("--access", "steward", "--now", over + 3 * DAY_US)
    written = json.loads(bpt("publish", team, window, lead, "core", *later).stdout)["rows"][0]
    check(written["members"] == 1, "the member who agreed is seen", written)
    places["lead's file"] = lead.read_bytes()
    question = json.dumps({"metrics": ["prompts", "cost", "tool_calls"], "by": ["member"], "period": "all"})
    asked = bpt("query", lead, question, "--access", "lead", "--now", over + 3 * DAY_US)
    places["lead's question"] = asked.stdout + asked.stderr
    check(json.loads(asked.stdout)["rows"][0]["prompts"] is not None, "the lead sees the member")
    for other in ("owner", "manager", "research", "devops", "steward"):
        refused = bpt("query", lead, question, "--access", other, status=1)
        places[f"lead's file as {other}"] = refused.stdout + refused.stderr
    bpt("consent", stores[1], "activity", "lead", "0", "0", "--now", over + 3 * DAY_US)
    bpt("share", stores[1], "consent", folder / "consent.bundle", "--now", over + 3 * DAY_US)
    places["consent"] = (folder / "consent.bundle").read_bytes()
    taken = bpt("merge", team, folder / "consent.bundle", *later)
    places["withdrawn"] = taken.stdout + taken.stderr
    check(json.loads(taken.stdout)["rows"][0]["withdrawn"] > 0, "and no longer after a withdrawal")
    places.update({f"taken back {name}": data for name, data in all_bytes(team).items()})
    for name, value in places.items():
        for i, m in enumerate(members):
            key = bytes.fromhex(m["devices"][0])
            if name in ("release", "lead's file", "lead's question"):
                check(key not in value and m["devices"][0].encode() not in value, "no device", name)
                check((m["id"].encode() in value) == (i == 1 and name != "release"), "only the member who agreed is named", name, m["id"])
    cells = said("published", release, "--access", "manager")[0]["cells"]
    check(cells > 0, "something is published", cells)
    above = folder / "acme.db"
    bpt("inspect", above, "health", "--access", "steward", "--scope", "organisation", *shared)
    bpt("configure", above, "trust", json.dumps({"version": 1, "stores": [said("identity", team, *steward)[0]["value"]]}), *steward)
    answer = bpt("merge", above, release, *steward)
    places["merge of the release"] = answer.stdout + answer.stderr
    places.update({f"organisation {name}": data for name, data in all_bytes(above).items()})
    for of in (release, above):
        ask(of, "devops", "health", "integrity")
        for access, metric in (("manager", "cost"), ("research", "tool_success_rate")):
            for by in ([], ["platform"], ["tool_category"], ["project"], ["team"], ["session"]):
                answer = bpt("query", of, json.dumps({"metrics": [metric], "period": "all", "by": by}), "--access", access,
                             *shared, status=None)
                places[f"{access} asks {of.name} for {metric} by {by}"] = answer.stdout + answer.stderr
    e2e.counts["files, documents and answers of a team and an organisation"] += len(places)
    for eyes in (("manager",), ("research",), ("lead", "--team", "core")):
        places.update(dashboard(folder, "--release", release, "--as", *eyes))
    e2e.counts["cells of contributions searched"] += sum(r["cells"] for s in stores for r in said("shared", s))
    e2e.counts["published cells searched"] += cells
    return places


# ------------------------------------------------------------------------------------------- tests

def nowhere(folder: pathlib.Path, labels: bool) -> None:
    made = make_input(folder / "input", labels)
    check(e2e.counts["placements"] >= (5000 if labels else 4500), "enough placements", e2e.counts["placements"])
    store, files, said = take_in(folder, made, "canary")
    found = search(files) + search(said) + search_integers(store) + search(outputs(store, made))
    found += search(dashboard(folder, "--store", store)) + search(through_a_team(folder, store, made))
    check(not found, "the marker is nowhere", f"{len(found)} hits", "\n".join(found[:40]), where(store))


def where(store: pathlib.Path) -> str:
    """Which labels hold the marker, to help find the leak."""
    db = dump.connect(store)
    found = db.execute("SELECT kind, text FROM label WHERE instr(text, ?)", (marker.word,)).fetchall()
    db.close()
    return f"in labels: {found[:10]}" if found else ""


def test_nowhere(folder: pathlib.Path) -> None:
    """With labels kept, and text that is not a name in the fields of names."""
    nowhere(folder, True)


def test_nowhere_without_labels(folder: pathlib.Path) -> None:
    """With labels switched off: names of folders, branches, tools, servers and commands are gone, too."""
    nowhere(folder, False)


def test_names_an_owner_may_see(folder: pathlib.Path) -> None:
    """In a field of names a word is kept as that name and as nothing else; a text only as the name of a folder."""
    for source in e2e.SOURCES:
        fixture = max(e2e.fixtures(source, "good-"), key=lambda p: len(set().union(*(
            {path for path in walk(json.loads(t)) if kinds_of(source, path)} for t in p.read_bytes().splitlines() if single(t)))))
        lines = [json.loads(text) for text in fixture.read_bytes().splitlines() if single(text)]
        for path in sorted(set().union(*map(walk, lines))):
            kinds = kinds_of(source, path)
            for i, content in enumerate((marker.word, marker.text)) if kinds else ():
                about = f"{source}-{path.replace('/', '-')}-{i}"
                values = copy.deepcopy(lines)
                for value in values:
                    edit(value, path, setting(content))
                put(folder / about / e2e.named(source, fixture.name),
                    b"\n".join(json.dumps(value).encode() for value in values) + b"\n")
                for labels in (True, False):
                    store = new_store(folder, f"{about}-{labels}")
                    bpt("configure", store, "labels", json.dumps({"version": 1, "keep": labels}))
                    e2e.ingest(store, folder / about, "--source", source)
                    db = dump.connect(store)
                    seen = {kind for kind, in db.execute("SELECT kind FROM label WHERE instr(text, ?)", (marker.word,))}
                    db.close()
                    allowed = kinds if labels else kinds & ALWAYS
                    if content == marker.text:
                        allowed = allowed & {WORKSPACE}
                    check(seen <= allowed, "a name is kept as what it is", about, labels, seen)
                    e2e.counts["names kept"] += len(seen)
                    db = sqlite3.connect(store)
                    db.execute("PRAGMA secure_delete = ON")
                    db.execute("DELETE FROM label WHERE instr(text, ?)", (marker.word,))
                    db.commit()
                    db.execute("VACUUM")
                    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    db.close()
                    found = search({"store": store.read_bytes()}) + search_integers(store)
                    check(not found, "and nowhere else", about, labels, found[:10])
    check(e2e.counts["names kept"] > 0, "the search finds what is kept")


def test_control(folder: pathlib.Path) -> None:
    """Control: the same search finds every form of the marker in a store that leaks, and in what is printed of it."""
    store = new_store(folder, "leaks")
    e2e.ingest(store, e2e.sample(4))
    check(not search({"store": store.read_bytes()}) + search_integers(store), "clean before")
    for about, needle in marker.needles.items():
        leaking = folder / "leaking.db"
        shutil.copyfile(store, leaking)
        db = sqlite3.connect(leaking)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("CREATE TABLE leak (content BLOB)")
        db.execute("INSERT INTO leak VALUES (?)", (b"a" + needle + b"z",))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        e2e.counts["leaks found"] += about in marker.found(leaking.read_bytes())
    e2e.equal(e2e.counts["leaks found"], len(marker.needles), "every form is found")
    for value in sorted(marker.integers, key=abs)[-50:]:
        leaking = folder / "counting.db"
        shutil.copyfile(store, leaking)
        db = sqlite3.connect(leaking)
        db.execute("PRAGMA synchronous = OFF")
        db.execute("UPDATE prompt SET k2 = ? WHERE id = (SELECT min(id) FROM prompt)", (value,))
        db.commit()
        db.close()
        check(bool(search_integers(leaking)), "hashes among integers are found")
    for column, statement in (("a label", "UPDATE label SET text = ? WHERE id = (SELECT min(id) FROM label)"),):
        leaking = folder / "label.db"
        shutil.copyfile(store, leaking)
        shutil.copyfile(f"{store}.key", f"{leaking}.key")
        db = sqlite3.connect(leaking)
        db.execute(statement, (marker.word,))
        db.commit()
        db.close()
        check(bool(search({column: leaking.read_bytes()})), "a leak is found in the file")
        check(bool(search({column: bpt("inspect", leaking, "labels").stdout})), "a leak is found in the output")
    wal = folder / "wal.db"
    shutil.copyfile(store, wal)
    db = sqlite3.connect(wal)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    db.execute("PRAGMA cache_size = 1")
    db.execute("BEGIN")
    for _ in range(500):
        db.execute("INSERT INTO meta VALUES (hex(randomblob(400)) || ?, 1)", (marker.word,))
    db.rollback()
    db.execute("INSERT INTO meta VALUES (?, 1)", (marker.text,))
    db.commit()
    check(bool(search({"wal": pathlib.Path(f"{wal}-wal").read_bytes()})), "a leak is found in the WAL")
    db.close()


if __name__ == "__main__":
    e2e.main()
