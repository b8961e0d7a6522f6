#!/usr/bin/env python3
"""Runs the program blueplane as a person would and checks its output and files.

    python3 tests/cli/test_cli.py PROGRAM SAMPLE [TEST...]

PROGRAM is the program, SAMPLE the generator examples/sample/sample.py. The sample data ends on a fixed day, and the
generator writes down the totals while it generates, so what a correct reader must find is known without the library.
"""

import csv
import datetime
import fcntl
import io
import json
import os
import pathlib
import pty
import random
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata
import unittest

PROGRAM, SAMPLE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
with open(PROGRAM, "rb") as program_file:
    STANDS_IN = program_file.read(2) == b"#!"  # the program is a script that runs the real one under a tool
PATIENCE = 600  # seconds for something that takes milliseconds: such a tool is slow
DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "cli.md")
UNTIL = "2026-03-31"
# The clock of a home with data of fixed days: one day the true one would be so late that a synchronisation removes them as
# older than a store may keep. The library that stops it is there on Linux.
STOPPED = {"LD_PRELOAD": os.environ["BLUEPLANE_FAKENOW"], "FAKE_NOW": "1775131200"} if "BLUEPLANE_FAKENOW" in os.environ else {}
ALL = ["--since", "2026-02-01", "--until", UNTIL]
QUERIES = ["stats", "days", "hours", "cost", "code", "sessions", "platforms", "workspaces", "tools", "tasks",
           "prompts", "delegate", "insights", "compare", "trend"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def width(line):
    """The columns a line takes on a terminal; the data has no wide characters."""
    return sum(0 if unicodedata.combining(c) else 1 for c in ESCAPE.sub("", line))


class Run:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)


class Home:
    """A person's machine: a home folder with transcripts and a store."""

    def __init__(self, root, data=None, stopped=False):
        self.root = root
        os.makedirs(root)
        for folder in (".claude", ".codex"):
            if data:
                shutil.copytree(os.path.join(data, folder), os.path.join(root, folder))
        self.environment = {"HOME": root, "PATH": os.environ["PATH"], "TZ": "UTC"}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "MSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        if data or stopped:
            self.environment |= STOPPED

    @property
    def store(self):
        return os.path.join(self.root, ".local/share/blueplane/blueplane.db")

    def __call__(self, *arguments, environment=None, **more):
        run = subprocess.run([PROGRAM, *arguments], env={**self.environment, **(environment or {})},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             timeout=PATIENCE, **more)
        return Run(run.returncode, run.stdout.decode("utf-8"), run.stderr.decode("utf-8"))

    def on_terminal(self, *arguments, columns=80, environment=None):
        """Runs with both streams on one terminal of that width."""
        try:
            main, side = pty.openpty()
        except OSError as why:
            raise unittest.SkipTest(f"no terminal to be had: {why}") from why
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=side, stderr=side,
                                   env={**self.environment, "TERM": "xterm", **(environment or {})})
        os.close(side)
        said = b""
        while True:
            ready, _, _ = select.select([main], [], [], 60)
            try:
                part = os.read(main, 65536) if ready else b""
            except OSError:
                part = b""
            if not part:
                break
            said += part
        os.close(main)
        return Run(process.wait(60), said.decode("utf-8").replace("\r\n", "\n"), "")


