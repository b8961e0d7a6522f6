#!/usr/bin/env python3
"""Checks that everything the documents name exists.

    python3 tests/docs/links.py [--root DIR] PROGRAM
    python3 tests/docs/links.py --selftest PROGRAM

In every *.md file: the targets of relative links and their headings; paths of the repository in backticks; names in
backticks like input_tokens, bp_open or time.day, which must be a metric or dimension of PROGRAM or a word in some file
that is not a document; commands and options of the program; what queries in JSON ask for. In comments of code: the
files they name. docs/README.md must lead to every other document in docs. Lists that a document gives completely are
compared with the code in both directions: error codes, reasons for refusals, sources, formats. --selftest inserts an
error of each kind and fails if one is not found.
"""
import argparse
import json
import os
import re
import subprocess
import sys

SKIPPED = re.compile(r"^(\.git|build.*|dist|__pycache__|\..*_cache|\.venv)$")
CODE = re.compile(r"^(```+)")
TICKED = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"^[\w.+-]+(/[\w.+-]+)*/?$")
FILE = re.compile(r"^[\w.-]+\.(c|h|def|md|map|py|sh|sql)$")
NAMED = re.compile(r"(?<![\w.<*-])[\w-]{2,}\.(?:c|h|def|map|py|sh|sql|md|js|go)\b(?!\()")
C_TOKEN = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
NAME = re.compile(r"^(?:[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|time\.[a-z_]+)$")
COMMAND = re.compile(r"(?:^|[\s$(])blueplane ([a-z]+)")
QUERY = re.compile(r'"(?:metrics|by|dimension)": ?(\[[^\]]*\]|"[\w.]+")')
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]+)")


class Tree:
    """The files of the repository, the words of those that are not documents, and the names the program knows."""

    def __init__(self, root, program):
        self.root, self.files, self.text = root, set(), {}
        for base, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not SKIPPED.match(name))
            where = os.path.relpath(base, root)
            self.files.update(os.path.normpath(os.path.join(where, name)) for name in names)
        for name in sorted(self.files):
            with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
                self.text[name] = file.read()
        self.folders = {os.path.dirname(name) for name in self.files}
        self.folders |= {part for name in list(self.folders) for part in parents(name)}
        self.base_names = {os.path.basename(name) for name in self.files}
        # Files that a build makes, and headers of other libraries.
        self.made = {word for name, text in self.text.items() if name.endswith("meson.build") for word in re.findall(r"'([\w.]+)'", text)}
        self.foreign = {os.path.basename(path) for text in self.text.values() for path in re.findall(r"#include <([^>]+)>", text)}
        self.documents = {name: self.text[name] for name in self.files if name.endswith(".md")}
        rest = "\n".join(text for name, text in self.text.items() if not name.endswith(".md"))
        self.words = set(re.findall(r"\w+", rest))
        self.options = set(re.findall(r"[a-z][a-z-]+", rest))
        self.catalogue = set()
        for topic in ("metrics", "dimensions"):
            rows = json.loads(ask(program, topic, "--format", "json"))["rows"]
            self.catalogue |= {row[topic[:-1]] for row in rows}
        self.commands = set(re.findall(r"^  ([a-z]+) ", ask(program, "help"), re.M))

    def exists(self, path):
        path = os.path.normpath(path)
        return path in self.files or path in self.folders or path == "."


def parents(name):
    while name:
        name = os.path.dirname(name)
        yield name


def ask(program, *arguments):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower()).replace(" ", "-")


def prose(text):
    """The lines outside fenced blocks, with their numbers."""
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        opening = CODE.match(line)
        if fence is None and opening:
            fence = opening.group(1)
        elif fence is not None:
            fence = None if line == fence else fence
        else:
            yield number, line


def headings(text):
    return {slug(line.lstrip("#")) for _, line in prose(text) if line.startswith("#")}


def bad_link(tree, document, target):
    if re.match(r"^[a-z]+:", target):
        return False
    path, _, anchor = target.partition("#")
    path = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
    return not tree.exists(path) or (anchor and anchor not in headings(tree.documents.get(path, "")))


def bad_path(tree, document, text):
    """A text that looks like a path of the repository but is not one."""
    if FILE.match(text):
        return text not in tree.base_names and "NAME" not in text
    if "/" not in text or not PATH.match(text) or "NAME" in text or "NN" in text:
        return False
    first = text.split("/")[0]
    places = ["", "include", "libblueplane", "tests", "docs", "examples", os.path.dirname(document)]
    if SKIPPED.match(first) or not any(tree.exists(os.path.join(place, first)) for place in places):
        return False
    return not any(tree.exists(os.path.join(place, text)) for place in places)


def bad_name(tree, text):
    if not NAME.match(text) or text in tree.catalogue:
        return False
    return text not in tree.words and not (text.endswith("_") and any(w.startswith(text) for w in tree.words))


def check_document(tree, name):
    for number, line in prose(tree.documents[name]):
        for target in LINK.findall(line):
            if bad_link(tree, name, target):
                yield f"{name}:{number}: the link leads nowhere: {target}"
        for text in TICKED.findall(line):
            if bad_path(tree, name, text):
                yield f"{name}:{number}: there is no file {text}"
            if bad_name(tree, text):
                yield f"{name}:{number}: nothing is called {text}"
            for command in COMMAND.findall(text):
                if command not in tree.commands:
                    yield f"{name}:{number}: the program has no command {command}"
            for option in OPTION.findall(text):
                if option not in tree.options:
                    yield f"{name}:{number}: nothing has an option --{option}"
    for names in QUERY.findall(tree.documents[name]):
        for text in re.findall(r'"([\w.]+)"', names):
            if text not in tree.catalogue and not re.match(r"^M\d{3}$", text):
                yield f"{name}: a query names {text}, which is in no catalogue"


