#!/usr/bin/env python3
"""Writes the manual pages: blueplane(1) from the program's own help, which is made of its table of commands, and a page of
section 3 for each function from its comment in the header. There is no other text, so none can be out of date.

    make_man.py HEADER_FOLDER PROGRAM OUT_FOLDER     writes OUT_FOLDER/man1 and OUT_FOLDER/man3
    make_man.py --check HEADER_FOLDER PROGRAM MAP    the pages are whole, name every function and command, and groff
                                                     takes them without a word and fits them to a terminal
"""
from __future__ import annotations

import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

SOURCE = "libblueplane"
PURPOSE_MOST = 100
WIDTH = 80  # of a terminal


# --------------------------------------------------------------------------------------------- roff

def escape(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def title(name: str, section: int, version: str) -> str:
    return f".TH {name.upper()} {section} \"\" \"{SOURCE} {version}\"\n"


def literal(text: str) -> str:
    return f".nf\n{escape(text)}\n.fi\n"


def items(text: str) -> str:
    """Lines that begin with two blanks: a name, and behind it, or further in below it, what it is."""
    out = []
    for item in re.split(r"\n(?=  \S)", text):
        first, *more = [line.strip() for line in item.split("\n")]
        blanks = "  +" if "  " in first else "$" if first.startswith("-") else " "
        name, about = re.split(blanks, first, maxsplit=1)
        out.append(f".TP\n\\fB{escape(name)}\\fR\n{escape(' '.join([about, *more]).strip())}\n")
    return "".join(out)


def paragraphs(text: str) -> str:
    """Blank lines divide, and so does the way in which lines are indented."""
    out = []
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        for listed, lines in itertools.groupby(block.split("\n"), lambda line: line.startswith("  ")):
            piece = "\n".join(lines)
            out.append(items(piece) if listed else ".PP\n" + escape(piece) + "\n")
    return "".join(out)


# ------------------------------------------------------------------------------------------ section 3

def comment_text(comment: str) -> str:
    """The words of a comment, without its marks; the first line's indent is that of the others."""
    lines = re.sub(r"^/\*|\*/$", "", comment.strip()).split("\n")
    return "\n".join(re.sub(r"^ \* ?", "", line).rstrip() for line in [lines[0].lstrip(), *lines[1:]]).strip()


def balanced(text: str) -> bool:
    return text.count("(") == text.count(")")


class Function:
    def __init__(self, name: str, declaration: str, text: str):
        self.name, self.declaration, self.text = name, declaration, text

    @property
    def purpose(self) -> str:
        """The first clause, with what a colon behind a word or two announces; of a long one what goes on a line."""
        text = " ".join(self.text.split()) + " "
        clauses = [text[:end.start()] for end in re.finditer(r"[.:;] |,? ", text) if balanced(text[:end.start()])]
        whole = next(c for c in clauses if text[len(c)] in ".;" or (text[len(c)] == ":" and len(c) >= 12))
        parts = [c for c in clauses if len(c) <= PURPOSE_MOST and text[len(c)] == ","]
        return whole if len(whole) <= PURPOSE_MOST or not parts else parts[-1]


def functions(header: str) -> list:
    """Each exported function with the comment before it; those that follow without one share it."""
    found, text, introduction = [], "", ""
    body = header[header.index("extern \"C\""):]
    token = re.compile(r"/\* -{20,}.*?\*/|/\*.*?\*/|\bBP_API\b[^;]*;|^\S[^;{]*\{.*?^\}[^;]*;|\n\n", re.S | re.M)
    fresh = False
    for match in token.finditer(body):
        piece = match[0]
        if piece.startswith("/* ---"):
            text = introduction = ""
        elif piece.startswith("/*"):
            if fresh and not introduction:
                introduction = text
            text, fresh = comment_text(piece), True
        elif piece.startswith("BP_API"):
            declaration = re.sub(r"\s+", " ", piece.replace("BP_API ", ""))
            name = re.search(r"\b(bp_\w+)\s*\(", declaration)[1]
            whole = text if not introduction or introduction == text else f"{text}\n\n{introduction}"
            found.append(Function(name, declaration, whole))
            fresh = False
    return found


def wrapped(declaration: str) -> str:
    """Divided between parameters."""
    whole = re.sub(r"(?<=[^,]) ", "\0", declaration)
    return "\n".join(textwrap.wrap(whole, 70, subsequent_indent=" " * 8)).replace("\0", " ")


def page_of(function: Function, version: str, family: list) -> str:
    see = ",\n".join(f".BR {name} (3)" for name in ["libblueplane", *family] if name != function.name)
    return (title(function.name, 3, version) +
            f".SH NAME\n{function.name} \\- {escape(function.purpose)}\n"
            f".SH SYNOPSIS\n.B #include <blueplane/blueplane.h>\n.PP\n" + literal(wrapped(function.declaration)) +
            ".SH DESCRIPTION\n" + paragraphs(function.text) + f".SH SEE ALSO\n{see}\n")


def overview(header: str, all_functions: list, version: str) -> str:
    head = comment_text(header[:header.index("*/") + 2])
    codes = re.findall(r"(BP_\w+) = (-?\d+),?\s*/\* (.*?) \*/", header[header.index("BP_OK"):header.index("BP_TYPE_BOOL")])
    return (title("libblueplane", 3, version) +
            ".SH NAME\nlibblueplane \\- private analytics for AI\\-assisted coding\n"
            ".SH SYNOPSIS\n.B #include <blueplane/blueplane.h>\n.PP\ncc $(pkg\\-config \\-\\-cflags \\-\\-libs blueplane)\n"
            ".SH DESCRIPTION\n" + paragraphs(head.split("\n", 1)[1]) +
            ".SH ERRORS\n" + "".join(f".TP\n.BR {name} \" ({escape(value)})\"\n{escape(text)}\n" for name, value, text in codes) +
            ".SH FUNCTIONS\n" + "".join(f".TP\n.BR {f.name} (3)\n{escape(f.purpose)}\n" for f in all_functions) +
            ".SH SEE ALSO\n.BR blueplane (1)\n")


# ------------------------------------------------------------------------------------------ section 1

def said(program: str, *arguments: str) -> str:
    made = subprocess.run([program, *arguments], stdout=subprocess.PIPE, check=True,
                          env={"PATH": "/usr/bin:/bin", "COLUMNS": "100", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    return made.stdout.decode()


def commands(program: str) -> list:
    """Names in the order of the help, up to its options."""
    listing = said(program, "help").split("Options of every command")[0]
    return re.findall(r"^  ([a-z]+) {2,}\S", listing, re.M)


def program_page(program: str, version: str) -> str:
    whole = said(program, "help")
    general, _, ending = whole.split("Options of every command\n", 1)[1].partition("\n\n")
    exits = re.search(r"(?s)Exit codes: (.*)\.", ending)[1]
    out = [title("blueplane", 1, version), ".SH NAME\nblueplane \\- what your AI coding assistants did, counted on your own machine\n",
           ".SH SYNOPSIS\n.B blueplane\n.I COMMAND\n[\\fIOPTION\\fR...]\n", ".SH DESCRIPTION\n"
           "Reads what assistants leave behind on this machine, keeps numbers and no content, and answers questions about them.\n"
           "Nothing is sent anywhere.\n", ".SH COMMANDS\n"]
    for name in commands(program):
        usage, _, rest = said(program, "help", name).partition("\n")
        rest = rest.replace("\nblueplane help lists the options of every command.\n", "").strip("\n")
        summary, _, more = rest.partition("\n\n")
        out.append(f".SS {escape(usage.replace('usage: ', ''))}\n{escape(summary.partition(': ')[2])}.\n" +
                   (paragraphs(more) if more.strip() else ""))
    return ("".join(out) + ".SH OPTIONS\nOf every command:\n" + items(general) +
            ".SH EXIT STATUS\n" + escape(" ".join(exits.split())) + ".\n.SH SEE ALSO\n.BR libblueplane (3)\n")


# ----------------------------------------------------------------------------------------------- main

def write(headers: pathlib.Path, program: str, out: pathlib.Path) -> list:
    header = (headers / "blueplane/blueplane.h").read_text("utf-8")
    version = re.search(r'VERSION_STRING "([^"]+)"', (headers / "blueplane/version.h").read_text("utf-8"))[1]
    for section in ("man1", "man3"):
        shutil.rmtree(out / section, ignore_errors=True)
        (out / section).mkdir(parents=True)
    every = functions(header)
    (out / "man1/blueplane.1").write_text(program_page(program, version), "utf-8")
    (out / "man3/libblueplane.3").write_text(overview(header, every, version), "utf-8")
    for f in every:
        family = [o.name for o in every if o.name.split("_")[1] == f.name.split("_")[1]]
        (out / f"man3/{f.name}.3").write_text(page_of(f, version, family), "utf-8")
    return every


def check(headers: pathlib.Path, program: str, version_map: pathlib.Path) -> int:
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        every = write(headers, program, out)
        exported = set(re.findall(r"^\s+(bp_\w+);", version_map.read_text("utf-8"), re.M))
        for name in sorted(exported ^ {f.name for f in every}):
            problems.append(f"{name}: exported or in the header, not both")
        for f in every:
            if len(f.text) < 30 or not f.purpose:
                problems.append(f"{f.name}: no comment of its own or before it")
        page = (out / "man1/blueplane.1").read_text("utf-8")
        named = commands(program)
        problems += [f"{name}: not in blueplane.1" for name in named if f".SS blueplane {name}" not in page]
        groff = shutil.which("groff")
        for path in sorted(out.rglob("*.[13]")) if groff else []:
            made = subprocess.run([groff, "-man", "-Tutf8", "-ww", f"-rLL={WIDTH}n", "-P-cbou", path], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False)
            if made.stderr:
                problems.append(f"{path.name}: {made.stderr.decode()[:300]}")
            problems += [f"{path.name}: too wide: {line}" for line in made.stdout.decode().split("\n") if len(line) > WIDTH]
    for problem in problems:
        print(problem)
    print(f"man pages: {len(every)} functions, {len(named)} commands, {len(problems)} problems")
    return 1 if problems or len(named) < 20 else 0


def main() -> int:
    if len(sys.argv) == 5 and sys.argv[1] == "--check":
        return check(pathlib.Path(sys.argv[2]), sys.argv[3], pathlib.Path(sys.argv[4]))
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    write(pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
