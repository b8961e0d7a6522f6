#!/usr/bin/env python3
"""`blueplane hook`: what is stored of a payload, that none of its content is, and that nothing stops the
assistant.

    python3 tests/cli/test_hooks.py PROGRAM SAMPLE [TEST...]
"""

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import time
import unittest

from person import PATIENCE, PROGRAM, Case


class Hooks(Case):
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
