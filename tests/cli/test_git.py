#!/usr/bin/env python3
"""Commits of a repository compared with the output of the program git.

    python3 tests/cli/test_git.py PROGRAM SAMPLE [TEST...]
"""

import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from person import ALL, PROGRAM, Case

with open(PROGRAM, "rb") as program_file:
    STANDS_IN = program_file.read(2) == b"#!"  # the program is a script that runs the real one under a tool


class Git(Case):
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
