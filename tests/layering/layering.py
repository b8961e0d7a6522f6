#!/usr/bin/env python3
"""Checks the tree against the tables in docs/architecture.md.

    python3 tests/layering/layering.py [--root DIR]
    python3 tests/layering/layering.py --selftest

The tables say which folder may include what, which names are bound to one file, and what the top level holds;
how to read them is written there. Each .c and .h of libblueplane must begin with a comment. --selftest makes a
small tree, breaks each rule in turn and fails unless the break is found.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
CODE = (".c", ".h", ".def", ".inc", ".cc", ".cpp")


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def blank(text, strings):
    """The text with comments, and strings if asked for, replaced by blanks; lines keep their numbers."""
    def empty(match):
        token = match.group(0)
        if token[0] in "\"'" and not strings:
            return token
        return re.sub(r"[^\n]", " ", token)
    return TOKEN.sub(empty, text)


def table(text, left, right):
    """The rows of the markdown table with this header."""
    rows, inside = [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else None
        if cells == [left, right]:
            inside = True
        elif inside and cells is None:
            break
        elif inside and set(cells[0]) != {"-"}:
            rows.append((cells[0], cells[1]))
    if not rows:
        raise SystemExit(f"docs/architecture.md has no table '| {left} | {right} |'")
    return rows


def entries(cell):
    return [entry.strip().strip("`") for entry in cell.split(",") if entry.strip()]


class Rules:
    def __init__(self, document):
        text = read(document)
        rows = dict(table(text, "folder", "may include"))
        self.common = entries(rows.pop("all", ""))
        self.folders = {folder: entries(cell) for folder, cell in rows.items()}
        self.names = {}
        for names, place in table(text, "name", "only in"):
            for name in entries(names):
                self.names[name.replace("()", "")] = (name.endswith("()"), place)
        self.top = {name for name, _ in table(text, "top level", "what it is")}
        self.outside = {"examples", "bindings"}
        self.inside = set(self.folders) - self.outside


class Check:
    def __init__(self, root, rules):
        self.root = root
        self.rules = rules
        self.problems = []

    def problem(self, path, line, text):
        self.problems.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")

    def run(self):
        self.check_top()
        for path in self.walk("libblueplane"):
            self.check_library_file(path)
        for folder in sorted(self.rules.outside):
            for path in self.walk(folder):
                self.check_outside_file(path, folder)
        return self.problems

    def walk(self, folder):
        found = []
        for base, folders, files in os.walk(os.path.join(self.root, folder)):
            folders[:] = sorted(f for f in folders if not f.startswith((".", "build")) and f != "node_modules")
            for name in sorted(files):
                found.append(os.path.relpath(os.path.join(base, name), self.root).replace(os.sep, "/"))
        return found

    def load(self, path):
        return read(os.path.join(self.root, path))

    # --- the top level -------------------------------------------------------------------------------------

    def top_names(self):
        """The project's top-level names: what git would add, or without git everything that is not a build tree."""
        try:
            listed = subprocess.run(["git", "-C", self.root, "ls-files", "-z", "--cached", "--others",
                                     "--exclude-standard"], capture_output=True, check=True).stdout
            return {name.split("/")[0] for name in listed.decode("utf-8", "replace").split("\0") if name}
        except (OSError, subprocess.CalledProcessError):
            return {name for name in os.listdir(self.root) if not name.startswith("build")}

    def check_top(self):
        for name in sorted(self.top_names()):
            if not name.startswith(".") and name not in self.rules.top:
                self.problem(name, 0, "is not a name of the top level")

    # --- libblueplane --------------------------------------------------------------------------------------

    def check_library_file(self, path):
        parts = path.split("/")
        if not path.endswith(CODE):
            return
        text = self.load(path)
        if path.endswith((".c", ".h")) and not text.startswith(("/*", "//")):
            self.problem(path, 1, "does not begin with a comment")
        if len(parts) < 3 or parts[1] not in self.rules.inside:
            self.problem(path, 0, "lies in no folder of the table")
            return
        folder, name = parts[1], "/".join(parts[2:])
        for line, system, target in self.includes(text):
            reason = self.refuse(folder, name, system, target, path)
            if reason:
                self.problem(path, line, reason)
        self.check_names(path, f"{folder}/{name}", text)

    @staticmethod
    def includes(text, comments=False):
        code = text if comments else blank(text, strings=False)
        for match in INCLUDE.finditer(code):
            yield code.count("\n", 0, match.start()) + 1, match.group(1) == "<", match.group(2)

    def resolve(self, path, target):
        """The file of a quoted include: a path from the root, or None if it is not in the tree."""
        here = os.path.dirname(path)
        for base in (here, "libblueplane", "include", "."):
            found = os.path.normpath(os.path.join(base, target)).replace(os.sep, "/")
            if os.path.exists(os.path.join(self.root, found)):
                return found
        return None

    def refuse(self, folder, name, system, target, path):
        """Why this include is not allowed, or None."""
        allowed = self.rules.common + self.rules.folders[folder]
        if target.startswith("blueplane/"):
            return None if "public" in allowed else f"{folder} may not include <{target}>"
        if system:
            return None if self.system_allowed(allowed, target, name) else f"{folder} may not include <{target}>"
        found = self.resolve(path, target)
        if found is None:  # generated: belongs to the folder in its path
            found = f"libblueplane/{target}" if "/" in target else f"libblueplane/{folder}/{target}"
            if "/" not in target and any(self.is_system(entry, target) for entry in self.everything()):
                return None if self.system_allowed(allowed, target, name) else f"{folder} may not include {target}"
        if found.startswith("include/"):
            return None if "public" in allowed else f"{folder} may not include {target}"
        if not found.startswith("libblueplane/"):
            return f"{target} lies outside of libblueplane"
        inner = found[len("libblueplane/"):]
        owner = inner.split("/")[0]
        if owner == folder or owner in allowed or inner in allowed or f"{inner}@{name}" in allowed:
            return None
        return f"{folder} may not include {inner}"

    def everything(self):
        return [entry for row in self.rules.folders.values() for entry in row]

    @staticmethod
    def is_system(entry, target):
        """cjson/cJSON.h and cJSON.h are the same header, found with different flags."""
        if not entry.startswith("system:"):
            return False
        header = entry[len("system:"):].split("@")[0]
        return target == header or target.endswith("/" + header)

    def system_allowed(self, allowed, target, name):
        if any(entry.startswith("not:") and (target == entry[4:] or target.endswith("/" + entry[4:]))
               for entry in allowed):
            return False
        for entry in allowed:
            if entry == "system:*":
                return True
            if self.is_system(entry, target):
                only = entry.split("@")[1] if "@" in entry else name
                if name == only:
                    return True
        return False

    def check_names(self, path, inner, text):
        code = blank(text, strings=True)
        code = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", code, flags=re.MULTILINE)
        for match in IDENTIFIER.finditer(code):
            name = match.group(0)
            if name not in self.rules.names:
                continue
            call, place = self.rules.names[name]
            before = code[:match.start()].rstrip()
            after = code[match.end():].lstrip()
            if before.endswith((".", "->")) or place == inner:
                continue
            if call and not after.startswith("("):
                continue
            where = "nowhere in libblueplane" if place == "nowhere" else f"only in {place}"
            self.problem(path, code.count("\n", 0, match.start()) + 1, f"{name} is used {where}")

    # --- examples and bindings ------------------------------------------------------------------------------

    def check_outside_file(self, path, folder):
        comments = path.endswith((".go", ".py", ".pyx", ".pyi"))  # cgo keeps its includes in comments
        if not comments and not path.endswith(CODE):
            return
        allowed = self.rules.folders[folder]
        name = path.split("/", 1)[1]
        for line, system, target in self.includes(self.load(path), comments):
            if target.startswith("blueplane/"):
                continue
            if not system:
                found = self.resolve(path, target)
                if found and found.startswith(folder + "/"):
                    continue
                if found or "/" in target:
                    self.problem(path, line, f"{folder} may use only <blueplane/...>, not {target}")
                    continue
            if "libblueplane" in target or not self.system_allowed(allowed, target, name):
                self.problem(path, line, f"{folder} may not include {target}")