class Case(unittest.TestCase):
    """What all tests share: sample data with its truth, and a home with them already synchronised."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="blueplane-cli-")
        cls.data = os.path.join(cls.folder, "data")
        truth = os.path.join(cls.folder, "truth.json")
        subprocess.run([sys.executable, SAMPLE, "--out", cls.data, "--until", UNTIL, "--truth", truth, "--quiet"],
                       check=True)
        with open(truth, encoding="utf-8") as file:
            cls.truth = json.load(file)
        cls.home = Home(os.path.join(cls.folder, "home"), cls.data)
        assert cls.home("sync").code == 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def new_home(self, data=True, stopped=False):
        folder = tempfile.mkdtemp(dir=self.folder)
        return Home(os.path.join(folder, "a person"), self.data if data else None, stopped)

    def ok(self, run, code=0):
        self.assertEqual(run.code, code, run.out + run.err)
        return run

    def count(self, name):
        return sum(self.truth["counts"][source].get(name, 0) for source in self.truth["counts"])

    def tokens(self, name):
        return sum(counts.get(name, 0) for days in self.truth["days"].values() for models in days.values()
                   for counts in models.values())


class Sync(Case):
    """`blueplane sync` and where it looks: places, growth, unreadable and busy files, interruptions."""

    def test_twice(self):
        """A second sync of unchanged files reads and stores nothing."""
        home = self.new_home()
        first = self.ok(home("sync", "--json")).json()
        self.assertEqual(first["schema"], "blueplane.sync/1")
        self.assertEqual(first["files_seen"], first["files_changed"])
        self.assertGreater(first["records_stored"], 0)
        self.assertEqual([place["source"] for place in first["places"]], ["claude_code", "codex"])
        second = self.ok(home("sync", "--json")).json()
        self.assertEqual(second["files_seen"], first["files_seen"])
        self.assertEqual((second["files_changed"], second["bytes_read"], second["records_stored"]), (0, 0, 0))

    def test_growth_is_read_by_the_next_question(self):
        """A query ingests new files first, unless --no-sync is given."""
        home = self.new_home()
        before = self.ok(home("metric", "responses", "--period", "all", "--json")).json()["rows"][0]["responses"]
        folder = os.path.join(home.root, ".claude/projects/new")
        os.makedirs(folder)
        line = {"type": "assistant", "uuid": "one-more", "sessionId": "one-more", "cwd": "/x/added",
                "timestamp": "2026-03-31T12:00:00Z",
                "message": {"id": "one-more", "model": "claude-sonnet-4-5-20250929", "stop_reason": "end_turn",
                            "content": [], "usage": {"input_tokens": 1, "output_tokens": 2}}}
        with open(os.path.join(folder, "one.jsonl"), "w", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        same = self.ok(home("metric", "responses", "--period", "all", "--json", "--no-sync")).json()
        self.assertEqual(same["rows"][0]["responses"], before)
        after = self.ok(home("metric", "responses", "--period", "all", "--json")).json()
        self.assertEqual(after["rows"][0]["responses"], before + 1)

    def test_named_paths(self):
        """Files and folders given by name, --restart, missing paths and unknown sources."""
        home = self.new_home(data=False)
        folder = os.path.join(self.data, ".claude/projects")
        found = [os.path.join(base, name) for base, _, names in os.walk(folder) for name in names
                 if name.endswith(".jsonl")]
        one = self.ok(home("sync", found[0], "--json")).json()
        self.assertEqual(one["files_seen"], 1)
        rest = self.ok(home("sync", folder, "--json")).json()
        self.assertEqual(rest["files_seen"], len(found))
        again = self.ok(home("sync", "--restart", folder, "--json")).json()
        self.assertEqual((again["files_changed"], again["records_stored"]), (len(found), 0))
        missing = home("sync", "/no such folder")
        self.assertNotEqual(missing.code, 0)
        self.assertIn("/no such folder", missing.err)
        self.assertNotEqual(home("sync", "--source", "nobody", folder).code, 0)

    def test_nothing_found(self):
        """Without any data, status 3 and the places that were searched."""
        home = self.new_home(data=False)
        run = self.ok(home("sync"), 3)
        self.assertIn("CLAUDE_CONFIG_DIR", run.err)
        self.assertIn("~/.claude/projects", run.err)
        self.assertEqual(run.out.count("read"), 0)
        self.ok(home("stats"), 3)

    def test_known_places(self):
        """Environment variables of the assistants change where their files are looked for."""
        data = self.data
        home = self.new_home(data=False)
        cases = [
            ({"CLAUDE_CONFIG_DIR": f"{data}/.claude"}, ["claude_code"]),
            ({"CLAUDE_CONFIG_DIR": f"{data}/.claude/projects,/nowhere"}, ["claude_code"]),
            ({"CLAUDE_CONFIG_DIR": f"{data}/.claude,{data}/.claude/projects/"}, ["claude_code"]),
            ({"CODEX_HOME": f"{data}/.codex"}, ["codex"]),
            ({"CODEX_HOME": f"{data}/.codex/sessions"}, ["codex"]),
            ({"CODEX_HOME": f"{data}/.codex", "CLAUDE_CONFIG_DIR": f"{data}/.claude"}, ["claude_code", "codex"]),
        ]
        for environment, sources in cases:
            places = home("sync", "--json", environment=environment).json()["places"]
            self.assertEqual([place["source"] for place in places], sources, environment)
            self.assertTrue(all(place["files_seen"] for place in places), environment)
        moved = self.new_home(data=False)
        shutil.copytree(f"{data}/.claude", os.path.join(moved.root, "config/claude"))
        places = self.ok(moved("sync", "--json", environment={
            "XDG_CONFIG_HOME": os.path.join(moved.root, "config")})).json()["places"]
        self.assertEqual(len(places), 1)
        self.assertGreater(places[0]["files_seen"], 0)

    def test_compressed_rollouts_are_reported(self):
        """doctor reports skipped compressed rollouts, which are no rejects."""
        home = self.new_home(data=False)
        for name in ("rollout-a.jsonl.zst", "rollout-b.jsonl.zst", "other.zst", "rollout-c.jsonl"):
            file = pathlib.Path(home.root, ".codex/sessions", name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"")
        self.ok(home("sync"))
        said = [(check["check"], check["status"], check["said"]) for check in home("doctor", "--json").json()["checks"]]
        self.assertIn(("compressed", "warning", "2 compressed files were skipped"), said)
        self.assertIn(("rejected", "ok", "no record was rejected"), said)

    def test_places_that_are_not_there(self):
        """On a machine without any assistant, each one with a known place is named with the place searched."""
        home = self.new_home(data=False)
        looked = {"claude_code": "/.claude/projects", "codex": "/.codex/sessions", "cursor": "/Cursor/User/globalStorage",
                  "cursor_hooks": "/blueplane/cursor_hooks", "claude_code_hooks": "/blueplane/claude_code_hooks",
                  "gemini": "/.gemini/tmp", "copilot": "/.copilot/session-state", "opencode_db": "/opencode",
                  "opencode_storage": "/opencode/storage", "blueplane_db": "/.blueplane"}
        places = home("places", "--json").json()["places"]
        self.assertEqual({place["source"] for place in places}, set(looked))
        self.assertFalse(any(place["exists"] for place in places))
        checks = home("doctor", "--json").json()["checks"]
        run = self.ok(home("sync"), 3)
        for source, path in looked.items():
            self.assertTrue(any(p["source"] == source and p["path"].endswith(path) for p in places), source)
            self.assertTrue(any(c["check"] == source and path in c["said"] and "does not exist" in c["said"] for c in checks), source)
            self.assertRegex(run.err, rf"{source} +\S*{path}")
        os.makedirs(os.path.join(home.root, ".gemini/tmp"))
        known = {place["source"] for place in home("places", "--json").json()["places"] if place["exists"]}
        self.assertEqual(known, {"gemini"})

    def test_store_paths(self):
        """Stores in paths with spaces, other scripts, quotes and dashes; store and folder are private."""
        for name in ("with a space", "grüße-東京", "quo'te\"d", "-dash"):
            home = self.new_home()
            store = os.path.join(home.root, name, "deep", name + ".db")
            self.ok(home("sync", "--store", store))
            self.assertTrue(os.path.exists(store))
            self.assertEqual(os.stat(store).st_mode & 0o777, 0o600)
            self.assertEqual(os.stat(os.path.dirname(store)).st_mode & 0o777, 0o700)
            self.assertFalse(os.path.exists(home.store))
            run = self.ok(home("sessions", "--period", "all", "--json", environment={"BLUEPLANE_STORE": store}))
            self.assertEqual(len(run.json()["rows"]), self.count("sessions"))

    def test_odd_files(self):
        """A folder named like a transcript and a dangling link are not counted as failed files."""
        home = self.new_home()
        os.makedirs(os.path.join(home.root, ".claude/projects/odd/session.jsonl"))
        os.symlink("/nowhere", os.path.join(home.root, ".claude/projects/odd/broken.jsonl"))
        self.assertEqual(self.ok(home("sync", "--json")).json()["files_failed"], 0)

    def test_unreadable_folder(self):
        """A place without read permission is reported by sync and doctor; the others are read."""
        home = self.new_home()
        locked = os.path.join(home.root, ".codex/sessions")
        more = {}
        if os.geteuid() == 0:  # root reads everything, so run as another user
            for base, folders, files in os.walk(os.path.dirname(home.root)):
                for name in folders + files:
                    os.chown(os.path.join(base, name), 65534, 65534)
            os.chmod(self.folder, 0o711)
            os.chmod(os.path.dirname(home.root), 0o711)
            more = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chmod(locked, 0)
        try:
            try:
                run = home("sync", **more)
            except (PermissionError, TypeError):
                self.skipTest("other users cannot reach the program")
            self.assertEqual(run.out.count("claude_code"), 1, run.err)
            self.assertRegex(run.out + run.err, "could not be read|cannot be read")
            doctor = home("doctor", **more)
            self.assertEqual(doctor.code, 1, doctor.out)
            self.assertRegex(doctor.out, r"problem +codex +~/.codex/sessions cannot be read")
            self.assertIn("chmod", doctor.out)
            self.assertEqual(home("platforms", "--period", "all", **more).code, 0)
        finally:
            os.chmod(locked, 0o755)

    def test_a_store_of_somebody_else(self):
        """A store that may be read, in a folder that may not be written, cannot be asked; the error says what helps, and it does."""
        if os.geteuid() != 0:
            self.skipTest("only root can be somebody else")
        home = self.new_home()
        self.ok(home("sync"))
        for base, folders, _ in os.walk(home.root):
            for name in folders:
                os.chmod(os.path.join(base, name), 0o755)
        for path in (self.folder, os.path.dirname(home.root), home.root):
            os.chmod(path, 0o755)
        os.chmod(home.store, 0o644)
        os.chmod(home.store + ".key", 0o644)
        other = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            run = self.ok(home("stats", "all", "-n", **other), 1)
        except (PermissionError, TypeError):
            self.skipTest("other users cannot reach the program")
        self.assertIn("or name a copy of the store and its key with --store", run.err)
        copy = tempfile.mkdtemp(dir=self.folder)
        for name in (home.store, home.store + ".key"):
            shutil.copy(name, copy)
            os.chown(os.path.join(copy, os.path.basename(name)), 65534, 65534)
        os.chown(copy, 65534, 65534)
        self.ok(home("stats", "all", "-n", "--store", os.path.join(copy, "blueplane.db"), **other))

    def many_files(self, copies):
        """A home with many more files, by hard links: much to read, nothing new."""
        home = self.new_home()
        for base, _, files in list(os.walk(os.path.join(home.root, ".claude"))):
            for copy in range(copies):
                folder = os.path.join(home.root, ".claude/projects", f"copy-{copy}", os.path.basename(base))
                os.makedirs(folder, exist_ok=True)
                for name in files:
                    os.link(os.path.join(base, name), os.path.join(folder, name))
        return home

    def test_interrupt(self):
        """Ctrl-C during sync: status 130, a complete report, and the next sync reads the rest."""
        delay = 0.1
        for _ in range(12):
            home = self.many_files(100)
            process = subprocess.Popen([PROGRAM, "sync", "--json"], env=home.environment, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
            if process.returncode == 130:
                break
            delay *= 1.7 if process.returncode == -signal.SIGINT else 0.5  # it was not listening yet, or it was already done
        self.assertEqual(process.returncode, 130, err)
        self.assertIn(b"what was read so far is kept", err)
        report = json.loads(out)
        self.assertTrue(report["interrupted"])
        run = self.ok(home("sessions", "--period", "all", "--json"))
        self.assertEqual(len(run.json()["rows"]), self.count("sessions"))

    def test_somebody_waits_for_the_line(self):
        """A status line reads for a moment and leaves the rest for the next time; it shows what is stored."""
        for copies in (30, 200, 1000):  # how much is read in a moment depends on the machine
            home = self.many_files(copies)
            run = self.ok(home("statusline"))
            self.assertEqual(run.err, "")
            figures = {one["name"]: one["value"] for one in self.ok(home("health", "--json")).json()["figures"] if one["of"] is None}
            if figures["pending_bytes"] > 0:
                break
        self.assertGreater(figures["pending_bytes"], 0)

    def interrupt(self, home, *arguments, says=True):
        """Interrupts after it began listening for Ctrl-C and before it is done; the delay is adapted until that
        succeeds. Without `says` it must not have printed anything yet, either."""
        delay = 0.1
        for _ in range(12):
            with subprocess.Popen([PROGRAM, *arguments], env=home.environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE) as process:
                time.sleep(delay)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=PATIENCE)
            if process.returncode not in (0, -signal.SIGINT) and (says or not out):
                break
            delay *= 1.7 if process.returncode == -signal.SIGINT else 0.5
        return Run(process.returncode, out.decode(), err.decode())

    def test_nobody_waits_for_another_process(self):
        """A status line is printed, and Ctrl-C works, while another process writes."""
        home = self.new_home()
        with open(os.path.join(home.root, ".claude/projects/new.jsonl"), "w", encoding="ascii") as file:
            file.write("{}\n")
        self.ok(home("sync"))
        os.utime(file.name, (1, 1))
        other = sqlite3.connect(home.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        self.assertEqual(self.ok(home("statusline")).err, "")
        self.assertIn("interrupted", self.ok(self.interrupt(home, "sync"), 130).err)
        other.close()

    def test_interrupted_check(self):
        """Ctrl-C during an integrity check: status 130 and no partial output."""
        home = self.new_home(False)
        self.ok(home("sync", self.data))
        store = sqlite3.connect(home.store)
        store.execute("CREATE TABLE ballast (a INTEGER PRIMARY KEY, b TEXT)")
        store.execute("INSERT INTO ballast WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
                      "SELECT i, 'x' || i * 7919 % 1000003 FROM n")
        store.execute("CREATE INDEX ballast_b ON ballast(b)")
        store.commit()
        store.close()
        for words in (["health", "--integrity"], ["doctor"], ["doctor", "--json"]):
            run = self.ok(self.interrupt(home, *words, says=False), 130)
            self.assertEqual(run.out, "")
            self.assertEqual(run.err.count("\n"), 1)

    def test_interrupted_demo(self):
        """Ctrl-C during `blueplane demo` ends it before all weeks are published."""
        folder = os.path.join(tempfile.mkdtemp(dir=self.folder), "demo")

        def releases():
            return [name for name in os.listdir(folder) if name.endswith(".release")] if os.path.isdir(folder) else []
        with subprocess.Popen([PROGRAM, "demo", folder, "--weeks", "12", "-q"], env=self.home.environment) as demo:
            while demo.poll() is None and not releases():
                time.sleep(0.01)
            demo.send_signal(signal.SIGINT)
            self.assertEqual(demo.wait(PATIENCE), 130)
        self.assertLess(len(releases()), 12)

    def test_progress(self):
        """On a terminal sync shows progress, which it removes at the end; elsewhere it shows none."""
        home = self.many_files(150)
        run = self.ok(home.on_terminal("sync"))
        if "\r" not in run.out:
            self.skipTest("too quick to show progress")
        self.assertRegex(run.out, r"\rclaude_code .* %  [\d,]+ of [\d,]+ files")
        self.assertIn("left", run.out)
        self.assertRegex(run.out.rsplit("\r", 1)[1], r"^\x1b\[K")
        self.assertNotIn("\r", self.ok(home("sync", "--restart")).err)

    def test_busy(self):
        """While another process writes, sync ends with status 6; afterwards it works."""
        home = self.new_home()
        self.ok(home("sync"))
        other = sqlite3.connect(home.store, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        os.utime(next(os.path.join(base, name) for base, _, names in os.walk(home.root + "/.claude")
                      for name in names if name.endswith(".jsonl")), (1, 1))
        run = home("sync")
        self.assertEqual(run.code, 6, run.err)
        other.execute("ROLLBACK")
        other.close()
        self.ok(home("sync"))


class Numbers(Case):
    """Figures of commands compared with the sample's truth, or with each other."""

    def test_totals(self):
        """Sessions, lines, tokens, prompts, responses and tool calls are those of the sample's truth."""
        totals = self.ok(self.home("stats", *ALL, "--json")).json()["totals"]
        self.assertEqual(totals["sessions"]["value"], self.count("sessions"))
        for name in ("lines_added", "lines_removed"):
            self.assertEqual(totals[name]["value"], self.count(name))
        self.assertEqual(totals["input_tokens"]["value"], self.tokens("input"))
        self.assertEqual(totals["cache_read_tokens"]["value"], self.tokens("cache_read"))
        run = self.ok(self.home("metric", "prompts", "responses", "tool_calls", *ALL, "--format", "ndjson"))
        for name, value in json.loads(run.out).items():
            if "." not in name:
                self.assertEqual(value, self.count(name), name)

    def test_day(self):
        """Responses of the busiest day are those of the truth; its page has every heading."""
        day = max(self.truth["days"]["claude_code"], key=lambda day: sum(
            model["responses"] for model in self.truth["days"]["claude_code"][day].values()))
        run = self.ok(self.home("metric", "responses", "--date", day, "--where", "platform=claude_code", "--json"))
        wanted = sum(model["responses"] for model in self.truth["days"]["claude_code"][day].values())
        self.assertEqual(run.json()["rows"][0]["responses"], wanted)
        page = self.ok(self.home("stats", "--date", day)).out
        for word in ("Sessions", "Interactions", "Active time", "Lines", "Tokens in, out", "Cache read, write",
                     "Cost", "Peak hour", "Most active in", "Platforms", "average day", "~$", "list prices"):
            self.assertIn(word, page)
        self.assertLessEqual(len(page.splitlines()), 18, page)

    def test_parts_of_weeks_and_months(self):
        """A week or a month of which the period has a part is named by the days of that part."""
        def names(*period):
            page = self.ok(self.home("stats", *period)).out.split("\n\n")[0]
            return [re.split(r"  +#|  {4}", line.strip())[0].strip() for line in page.splitlines()[2:]]
        self.assertEqual(names("month", "--date", "2026-03-20"), ["1 Mar", "2 Mar -  8 Mar", "9 Mar - 15 Mar", "16 Mar - 22 Mar",
                                                                  "23 Mar - 29 Mar", "30 Mar - 31 Mar"])
        self.assertEqual(names("-p", "2026-03-03/2026-03-19"), ["3 Mar -  8 Mar", "9 Mar - 15 Mar", "16 Mar - 19 Mar"])
        parts = names("-p", "2025-10-15/2026-03-31")
        self.assertEqual((parts[0], parts[1], parts[-1]), ("15 Oct - 31 Oct", "Nov 2025", "Mar 2026"))

    def test_stats_json(self):
        """Dates, sums, peaks, differences and shares in the JSON of stats are consistent."""
        run = self.ok(self.home("stats", "week", "--date", "2026-03-11", "--json")).json()
        self.assertEqual(run["schema"], "blueplane.stats/1")
        self.assertEqual((run["from"], run["until"]), ("2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z"))
        self.assertEqual(run["zone"], "UTC")
        self.assertEqual(run["compare"], "previous")
        self.assertEqual([day["time.day"] for day in run["breakdown"]],
                         [f"2026-03-{day:02}" for day in range(9, 16)])
        sums = sum(day["interactions"]["value"] for day in run["breakdown"])
        self.assertEqual(sums, run["totals"]["interactions"]["value"])
        best = max(run["breakdown"], key=lambda day: day["interactions"]["value"])
        self.assertEqual(run["peak_day"], best["time.day"])
        best = max(run["hours"], key=lambda hour: (hour["interactions"]["value"], -hour["hour"]))
        self.assertEqual(run["peak_hour"], best["hour"])
        cell = run["totals"]["interactions"]
        self.assertEqual(cell["value"] - cell["baseline"], cell["difference"])
        self.assertAlmostEqual(cell["difference"] / cell["baseline"], cell["relative"])
        self.assertAlmostEqual(sum(one["interaction_share"]["value"] for one in run["platforms"]), 1)
        sunday = self.ok(self.home("stats", "week", "--date", "2026-03-11", "--json", "--week-start", "sunday"))
        self.assertEqual(sunday.json()["from"], "2026-03-08T00:00:00Z")
        month = self.ok(self.home("stats", "month", "--date", "2026-02-28", "--json")).json()
        self.assertEqual((month["from"], month["until"]), ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))

    def test_zone(self):
        """--zone and TZ decide when a day begins."""
        run = self.ok(self.home("stats", "--date", "2026-03-11", "--json", "--zone", "America/New_York")).json()
        self.assertEqual(run["from"], "2026-03-11T04:00:00Z")
        run = self.ok(self.home("stats", "--date", "2026-03-11", "--json", environment={"TZ": ":Asia/Kolkata"})).json()
        self.assertEqual((run["zone"], run["from"]), ("Asia/Kolkata", "2026-03-10T18:30:00Z"))
        self.assertIn("Asia/Kolkata", self.home("stats", "--date", "2026-03-11", "--zone", "Asia/Kolkata").out)

    def test_periods_by_number(self):
        """Months, quarters and ISO weeks by number have the days that Python's calendar gives them."""
        day, cases = datetime.date, {}
        for month in range(1, 13):
            cases[f"2024-{month:02}"] = day(2024, month, 1), day(2024 + month // 12, month % 12 + 1, 1)
        for quarter in range(1, 5):
            cases[f"2025-Q{quarter}"] = (day(2025, 3 * quarter - 2, 1),
                                         day(2025 + quarter // 4, 3 * quarter % 12 + 1, 1))
        for year, week in ((2026, 1), (2026, 13), (2026, 53), (2024, 9), (2020, 53), (2021, 1)):
            monday = day.fromisocalendar(year, week, 1)
            cases[f"{year}-W{week:02}"] = monday, monday + datetime.timedelta(7)
        for period, (first, end) in cases.items():
            run = self.home("metric", "prompts", "--period", period, "--json", "-n").json()["meta"]
            self.assertEqual((run["from"], run["until"]), (f"{first}T00:00:00Z", f"{end}T00:00:00Z"), period)
        march = self.ok(self.home("stats", "2026-03")).out
        self.assertIn("Month, 1 to 31 March 2026", march)
        self.assertEqual(march, self.ok(self.home("stats", "month", "--date", "2026-03-15")).out)
        run = self.ok(self.home("metric", "prompts", "-p", "2026-03", "--compare", "previous", "--json")).json()["meta"]
        self.assertEqual((run["baseline_from"], run["baseline_until"]), ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"))
        for words in (["stats", "2026-13"], ["days", "-p", "2026-13"], ["days", "-p", "7d", "--compare", "2026-13"]):
            run = self.ok(self.home(*words, "-n"), 2)
            self.assertIn('"2026-13"', run.err)
            self.assertIn("trailing_12w" if "--compare" in words else "2026-W07", run.err)

    def test_any_period_is_a_baseline(self):
        """--compare takes any period, as metric does of the library, and its name heads the column."""
        run = self.ok(self.home("metric", "prompts", "-p", "2026-03", "--compare", "2026-02-20/2026-02-25", "--json")).json()
        other = self.ok(self.home("metric", "prompts", "-p", "2026-02-20/2026-02-25", "--json")).json()
        self.assertEqual(run["rows"][0]["prompts.baseline"], other["rows"][0]["prompts"])
        self.assertRegex(self.ok(self.home("stats", "2026-03", "--compare", "2026-02")).out, "that month +2026-02 +change")
        self.assertRegex(self.ok(self.home("stats", "2026-03-30", "-c", "trailing_12w")).out, "average day +change")
        self.assertIn('did you mean "previous"?', self.ok(self.home("stats", "--compare", "previos"), 2).err)

    def test_empty_day(self):
        """A day without activity: status 3, and the last active day is suggested."""
        run = self.ok(self.home("stats", "--date", "2026-06-01"), 3)
        self.assertRegex(run.out, r"No activity\.\nThe last active day was \w+ \d+ March 2026: "
                                  r"blueplane stats --date 2026-03-\d\d\n")
        run = self.ok(self.home("stats", "--date", "2026-06-01", "--json"), 3).json()
        self.assertTrue(run["empty"])
        self.assertRegex(run["last_active_day"], r"^2026-03-\d\d$")
        self.assertIn("Nothing was recorded", self.ok(self.home("stats", "--date", "2020-01-01"), 3).out)
        empty = self.new_home(data=False)
        for period in ("today", "all"):
            run = self.ok(empty("stats", period), 3)
            self.assertIn("Nothing is stored at all; blueplane doctor", run.out)
            self.assertEqual(run.err, "")
            run = self.ok(empty("stats", period, "--json"), 3)
            self.assertEqual((run.err, run.json()["last_active_day"]), ("", None))
        for command in ("cost", "sessions", "days", "tasks", "compare", "trend"):
            self.assertIn("--period all", self.ok(empty(command, "--period", "7d"), 3).err)
            run = self.ok(empty(command, "--period", "all"), 3)
            self.assertEqual(run.err, "nothing found; blueplane doctor shows what is stored and where it looked\n")

    def test_sessions(self):
        """Sessions are as many as in the truth, in order, and can be shown by the beginning of their id."""
        rows = self.ok(self.home("sessions", *ALL, "--json")).json()["rows"]
        self.assertEqual(len(rows), self.count("sessions"))
        self.assertEqual(rows, sorted(rows, key=lambda row: row["last_activity"], reverse=True))
        one = self.ok(self.home("session", rows[0]["session"]))
        self.assertIn(rows[0]["workspace"], one.out)
        same = self.ok(self.home("session", rows[0]["session"][:8], "--json")).json()["rows"]
        self.assertEqual(same[0]["interactions"], rows[0]["interactions"])
        self.ok(self.home("session", "0123456789abcdef"), 3)
        self.ok(self.home("session", "xyz"), 2)
        figures = self.ok(self.home("sessions", "--stats", *ALL)).out
        self.assertIn("median", figures)
        documents = self.ok(self.home("sessions", "--stats", *ALL, "--json")).json()
        self.assertEqual(documents["schema"], "blueplane.sessions/1")
        self.assertEqual(sum(row["sessions"] for row in documents["depth"]["rows"]), self.count("sessions"))

    def test_tasks(self):
        """Types of tasks add up to the totals; time saved has its assumptions."""
        whole = self.ok(self.home("tasks", *ALL, "--json")).json()
        self.assertEqual(whole["schema"], "blueplane.tasks/1")
        figures, types = whole["figures"]["rows"][0], whole["types"]["rows"]
        self.assertGreater(len(types), 3)
        self.assertEqual(sum(row["tasks"] for row in types), figures["tasks"])
        self.assertEqual(sum(row["resolution_rate.resolved"] for row in types), figures["time_saved.resolved"])
        self.assertLess(figures["time_saved.low"], figures["time_saved"])
        self.assertLess(figures["time_saved"], figures["time_saved.high"])
        page = self.ok(self.home("tasks", *ALL)).out
        self.assertIn(f"{figures['tasks']} tasks", page)
        self.assertRegex(page, r"building +#+ +\d+ +\d+ % \(\d+–\d+ %\)" if "–" in page else r"building +#+ +\d+ +\d+ % \(\d+-\d+ %\)")
        self.assertIn("by hand a line kept takes 12 s, 30 s or 60 s", page)
        rows = list(csv.DictReader(io.StringIO(self.ok(self.home("tasks", *ALL, "--format", "csv")).out)))
        self.assertEqual([row["task_type"] for row in rows], [row["task_type"] for row in types])
        self.assertIn("nothing found", self.ok(self.home("tasks", "--date", "2020-01-01"), 3).err)
        self.assertEqual(self.ok(self.home("tasks", "--date", "2020-01-01", "--json"), 3).json()["types"]["rows"], [])

    def test_prompts(self):
        """Both tables of prompts add up to the first try rate."""
        both = self.ok(self.home("prompts", *ALL, "--json")).json()
        self.assertEqual(both["schema"], "blueplane.prompts/1")
        edits = self.ok(self.home("metric", "first_try_rate", *ALL, "--json")).json()["rows"][0]["first_try_rate.edits"]
        self.assertEqual(sum(row["first_try_rate.edits"] for row in both["sizes"]["rows"]), edits)
        page = self.ok(self.home("prompts", *ALL)).out
        for word in ("features of the preceding prompt", "length of the preceding prompt", "tiny", "short"):
            self.assertIn(word, page)

    def test_delegate(self):
        """Verdicts of delegation follow the configured assumptions; invalid assumptions are refused."""
        def verdicts(*more):
            rows = self.ok(self.home("delegate", *ALL, "--json", *more)).json()["types"]["rows"]
            return {row["task_type"]: row["delegation"] for row in rows}
        self.assertEqual(verdicts()["building"], "delegate")
        self.assertIsNone(verdicts()["operating"], "types without edits or test runs have no verdict")
        strict = os.path.join(self.home.root, "strict.json")
        with open(strict, "w", encoding="utf-8") as file:
            file.write('{"version":1,"delegation":{"resolved_share":0.999}}')
        self.assertEqual(verdicts("--assumptions", strict)["building"], "keep")
        page = self.ok(self.home("delegate", *ALL, "--assumptions", strict)).out
        self.assertIn("delegation at a share of 0.999", page)
        self.assertIn("edit > command", page)
        with open(strict, "w", encoding="utf-8") as file:
            file.write('{"version":1,"delegation":{"resolved_share":2}}')
        failed = self.ok(self.home("delegate", *ALL, "--assumptions", strict), 1)
        self.assertIn("delegation.resolved_share", failed.err)
        self.ok(self.home("delegate", "--assumptions", os.path.join(self.home.root, "none.json")), 1)

    def test_statusline(self):
        """The status line: costs by hand from two responses, the session's cost from its input, and bad input."""
        run = self.ok(self.home("statusline"))
        self.assertRegex(run.out, r"^today: nothing yet\n$")
        home = self.new_home(False)
        now = datetime.datetime.now(datetime.timezone.utc)
        events = os.path.join(home.root, "events.blueplane.jsonl")
        with open(events, "w", encoding="ascii") as file:
            for day, output in ((now - datetime.timedelta(days=7), 200000), (now, 100000)):
                file.write(json.dumps({"blueplane": 1, "kind": "response", "platform": "mytool", "session": str(day.day),
                                       "id": str(day.day), "time": day.isoformat(), "model": "claude-sonnet-4-5",
                                       "input_tokens": 0, "output_tokens": output}) + "\n")
        self.ok(home("sync", events))
        def line(said):
            return subprocess.run([PROGRAM, "statusline"], env=home.environment, input=said, check=True,
                                  stdout=subprocess.PIPE).stdout.decode()
        today = "today 1 session · 0s · ~$1.50 (average day ~$3.00)\n"
        self.assertEqual(line(b""), today)
        status = {"session_id": "s", "cwd": "/canary", "cost": {"total_cost_usd": 0.417, "total_lines_added": 3}}
        self.assertEqual(line(json.dumps(status).encode()), "session $0.417 · " + today)
        for other in (b"{", b"[]", b'{"cost":3}', b'{"cost":{"total_cost_usd":"1"}}', b'{"cost":{"total_cost_usd":-1}}', b"\xff"):
            self.assertEqual(line(other), today)
        with subprocess.Popen([PROGRAM, "statusline"], env=home.environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as silent: # nobody writes to it, nobody closes it
            self.assertEqual(silent.stdout.read().decode(), today)

    def test_no_data_is_reported(self):
        """Commands without data say so with status 3; wrong numbers of arguments are named."""
        home = self.new_home(False)
        self.assertIn("blueplane git", self.ok(home("commits"), 3).err)
        for words in (["compare"], ["compare", "--by", "platform"], ["trend"]):
            run = self.ok(home(*words), 3)
            self.assertIn("nothing found", run.err)
            self.assertEqual(run.out, "")
            self.ok(home(*words, "--json"), 3).json()
        self.ok(home("hook"), 1) # 2 would stop the assistant
        self.ok(home("hook", "cursor", "more"), 1)
        for words, said in ((["session"], "session takes 1 argument, and 0 were given"),
                            (["session", "abcd", "x"], "session takes 1 argument, and 2 were given"),
                            (["metric"], "metric takes at least 1 argument, and 0 were given"),
                            (["stats", "week", "x"], "stats takes at most 1 argument, and 2 were given"),
                            (["days", "week"], "days takes no argument but its options")):
            self.assertIn(said, self.ok(home(*words), 2).err)

    def days(self, row, first, last):
        """The range of the evidence as options."""
        return ["--since", row[first][:10], "--until", (datetime.datetime.fromisoformat(row[last].replace("Z", "+00:00"))
                                                        - datetime.timedelta(days=1)).date().isoformat()]

    def test_insights_rest_on_their_numbers(self):
        """Each insight's numbers are those that a query for its evidence gives."""
        rows = self.ok(self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27", "--json")).json()["rows"]
        self.assertGreaterEqual(len(rows), 2)
        checked = 0
        for row in rows:
            self.assertLessEqual(row["p_adjusted"], 0.05)
            self.assertLessEqual(row["p"], row["p_adjusted"])
            self.assertLessEqual(row["effect_low"], row["effect"])
            self.assertLessEqual(row["effect"], row["effect_high"])
            if row["insight"] not in ("tool_rejections", "tool_failures", "tool_retries", "slow_tools"):
                continue
            asked = self.ok(self.home("metric", row["metric"], "--where", f"tool={row['subject']}",
                                      *self.days(row, "evidence_from", "evidence_until"), "--json")).json()["rows"][0]
            self.assertAlmostEqual(asked[row["metric"]], row["value"], delta=abs(row["value"]) * 1e-5)
            self.assertIn(row["n"], asked.values())
            checked += 1
        self.assertGreater(checked, 0)
        page = self.ok(self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27")).out
        for row in rows:
            self.assertIn(row["sentence"], page)
            self.assertIn(row["advice"], page)
        limited = self.home("insights", "--since", "2026-03-21", "--until", "2026-03-27", "--limit", "1", "--json").json()
        self.assertEqual(limited["rows"], rows[:1])

    def test_nothing_stands_out(self):
        """A day without insights says so."""
        run = self.ok(self.home("insights", "--date", "2020-01-01"), 3)
        self.assertIn("nothing stands out. There is", run.err)

    def test_an_unknown_value_is_answered_with_those_that_are(self):
        """An unknown value of a filter is refused with the allowed ones."""
        run = self.ok(self.home("delegate", *ALL, "--where", "task_type=nope"), 2)
        self.assertIn("allowed: conversing", run.err)
        self.assertNotIn("did you mean", run.err)

    def test_compare(self):
        """Both sides of a comparison are those of the metric in each period; wrong comparisons are refused."""
        two = ["2026-03-16/2026-03-22", "2026-03-09/2026-03-15"]
        row = self.ok(self.home("compare", *two, "tool_error_rate", "--json")).json()["rows"][0]
        for days, side in zip(two, ("value", "other")):
            asked = self.home("metric", "tool_error_rate", "--period", days, "--json").json()["rows"][0]
            self.assertAlmostEqual(asked["tool_error_rate"], row[side], places=5)
        self.assertIn(row["verdict"], ("higher", "lower", "no difference shown", "too little data"))
        before = self.ok(self.home("compare", two[0], "tool_error_rate", "--json")).json()["rows"][0]
        self.assertEqual((before["value"], before["other"]), (row["value"], row["other"]))
        groups = self.ok(self.home("compare", "--by", "platform", *ALL, "cost_per_line", "--json")).json()["rows"]
        self.assertEqual([(g["subject"], g["against"]) for g in groups], [("claude_code", "codex")])
        page = self.ok(self.home("compare", *two)).out
        self.assertIn("beside 9 to 15 March 2026", page)
        for arguments, said in (([*two, "--by", "tool"], "not two of them"), ([two[0], "--date", "2026-03-01"], "twice"),
                                (["sessions"], "cannot be compared"), (["--by", "tool,platform"], "one --by"),
                                (["--by", "tool", "cost_per_line"], "allowed:")):
            self.assertIn(said, self.ok(self.home("compare", *arguments), 2).err)

    def test_trend(self):
        """The ends of a trend are the metric's first and last known week."""
        rows = self.ok(self.home("trend", "tool_error_rate", "--date", "2026-03-27", "--json")).json()["rows"]
        self.assertEqual([row["metric"] for row in rows], ["tool_error_rate"])
        weeks = self.home("metric", "tool_error_rate", "--by", "time.week", "--since", "2026-01-05", "--until",
                          "2026-03-27", "--json").json()["rows"]
        known = [week["tool_error_rate"] for week in weeks if week["tool_error_rate"] is not None]
        self.assertEqual(rows[0]["n"], len(known))
        self.assertAlmostEqual(rows[0]["value"], known[0], places=5)
        self.assertAlmostEqual(rows[0]["other"], known[-1], places=5)
        for words, first in (([], "5 January"), (["--week-start", "sunday"], "4 January")):
            said = self.ok(self.home("trend", "--date", "2026-03-27", *words)).out
            self.assertTrue(said.startswith(f"{first} to 27 March 2026  (UTC)\n"), said)
        self.assertNotIn("All time", self.ok(self.home("trend", "--period", "all")).out)

    def test_verdicts_beside_intervals(self):
        """A verdict may say less than its interval: it allows for the whole table, and the page says so."""
        for words in (["trend", "--date", "2026-03-27"], ["compare", *ALL], ["compare", "--by", "platform", *ALL]):
            said = " ".join(self.ok(self.home(*words)).out.split())
            self.assertIn("A verdict allows for all the comparisons of the table together, an interval for its own alone.", said)

    def test_what_shows_as_zero_has_no_sign(self):
        """No figure is −0.0: a sign would claim what the digits do not show."""
        for words in (["trend", "-p", "all"], ["compare", "--by", "workspace", "-p", "all"], ["compare", "--by", "model", "-p", "all"]):
            said = self.ok(self.home(*words)).out
            self.assertNotRegex(said, r"[−+-]\$?0(\.0+)?(?![\d.])", said)

    def test_metric(self):
        """Grouping, comparison, order, limit and filters of the metric command."""
        run = self.ok(self.home("metric", "M023", "lines_added", "--by", "time.month,platform", *ALL, "--compare",
                                "previous", "--format", "csv"))
        rows = list(csv.DictReader(io.StringIO(run.out)))
        self.assertEqual({row["time.month"] for row in rows}, {"2026-02", "2026-03"})
        self.assertIn("cost.baseline", rows[0])
        one = self.ok(self.home("metric", "interactions", "--by", "workspace", "--order", "-interactions", "--limit",
                                "1", *ALL, "--json")).json()["rows"]
        most = self.ok(self.home("stats", *ALL, "--json")).json()["workspaces"][0]
        self.assertEqual(one[0]["workspace"], most["workspace"])
        without = self.ok(self.home("metric", "sessions", "--where", "platform!=codex", *ALL, "--json")).json()
        self.assertEqual(without["rows"][0]["sessions"], self.truth["counts"]["claude_code"]["sessions"])

    def test_export(self):
        """Exported values add up to the truth, in every form."""
        run = self.ok(self.home("export"))
        rows = list(csv.DictReader(io.StringIO(run.out, newline="")))
        added = sum(int(row["value"]) for row in rows if row["metric"] == "lines_added")
        self.assertEqual(added, self.count("lines_added"))
        self.assertGreater(len({row["metric"] for row in rows}), 30)
        lines = self.ok(self.home("export", "responses", "--by", "model", "--format", "ndjson")).out.splitlines()
        self.assertEqual(sum(json.loads(line)["value"] for line in lines), self.count("responses"))
        same = self.ok(self.home("export", "M023", "--by", "model")).out
        self.assertEqual(same, self.ok(self.home("export", "cost", "--by", "model")).out)
        document = self.ok(self.home("export", "responses", "--json")).json()
        self.assertEqual(document["schema"], "blueplane.export/1")
        sessions = self.ok(self.home("export", "sessions"))
        self.assertEqual(len(list(csv.DictReader(io.StringIO(sessions.out)))), self.count("sessions"))
        self.ok(self.home("export", "cost", "--by", "language"), 2)
        self.ok(self.home("export", "--format", "table"), 2)

    def test_nothing_in_a_listing(self):
        """A listing without rows: status 3, empty output, and a hint."""
        for command in ("days", "hours", "cost", "code", "sessions", "platforms", "workspaces", "tools"):
            run = self.ok(self.home(command, "--date", "2026-06-01"), 3)
            self.assertEqual(run.out, "")
            self.assertIn("--period all", run.err)
            self.ok(self.home(command, "--date", "2026-06-01", "--json"), 3).json()

    def test_listings_say_what_they_are_about(self):
        """The first line of each listing has its period, zone and, if any, total."""
        for command in ("days", "hours", "cost", "code", "sessions", "sessions --stats", "platforms", "workspaces"):
            said = self.ok(self.home(*command.split(), *ALL)).out.splitlines()[0]
            self.assertRegex(said, r"^1 February to 31 March 2026(: ≥?~\$[\d,.]+)?  \(UTC\)$")
        commits = self.ok(self.home("metric", "commits", *ALL, "--json")).json()["rows"][0]["commits"]
        self.assertRegex(self.ok(self.home("commits", *ALL)).out, rf"\A1 February to 31 March 2026: ≥?{commits} commits?  \(UTC\)\n")
        quarter = "times are in UTC, to the quarter of an hour"
        for words in (["sessions", *ALL], ["workspaces", *ALL], ["session", self.home("sessions", *ALL, "--json").json()["rows"][0]["session"]]):
            self.assertIn(quarter, self.ok(self.home(*words)).out)
        total = self.ok(self.home("metric", "cost", *ALL, "--json")).json()["rows"][0]["cost"] / 1e9
        self.assertIn(f"~${total:,.2f}", self.home("cost", *ALL).out.splitlines()[0])
        self.assertTrue(self.home("code", "--period", "all").out.startswith("All time"))
        self.assertTrue(self.home("code", "--date", "2026-03-31").out.startswith("Tuesday 31 March 2026"))

    def test_catalogue(self):
        """metrics and dimensions list, search and resolve catalogue numbers."""
        every = self.ok(self.home("metrics", "--json")).json()["rows"]
        self.assertGreater(len(every), 50)
        some = self.ok(self.home("metrics", "CACHE", "--json")).json()
        self.assertLess(len(some["rows"]), len(every))
        self.assertIn("cache_savings", [row["metric"] for row in some["rows"]])
        self.assertIn("M023", self.ok(self.home("metrics", "cost")).out)
        self.assertEqual(self.home("metrics", "M023").out, self.home("metrics", "cost").out)
        self.ok(self.home("metrics", "no such thing"), 3)
        self.assertIn("time.day_of_week", self.ok(self.home("dimensions")).out)

    def test_prices(self):
        """The price table is listed; invalid and missing tables are refused."""
        listed = self.ok(self.home("prices", "--json")).json()["rows"]
        self.assertGreater(len(listed), 20)
        self.ok(self.home("prices", "--unpriced"), 3)
        path = os.path.join(self.folder, "prices.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("{")
        bad = self.ok(self.home("cost", "--prices", path), 1)
        self.assertTrue(bad.err.startswith("blueplane: "))
        self.assertIn("No such file", self.ok(self.home("cost", "--prices", path + "x"), 1).err)


class Hooks(Case):
    """`blueplane hook`: what is stored of a payload, that none of its content is, and that nothing stops the
    assistant."""
    SECRET = "quetzalcoatlus"

    def hook(self, home, assistant, payload, **more):
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return subprocess.run([PROGRAM, "hook", assistant], input=data, env=home.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE, check=False, **more)

    def kept_in(self, home, assistant):
        return pathlib.Path(home.root, ".local/state/blueplane", f"{assistant}_hooks")

    def kept(self, home, assistant):
        """The stored lines, without empty ones, which separate lines written at the same moment."""
        return [json.loads(line) for path in sorted(self.kept_in(home, assistant).iterdir()) for line in path.read_text().splitlines() if line]

    def payloads(self, assistant):
        secret = self.SECRET
        if assistant == "cursor":
            own = {"conversation_id": "c-1", "session_id": "c-1", "generation_id": "g-1", "workspace_roots": ["/home/ada/engine"],
                   "user_email": f"{secret}@example.org", "model": "gpt-5", "cursor_version": "3.8.24"}
            return [{**own, "hook_event_name": "beforeSubmitPrompt", "prompt": f"{secret} ünï", "attachments": [{"file_path": secret}]},
                    {**own, "hook_event_name": "afterAgentResponse", "text": secret, "input_tokens": 70, "output_tokens": 30},
                    {**own, "hook_event_name": "afterFileEdit", "file_path": "/x/a.c", "edits": [{"old_string": secret, "new_string": ""}]}]
        own = {"session_id": "s-1", "transcript_path": f"/{secret}", "cwd": "/home/ada/engine"}
        return [{**own, "hook_event_name": "UserPromptSubmit", "prompt_id": "p-1", "prompt": f"{secret} ünï"},
                {**own, "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "t-1",
                 "tool_input": {"command": secret, "description": secret}},
                {**own, "hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_use_id": "t-1", "duration_ms": 20,
                 "tool_input": {"command": secret}, "tool_response": {"stdout": secret}}]

    def test_kept_without_content(self):
        """Each payload is stored with its event but none of its text, in private files, which sync reads."""
        for assistant in ("claude_code", "cursor"):
            home = self.new_home(data=False)
            for payload in self.payloads(assistant):
                run = self.hook(home, assistant, payload)
                self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""), assistant)
            kept = self.kept(home, assistant)
            self.assertEqual([k["hook_event_name"] for k in kept], [p["hook_event_name"] for p in self.payloads(assistant)])
            self.assertEqual(kept[0]["prompt_characters"], len(self.SECRET) + 4)
            self.assertTrue(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", k["received_at"]) for k in kept))
            for path in pathlib.Path(home.root).rglob("*"):
                if path.is_file():
                    self.assertNotIn(self.SECRET.encode(), path.read_bytes(), path)
            for path in self.kept_in(home, assistant).iterdir():
                self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            places = self.ok(home("sync", "--json")).json()["places"]
            self.assertEqual([p["source"] for p in places], [f"{assistant}_hooks"])
            self.assertEqual(places[0]["records_read"], 3)
            self.assertEqual(places[0]["records_rejected"], 0)
            told = self.ok(home("metric", "prompts", "--period", "all", "--format", "ndjson")).out
            self.assertEqual(json.loads(told.splitlines()[0])["prompts"], 1)

    def test_the_class_of_an_error_is_kept(self):
        """A known class of error is kept, other texts in its place are not."""
        home = self.new_home(data=False)
        for event, error in (("StopFailure", "rate_limit"), ("StopFailure", self.SECRET), ("PostToolUseFailure", "rate_limit")):
            self.hook(home, "claude_code", {"session_id": "s", "hook_event_name": event, "error": error, "tool_name": "Bash"})
        self.assertEqual([k.get("error") for k in self.kept(home, "claude_code")], ["rate_limit", None, None])

    def test_that_a_subagent_has_no_kind_is_kept(self):
        """An empty kind of subagent is kept, because it has a meaning; a name is not."""
        home = self.new_home(data=False)
        for kind in (self.SECRET, ""):
            self.hook(home, "claude_code", {"session_id": "s", "hook_event_name": "SubagentStop", "agent_id": "a", "agent_type": kind})
        self.assertEqual([k.get("agent_type") for k in self.kept(home, "claude_code")], [None, ""])

    def test_texts_that_were_cut_within_a_character(self):
        """Half a character, in a member that is kept or in one that is not, loses nothing else."""
        home, told = self.new_home(data=False), {"\ud83d": "\ufffd", "\ude00": "\ufffd", "\ud83d\ud83d": "\ufffd\ufffd", "x\\\ud83d": "x\\\ufffd",
                                                 "\\ud83d": "\\ud83d", "\ud83d\ude00": "\U0001f600"}
        for half in told:
            run = self.hook(home, "claude_code", {"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": f"/a{half}",
                                                  "prompt": f"b{half}", "tool_response": {"stdout": f"c{half}"}})
            self.assertEqual((run.returncode, run.stderr), (0, b""), ascii(half))
        self.assertEqual([(k["cwd"], k["prompt_characters"]) for k in self.kept(home, "claude_code")],
                         [(f"/a{text}", len(text) + 1) for text in told.values()])

    def test_a_line_that_a_full_disk_cut_short_costs_itself_alone(self):
        """Later lines after an incomplete one are complete."""
        home = self.new_home(data=False)
        self.hook(home, "claude_code", {"session_id": "s", "hook_event_name": "Stop"})
        file, = self.kept_in(home, "claude_code").iterdir()
        file.write_bytes(file.read_bytes()[:-9])
        for _ in range(2):
            self.hook(home, "claude_code", {"session_id": "s", "hook_event_name": "SessionEnd"})
        torn, *whole = file.read_text().splitlines()
        self.assertRaises(ValueError, json.loads, torn)
        self.assertEqual([json.loads(line)["hook_event_name"] for line in whole], ["SessionEnd"] * 2)

    def test_bad_payloads_stop_nobody(self):
        """Invalid payloads and arguments end with status 1, which does not stop the assistant."""
        home = self.new_home(data=False)
        for data in (b"", b"{", b"[1]", b"7", b"\xff\xfe", b"{\"a\":" * 3000, b"\0" * 10,
                     b"{}", b"{\"hook_event_name\":7}", b"{\"hook_event_name\":null}", b"{\"hook_event_name\":[\"stop\"]}"):
            run = self.hook(home, "claude_code", data)
            self.assertEqual((run.returncode, run.stdout), (1, b""), data[:20])
            self.assertNotIn(b"\xff", run.stderr)
        self.assertFalse(self.kept_in(home, "claude_code").exists())
        self.assertEqual(self.hook(home, "nobody", {}).returncode, 1)
        self.assertEqual(home("hook", "cursor", "--nothing").code, 1)
        self.assertEqual(home("--nothing", "hook", "cursor").code, 1)
        self.assertEqual(home("hook", "cursor", "--limit", "3").code, 1)
        self.ok(home("sync"), 3)

    def test_bad_settings_stop_nobody(self):
        """Status 2 would forbid the assistant's action; the payload is kept whatever the settings are."""
        home = self.new_home(data=False)
        folder = pathlib.Path(home.root, ".config/blueplane")
        folder.mkdir(parents=True)
        for settings in ("zone = Nowhere/Land\n", "zone\n", "format = pdf\n"):
            (folder / "config").write_text(settings)
            run = self.hook(home, "claude_code", self.payloads("claude_code")[0])
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""), settings)
            self.assertEqual(home("stats").code, 2)
        self.assertEqual(len(self.kept(home, "claude_code")), 3)

    def test_pipe_in_its_place(self):
        """A hook waits for nothing, also if a pipe lies where it keeps payloads."""
        home, payload = self.new_home(data=False), self.payloads("claude_code")[0]
        self.hook(home, "claude_code", payload)
        (kept,) = self.kept_in(home, "claude_code").iterdir()
        kept.unlink()
        os.mkfifo(kept)
        run = self.hook(home, "claude_code", payload)
        self.assertEqual((run.returncode, run.stdout), (1, b""))
        self.assertIn(str(kept).encode(), run.stderr)

    def test_many_at_once(self):
        """Lines of hooks that run at the same time are not mixed."""
        home, payload = self.new_home(data=False), self.payloads("claude_code")[0]
        payload["cwd"] = "/x" * 500
        running = [subprocess.Popen([PROGRAM, "hook", "claude_code"], stdin=subprocess.PIPE, env=home.environment) for _ in range(30)]
        for i, process in enumerate(running):
            process.stdin.write(json.dumps({**payload, "prompt_id": f"p-{i}"}).encode())
        for process in running:
            process.stdin.close()
        self.assertEqual([process.wait(60) for process in running], [0] * 30)
        self.assertEqual({k["prompt_id"] for k in self.kept(home, "claude_code")}, {f"p-{i}" for i in range(30)})

    def test_killed(self):
        """Killed at any moment, a hook has stored its whole payload or nothing of it."""
        home, dice, killed, i = self.new_home(data=False), random.Random(6), 0, 0
        while killed < 20 and i < 2000:  # how long a hook takes depends on the machine
            i += 1
            process = subprocess.Popen([PROGRAM, "hook", "cursor"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=home.environment)
            try:
                process.stdin.write(json.dumps({**self.payloads("cursor")[0], "generation_id": f"g-{i}"}).encode())
                process.stdin.close()
                time.sleep(dice.random() * 0.003)
            except BrokenPipeError:
                pass
            process.kill()
            killed += process.wait(60) != 0
        self.assertEqual(killed, 20)
        self.hook(home, "cursor", {**self.payloads("cursor")[0], "generation_id": "last"})
        kept = self.kept(home, "cursor")
        self.assertEqual(kept[-1]["generation_id"], "last")
        report = self.ok(home("sync", "--json")).json()
        self.assertEqual((report["records_read"], report["records_rejected"]), (len(kept), 0))


class Git(Case):
    """Commits of a repository compared with the output of the program git."""
    ME, OTHER = "ada@example.org", "bob@example.org"

    def git(self, *arguments, author=ME, time="2026-03-30T09:05:00+00:00"):
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C"}
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "A Person", f"GIT_{role}_EMAIL": author, f"GIT_{role}_DATE": time}
        return subprocess.run(["git", "-C", self.folder_of, *arguments], env=environment, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()

    def commit(self, message, files, **more):
        for name, lines in files.items():
            with open(os.path.join(self.folder_of, name), "w", encoding="ascii") as file:
                file.write("".join(f"{line}\n" for line in lines))
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, **more)

    def begin_repository(self, remote, name="engine"):
        if not shutil.which("git"):
            self.skipTest("there is no git")
        if not os.path.exists(PROGRAM + "-git"):
            self.skipTest("the program was built without libgit2")
        self.folder_of = os.path.join(tempfile.mkdtemp(dir=self.folder), name)
        os.makedirs(self.folder_of)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", self.ME)
        self.git("remote", "add", "origin", remote)

    def make_repository(self):
        self.begin_repository("git@github.com:example/engine.git")
        self.commit("feat: loops", {"a.c": range(50), "b.c": range(10)})
        self.commit("Fix a loop\n\nCo-authored-by: Claude <noreply@anthropic.com>\n", {"a.c": range(1, 48)})
        self.commit("Docs\n\nCo-authored-by: Claude Dupont <claude@example.org>\n", {"README": "ab"})
        self.commit("Not mine", {"c.c": range(99)}, author=self.OTHER)
        self.git("mv", "a.c", "d.c")
        self.git("commit", "-q", "-m", "Fixtures move\n\nAssisted-by: a tool\n", time="2026-03-30T11:00:00+02:00")
        self.git("checkout", "-q", "-b", "side", "HEAD~2")
        self.commit("A secret on the side", {"e.c": range(3)})
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
        self.git("revert", "--no-edit", "HEAD~1")
        return self.folder_of

    def test_names_that_are_longer_than_a_session_may_be(self):
        """With a deep folder and a long address, commits still count, for each repository separately."""
        made, home = pathlib.Path(self.make_repository()), self.new_home(data=False)
        for name, origin in (("a" * 120, None), ("b" * 120, None), ("c", "https://forge.example/" + "d" * 120)):
            self.folder_of = str(made.parent / name / "engine")
            shutil.copytree(made, self.folder_of)
            self.git("remote", *(["set-url", "origin", origin] if origin else ["remove", "origin"]))
            self.commit(f"Fix {name}", {"f": [name]})  # otherwise all three would have the same commits
            told = json.loads(self.ok(home("git", "--json", self.folder_of)).out)["repositories"][0]
            self.assertEqual((told["commits"] > 0, told["records_rejected"]), (True, 0), name)
        rows = self.ok(home("metric", "commits", "--period", "all", "--format", "ndjson")).out
        self.assertEqual(json.loads(rows.splitlines()[0])["commits"], told["commits"] - 1 + 3)

    def test_remotes_that_are_paths(self):
        """Repositories with the same relative path for a remote are different ones, and so are their commits."""
        home = self.new_home(data=False)
        for name in ("first", "second"):
            self.begin_repository("../up.git", name)
            self.commit(f"Add {name}", {"f": [name]})
            self.ok(home("git", self.folder_of))
        rows = self.ok(home("metric", "commits", "--by", "workspace", *ALL, "-n", "-f", "csv")).out
        self.assertEqual([(row["workspace"], row["commits"]) for row in csv.DictReader(io.StringIO(rows))],
                         [("first", "1"), ("second", "1")])

    def test_owners_that_begin_with_a_digit(self):
        """In git@host:42owner/name the digits are no port: the repository of another owner is another one."""
        home = self.new_home(data=False)
        for number, remote in enumerate(("git@forge.example:42ada/up.git", "git@forge.example:ada/up.git", "C:\\up.git",
                                         "ssh://git@forge.example:22/ada/up.git")):
            self.begin_repository(remote, f"r{number}")
            self.commit(f"Add {number}", {"f": [str(number)]})
            self.ok(home("git", self.folder_of))
        rows = self.ok(home("metric", "commits", "--by", "workspace", *ALL, "-n", "-f", "csv")).out
        self.assertEqual(sorted(int(row["commits"]) for row in csv.DictReader(io.StringIO(rows))), [1, 1, 2], rows)

    @unittest.skipUnless(sys.platform == "linux", "asks the loader of Linux")
    @unittest.skipIf(STANDS_IN, "the loader of a shell says nothing")
    def test_costs_the_other_commands_nothing(self):
        """Only blueplane-git loads libgit2."""
        with open(PROGRAM, "rb") as file:
            if b"/ld-musl" in file.read(4096):
                self.skipTest("the loader of musl does not report it")

        def loaded(program):
            return subprocess.run([program], env={**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"}, check=True,
                                  stdout=subprocess.PIPE).stdout
        self.assertIn(b"libc", loaded(PROGRAM))
        self.assertNotIn(b"libgit2", loaded(PROGRAM))
        if os.path.exists(PROGRAM + "-git"):
            self.assertIn(b"libgit2", loaded(PROGRAM + "-git"))

    @unittest.skipIf(STANDS_IN, "which is not where the link is")
    def test_without_the_program_beside(self):
        """`blueplane git` works, or says what is missing, when started through a link."""
        alone = os.path.join(tempfile.mkdtemp(dir=self.folder), "blueplane")
        os.symlink(PROGRAM, alone)
        said = subprocess.run([alone, "git", alone], env={**os.environ, "HOME": self.folder, "PATH": self.folder},
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(said.returncode, 1)
        self.assertRegex(said.stderr.decode(), "libgit2|not a repository") # the second where libgit2 is installed

    def test_equals_git(self):
        """Commits, lines, types and AI attribution equal what git itself reports."""
        repository, home = self.make_repository(), self.new_home()
        said = self.ok(home("git", repository, "--json")).json()["repositories"][0]
        mine = self.git("log", "--all", "--no-merges", "--format=%H", f"--author={self.ME}").split()
        self.assertEqual(said["commits"], len(mine))
        self.assertEqual((said["of_others"], said["merges"]), (1, 1))
        added = removed = 0
        for line in self.git("log", "--all", "--no-merges", "-M", "--numstat", "--format=", f"--author={self.ME}").splitlines():
            if line:
                more, less, _ = line.split("\t")
                added, removed = added + int(more), removed + int(less)
        rows = self.ok(home("metric", "commits", "ai_commits", "commit_lines_added", "commit_lines_removed", "fix_rate",
                            "revert_rate", *ALL, "-n", "-f", "csv")).out
        row = next(csv.DictReader(io.StringIO(rows)))
        self.assertEqual(int(row["commits"]), len(mine))
        self.assertEqual(int(row["ai_commits"]), 2) # by the address of an assistant, and by a trailer that names one
        self.assertEqual((int(row["commit_lines_added"]), int(row["commit_lines_removed"])), (added, removed))
        self.assertEqual((int(row["fix_rate.fixes"]), int(row["revert_rate.reverts"])), (1, 1))
        by_type = self.ok(home("metric", "commits", "--by", "change_type,workspace", *ALL, "-n", "-f", "csv")).out
        types = {(row["change_type"], row["workspace"]): int(row["commits"]) for row in csv.DictReader(io.StringIO(by_type))}
        self.assertEqual({key: n for key, n in types.items() if n},
                         {("feature", "engine"): 1, ("fix", "engine"): 1, ("other", "engine"): 3, ("revert", "engine"): 1})

    def test_again_and_nothing_of_the_messages(self):
        """No commit message is in the store, and a second reading adds nothing."""
        repository, home = self.make_repository(), self.new_home()
        self.ok(home("git", cwd=repository))
        with open(home.store, "rb") as file:
            self.assertNotIn(b"secret", file.read())
        again = self.ok(home("git", repository, "--json")).json()["repositories"][0]
        self.assertEqual((again["records_stored"], again["records_updated"]), (0, 0))
        self.commit("More", {"f.c": "x"})
        self.assertIn("1 new", self.ok(home("git", repository)).out)
        listed = self.ok(home("commits", *ALL, "-n", "--json")).json()
        self.assertEqual(sum(1 for _ in listed["rows"]), 10) # weeks

    def test_reviews_meet_their_repository(self):
        """Reviews are counted in the workspace of their repository."""
        repository, home = self.make_repository(), self.new_home()
        reviews = os.path.join(self.folder, "reviews.forge.json")
        with open(reviews, "w", encoding="ascii") as file:
            json.dump([{"url": "https://github.com/example/engine/pull/7", "title": "Loops", "labels": [],
                        "createdAt": "2026-03-30T10:00:00Z", "mergedAt": "2026-03-30T12:00:00Z",
                        "reviews": [{"state": "APPROVED"}]}], file, indent=1)
        self.ok(home("sync", reviews))
        self.ok(home("git", repository))
        rows = self.ok(home("metric", "pull_requests", "review_rounds", "time_to_merge", "--by", "workspace", "--where",
                            "workspace=engine", *ALL, "-n", "-f", "csv")).out
        row = next(csv.DictReader(io.StringIO(rows)))
        self.assertEqual((row["pull_requests"], float(row["review_rounds"]), float(row["time_to_merge"])),
                         ("1", 1.0, 7200e6))

    def test_a_part_of_the_history(self):
        """At the end of a shallow history, a commit would seem to have added everything before it."""
        whole, home = self.make_repository(), self.new_home()
        part = os.path.join(os.path.dirname(whole), "part")
        subprocess.run(["git", "clone", "-q", "--depth", "2", "-c", f"user.email={self.ME}", "file://" + whole, part], check=True)
        run = self.ok(home("git", part), 1)
        self.assertIn("git fetch --unshallow", run.err)
        self.assertEqual(run.out, "")

    def test_a_time_beyond_all(self):
        """A commit may claim any time; with an impossible one it is counted, in no period."""
        repository, home = self.make_repository(), self.new_home()
        mine = self.ok(home("git", repository, "--json")).json()["repositories"][0]
        for number, time in enumerate([2**63 - 1, 9007199255, 9007199254], 1):  # two beyond 2^53 microseconds, and the last before
            person = f"A Person <{self.ME}> {time} +0000"
            data = f"tree {self.git('write-tree').strip()}\nauthor {person}\ncommitter {person}\n\nFar\n"
            made = subprocess.run(["git", "-C", repository, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"],
                                  input=data.encode(), check=True, stdout=subprocess.PIPE).stdout.decode().strip()
            self.git("update-ref", f"refs/heads/far-{number}", made)
            said = self.ok(home("git", repository, "--json")).json()["repositories"][0]
            self.assertEqual((said["commits"], said["records_stored"], said["records_rejected"]), (mine["commits"] + number, 1, 0), time)
        self.assertIn("2 records have no usable time", self.ok(home("doctor")).out)

    def test_authors(self):
        """--author selects whose commits count; without an address or repository the command is refused."""
        repository, home = self.make_repository(), self.new_home()
        said = self.ok(home("git", repository, "--author", f"nobody@example.org,{self.OTHER}", "--json")).json()
        self.assertEqual(said["repositories"][0]["commits"], 1)
        self.git("config", "--unset", "user.email")
        self.assertIn("--author", self.ok(home("git", repository), code=2).err)
        self.assertIn("not a repository", self.ok(home("git", home.root), code=1).err)


class Formats(Case):
    """Output formats: JSON, CSV, Markdown, colours, width, ASCII, and what goes to which stream."""

    def test_programs_can_read_all(self):
        """Every query as JSON, ndjson, CSV and Markdown is well-formed."""
        for command in QUERIES:
            with self.subTest(command):
                result = self.ok(self.home(command, *ALL, "--json"))
                self.assertEqual(result.err, "")
                self.assertRegex(result.json()["schema"], r"^blueplane\.(stats|result|tasks|prompts|delegate)/1$")
                if command in ("days", "hours"):  # bars show the values of columns
                    headings = self.home(command, *ALL).out.splitlines()[2].split()
                    figures = self.home(command, *ALL).out.splitlines()[-5].split()
                    self.assertIn("cost", headings)
                    self.assertRegex(figures[-1], r"^[\d.,kM]+$" if command == "days" else r"^≥?~\$")
                for line in self.ok(self.home(command, *ALL, "--format", "ndjson")).out.splitlines():
                    json.loads(line)
                rows = list(csv.reader(io.StringIO(self.ok(self.home(command, *ALL, "-f", "csv")).out, newline="")))
                self.assertGreater(len(rows), 1)
                self.assertEqual(len({len(row) for row in rows}), 1)
                self.assertTrue(self.ok(self.home(command, *ALL, "-f", "md")).out.startswith("| "))

    def test_markdown_and_html_are_for_people(self):
        """They show what the page shows: titles, medians with counts and intervals, dollars and durations, no raw numbers."""
        for words in ([["stats", "--date", "2026-03-27"], ["health"], ["statusline"]] +
                      [[command, *ALL] for command in ("stats", "tasks", "prompts", "delegate", "insights", "compare")] +
                      [["trend", "--date", "2026-03-27"], ["compare", "--by", "workspace", "cost_per_line", *ALL]]):
            for form in ("md", "html"):
                run = self.ok(self.home(*words, "-f", form))
                self.assertNotRegex(run.out, r"(?<![-\d])\d{7}|(_rate|_time|_bytes|cost_per\w+) \||nUSD", (words, form))
        for command in ("tasks", "prompts", "delegate"):  # the figures of the page, cell by cell
            lines = self.ok(self.home(command, *ALL, "-f", "md")).out.replace("\\", "").splitlines()
            self.assertIn("| median time |", lines[0])
            page = [re.sub(r"#+", "", line).split() for line in self.ok(self.home(command, *ALL)).out.splitlines()]
            for line in lines[2:]:
                self.assertIn([word for word in line.split() if word != "|"], page)

    def test_color(self):
        """Colours and block characters only on terminals that support them, or if asked for."""
        plain = self.ok(self.home("stats", *ALL)).out
        self.assertNotIn("\x1b", plain)
        self.assertNotIn("█", plain)
        self.assertIn("#", plain)
        self.assertIn("\x1b[1m", self.home("stats", *ALL, "--color", "always").out)
        terminal = self.home.on_terminal("stats", *ALL)
        self.assertIn("\x1b[1m", terminal.out)
        self.assertIn("█", terminal.out)
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.home.on_terminal("stats", *ALL, environment=environment).out)
        self.assertNotIn("\x1b", self.home.on_terminal("stats", *ALL, "--color", "never").out)
        self.assertIn("\x1b", self.home.on_terminal("cost", *ALL).out)

    def test_ascii(self):
        """In the C locale all output is ASCII."""
        for command in QUERIES + ["doctor", "metrics"]:
            arguments = ALL if command in QUERIES else []
            said = self.home.on_terminal(command, *arguments, environment={"LC_ALL": "C"}).out
            said.encode("ascii")

    def test_lines_fit(self):
        """Lines fit the terminal's width down to a minimum, without trailing spaces."""
        for columns in (120, 80, 60, 40, 26, 24):
            for command in QUERIES + ["sessions --stats", "doctor", "help", "metrics", "metrics cost", "health", "privacy audit"]:
                words = command.split()
                arguments = ALL if words[0] in QUERIES else []
                said = self.home.on_terminal(*words, *arguments, columns=columns).out
                longest = max(said.splitlines(), key=width)
                room = max(columns, 40)  # numbers are never cut
                if command in ("doctor", "help"):
                    room = max(columns, 60)
                if command == "privacy audit":
                    room = max(columns, 80)
                self.assertLessEqual(width(longest), room, f"{command} on {columns}: {longest!r}")
                for line in said.splitlines():
                    self.assertEqual(ESCAPE.sub("", line), ESCAPE.sub("", line).rstrip(), command)
                    self.assertNotRegex(ESCAPE.sub("", line), r"^ *%", f"{command} on {columns}: a number without its sign")

    def test_what_does_not_fit_is_named(self):
        """On a narrow terminal the figure of the bars stays, and columns left out are named, as in every list."""
        for command, first, last in (("days", "interactions", "tokens"), ("stats", "interactions", "lines"), ("tasks", "tasks", "rework"),
                                     ("prompts", "edits", "of tasks"), ("delegate", "to resolve", "retries"), ("cost", "Cost", "Cache efficiency")):
            for columns in (60, 30):
                said = self.home.on_terminal(command, *ALL, columns=columns, environment={"NO_COLOR": "1"}).out
                noted = " ".join(said[said.index("not shown for lack of room:"):].split())
                self.assertIn(last, noted)
                self.assertRegex(said, rf"(?m)^.* {first}\b", command)
            self.assertNotIn("not shown", self.ok(self.home(command, *ALL)).out)

    def test_a_part_of_the_catalogue(self):
        """The metrics that contain a word, in the requested form, cell by cell as in the whole catalogue."""
        whole = list(csv.DictReader(io.StringIO(self.ok(self.home("metrics", "-f", "csv")).out)))
        wanted = [row for row in whole if "cost" in row["metric"]]
        found = {form: self.ok(self.home("metrics", "cost", "-f", form)).out for form in ("csv", "markdown", "html")}
        names = [row["metric"] for row in csv.DictReader(io.StringIO(found["csv"]))]
        self.assertLess({row["metric"] for row in wanted}, set(names))
        lines = found["markdown"].splitlines()
        self.assertEqual(lines[0], "| " + " | ".join(whole[0]) + " |")
        self.assertEqual(lines[1], "|" + " --- |" * len(whole[0]))
        self.assertEqual([line.split(" | ")[0] for line in lines[2:]], ["| " + name for name in names])
        self.assertEqual(re.findall(r"<tr><td>([a-z_0-9]+)</td>", found["html"]), names)
        self.assertIn(f"<th>{list(whole[0])[-1]}</th></tr>", found["html"])

    def test_output_is_put_where_it_belongs(self):
        """A link is written through to its file, a pipe and a device stay what they are; replacing /dev/null by a file
        would break the machine."""
        folder = tempfile.mkdtemp(dir=self.folder)
        plain, link, pipe = (os.path.join(folder, name) for name in ("page.html", "link.html", "pipe"))
        page = self.ok(self.home("dashboard", "-n", "--output", "-")).out
        if os.geteuid() != 0:  # not as root, who could do damage
            self.assertTrue(self.ok(self.home("dashboard", "-n", "--output", "/dev/stdout")).out.startswith(page[:15]))
        with open(plain, "w"):
            pass
        os.symlink("page.html", link)
        self.ok(self.home("dashboard", "-n", "--output", link))
        self.assertTrue(os.path.islink(link))
        self.assertGreater(os.path.getsize(plain), 100000)
        self.assertEqual(os.stat(plain).st_mode & 0o777, 0o600)
        os.mkfifo(pipe)
        with subprocess.Popen([PROGRAM, "health", "--output", pipe], env=self.home.environment) as writing, open(pipe) as end:
            self.assertIn("</html>", end.read())
            self.assertEqual(writing.wait(PATIENCE), 0)
        self.assertFalse(os.path.isfile(pipe))
        self.assertEqual(sorted(os.listdir(folder)), ["link.html", "page.html", "pipe"])
        os.remove(plain)
        self.assertIn("No such file", self.ok(self.home("dashboard", "-n", "--output", link), 1).err)
        self.assertEqual(sorted(os.listdir(folder)), ["link.html", "pipe"])

    def test_singular_and_plural(self):
        """Singular and plural forms."""
        home = self.new_home(data=False, stopped=True)
        path = os.path.join(self.folder, "one.blueplane.jsonl")
        with open(path, "w", encoding="ascii") as file:
            file.write('{"blueplane":1,"kind":"prompt","platform":"mytool","session":"s","id":"1","workspace":"/a/engine",'
                       '"time":"2026-03-02T09:00:00Z"}\n')
        self.ok(home("sync", path))
        said = self.ok(home("stats", "--date", "2026-03-02", "-n")).out + self.ok(home("tasks", "--date", "2026-03-02", "-n")).out
        self.assertIn("09:00 to 10:00, 1 interaction\n", said)
        self.assertIn(": 1 interaction, 100 %", said)
        self.assertIn("1 task; there was nothing to resolve\n", said)
        self.assertIn("1 session, 0 responses, 0 tool calls in", self.ok(home("doctor")).out)

    def test_cut_lists_say_so(self):
        """A list that was cut says so, except in JSON, which is complete."""
        home = self.new_home(data=False, stopped=True)
        path = os.path.join(self.folder, "many.blueplane.jsonl")
        for count in (25, 26):
            with open(path, "w", encoding="ascii") as file:
                file.writelines(f'{{"blueplane":1,"kind":"prompt","platform":"mytool","session":"s{i}","id":"{i}",'
                                '"time":"2026-03-02T09:00:00Z"}\n' for i in range(count))
            self.ok(home("sync", path))
            run = self.ok(home("sessions", "--date", "2026-03-02", "-n"))
            self.assertEqual(("--limit shows more" in run.err, run.out.count("mytool")), (count > 25, 25))
            run = self.ok(home("sessions", "--date", "2026-03-02", "-n", "--json"))
            self.assertEqual((run.err, len(run.json()["rows"])), ("", count))

    def test_standard_output_is_checked(self):
        """An error when writing standard output gives status 1."""
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "w") as full:
            run = subprocess.run([PROGRAM, "days", *ALL], env=self.home.environment, stdout=full,
                                 stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"cannot write to standard output", run.stderr)

    def test_bundle_on_a_full_disk(self):
        """The error says why there is no bundle, and no incomplete file is left to block the next one."""
        if shutil.which("unshare") is None or subprocess.run(["unshare", "-Urm", "true"], stderr=subprocess.DEVNULL).returncode:
            raise unittest.SkipTest("no disk of one's own to be had")
        steward, disk, roster = (os.path.join(self.folder, name) for name in ("steward.db", "disk", "roster.json"))
        os.mkdir(disk)
        member = Home(os.path.join(self.folder, "member"))
        member("team", "init", steward)
        device = re.search(r"device +([0-9a-f]{64})", member("team", "status", "-q").out)[1]
        with open(roster, "w") as file:
            json.dump({"blueplane.roster": 1, "organisation": "acme", "teams": ["core"], "projects": [], "members": [
                {"id": f"m{i}", "team": "core", "experience": "senior", "devices": [f"{i:064x}" if i else device]} for i in range(3)]}, file)
        member("team", "roster", steward, roster)
        links = []
        for what in ("invite", "signed"):
            links.append(os.path.join(self.folder, what))
            with open(links[-1], "w") as file:
                file.write(member("team", what, steward).out)
        self.assertEqual(member("team", "join", *links).code, 0)
        week = (datetime.date.today() - datetime.timedelta(days=7)).strftime("%G-W%V")
        self.assertIn("File exists", self.ok(member("share", week, links[0]), 1).err)
        self.assertIn("Nothing has left so far", self.ok(member("privacy", "audit")).out) # no bundle was made
        script = ('mount -t tmpfs -o size=64k none "$1" && cd "$1" && '
                  '! cat /dev/zero 2>/dev/null >rest; ! "$2" share consent bundle && ls && rm rest && "$2" share consent bundle')
        run = subprocess.run(["unshare", "-Urm", "sh", "-c", script, "sh", disk, PROGRAM], env=member.environment,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertEqual((run.returncode, run.stdout), (0, "rest\n"), run.stderr)
        self.assertRegex(run.stderr, r"\Ablueplane: cannot write bundle: No space left on device\nbundle: [0-9]+ bytes, sealed\n\Z")

    def test_json_is_one_document(self):
        """JSON output is one document, also if nothing was done or every file was refused."""
        home = self.new_home(data=False)
        told = self.ok(home("team", "status", "--json"), 3).json()
        self.assertEqual((told["schema"], len(told["identity"]["rows"]), told["sharing"]["rows"]), ("blueplane.sharing/1", 1, []))
        steward, files = os.path.join(home.root, "steward.db"), [os.path.join(home.root, name) for name in ("a.bundle", "b.bundle")]
        self.assertEqual(home("team", "init", steward).code, 0)
        for path in files:
            pathlib.Path(path).write_bytes(b"no bundle")
        run = self.ok(home("merge", steward, *files, "--json", "--quiet"), 1)
        self.assertEqual(run.json(), {"schema": "blueplane.merge/1", "files": []})
        for path in files:
            self.assertIn(f"  file: ~/{os.path.basename(path)}\n", run.err)

    def test_merged_files_are_rows_of_one_table(self):
        """The rows of several merged files follow one header, even if the first file is refused."""
        home = self.new_home(data=False)
        steward = os.path.join(home.root, "steward.db")
        self.ok(home("team", "init", steward))
        devices = [re.search(r"device +([0-9a-f]{64})", home("team", "status", "-q").out)[1], *(f"{i:064x}" for i in range(2))]
        paths = [os.path.join(home.root, name) for name in ("roster", "invite", "signed", "empty", "bundle")]
        pathlib.Path(paths[0]).write_text(json.dumps({
            "blueplane.roster": 1, "organisation": "acme", "teams": ["core"], "projects": [], "members": [
                {"id": f"m{i}", "team": "core", "experience": "senior", "devices": [device]} for i, device in enumerate(devices)]}))
        self.ok(home("team", "roster", steward, paths[0]))
        for path in paths[1:3]:
            pathlib.Path(path).write_text(self.ok(home("team", os.path.basename(path), steward)).out)
        self.ok(home("team", "join", *paths[1:3]))
        self.ok(home("share", "consent", paths[4]))
        pathlib.Path(paths[3]).write_bytes(b"")
        files = [paths[3], paths[4], paths[4]]
        run = self.ok(home("merge", steward, *files, "-f", "csv"), 1)
        self.assertIn("  file: ~/empty\n", run.err)
        self.assertEqual([row["outcome"] + row["consent"] for row in csv.DictReader(io.StringIO(run.out))], ["heard", "known"])
        lines = self.ok(home("merge", steward, *files, "-f", "markdown"), 1).out.splitlines()
        self.assertEqual([len(lines), sum(line.startswith("| ---") for line in lines)], [4, 1])

    def test_a_broken_document_is_named(self):
        """Errors in documents name the file."""
        home = self.new_home(data=False)
        path = os.path.join(home.root, "mine.json")
        for text in ("{", '{"version":7}'):
            pathlib.Path(path).write_text(text)
            for option in ("--assumptions", "--prices"):
                self.assertIn("\n  file: ~/mine.json\n", self.ok(home("stats", option, path), 1).err)
            self.assertIn("\n  file: ~/mine.json\n", self.ok(home("team", "join", path), 1).err)

    def test_quiet(self):
        """--quiet leaves out notes, here that nothing was found."""
        words = ("code", "--date", "2020-01-01")
        self.assertIn("nothing found", self.home(*words).err)
        self.assertEqual(self.home(*words, "--quiet").err, "")


class Usage(Case):
    """Wrong arguments, help, configuration, completion."""

    def refused(self, arguments, *said, code=2):
        run = self.home(*arguments)
        self.assertEqual(run.code, code, (arguments, run.out, run.err))
        self.assertEqual(run.out, "", arguments)
        for words in said:
            self.assertIn(words, run.err)

    def test_a_new_store_is_told(self):
        """A store that --store names and that was not there is made, and told once, as its path may be mistyped."""
        home = self.new_home(data=False)
        for words, said in ((["--store", home.root + "/mistpyed.db"], "made a new store: ~/mistpyed.db\n"),
                            (["--store", home.root + "/mistpyed.db"], ""), (["--store", home.root + "/quiet.db", "-q"], ""), ([], "")):
            self.assertEqual(self.ok(home("stats", *words), 3).err, said)

    def test_errors_show_a_way_out(self):
        """An error says what to do next, and names the kind of store if that is what is wrong."""
        home = self.new_home(data=False)
        for words, code, said in ((["privacy", "preview"], 2, "privacy preview takes a file"),
                                  (["git", home.root], 1, "name one: blueplane git PATH"),
                                  (["cost", "--limit", "0"], 2, "blueplane help cost says more"),
                                  (["--fomat", "json"], 2, "did you mean --format?\n  blueplane help says more"),
                                  (["cost", "-f", "xml"], 2, "it takes: table, json, ndjson, csv, markdown or html; health also"),
                                  (["help", "nonsense"], 2, "blueplane help lists the commands")):
            self.assertIn(said, self.ok(home(*words), code).err)
        store = os.path.join(home.root, "org.db")
        self.ok(home("team", "init", store, "organisation"))
        self.assertIn("this is an organisation's store", self.ok(home("publish", store, "2026-W07", os.path.join(home.root, "x")), 2).err)

    def test_errors(self):
        """Wrong words are refused with status 2 and a suggestion or the allowed values."""
        self.refused(["stast"], 'no command "stast"', 'did you mean "stats"?')
        self.refused(["xyzzy"], "blueplane help")
        steward = os.path.join(self.home.root, "steward.db")
        self.assertEqual(self.home("team", "init", steward).code, 0)
        self.refused(["team", "retract", steward, "2026-54", "--yes"], "an ISO week", "such as 2026-W07")
        self.refused(["stats", "tody"], 'did you mean "today"?')
        self.refused(["stats", "--formt", "json"], "did you mean --format?")
        self.refused(["stats", "--format", "jsn"], 'did you mean "json"?')
        self.refused(["stats", "--format"], "needs a value")
        self.refused(["stats", "--json=yes"], "takes no value")
        self.refused(["stats", "--by", "model"], "stats takes no --by")
        self.refused(["stats", "today", "yesterday"], "usage: blueplane stats")
        self.refused(["stats", "today", "--date", "2026-03-01"], "named twice")
        self.refused(["stats", "--date", "2026-03-01", "--since", "2026-03-01"], "exclude each other")
        self.refused(["stats", "--date", "2026-02-30"], '"2026-02-30" is not a day', "YYYY-MM-DD")
        self.refused(["stats", "--since", "2026-03-02", "--until", "2026-03-01"], "after the last")
        self.refused(["days", "--period", "fortnight"], "last_week")
        self.refused(["days", "--limit", "none"], "number of rows")
        self.refused(["days", "--where", "platform"], "DIMENSION=VALUE")
        self.refused(["days", "--compare", "ever"], "previous")
        self.refused(["metric"], "usage: blueplane metric")
        self.refused(["metric", "cots"], 'did you mean "cost"?')
        self.refused(["metric", "cost", "--by", "modle"], 'did you mean "model"?')
        self.refused(["metric", "cost", "--where", "modle=x"], 'did you mean "model"?')
        self.refused(["metric", "cost", "--by", "language"], "allowed: ")
        self.refused(["metric", "cost", "--order", "nothing"])
        self.refused(["stats", "--zone", "Europe/Berln"], 'did you mean "Europe/Berlin"?')
        self.refused(["stats", "--zone", "Berlin"], 'did you mean "Europe/Berlin"?')
        self.refused(["stats", "--zone", "../../etc/passwd"], "IANA")
        self.refused(["completion", "tcsh"], "fish")
        self.refused(["privacy", "audit", "x"], "preview")
        self.refused(["consent", "give"], "consent grant FAMILY")
        self.refused(["consent", "grant", "nonesuch"], "blueplane metrics")
        self.refused(["sync", "--source", "nobody", "."], "unknown source", "claude_code codex")
        self.refused(["mail"], "your own store", "--release")
        self.refused(["release", "show", SAMPLE], "sample.py is not a bundle, release", code=1)
        self.refused(["report", "research"], "your own store", "--store")
        self.refused(["erase", "everything"], "--yes")
        self.refused(["erase", "nothing", "--yes"], "erase session ID")
        self.refused(["erase", "range", "--yes"], "--since")
        self.refused(["erase", "session", "0000000000", "--yes"], "no such session")
        self.refused(["help", "stast"], 'did you mean "stats"?')
        self.refused(["health", "--fail-on", "rejects"], "rejects>0.1%")

    def test_terminal_is_safe(self):
        """Escape sequences in arguments are not echoed."""
        run = self.home("\x1b[31mx", "stats")
        self.assertNotIn("\x1b", run.err)
        run = self.home("stats", "--zone", "\x1b]0;x\x07")
        self.assertNotIn("\x1b", run.err)
        run = self.home("metric", "\x1b[31mcost")
        self.assertNotIn("\x1b", run.err)

    def test_help(self):
        """Each command's help exists and its options are in the document of the program."""
        shown = self.ok(self.home("help")).out
        self.assertEqual(shown, self.ok(self.home("--help")).out)
        commands = re.findall(r"^  ([a-z]+) {2,}", shown, re.M)
        self.assertIn("stats", commands)
        with open(DOCUMENT, encoding="utf-8") as file:
            document = file.read()
        for command in commands:
            one = self.ok(self.home("help", command)).out
            self.assertTrue(one.startswith(f"usage: blueplane {command}"), one)
            self.assertEqual(one, self.ok(self.home(command, "--help")).out)
            self.assertIn(f"`{command}", document)
        options = set(re.findall(r"--([a-z-]+)", shown + "".join(self.home("help", c).out for c in commands)))
        for option in options:
            self.assertIn(f"`--{option}", document)
        for schema in ("stats", "sync", "sessions", "export", "doctor", "catalog", "version", "result"):
            self.assertIn(f"blueplane.{schema}/1", document)
        self.ok(self.home(), 2)

    def test_version(self):
        """version and --version."""
        self.assertRegex(self.ok(self.home("version")).out, r"^blueplane \d+\.\d+\.\d+\n$")
        self.assertEqual(self.home("--version").out, self.home("version").out)
        self.assertEqual(self.home("version", "--json").json()["schema"], "blueplane.version/1")

    def test_nothing_is_made_without_need(self):
        """Commands that need no store create none."""
        home = self.new_home()
        for arguments in (["help"], ["version"], ["doctor"], ["metrics"], ["completion", "bash"], ["prices", "x"]):
            home(*arguments)
        self.assertFalse(os.path.exists(os.path.join(home.root, ".local")))

    def test_configuration(self):
        """The configuration file: precedence, errors with line numbers, paths with ~."""
        home = self.new_home()
        folder = os.path.join(home.root, ".config/blueplane")
        os.makedirs(folder)
        path = os.path.join(folder, "config")

        def configure(text):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

        store = os.path.join(home.root, "configured.db")
        configure(f"# mine\n\nzone = Asia/Tokyo\nformat=json\n  store =  {store}\nweek-start = sunday\n")
        run = self.ok(home("stats", "week", "--date", "2026-03-11")).json()
        self.assertEqual((run["zone"], run["from"]), ("Asia/Tokyo", "2026-03-07T15:00:00Z"))
        self.assertTrue(os.path.exists(store))
        self.assertNotIn("{", self.ok(home("stats", *ALL, "--format", "table", "--zone", "UTC")).out)
        other = os.path.join(home.root, "other.db")
        self.ok(home("sync", environment={"BLUEPLANE_STORE": other}))
        self.assertTrue(os.path.exists(other))
        for text, said in (("colour = always\n", "config:1"), ("\nzone\n", "config:2"),
                           ("format = pdf\n", '"pdf"'), ("by = model\n", "config:1"), ("format = prometheus\n", "config:1: only health")):
            configure(text)
            run = self.ok(home("stats"), 2)
            self.assertIn(said, run.err)
        configure("store = ~/mine.db\nformat = markdown\n")
        here = tempfile.mkdtemp(dir=self.folder)
        self.assertTrue(self.ok(home("export", "cost", *ALL, cwd=here)).out.startswith("time.day,")) # the format is csv, not Markdown
        self.assertTrue(os.path.exists(os.path.join(home.root, "mine.db")))
        self.assertEqual(os.listdir(here), [])
        os.remove(path)
        os.mkdir(path)
        self.assertIn("config cannot be read", self.ok(home("stats"), 2).err)

    def test_completion(self):
        """Completion scripts parse and contain commands, options, metrics and dimensions."""
        for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            script = self.ok(self.home("completion", shell)).out
            for word in ("stats", "no-sync", "last_week", "cache_savings", "time.day_of_week", "ndjson"):
                self.assertIn(word, script, shell)
            if shutil.which(shell):
                path = os.path.join(self.folder, "completion." + shell)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(script)
                subprocess.run([*check, path], check=True)

    def test_completion_in_bash(self):
        """What bash completion offers, in a folder with a space in its name; bash takes the = of --name=value for a
        word."""
        if not shutil.which("bash"):
            self.skipTest("no bash")
        script = os.path.join(self.folder, "offered.bash")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.ok(self.home("completion", "bash")).out)
            file.write('COMP_WORDS=(blueplane "$@") COMP_CWORD=$#\n_blueplane\nprintf "%s\\n" "${COMPREPLY[@]}"\n')
        here = tempfile.mkdtemp(dir=self.folder)
        for name in ("acme.release", "ac me.db"):
            pathlib.Path(here, name).touch()
        files = {"acme.release", "ac me.db"}
        for words, offered in ((["st"], {"stats", "statusline"}), (["stats", "--format", "=", "j"], {"json"}),
                               (["stats", "--color", "="], {"auto", "always", "never"}), (["--store", "=", "x", "st"], {"stats", "statusline"}),
                               (["-f", "json", "--zone", "UTC", "st"], {"stats", "statusline"}), (["stats", "--store", "ac"], files),
                               (["release", "sh"], {"show"}), (["release", "show", "ac"], files), (["report", "executive", "ac"], files),
                               (["team", "roster", "ac"], files), (["share", "2026-W07", "ac"], files), (["privacy", "pre"], {"preview"}),
                               (["metrics", "ac"], {""}), (["demo", "ac"], files), (["metric", "cost", "--by", "model_"], {"model_family"})):
            run = subprocess.run(["bash", script, *words], cwd=here, stdout=subprocess.PIPE, text=True, check=True)
            self.assertEqual(set(run.stdout[:-1].split("\n")), offered, words)

        def complete(*words):
            script = (self.home("completion", "bash").out + 'COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]}-1))\n'
                      '_blueplane; printf "%s\\n" "${COMPREPLY[@]}"\n')
            run = subprocess.run(["bash", "-c", script, "bash", *words], stdout=subprocess.PIPE, check=True)
            return run.stdout.decode().split()

        self.assertEqual(complete("blueplane", "sta"), ["stats", "statusline"])
        self.assertEqual(complete("blueplane", "stats", "last_"), ["last_week", "last_month"])
        self.assertEqual(complete("blueplane", "stats", "--fo"), ["--format"])
        self.assertEqual(complete("blueplane", "days", "--format", "n"), ["ndjson"])
        self.assertEqual(complete("blueplane", "metric", "cache_s"), ["cache_savings"])
        self.assertEqual(complete("blueplane", "metric", "cost", "--by", "time.q"), ["time.quarter"])
        self.assertEqual(complete("blueplane", "--json", "stats", "yest"), ["yesterday"])
        self.assertEqual(complete("blueplane", "stats", "--by"), [])


class Care(Case):
    """doctor, damaged and unusual stores, and the commands for privacy."""

    def test_doctor_on_a_full_disk(self):
        """A disk without room is a problem for doctor, as it is for health; with room its amount is told."""
        home = self.new_home(data=False)
        self.ok(home("sync", self.data))
        self.assertRegex(self.ok(home("doctor")).out, r"ok +room +[\d.]+ [KMGT]iB left on the store's disk")
        script = ('mount -t tmpfs -o size=2m none "$1" && cp "$2" "$2.key" "$1" && chmod 600 "$1"/* && export BLUEPLANE_STORE="$1/blueplane.db" || exit 77\n'
                  'head -c 32768 /dev/zero > "$1/spare"; cat /dev/zero > "$1/rest" 2> "$1.said"\n'
                  'rm "$1/spare"; "$0" health; "$0" doctor')  # reading needs 32 KiB beside the store for the while
        full = os.path.join(home.root, "full")
        os.mkdir(full)
        try:
            run = subprocess.run(["unshare", "-rm", "sh", "-c", script, PROGRAM, full, home.store], env=home.environment,
                                 stdout=subprocess.PIPE, timeout=PATIENCE)
        except FileNotFoundError:
            self.skipTest("no unshare")
        if run.returncode not in (0, 1) or not run.stdout:
            self.skipTest("nothing may be mounted here")
        said = run.stdout.decode()
        self.assertIn("failing: the store reaches its limit within a day", said)
        self.assertRegex(said, r"problem +room +0 B left on the store's disk\n +free space there")
        self.assertEqual(run.returncode, 1)

    def test_every_problem_has_a_remedy(self):
        """Whatever is wrong with the file of the store, doctor says what to do about it, and questions say who knows."""
        home = self.new_home(data=False)
        self.ok(home("sync", self.data))
        whole = pathlib.Path(home.store).read_bytes()
        for what in ("no store", "torn", "a folder"):
            if what == "a folder":
                os.remove(home.store)
                os.mkdir(home.store, 0o700)
            else:
                at = 0 if what == "no store" else 3 * 4096
                pathlib.Path(home.store).write_bytes(whole[:at] + b"\x01" * 8192 + whole[at + 8192:])
                self.assertIn("blueplane doctor", self.ok(home("stats", "-n"), 1).err)
            wrong = [check for check in self.ok(home("doctor", "--json"), 1).json()["checks"] if check["status"] == "problem"]
            self.assertTrue(wrong, what)
            self.assertTrue(all(check["mend"] for check in wrong), wrong)

    def test_doctor(self):
        """doctor reports permissions, missing keys and ignored settings with a remedy for each."""
        home = self.new_home()
        first = self.ok(home("doctor"))
        self.assertRegex(first.out, r"warning +store +.* does not exist yet\n +blueplane sync creates it")
        self.ok(home("sync"))
        well = self.ok(home("doctor", "--json")).json()
        self.assertEqual((well["schema"], well["problems"], well["warnings"]), ("blueplane.doctor/1", 0, 0))
        os.chmod(home.store, 0o644)
        os.chmod(home.store + ".key", 0o640)
        run = self.ok(home("doctor"), 1)
        self.assertRegex(run.out, r"problem +store +.*mode 0644: others can access it\n +chmod 600 ")
        self.assertRegex(run.out, r"problem +key +.*mode 0640")
        self.assertIn("2 problems, 0 warnings", run.out)
        os.rename(home.store + ".key", home.store + ".kept")
        run = self.ok(home("doctor"), 1)
        self.assertRegex(run.out, r"problem +key +.*\n +restore it from a backup; if there is none, move '.*blueplane.db' away")
        self.assertNotIn("remove", run.out)
        os.rename(home.store + ".kept", home.store + ".key")
        behind = os.path.join(home.root, "no folder", "x.db")
        with open(os.path.dirname(behind), "w", encoding="utf-8"):
            pass
        run = self.ok(home("doctor", "--store", behind), 1)
        self.assertRegex(run.out, r"problem +store +.*\n +give yourself permission for its folder, or name another store")
        self.assertNotIn("away", run.out)
        ignored = home("doctor", "--json", environment={"TZ": "CET-1CEST", "CODEX_HOME": "/nowhere"}).json()
        said = {check["check"]: check for check in ignored["checks"]}
        self.assertEqual(said["time zone"]["status"], "warning")
        self.assertIn("IANA", said["time zone"]["mend"])
        self.assertEqual(said["codex"]["status"], "warning")
        self.assertIn("CODEX_HOME", said["codex"]["mend"])

    def test_an_erasure_that_is_not_complete(self):
        """Under a reader an erasure stays pending; health tells it and doctor says how it is completed."""
        home = self.new_home()
        self.ok(home("sync"))
        reader = sqlite3.connect(home.store, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM prompt").fetchone()
        home("erase", "everything", "--yes")
        self.assertRegex(self.ok(home("health")).out, r"erasures to complete +1\n")
        self.assertRegex(self.ok(home("doctor")).out, r"warning +erasures +1 erasure is not complete.*\n +end what has the store open")
        reader.close()
        self.ok(home("sync"))
        self.assertRegex(self.ok(home("health")).out, r"erasures to complete +0\n")
        self.assertNotIn("erasures", self.ok(home("doctor")).out)

    def test_rejects_are_reported(self):
        """Rejected records are reported without their content."""
        home = self.new_home()
        path = os.path.join(home.root, ".claude/projects/broken.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"type":"user"\n{"secret-word":}\n')
        self.assertIn("rejected", self.ok(home("sync")).out)
        run = home("doctor")
        self.assertRegex(run.out, r"warning +rejected +records that break their format: \d+ syntax")
        self.assertNotIn("secret", run.out)

    def test_damaged_store(self):
        """A damaged store is reported by queries and doctor."""
        home = self.new_home()
        self.ok(home("sync"))
        with open(home.store, "r+b") as file:
            file.write(b"no database at all")
        run = self.ok(home("stats"), 1)
        self.assertTrue(run.err.startswith("blueplane: "), run.err)
        self.assertRegex(self.ok(home("doctor"), 1).out, r"problem +store")

    def test_log_cannot_be_opened(self):
        """A log that cannot be opened is named in the error."""
        home = self.new_home()
        self.ok(home("sync"))
        os.mkdir(home.store + "-wal")
        self.assertIn("the store, or its log (-wal, -shm) beside it, cannot be opened", self.ok(home("stats", "--no-sync"), 1).err)

    def test_newer_store(self):
        """A store of a newer version is refused."""
        home = self.new_home()
        self.ok(home("sync"))
        database = sqlite3.connect(home.store)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"PRAGMA user_version = {version + 1000}")
        database.commit()
        database.close()
        self.assertIn("newer", self.ok(home("stats"), 1).err)

    def test_key_is_gone(self):
        """Stored data can still be queried; nothing can be added."""
        home = self.new_home()
        self.ok(home("sync"))
        os.remove(home.store + ".key")
        before = os.stat(home.store).st_mtime_ns
        for more in ([], ["--no-sync"]):
            run = self.ok(home("sessions", "--period", "all", "--json", *more))
            self.assertEqual(len(run.json()["rows"]), self.count("sessions"))
            self.assertEqual(run.err, "note: the key file of the store is missing; this answer covers what is stored\n")
        self.assertEqual(self.ok(home("sessions", "--period", "all", "--quiet")).err, "")
        self.ok(home("prices"))
        self.assertFalse(os.path.exists(home.store + ".key"))
        self.assertEqual(os.stat(home.store).st_mtime_ns, before)
        run = self.ok(home("sync"), 1)
        self.assertIn("key file of the store is missing", run.err)
        self.assertNotIn("note:", run.err)
        with open(home.store + ".key", "wb") as file:
            file.write(b"short")
        self.assertIn("32 bytes", self.ok(home("stats"), 1).err)

    def test_store_in_impossible_places(self):
        """Stores where none can be are refused."""
        run = self.ok(self.home("stats", "--store", "/proc/nowhere/x.db"), 1)
        self.assertIn("--store", run.err)
        self.ok(self.home("stats", "--store", self.folder), 1)

    def test_privacy_audit_consent_erase(self):
        """privacy audit, consent and erase change and report what is stored."""
        home = self.new_home()
        self.ok(home("sync"))
        page = self.ok(home("privacy", "audit", "--no-sync")).out
        for said in ("facts: prompts", "400 days", "No team was joined: nothing leaves this machine.",
                     "Nobody may see your own numbers but you.", "No text of a prompt"):
            self.assertIn(said, page)
        document = home("privacy", "audit", "--no-sync", "--json").json()
        self.assertEqual(document["schema"], "blueplane.privacy/1")
        counts = {row["what"]: row["count"] for row in document["stored"]["rows"] if row["kind"] == "facts"}
        self.assertGreater(counts["prompts"], 0)
        line, = self.ok(home("privacy", "audit", "--no-sync", "-f", "ndjson")).out.splitlines()
        self.assertEqual(json.loads(line)["stored"], document["stored"])
        self.assertIn("until", self.ok(home("consent", "grant", "quality")).err)
        self.assertEqual([row["state"] for row in home("consent", "list", "--json").json()["rows"]], ["in force"])
        self.assertIn("in force since", home("privacy", "audit", "--no-sync").out)
        self.ok(home("consent", "revoke", "quality"))
        self.assertEqual([row["state"] for row in home("consent", "list", "--json").json()["rows"]], ["replaced", "revoked"])
        self.ok(home("erase", "source", "codex"), 2)
        self.assertIn("none found", self.ok(home("erase", "source", "codex", "--yes")).out)
        self.ok(home("erase", "workspace", "sample-harbor", "--yes"))
        self.ok(home("erase", "everything", "--yes", "--json"))
        self.assertRegex(self.ok(home("sync")).out, r"\n[\d,]+ records left out: erased, or too old to be kept\n")
        again = self.ok(home("sync", "--restart", "--json")).json()
        self.assertEqual((again["records_stored"], again["records_erased"]), (0, sum(p["records_erased"] for p in again["places"])))
        self.assertGreater(again["records_erased"], 1000)
        document = home("privacy", "audit", "--no-sync", "--json").json()
        self.assertTrue(all(row["count"] == 0 for row in document["stored"]["rows"] if row["kind"] == "facts"))
        self.ok(home("erase", "everything", "--yes"))

    def test_privacy_audit_of_the_next_bundle(self):
        """Four minutes in the last week, in units for people."""
        home = self.new_home(data=False)
        now = datetime.datetime.now(datetime.timezone.utc)
        friday = (now - datetime.timedelta(days=now.weekday() + 3)).strftime("%Y-%m-%d")
        folder = os.path.join(home.root, ".claude/projects/x")
        os.makedirs(folder)
        with open(os.path.join(folder, "one.jsonl"), "w", encoding="utf-8") as file:
            for minute in (0, 4):
                file.write(json.dumps({"type": "user", "uuid": f"u{minute}", "sessionId": "s", "cwd": "/x", "message": {
                    "role": "user", "content": "go on"}, "timestamp": f"{friday}T09:0{minute}:00Z"}) + "\n")
        self.ok(home("sync"))
        page = self.ok(home("privacy", "audit")).out
        self.assertRegex(page, r"\n  prompts +2\n")
        self.assertRegex(page, r"\n  active_time +4m 00s\n")

    def test_privacy_preview(self):
        """The privacy preview shows fields without their content."""
        path = os.path.join(self.folder, "one.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"type":"user","uuid":"u","sessionId":"s","timestamp":"2026-03-01T00:00:00Z","cwd":"/canary",'
                       '"canary":"canary","message":{"role":"user","content":"canary"}}\n')
        for format in ("table", "json", "ndjson", "csv", "md"):
            run = self.ok(self.home("privacy", "preview", path, "--format", format))
            self.assertIn("message.content", run.out.replace("\\", ""))
            self.assertNotIn("canary", run.out)
        self.assertIn("Is a directory", self.ok(self.home("privacy", "preview", self.folder), 1).err)
        self.assertIn("No such file", self.ok(self.home("privacy", "preview", "/nowhere"), 1).err)
        self.assertIn("--source names one of: claude_code", self.ok(self.home("privacy", "preview", SAMPLE), 2).err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
