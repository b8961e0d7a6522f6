#!/usr/bin/env python3
"""`blueplane doctor`, and damaged, unusual and full places.

    python3 tests/cli/test_doctor.py PROGRAM SAMPLE [TEST...]
"""

import contextlib
import os
import pathlib
import sqlite3
import subprocess
import sys
import unittest

from person import PATIENCE, PROGRAM, Case


class Doctor(Case):
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

    def test_a_store_of_a_team(self):
        """A steward's store is checked like any other; one that was changed is restored, as no transcripts could fill it again."""
        home = self.new_home(data=False)
        store, roster = os.path.join(home.root, "team.db"), os.path.join(home.root, "roster.json")
        self.ok(home("team", "init", store))
        with open(roster, "w", encoding="utf-8") as file:
            file.write('{"blueplane.roster":1,"organisation":"acme","teams":["core"],"members":[{"id":"a","team":"core"}]}')
        self.ok(home("team", "roster", store, roster))
        well = self.ok(home("doctor", "--store", store))
        self.assertRegex(well.out, r"\nok +integrity +the database is sound, and what was published, merged and signed is unchanged\n")
        self.assertNotIn("\nok       content", well.out)
        self.assertIn("\n0 problems", well.out)
        with contextlib.closing(sqlite3.connect(store)) as db, db:
            db.execute("UPDATE roster SET document = replace(document, 'acme', 'acne')")
        run = self.ok(home("doctor", "--store", store), 1)
        self.assertRegex(run.out, r"problem +integrity +the database is damaged\n +restore it and its key from a backup\n")

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