# --- self-test ------------------------------------------------------------------------------------------------

CLEAN = {
    "meson.build": "",
    "include/blueplane/blueplane.h": "/* public */\n",
    "libblueplane/base/mem.h": "/* mem */\n#include <stddef.h>\n",
    "libblueplane/base/mem.c": "/* mem */\n#include <stdlib.h>\nvoid *f(void) { return malloc(1); }\n",
    "libblueplane/base/json.c": "/* json */\n#include <cjson/cJSON.h>\n",
    "libblueplane/base/time.c": "/* time */\n#include <time.h>\nint g(void) { return (int)time(0); }\n",
    "libblueplane/base/hash.c": "/* hash */\n#include <sodium.h>\n",
    "libblueplane/base/thread.c": "/* thread */\n#include <pthread.h>\n",
    "libblueplane/sources/record.h": "/* record */\n#include \"base/mem.h\"\n",
    "libblueplane/sources/cursor.c": "/* cursor */\n#include \"store/foreign.h\"\n",
    "libblueplane/store/foreign.h": "/* foreign */\n",
    "libblueplane/store/store.c": "/* store: malloc() and stderr in a comment are fine */\n#include <sqlite3.h>\n"
                                  "#include \"sources/record.h\"\nconst char *s = \"printf(stderr)\";\n"
                                  "void h(struct x *p) { sqlite3_free(p); p->free(p); p->clock(p); }\n",
    "libblueplane/store/read.h": "/* read */\n#include <blueplane/blueplane.h>\n",
    "libblueplane/result/table.h": "/* table */\n",
    "libblueplane/metrics/plan.c": "/* plan */\n#include \"store/read.h\"\n#include \"../result/table.h\"\n",
    "libblueplane/api/api.c": "/* api */\n#include \"store/read.h\"\n#include \"metrics/plan.h\"\n",
    "libblueplane/metrics/plan.h": "/* plan */\n",
    "libblueplane/api/api.h": "/* api */\n",
    "examples/one.c": "/* one */\n#include <blueplane/blueplane.h>\n#include <popt.h>\n#include \"two.h\"\n",
    "examples/two.h": "/* two */\n",
    "bindings/go/bp.go": "package bp\n/*\n#include <blueplane/blueplane.h>\n*/\nimport \"C\"\n",
}

