#!/usr/bin/env python3
"""Compares the program for Windows with the same program of this machine: byte for byte the same answers and files.

    program.py NATIVE RUN EXE SAMPLE CORPUS

NATIVE is the program of this machine, EXE the one for Windows, RUN what starts it (Wine), SAMPLE the generator
examples/sample/sample.py, CORPUS the folder tests/corpus. Both read the same transcripts into a store of their own,
with the same key. Only the differences in the table DIFFERENT are allowed.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

NATIVE, RUN, EXE, SAMPLE, CORPUS = sys.argv[1:6]

# Output of the program for Windows translated to that of this machine's: Wine shows the machine's folders as a drive,
# and access lists describe a file's owner.
DIFFERENT = [(rb'Z:/', b'/'), (rb'for you alone', b'mode 0600'), (rb'AppData/Roaming/Cursor', b'.config/Cursor'), (rb'(?m)^  it is built and installed.*\n', b''),
             # the size of the store's file, which depends on which of two threads is first
             (rb'(tool calls in) [0-9.]+ [kMK]i?B', rb'\1 SIZE')]

QUESTIONS = """
    stats today
    stats week
    stats month --zone America/St_Johns
    stats year --zone Pacific/Chatham --format json
    stats --since 7d --zone Asia/Kolkata
    stats --date yesterday --zone Europe/Dublin
    cost
    cost --format csv
    cost --format markdown
    doctor
    doctor --format json
    export
    export --format json
    export --format ndjson --zone Australia/Lord_Howe
    sessions
    sessions --format csv --zone America/Sao_Paulo
    tools
    tasks
    insights
    days
    hours
    code
    platforms
    workspaces
    prompts
    delegate
    trend
    compare
    metrics
    dimensions
    places
    prices
    prices --unpriced
    privacy audit
    privacy preview
    statusline
    completion bash
    help
    help stats
    --version
    stats nonsense
    stats --zone Europe/Berlim
    stats --period 2026-02-30
    --nope
    erase
    report executive
    team status
