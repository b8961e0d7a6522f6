#!/usr/bin/env python3
"""What is kept, agreed to and erased, and what leaves the machine.

    python3 tests/cli/test_privacy.py PROGRAM SAMPLE [TEST...]
"""

import datetime
import json
import os
import sys
import unittest

from person import SAMPLE, Case


class Privacy(Case):
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