# path, text to append or a whole new file, what the message must contain
BREAKS = [
    ("libblueplane/base/mem.h", '#include "store/read.h"\n', "base may not include store/read.h"),
    ("libblueplane/sources/record.h", '#include "../store/read.h"\n', "sources may not include store/read.h"),
    ("libblueplane/sources/record.h", '#include "store/foreign.h"\n', "sources may not include store/foreign.h"),
    ("libblueplane/store/store.c", '#include "sources/other.h"\n', "store may not include sources/other.h"),
    ("libblueplane/metrics/plan.c", '#include "store/store.h"\n', "metrics may not include store/store.h"),
    ("libblueplane/metrics/plan.c", '#include "api/api.h"\n', "metrics may not include api/api.h"),
    ("libblueplane/result/table.h", '#include "store/read.h"\n', "result may not include store/read.h"),
    ("libblueplane/metrics/plan.c", "#include <sqlite3.h>\n", "metrics may not include <sqlite3.h>"),
    ("libblueplane/metrics/plan.c", '#include "sqlite3.h"\n', "metrics may not include sqlite3.h"),
    ("libblueplane/base/mem.c", "#include <cjson/cJSON.h>\n", "base may not include <cjson/cJSON.h>"),
    ("libblueplane/base/mem.c", "#include <sodium.h>\n", "base may not include <sodium.h>"),
    ("libblueplane/base/json.c", "# include <pthread.h>\n", "base may not include <pthread.h>"),
    ("libblueplane/store/store.c", "#include <threads.h>\n", "store may not include <threads.h>"),
    ("libblueplane/store/store.c", "#include <time.h>\n", "store may not include <time.h>"),
    ("libblueplane/api/api.c", "#include <locale.h>\n", "api may not include <locale.h>"),
    ("libblueplane/api/api.c", '#include "../../examples/two.h"\n', "lies outside of libblueplane"),
    ("libblueplane/store/store.c", "void a(void) { free (x); }\n", "free is used only in base/mem.c"),
    ("libblueplane/store/store.c", "void *(*a)(size_t) = malloc;\n", "malloc is used only in base/mem.c"),
    ("libblueplane/base/json.c", "void *a = calloc(1, 1);\n", "calloc is used only in base/mem.c"),
    ("libblueplane/base/json.c", "void *a = realloc(b, 1);\n", "realloc is used only in base/mem.c"),
    ("libblueplane/base/json.c", "char *a = strdup(b);\n", "strdup is used only in base/mem.c"),
    ("libblueplane/store/store.c", "int a = time(NULL);\n", "time is used only in base/time.c"),
    ("libblueplane/store/store.c", "int a = clock_gettime(0, 0);\n", "clock_gettime is used only in base/time.c"),
    ("libblueplane/store/store.c", "int a = gettimeofday(0, 0);\n", "gettimeofday is used only in base/time.c"),
    ("libblueplane/api/api.c", 'char *a = getenv("HOME");\n', "getenv is used nowhere"),
    ("libblueplane/api/api.c", 'char *a = setlocale(0, "");\n', "setlocale is used nowhere"),
    ("libblueplane/api/api.c", 'int a = printf("x");\n', "printf is used nowhere"),
    ("libblueplane/api/api.c", 'int a = fprintf(stderr, "x");\n', "stderr is used nowhere"),
    ("libblueplane/api/api.c", "int a = signal(1, 0);\n", "signal is used nowhere"),
    ("libblueplane/api/bare.c", "int x;\n", "does not begin with a comment"),
    ("libblueplane/stray.c", "/* stray */\n", "lies in no folder of the table"),
    ("libblueplane/other/stray.c", "/* stray */\n", "lies in no folder of the table"),
    ("examples/one.c", '#include "base/mem.h"\n', "examples may use only <blueplane/...>"),
    ("examples/one.c", '#include "../libblueplane/base/mem.h"\n', "examples may use only <blueplane/...>"),
    ("examples/one.c", "#include <sqlite3.h>\n", "examples may not include sqlite3.h"),
    ("bindings/go/bp.go", '/*\n#include "../../libblueplane/base/mem.h"\n*/\n', "bindings may use only"),
    ("scratch.txt", "x\n", "is not a name of the top level"),
    ("meson_options.txt", "", "is not a name of the top level"),
]


