#!/usr/bin/env python3
"""Wrong arguments, help, configuration, completion.

    python3 tests/cli/test_usage.py PROGRAM SAMPLE [TEST...]
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from person import ALL, SAMPLE, Case

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "cli.md")


class Usage(Case):
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
            self.assertTrue(f"`{command}" in document, f"docs/cli.md has no row for the command {command}")
        options = set(re.findall(r"--([a-z-]+)", shown + "".join(self.home("help", c).out for c in commands)))
        for option in options:
            self.assertTrue(f"`--{option}" in document, f"docs/cli.md has no row for the option --{option}")
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
