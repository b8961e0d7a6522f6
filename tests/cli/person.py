"""A person at their machine, for the tests that run the program blueplane and check its output and files: a home folder
with generated transcripts, whose generator writes down the totals while it generates, so what a correct reader must find is
known without the library. The sample data ends on a fixed day.

Such a test is started with PROGRAM, the program, and SAMPLE, the generator examples/sample/sample.py.
"""

import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tool"))
from preload import preloaded  # noqa: E402

PROGRAM, SAMPLE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PATIENCE = 600  # seconds for something that takes milliseconds: such a tool is slow
UNTIL = "2026-03-31"
# The clock of a home with data of fixed days: one day the true one would be so late that a synchronisation removes them as
# older than a store may keep. The library that stops it is there on Linux.
STOPPED = {**preloaded(os.environ["BLUEPLANE_FAKENOW"], os.environ), "FAKE_NOW": "1775131200"} if "BLUEPLANE_FAKENOW" in os.environ else {}
ALL = ["--since", "2026-02-01", "--until", UNTIL]
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