def write(root, path, text, mode="w"):
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, mode, encoding="utf-8") as file:
        file.write(text)


def selftest(rules):
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        def tree(name):
            root = os.path.join(temporary, name)
            for path, text in CLEAN.items():
                write(root, path, text)
            return root

        problems = Check(tree("clean"), rules).run()
        if problems:
            failures += 1
            print("the clean tree is not clean:", *problems, sep="\n  ")
        for number, (path, text, expected) in enumerate(BREAKS):
            root = tree(f"break{number}")
            write(root, path, text, "a" if path in CLEAN else "w")
            problems = Check(root, rules).run()
            if not any(problem.startswith(path) and expected in problem for problem in problems):
                failures += 1
                print(f"not found: {path}: {expected!r}; found instead: {problems}")
            elif len(problems) != 1:
                failures += 1
                print(f"one break, several findings: {problems}")
            shutil.rmtree(root)
    print(f"layering: {len(BREAKS) + 1} self-tests, {failures} failed")
    return failures


def main():
    parser = argparse.ArgumentParser(description="Check the tree against docs/architecture.md.")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--selftest", action="store_true")
    options = parser.parse_args()
    rules = Rules(os.path.join(options.root, "docs", "architecture.md"))
    if options.selftest:
        return 1 if selftest(rules) else 0
    check = Check(options.root, rules)
    problems = check.run()
    for problem in problems:
        print(problem)
    print(f"layering: {len(check.walk('libblueplane'))} files of libblueplane, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
