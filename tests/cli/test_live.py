#!/usr/bin/env python3
"""Tests blueplane health, serve and watch from outside: what they show while an assistant writes, what the server
refuses, and that an operator sees nothing of a person's activity.

    python3 tests/cli/test_live.py PROGRAM SAMPLE [TEST...]

PROGRAM is the program, SAMPLE the generator examples/sample/sample.py.
"""

import concurrent.futures
import contextlib
import datetime
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM, SAMPLE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PATIENCE = 30  # seconds for something that takes milliseconds: the machine may be busy
CANARY = "canary-4f1d"
METRIC = re.compile(r'^blueplane_[a-z_]+(\{[a-z]+="[^"]*"\})? [-+.e0-9]+$')


def prompt(number, session="live", at=None):
    """A line of a Claude Code transcript: a prompt at the present time."""
    at = at or datetime.datetime.now(datetime.timezone.utc)
    return json.dumps({
        "type": "user", "uuid": f"{session}-{number}", "sessionId": session, "cwd": f"/home/{CANARY}/project",
        "version": "2.0.0", "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "message": {"role": "user", "content": f"{CANARY} please"}}) + "\n"


class Served:
    """A running server, and requests to it."""

    def __init__(self, home, *words):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PROGRAM, "serve", "--port", "0", *words], env=home, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline().decode()
        found = re.fullmatch(r"http://([^/]+):(\d+)/(?:\?token=([0-9a-f]{32}))?\n", line)
        if not found:
            self.process.wait(PATIENCE)
            self.errors.seek(0)
            raise AssertionError(f"{line!r}: {self.errors.read().decode()}")
        self.host, self.port, self.token = found[1], int(found[2]), found[3]

    def ask(self, path, method="GET", token=True, **headers):
        """Sends a request; returns status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        if token and self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body.decode("utf-8")

    def raw(self, *parts, pause=0.0):
        """Sends raw bytes; returns the response and how long it took."""
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as s:
            got = b""
            try:
                for part in parts:
                    s.sendall(part)
                    time.sleep(pause)
                while part := s.recv(65536):
                    got += part
            except (ConnectionResetError, BrokenPipeError):
                pass
        return got.decode("latin-1"), time.monotonic() - began

    def said(self):
        """Everything on standard error so far."""
        return os.pread(self.errors.fileno(), 1 << 20, 0).decode()

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1])

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.errors.close()
        return code


class Case(unittest.TestCase):
    """What all tests share: a home with sample data and a transcript that grows, and running the program."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="blueplane-live-")
        cls.data = os.path.join(cls.folder, "data")
        subprocess.run([sys.executable, "-B", SAMPLE, "--out", cls.data, "--days", "20", "--quiet"], check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="home-", dir=self.folder)
        shutil.copytree(self.data, self.root, dirs_exist_ok=True)
        self.home = {"HOME": self.root, "PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "MSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.home[name] = os.environ[name]
        self.transcript = os.path.join(self.root, ".claude", "projects", "live", "live.jsonl")

    def run_program(self, *words):
        done = subprocess.run([PROGRAM, *words], env=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE * 2, check=False)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    def serve(self, *words):
        served = Served(self.home, *words)
        self.addCleanup(lambda: served.process.poll() is None and served.stop())
        return served

    def write(self, lines):
        os.makedirs(os.path.dirname(self.transcript), exist_ok=True)
        with open(self.transcript, "a", encoding="utf-8") as file:
            file.write(lines)

    def until(self, what, held):
        """Waits until it holds, with a long timeout."""
        end = time.monotonic() + PATIENCE
        while not held():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)


class Health(Case):
    """`blueplane health`: figures, formats, limits."""

    def figures(self, *words):
        code, out, _ = self.run_program("health", "--json", *words)
        self.assertEqual(code, 0)
        document = json.loads(out)
        self.assertEqual(document["schema"], "blueplane.health/1")
        return document, {(row["name"], row["of"]): row["value"] for row in document["figures"]}

    def test_figures(self):
        """Figures of storage, pending files and rejects, and the status derived from them."""
        code, _, err = self.run_program("health")
        self.assertEqual((code, "blueplane sync creates it" in err), (1, True), err)
        code, out, _ = self.run_program("health", "--format", "prometheus")
        self.assertEqual((code, [line for line in out.splitlines() if line[0] != "#"]), (1, ["blueplane_status 2"]), "who collects it is told")
        self.run_program("sync")
        document, told = self.figures("--integrity")
        self.assertEqual((document["status"], told["integrity", None], told["pending_files", None]), ("ok", 1, 0))
        self.assertEqual(told["storage_bytes", None],
                         os.path.getsize(os.path.join(self.root, ".local/share/blueplane/blueplane.db")))
        self.write(prompt(1) + "{]\n")
        old = time.time() - 2 * 3600
        os.utime(self.transcript, (old, old))
        document, told = self.figures()
        self.assertEqual(document["status"], "behind")
        self.assertEqual((told["pending_files", None], told["pending_bytes", None]), (1, os.path.getsize(self.transcript)))
        self.assertAlmostEqual(told["pending_age", None], 7200, delta=60)
        self.run_program("sync")
        _, told = self.figures()
        self.assertEqual((told["pending_files", None], told["rejects", None], told["rejects_by_reason", "syntax"]), (0, 1, 1))

    def test_forms(self):
        """The same figures as Prometheus, CSV and ndjson."""
        self.run_program("sync")
        _, told = self.figures()
        _, out, _ = self.run_program("health", "--format", "prometheus")
        values = {}
        for line in out.splitlines():
            if not line.startswith("# "):
                self.assertRegex(line, METRIC)
                name, value = line.rsplit(" ", 1)
                self.assertNotIn(name, values, "once each")
                values[name] = float(value)
        self.assertEqual(values["blueplane_storage_bytes"], told["storage_bytes", None])
        self.assertEqual(values['blueplane_rejects_by_reason{reason="utf8"}'], 0)
        _, out, _ = self.run_program("health", "--format", "csv")
        self.assertEqual(out.splitlines()[0], "name,of,value")
        self.assertIn(f"files,,{told['files', None]}", out.splitlines())
        _, out, _ = self.run_program("health", "--format", "ndjson")
        self.assertTrue(all(json.loads(line)["name"] for line in out.splitlines()))

    def test_limits(self):
        """--fail-on ends with status 5 if a limit is breached; malformed limits are refused."""
        self.run_program("sync")
        for limits, code in (("rejects>0", 0), ("rejects>0%", 0), ("rejects>=0%", 5), ("storage_bytes>1kB", 5),
                             ("storage_bytes>1TB", 0), ("ingest_age>=0s,storage_bytes>1TB", 5), ("pending_age>15min", 0),
                             ("ingest_age<1d", 5), ("lag_p95>60s", 0)):
            self.assertEqual(self.run_program("health", "--fail-on", limits)[0], code, limits)
        _, _, err = self.run_program("health", "--fail-on", "storage_bytes>1kB", "--fail-on", "files>1")
        self.assertIn("storage_bytes>1kB is breached", err)
        self.assertIn("files>1 is breached", err)
        for wrong, said in (("rejcts>0", 'did you mean "rejects"?'), ("rejects", "not a limit"), ("rejects>x", "not a limit"),
                            ("rejects>1s", "not a limit"), ("", "not a limit"), ("lag_p95>nan", "not a limit"), ("rejects>inf%", "not a limit"), ("lag_p95>1MB", "not a limit"), ("storage_bytes>5%", "not a limit"),
                            ("sessions>1", "no figure")):
            code, _, err = self.run_program("health", "--fail-on", wrong)
            self.assertEqual((code, said in err), (2, True), f"{wrong}: {err}")

    def test_size_limit(self):
        """--size-limit gives the days until it is reached; a store that is larger fails."""
        self.run_program("sync")
        _, told = self.figures("--size-limit", "3GB")
        self.assertEqual(told["limit_bytes", None], 3e9)
        self.assertNotIn(("days_to_limit", None), told, "of a store that does not grow yet")
        document, told = self.figures("--size-limit", "1kB")
        self.assertEqual((document["status"], told["days_to_limit", None]), ("failing", 0), "what is full grows no more")
        self.assertEqual(self.run_program("health", "--size-limit", "1kB", "--fail-on", "days_to_limit<14")[0], 5)
        for wrong in ("0", "x", "3 furlongs"):
            self.assertEqual(self.run_program("health", "--size-limit", wrong)[0], 2, wrong)

    def test_queue(self):
        """A Redis server that answers two commands, as in the protocol."""
        self.run_program("sync")
        if "without Redis" in self.run_program("health", "--queue", "redis://127.0.0.1:1/x")[2]:
            self.skipTest("the program was built without hiredis")
        groups = ("*1\r\n*12\r\n$4\r\nname\r\n$5\r\nstore\r\n$9\r\nconsumers\r\n:1\r\n$7\r\npending\r\n:3\r\n"
                  "$17\r\nlast-delivered-id\r\n$3\r\n1-0\r\n$12\r\nentries-read\r\n:7\r\n$3\r\nlag\r\n:4\r\n").encode()
        behind = groups.replace(b"*1\r\n", b"*2\r\n") + groups[4:].replace(b"$5\r\nstore", b"$5\r\nother").replace(b"lag\r\n:4", b"lag\r\n$-1")
        answers = {b"events": b":42\r\n", b"closed": b"-NOAUTH Authentication required.\r\n", b"text": b"+OK\r\n", b"broken": b""}
        asked = []

        def redis(listener):
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    command = client.recv(4096)
                    asked.append(command)
                    client.sendall(answers[command.split()[-1]] if b"XLEN" in command else behind)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=redis, args=(listener,), daemon=True).start()
            url = f"redis://127.0.0.1:{listener.getsockname()[1]}/events"
            self.assertEqual(self.figures("--queue", url)[1]["queue_entries", None], 42)
            self.assertEqual(self.figures("--queue", f"{url}?group=store")[1]["queue_entries", None], 7)
            self.assertIn("no such", self.run_program("health", "--queue", f"{url}?group=third")[2])
            code, _, err = self.run_program("health", "--queue", f"{url}?group=other")
            self.assertEqual((code, "does not know how many" in err), (1, True), "a lag that Redis cannot tell is not none")
            for stream, said in (("closed", "Redis refuses: NOAUTH"), ("text", "does not say"), ("broken", "does not answer")):
                code, _, err = self.run_program("health", "--queue", url.replace("events", stream))
                self.assertEqual((code, said in err), (1, True), err)
        self.assertEqual(asked[0], b"*2\r\n$4\r\nXLEN\r\n$6\r\nevents\r\n")
        for wrong in ("redis://", "http://x/y", "redis://host", "redis://host:x/y", "redis://h/y?group="):
            self.assertEqual(self.run_program("health", "--queue", wrong)[0], 2, wrong)