def comments(name, text):
    """The comments of a source file."""
    if name.endswith((".c", ".h", ".def", ".js", ".go", ".css")):
        return [token for token in C_TOKEN.findall(text) if token[0] == "/"]
    if name.endswith((".py", ".sh", ".build")):
        return re.findall(r"(?m)^\s*#.*$|  # .*$", text) + (re.findall(r'(?s)""".*?"""', text) if name.endswith(".py") else [])
    return []


def check_code(tree, name):
    for comment in comments(name, tree.text[name]):
        for file in NAMED.findall(comment):
            if not (file in tree.base_names | tree.made | tree.foreign or re.search("[A-Z]{2}", file)):
                yield f"{name}: a comment names {file}, which is not there"


def column(tree, name, heading):
    """The names in the first column of the table that begins with a heading."""
    rows, inside = set(), False
    for _, line in prose(tree.documents.get(name, "")):
        inside = line.startswith("|") and (inside or line.startswith(f"| {heading} |"))
        cell = re.match(r"^\| `([\w]+)`", line)
        if inside and cell:
            rows.add(cell.group(1))
    return rows


def check_lists(tree):
    header = tree.text.get("include/blueplane/blueplane.h", "")
    records = tree.text.get("libblueplane/sources/record.h", "")
    sources = "\n".join(text for name, text in tree.text.items() if name.startswith("libblueplane/sources/"))
    formats = tree.text.get("libblueplane/delivery/delivery.c", "")
    lists = (
        ("docs/errors.md", "code", set(re.findall(r"\b(BP_ERR_\w+)\b\s*=?\s*\(?-\d", header))),
        ("docs/errors.md", "reason", set(re.findall(r'X\(\w+, \d+, "(\w+)"', records))),
        ("docs/sources.md", "source", set(re.findall(r'^    \.name = "(\w+)"', sources, re.M))),
        ("docs/formats/result.md", "format", set(re.findall(r'^\s*\{"(\w+)", "\w+/', formats, re.M))),
    )
    for name, heading, code in lists:
        told = column(tree, name, heading)
        if not code or code != told:
            odd = ", ".join(sorted(code ^ told)) or "the code has none"
            yield f"{name}: the table of each {heading} is not that of the code: {odd}"
    told = dict(re.findall(r"^\| `(BP_ERR_\w+)` \| (-\d+) \|", tree.documents.get("docs/errors.md", ""), re.M))
    for error, value in told.items():
        if not re.search(rf"\b{error}\b\s*=?\s*\(?{value}\b", header):
            yield f"docs/errors.md: {error} is not {value}"


def check_index(tree):
    """docs/README.md must link to every document beside and below it."""
    linked = {os.path.normpath(os.path.join("docs", target)) for target in LINK.findall(tree.documents["docs/README.md"])}
    for name in sorted(tree.documents):
        if name.startswith("docs/") and name != "docs/README.md" and name not in linked:
            yield f"{name}: the index in docs/README.md leaves it out"


def check(tree):
    problems = [problem for name in sorted(tree.documents) for problem in check_document(tree, name)]
    problems += [problem for name in sorted(tree.text) if "corpus/" not in name for problem in check_code(tree, name)]
    return problems + list(check_index(tree)) + list(check_lists(tree))


def selftest(tree):
    """Each inserted error must be found, and nothing else."""
    faults = {
        "the link": "[x](nowhere.md)", "the link leads": "[x](docs/abi.md#no-such-heading)",
        "there is no file": "`libblueplane/nothing.c`", "no file nothing": "`nothing_at_all.def`",
        "nothing is called": "`no_such" + "_metric`", "is called time": "`time.fort" + "night`",
        "has no command": "`blueplane vanish`", "has an option": "`--no-such" + "-option`",
        "a query names": '{"metrics":["cost","no_such_' + 'metric"]}',
    }
    failed = 0
    clean = len(check(tree))
    for said, fault in faults.items():
        tree.documents["README.md"] += "\n" + fault + "\n"
        found = check(tree)
        tree.documents["README.md"] = tree.documents["README.md"][:-len(fault) - 2]
        if len(found) != clean + 1 or not any(said in problem for problem in found):
            failed += 1
            print(f"not found: {fault}: {found}")
    tree.text["libblueplane/made_up.c"] = "/* no_such" + "_file.c does it */"
    if len(check(tree)) != clean + 1:
        failed += 1
        print("not found: a comment that names a file which is not there")
    del tree.text["libblueplane/made_up.c"]
    tree.documents["docs/made_up.md"] = "# A page"
    if len(check(tree)) != clean + 1:
        failed += 1
        print("not found: a document that the index leaves out")
    del tree.documents["docs/made_up.md"]
    kept = tree.documents["docs/errors.md"]
    for old, new in (("`BP_ERR_BUSY` | -4", "`BP_ERR_BUSY` | -5"), ("`syntax` |", "`grammar` |")):
        tree.documents["docs/errors.md"] = kept.replace(old, new)
        if len(check(tree)) <= clean:
            failed += 1
            print(f"not found: {new}")
        tree.documents["docs/errors.md"] = kept
    print(f"selftest: {len(faults) + 4} faults, {failed} not found")
    return failed


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--selftest", action="store_true")
    parser.add_argument("program")
    options = parser.parse_args()
    tree = Tree(options.root, os.path.abspath(options.program))
    if options.selftest:
        return 1 if selftest(tree) else 0
    problems = check(tree)
    print("\n".join(problems + [f"links: {len(tree.documents)} documents, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
