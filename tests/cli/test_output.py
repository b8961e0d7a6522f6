#!/usr/bin/env python3
"""Output formats: JSON, CSV, Markdown, colours, width, ASCII, and what goes to which stream.

    python3 tests/cli/test_output.py PROGRAM SAMPLE [TEST...]
"""

import csv
import datetime
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from person import ALL, ESCAPE, PATIENCE, PROGRAM, Case, Home, width

QUERIES = ["stats", "days", "hours", "cost", "code", "sessions", "platforms", "workspaces", "tools", "tasks",
           "prompts", "delegate", "insights", "compare", "trend"]


class Output(Case):
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