class Watch(Case):
    """`blueplane watch`: what it follows and prints."""

    def watch(self, *words):
        process = subprocess.Popen([PROGRAM, "watch", *words], env=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, restore_signals=False)  # a file that is too large is an error
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        end = threading.Timer(2 * PATIENCE, process.kill)  # ends the wait for a line
        self.addCleanup(end.cancel)
        end.start()
        return process

    def follows(self, *words):
        process = self.watch("--json", *words)
        documents = iter(process.stdout.readline, b"")

        def interactions():
            return json.loads(next(documents))["totals"]["interactions"]["value"] or 0

        before = interactions()
        self.write(prompt(1))  # its folder does not exist yet
        self.assertEqual(interactions(), before + 1)
        self.write(prompt(2))
        self.assertEqual(interactions(), before + 2)
        torn = prompt(3)
        self.write(torn[:40])
        time.sleep(0.3)
        self.write(torn[40:])
        self.assertEqual(interactions(), before + 3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE), 130)

    def test_new_lines_are_shown(self):
        """With notifications of the system."""
        self.follows()

    def test_new_lines_are_shown_by_polling(self):
        """With polling."""
        self.follows("--poll")

    def test_another_folder_in_its_place(self):
        """A folder moved away, one below a moved one, and one behind a link: new ones in their place are followed."""
        projects = os.path.dirname(os.path.dirname(self.transcript))
        process = self.watch("--json")
        documents = iter(process.stdout.readline, b"")
        before = json.loads(next(documents))["totals"]["sessions"]["value"] or 0
        for number, moved in enumerate((projects, os.path.dirname(projects)), 1):
            os.rename(moved, os.path.join(self.root, f"away-{number}"))
            self.write(prompt(number, session=f"place-{number}"))
            self.assertEqual(json.loads(next(documents))["totals"]["sessions"]["value"], before + number)
        os.rename(projects, os.path.join(self.root, "elsewhere"))
        os.symlink("../elsewhere", projects)
        for number in (3, 4):
            self.write(prompt(number, session=f"place-{number}"))
            self.assertEqual(json.loads(next(documents))["totals"]["sessions"]["value"], before + number)

    def test_a_folder_with_another_name(self):
        """New files in a renamed folder are followed under its new name."""
        folder = os.path.dirname(self.transcript)
        os.makedirs(folder, exist_ok=True)
        process = self.watch("--json")
        documents = iter(process.stdout.readline, b"")
        before = json.loads(next(documents))["totals"]["sessions"]["value"] or 0
        os.rename(folder, folder + "-renamed")
        self.transcript = os.path.join(folder + "-renamed", "one.jsonl")
        self.write(prompt(1, session="renamed-1"))
        self.assertEqual(json.loads(next(documents))["totals"]["sessions"]["value"], before + 1)
        self.transcript = os.path.join(folder + "-renamed", "below", "two.jsonl")
        for number in (2, 3):
            self.write(prompt(number, session=f"renamed-{number}"))
            self.assertEqual(json.loads(next(documents))["totals"]["sessions"]["value"], before + number)

    def test_a_place_within_another(self):
        """The files of older clients of opencode are in the folder of the newer ones' database."""
        data = os.path.join(self.root, ".local/share/opencode/storage")
        os.makedirs(os.path.join(data, "session/a1b2"))
        for folder in ("message/ses_0001", "part/msg_1"):
            os.makedirs(os.path.join(data, folder))
        process = self.watch("--json")
        documents = iter(process.stdout.readline, b"")
        before = json.loads(next(documents))["totals"]["sessions"]["value"] or 0
        now = int(time.time() * 1000)
        for name, value in (("part/msg_1/prt_1.json", {"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_0001", "type": "text", "text": CANARY}),
                            ("message/ses_0001/msg_1.json", {"id": "msg_1", "sessionID": "ses_0001", "role": "user", "time": {"created": now}}),
                            ("session/a1b2/ses_0001.json", {"id": "ses_0001", "directory": "/a/engine", "version": "0.9.0",
                                                            "time": {"created": now, "updated": now}})):
            with open(os.path.join(data, name), "w", encoding="ascii") as file:
                json.dump(value, file)
        self.assertEqual(json.loads(next(documents))["totals"]["sessions"]["value"], before + 1)

    def test_waiting_for_another_process_is_no_work(self):
        """Reading rests ten times as long as it worked: what it waited for another writer does not count."""
        process = self.watch("--json")
        documents = iter(process.stdout.readline, b"")
        before = json.loads(next(documents))["totals"]["interactions"]["value"] or 0
        store = os.path.join(self.root, ".local", "share", "blueplane", "blueplane.db")
        with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.write(prompt(1))
            time.sleep(4)
        self.assertEqual(json.loads(next(documents))["totals"]["interactions"]["value"], before + 1)
        began = time.monotonic()
        self.write(prompt(2))
        self.assertEqual(json.loads(next(documents))["totals"]["interactions"]["value"], before + 2)
        self.assertLess(time.monotonic() - began, 20)

    def test_what_another_process_kept_from_being_read_at_the_start(self):
        """It is read once that process is done, and not only after the next change."""
        self.run_program("sync")
        self.write(prompt(1))
        store = os.path.join(self.root, ".local", "share", "blueplane", "blueplane.db")
        with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            documents = iter(self.watch("--json").stdout.readline, b"")
            before = json.loads(next(documents))["totals"]["interactions"]["value"] or 0
        self.assertEqual(json.loads(next(documents))["totals"]["interactions"]["value"], before + 1)

    @unittest.skipUnless(hasattr(resource, "prlimit"), "the limits of another process can be set on Linux")
    def test_a_full_disk_costs_nothing(self):
        """What could not be stored is told once, and stored as soon as there is room, without another change."""
        process = self.watch("--json")
        documents = iter(process.stdout.readline, b"")
        before = json.loads(next(documents))["totals"]["interactions"]["value"] or 0
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, most))
        self.write(prompt(1))
        self.assertRegex(process.stderr.readline().decode(), "^blueplane: (the disk is full|.*writing the store failed)")
        time.sleep(11)  # it is tried twice more
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        self.assertEqual(json.loads(next(documents))["totals"]["interactions"]["value"], before + 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual((process.wait(PATIENCE), process.stderr.read()), (130, b""))

    def test_a_line_for_each_change(self):
        """Without options, one status line for each change."""
        process = self.watch()
        self.assertRegex(process.stdout.readline().decode(), "^today")
        self.write(prompt(1))
        self.assertRegex(process.stdout.readline().decode(), "^today")


class Serve(Case):
    """`blueplane serve`: pages, streams, access, and clients that misbehave."""

    def setUp(self):
        super().setUp()
        if "was not found" in self.run_program("serve", "--port", "0", "--health", "--store", "/nonexistent")[2]:
            self.skipTest("the program was built without libmicrohttpd")
        self.run_program("sync")

    def test_today(self):
        """The page of today has the program's figures, names nothing elsewhere, and is not cached."""
        served = self.serve()
        status, headers, page = served.ask("/")
        self.assertEqual(status, 200)
        self.assertIn("text/html", headers["Content-Type"])
        self.assertEqual((headers["Cache-Control"], headers["X-Content-Type-Options"]), ("no-store", "nosniff"))
        self.assertIn("connect-src 'self'", page)
        self.assertNotRegex(page, r"https?://(?!www\.w3\.org)", "nothing of elsewhere is named")
        served_stats = json.loads(served.ask("/today.json")[2])
        code, out, _ = self.run_program("stats", "today", "--json", "--no-sync")
        own = json.loads(out)
        self.assertEqual({**served_stats, "coverage": None}, {**own, "coverage": None}, "as the program says")
        self.assertEqual(served.stop(signal.SIGINT), 130)

    def test_names_of_folders(self):
        """Folders may have any name: markup is shown as text, characters that change the direction are made visible."""
        name = "a</td><script>alert(1)</script>&\"'\u202egnp.exe"
        self.write(prompt("name").replace(json.dumps(f"/home/{CANARY}/project"), json.dumps(name)))
        page = self.serve().ask("/")[2]
        self.assertIn("script&gt;&amp;&quot;'\\u202egnp.exe", page)
        self.assertNotIn("\u202e", page)
        self.assertNotIn("alert(1)</script>", page)

    def test_a_new_line_is_shown(self):
        """A new line reaches the event stream, with notifications and with polling."""
        for words in ((), ("--poll",)):
            served = self.serve(*words)
            count = lambda: json.loads(served.ask("/today.json")[2])["totals"]["interactions"]["value"] or 0
            before = count()
            with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as stream:
                stream.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.token}\r\n\r\n".encode())
                got = b""
                while b"\n\n" not in got:  # current data is sent at once
                    got += stream.recv(65536)
                self.assertIn(b"text/event-stream", got)
                self.write(prompt(f"{words}"))
                got = b""
                while b"\n\n" not in got:
                    got += stream.recv(65536)
                self.assertIn(f">{before + 1:,}<".encode(), got)
            self.assertEqual(count(), before + 1)
            served.stop()

    def test_token(self):
        """Every path needs the token, as a header, parameter or cookie; the cookie is valid below its own path only."""
        served = self.serve()
        for path in ("/", "/today.json", "/events", "/health", "/health.json", "/metrics", "/nothing"):
            self.assertEqual(served.ask(path, token=False)[0], 401, path)
            self.assertEqual(served.ask(path, token=False, Authorization="Bearer " + "0" * 32)[0], 401, path)
            self.assertEqual(served.ask(path + "?token=" + "0" * 32, token=False)[0], 401, path)
        self.assertEqual(served.ask("/", token=False, Authorization=f"bearer {served.token}")[0], 200, "a scheme has no case")
        status, headers, _ = served.ask(f"/?token={served.token}", token=False)
        self.assertEqual(status, 303)
        place = headers["Location"]
        self.assertRegex(place, r"^/[0-9a-f]{16}/$")
        self.assertNotIn(place.strip("/"), served.token)
        cookie = headers["Set-Cookie"]
        self.assertRegex(cookie, f"; Path={place}; HttpOnly; SameSite=Strict$")
        # A browser sends the cookie only below that path, on whatever port, and there it is accepted.
        cookie = cookie.split(";")[0]
        for path, code in ((place, 200), (f"{place}health", 200), (f"{place}today.json", 200), (f"{place}nothing", 404), ("/", 401), ("/health", 401),
                           ("/0000000000000000/", 401), (place[:-1], 401), (f"/{place}", 401)):
            self.assertEqual(served.ask(path, token=False, Cookie=cookie)[0], code, path)
        self.assertEqual(served.ask(place, token=False)[0], 401)
        _, headers, _ = served.ask(f"/health?token={served.token}", token=False)
        self.assertEqual(headers["Location"], f"{place}health")
        page = served.ask(place, token=False, Cookie=cookie)[2]
        self.assertNotRegex(page if isinstance(page, str) else page.decode(), r'(href|src|data-events)="/')
        self.assertEqual(served.ask("/nothing")[0], 404)

    def test_refusals(self):
        """Other hosts, methods, bodies and malformed or huge requests are refused; the server goes on."""
        served = self.serve("--health")
        self.assertEqual(served.token, None)
        for host in ("evil.example", "127.0.0.1.evil.example", f"evil.example:{served.port}", "localhost.", "", "[::2]", "[::1"):
            self.assertEqual(served.ask("/", Host=host)[0], 421, host)
        for host in ("localhost", f"localhost:{served.port}", "127.0.0.1", "[::1]:80", "LOCALHOST"):
            self.assertEqual(served.ask("/", Host=host)[0], 200, host)
        for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"):
            status, headers, _ = served.ask("/metrics", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET"), method)
        self.assertEqual(served.ask("/", **{"Content-Length": "4"})[0], 413)
        two = b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nGET /"
        self.assertRegex(served.raw(two)[0], "^HTTP/1.. 4", "a body for who reads the second")
        got, _ = served.raw(b"GET / HTTP/1.1\r\n\r\n")
        self.assertRegex(got, "^HTTP/1.. 4", "a question without a host")
        for two in (b"Host: localhost\r\nHost: evil.example\r\n", b"Host: evil.example\r\nhost: localhost\r\n"):
            self.assertRegex(served.raw(b"GET / HTTP/1.1\r\n" + two + b"\r\n")[0], "^HTTP/1.. 4", "a question with two")
        for big in (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 1000000 + b"\r\n\r\n",
                    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 20000 + b"\r\n"):
            self.assertNotIn("200 OK", served.raw(big)[0], big[:20])
        for strange in (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\r\n" * 50, b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
                        b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            self.assertNotIn("root:", served.raw(strange + b"\r\n\r\n")[0])
        self.assertEqual(served.ask("/")[0], 200, "it is still there")

    def test_slow_requests_end(self):
        """Slow clients are cut off, and others are answered meanwhile."""
        served = self.serve("--health")

        def trickle(_):
            head = [b"GET / HTTP/1.1\r\nHost: localhost\r\n"] + [b"X-%d: a\r\n" % i for i in range(60)]
            return served.raw(*head, pause=0.5)

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            waiting = pool.map(trickle, range(20))
            self.assertEqual(served.ask("/")[0], 200, "the others are answered meanwhile")
            for got, seconds in waiting:
                self.assertNotIn("200 OK", got)
                self.assertLess(seconds, PATIENCE + 5)

    def test_addresses(self):
        """Addresses beyond this machine need a token file and the names of hosts."""
        code, _, err = self.run_program("serve", "--health", "--bind", "0.0.0.0", "--port", "0")
        self.assertEqual((code, "--token-file" in err), (2, True), err)
        code, _, err = self.run_program("serve", "--bind", "::", "--port", "0")
        self.assertEqual((code, "--token-file" in err), (2, True), err)
        self.assertEqual(self.run_program("serve", "--bind", "example.org")[0], 2)
        self.assertEqual(self.run_program("serve", "--port", "70000")[0], 2)
        token = os.path.join(self.root, "token")
        for short in ("", "short", "with space in it but long\n", "\x00" * 30):
            with open(token, "w", encoding="utf-8") as file:
                file.write(short)
            self.assertEqual(self.run_program("serve", "--token-file", token)[0], 2, short)
        with open(token, "w", encoding="utf-8") as file:
            file.write("a-token-of-a-person\n")
        self.run_program("sync")
        served = self.serve("--health", "--bind", "0.0.0.0", "--token-file", token, "--host", "metrics.example,other.example")
        served.token = "a-token-of-a-person"
        self.assertEqual(served.ask("/metrics", Host="metrics.example")[0], 200)
        status, _, said = served.ask("/metrics", Host="localhost")
        self.assertEqual((status, "--host" in said), (421, True), "it is not this machine's alone")
        self.assertEqual(served.ask("/metrics", token=False, Host="metrics.example")[0], 401)

    def test_a_taken_port_is_reported(self):
        """A port in use is reported."""
        served = self.serve("--health")
        code, _, err = self.run_program("serve", "--health", "--port", str(served.port))
        self.assertEqual((code, "cannot listen" in err), (1, True), err)

    def test_a_store_that_is_gone_or_another(self):
        """Answers are from the present file: old figures would always look healthy."""
        self.run_program("sync")
        store = os.path.join(self.root, ".local/share/blueplane")
        served = self.serve("--health")
        figures = lambda: {line.split()[0]: float(line.split()[1]) for line in served.ask("/metrics")[2].splitlines() if line[0] != "#"}
        files = figures()["blueplane_files"]
        os.rename(store, store + ".aside")
        self.until("it is gone", lambda: figures() == {"blueplane_status": 2})
        time.sleep(11)  # it is tried twice more
        self.assertEqual(served.said().count("there is no store"), 1, served.said())
        self.assertEqual(json.loads(served.ask("/health.json")[2])["reason"], "the store cannot be read")
        self.assertIn("cannot be read", served.ask("/")[2])
        self.write(prompt(1))
        self.run_program("sync")
        self.until("another came", lambda: figures().get("blueplane_files") == files + 1)
        self.assertEqual((figures()["blueplane_status"], figures()["blueplane_integrity_ok"]), (0, 1))
        with open(os.path.join(store, "blueplane.db"), "r+b") as file:
            file.write(b"no database" * 10)
        self.until("it is damaged", lambda: figures() == {"blueplane_status": 2, "blueplane_integrity_ok": 0})

    def test_many_questions_leave_memory_flat(self):
        """3,000 requests do not increase the server's memory."""
        served = self.serve()
        paths = ("/", "/today.json", "/health", "/health.json", "/metrics")

        def thousand():
            with concurrent.futures.ThreadPoolExecutor(50) as pool:
                for status, _, body in pool.map(lambda i: served.ask(paths[i % len(paths)]), range(1000)):
                    self.assertEqual((status, bool(body)), (200, True))

        with open(PROGRAM, "rb") as file:
            if b"__asan_init" in file.read():
                self.skipTest("a sanitizer keeps what was freed for a while")
        thousand()
        before = served.memory()
        for _ in range(3):
            thousand()
        self.assertLess(served.memory(), before + 3072, "kB, after 3,000 more")

    STREAM = b"GET /health/events HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def follow(self, served):
        """Opens a stream as soon as there is room for one: that a client left is noticed with the next event."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            stream = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
            stream.sendall(self.STREAM)
            if b"200 OK" in stream.recv(65536):
                return stream
            stream.close()
            time.sleep(0.2)
        raise AssertionError("there is no room for a stream")

    def test_streams_come_and_go(self):
        """The number of streams is limited, and closed ones give their place to others."""
        served = self.serve("--health")
        for _ in range(3):
            streams = [self.follow(served) for _ in range(24)]
            self.assertEqual(served.ask("/health/events")[0], 503, "as many as there is room for")
            self.assertEqual(served.ask("/")[0], 200)
            for stream in streams:
                stream.close()
        with self.follow(served):
            self.assertEqual(served.stop(), 130, "it ends while somebody follows")

    def test_a_client_that_stops_reading_loses_its_place(self):
        """A client that stops reading without closing loses its place after a while, and the next one gets it."""
        served = self.serve("--health")
        streams = [self.follow(served) for _ in range(24)]
        self.assertEqual(served.ask("/health/events")[0], 503)
        for stream in [self.follow(served) for _ in range(2)] + streams:
            stream.close()


class Operator(Case):
    """What an operator gets contains nothing of a person's activity."""

    WORDS = ("sessions", "prompt", "tool_call", "workspace", "project", "model", "claude", "codex", "hour", "cost",
             "token", "branch", "language")

    def test_nothing_of_a_person(self):
        """No word about activity and no name of the owner's is in what an operator gets."""
        self.write("".join(prompt(i) for i in range(40)))
        self.run_program("sync")
        labels = self.run_program("metric", "interactions", "--by", "workspace", "--period", "all", "--json")[1]
        names = {row["workspace"] for row in json.loads(labels)["rows"] if row["workspace"]}
        models = self.run_program("metric", "cost", "--by", "model", "--period", "all", "--json")[1]
        names |= {row["model"] for row in json.loads(models)["rows"] if row["model"]}
        self.assertGreater(len(names), 3)
        shown = {"json": self.run_program("health", "--json")[1], "table": self.run_program("health")[1],
                 "prometheus": self.run_program("health", "--format", "prometheus")[1]}
        if "was not found" not in self.run_program("serve", "--health", "--store", "/nonexistent", "--port", "0")[2]:
            served = self.serve("--health")
            for path in ("/", "/health.json", "/metrics"):
                shown[path] = served.ask(path)[2]
            shown["/"] = re.sub(r"<(style|script)>.*?</\1>", "", shown["/"], flags=re.S)
            for path in ("/today.json", "/events", "/health", "/?token=x&path=/today.json"):
                body = served.ask(path)[2]
                self.assertTrue("tile" not in body or path.startswith("/?"), path)
        own = self.run_program("stats", "today", "--json", "--no-sync")[1]
        self.assertTrue(any(name in own for name in names) and "interactions" in own, "control: the owner is shown them")
        for where, text in shown.items():
            for word in (*self.WORDS, *names, CANARY, self.root):
                self.assertNotIn(word.lower(), text.lower(), f"{word} in {where}")

    def test_the_same_whatever_was_done(self):
        """The days of two people with the same number of lines differ only in sizes and ages."""
        shown = []
        for hour, session in ((3, "night"), (14, "noon")):
            shutil.rmtree(os.path.join(self.root, ".local"), ignore_errors=True)
            for folder in (".claude", ".codex"):
                shutil.rmtree(os.path.join(self.root, folder), ignore_errors=True)
            day = datetime.datetime(2026, 3, 2, hour, tzinfo=datetime.timezone.utc)
            with open(os.devnull, "w", encoding="utf-8"):
                self.write("".join(prompt(i, session, day + datetime.timedelta(minutes=i)) for i in range(30)))
            self.run_program("sync")
            figures = json.loads(self.run_program("health", "--json")[1])["figures"]
            volatile = ("ingest_age", "wal_bytes", "limit_bytes")
            shown.append([row for row in figures if row["name"] not in volatile])
            os.remove(self.transcript)
        self.assertEqual(shown[0], shown[1])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