""".strip().splitlines()


class Side:
    def __init__(self, folder, name, start):
        self.name, self.start = name, start
        self.store = os.path.join(folder, name, 'größe', 'store.db')  # as long as the other's path
        os.makedirs(os.path.dirname(self.store))
        with open(self.store + '.key', 'wb') as key:
            key.write(b'\x5a' * 32)
        os.chmod(self.store + '.key', 0o600)
        self.home = home = os.path.join(folder, 'home')  # Wine has one of its own
        self.env = dict(os.environ, LC_ALL='C.UTF-8', HOME=home, BLUEPLANE_STORE=self.store,
                        CLAUDE_CONFIG_DIR=home + '/.claude', CODEX_HOME=home + '/.codex', COPILOT_HOME=home + '/.copilot',
                        APPDATA=home + '/.config', XDG_CONFIG_HOME=home + '/.config', XDG_DATA_HOME=home + '/.local/share',
                        XDG_STATE_HOME=os.path.join(folder, name, 'state'))
        self.env.pop('COLUMNS', None)

    def run(self, *words, given=b''):
        done = subprocess.run(self.start + list(words), env=self.env, input=given, capture_output=True, timeout=600)
        out = [done.stdout, done.stderr]
        for i, data in enumerate(out):
            for pattern, same in DIFFERENT:
                data = re.sub(pattern, same, data)
            out[i] = data.replace(self.name.encode() + b'/', b'SIDE/').replace(b'~/', self.home.encode() + b'/')
        return done.returncode, out[0], out[1]


class Program(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix='blueplane-windows-')
        cls.folder = cls.temporary.name
        subprocess.run([sys.executable, '-B', SAMPLE, '--out', cls.folder + '/home', '--quiet'], check=True)
        cls.here = Side(cls.folder, 'here', [NATIVE])
        cls.there = Side(cls.folder, 'wine', [RUN, EXE])

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def both(self, *words, given=b''):
        """Runs both, and again if the clock passed from one minute to the next meanwhile."""
        for _ in range(3):
            first, second = self.here.run(*words, given=given), self.there.run(*words, given=given)
            if first == second:
                break
        self.assertEqual(first[0], second[0], (words, second))
        self.assertEqual(first[1].decode(), second[1].decode(), words)
        self.assertEqual(first[2].decode(), second[2].decode(), words)
        return first

    def test_1_sync(self):
        """Both programs read the same transcripts and report the same."""
        code, out, _ = self.both('sync')
        self.assertEqual(code, 0)
        self.assertIn(b'new facts', out)
        self.assertIn(b' 0 new or changed', self.both('sync')[1])

    def test_2_questions(self):
        """Both answer every query with the same bytes."""
        said = 0
        for line in QUESTIONS:
            with self.subTest(line):
                said += len(self.both(*line.split())[1])
        self.assertGreater(said, 100000)

    def test_3_corpus(self):
        """Every hand-made file, including those that break their format."""
        for source in sorted(os.listdir(CORPUS)):
            path = os.path.join(CORPUS, source)
            if os.path.isdir(path):
                with self.subTest(source):
                    self.both('sync', path)
        self.both('export', '--period', 'all', '--format', 'json', '--no-sync')
        self.both('doctor', '--format', 'json')

    def test_4_own_files(self):
        """A hook's payload, a configuration with Windows line ends, a page, bytes that are not text."""
        payload = b'{"hook_event_name":"Stop","session_id":"s1","cwd":"/x","prompt":"gr\xc3\xbc\xc3\x9fe"}'
        self.assertEqual(self.both('hook', 'claude_code', given=payload)[0], 0)
        self.both('hook', 'claude_code', given=b'\xff{')
        for side in (self.here, self.there):
            kept = os.path.join(self.folder, side.name, 'state/blueplane/claude_code_hooks')
            [name] = os.listdir(kept)
            with open(os.path.join(kept, name), 'rb') as file:
                lines = file.read()
            self.assertTrue(lines.endswith(b'"prompt_characters":5}\n'), lines)
            self.assertNotIn(b'\r', lines)
        config = os.path.join(self.folder, 'home/.config/blueplane')
        os.makedirs(config)
        with open(config + '/config', 'wb') as file:
            file.write(b'zone = Asia/Kathmandu\r\nformat = csv\r\n')
        self.assertIn(b'Asia/Kathmandu', self.both('doctor', '--format', 'table')[1])
        self.both('stats', 'week')
        os.remove(config + '/config')
        self.both('statusline', given=b'{"cost":{"total_cost_usd":1.25}}')
        for side in (self.here, self.there):  # twice: the second file replaces the first
            for _ in range(2):
                page = os.path.join(self.folder, side.name, 'seite ü.html')
                self.assertEqual(side.run('dashboard', '--output', page, '--no-sync')[0], 0)
            self.assertGreater(os.path.getsize(page), 50000)

    def test_5_names_of_windows(self):
        """Paths in Windows form work; a prefix before the root, like a server's name, is not a folder to be created."""
        for folder, prefix in (('new', ''), ('newer', '\\\\?\\')):
            store = prefix + 'Z:' + os.path.join(self.folder, 'wine', folder, 'folder', 'other.db').replace('/', '\\')
            code, out, said = self.there.run('sync', '--store', store)
            self.assertEqual((code, said), (0, b''), out)
            self.assertTrue(os.path.exists(os.path.join(self.folder, 'wine', folder, 'folder/other.db')))

    def test_6_not_made(self):
        """Commands that are programs of their own elsewhere are refused with an explanation."""
        for command in (['git', '.'], ['serve']):
            code, out, said = self.there.run(*command)
            self.assertEqual((code, out), (1, b''))
            self.assertRegex(said, rb'the program blueplane-[a-z]+, which .*, was not found')

    def test_7_organisation(self):
        """Sixty people share, and the published files are the same."""
        folders = []
        for side in (self.here, self.there):
            folder = os.path.join(self.folder, side.name, 'demo')
            code, _, said = side.run('demo', folder, '--weeks', '2', '--until', '2026-03-01')
            self.assertEqual(code, 0, said)
            folders.append(folder)
        names = [sorted(os.listdir(folder)) for folder in folders]
        self.assertEqual(*names)
        compared = 0
        for name in names[0]:
            if not name.endswith(('.release', '.lead', '.md', '.csv')):  # others contain the time or the program that made them
                continue
            data = []
            for folder in folders:
                with open(os.path.join(folder, name), 'rb') as file:
                    data.append(file.read())
            self.assertEqual(data[0], data[1], name)
            compared += 1
        self.assertGreaterEqual(compared, 5)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[6:], verbosity=2)
