#!/usr/bin/env python3
"""`blueplane sync` and where it looks: places, growth, unreadable and busy files, interruptions.

    python3 tests/cli/test_sync.py PROGRAM SAMPLE [TEST...]
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from person import ALL, PATIENCE, PROGRAM, Case, Run


class Sync(Case):
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
