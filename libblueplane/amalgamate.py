#!/usr/bin/env python3
"""Writes the library as one file, blueplane.c, and its public headers as another, blueplane.h, for users without a build
system. They need SQLite, cJSON, libsodium, utf8proc, zlib and threads:

    amalgamate.py SOURCE_ROOT OUT_FOLDER GENERATED_HEADER... -- SOURCE...
    cc -std=c11 -fvisibility=hidden -c blueplane.c

The sources are in the order of layering. Static names of a file get the file's name as a prefix, so that they do not
collide, and so do types that two headers define separately. Macros of a file are undefined at its end. Headers are included
once, tables (.def) wherever they are used. The preprocessor ($CC, else cc) gives the text in which a file's names are found.
"""
from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

TOKEN = re.compile(r"""
    (?P<skip> /\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<other> -> | \#\# | \s+ | . )
""", re.S | re.X)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"][^\n]*\n', re.M)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
WORDS = {"__attribute__", "noinline", "static", "const", "inline", "struct", "enum", "union", "unsigned", "void", "_Atomic", "_Thread_local",
         "volatile", "_Static_assert", "typedef", "extern"}


def without_comments(text: str) -> str:
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m["skip"] and m["skip"][0] == "/" else m[0], text)


def expanded(compiler: list, path: pathlib.Path, generated: tuple) -> tuple:
    """A preprocessed source in two parts: the text of the source and its tables, and that of the project's headers."""
    made = subprocess.run([*compiler, "-E", str(path)], stdout=subprocess.PIPE, check=True)
    own, headers, into = [], [], None
    for line in made.stdout.decode().split("\n"):
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            name = marker[1]
            into = own if name == str(path) or name.endswith((".def", *generated)) else headers if not name.startswith(("/usr", "<")) else None
        elif into is not None:
            into.append(line)
    return "\n".join(own), "\n".join(headers)


def outermost(text: str) -> str:
    """The text without everything between braces."""
    out, depth = [], 0
    for match in TOKEN.finditer(text):
        piece = match[0]
        depth -= piece == "}"
        if depth == 0:
            out.append('""' if match["skip"] else piece)
        depth += piece == "{"
    return "".join(out)


def types(text: str) -> set:
    """Tags of structs, names of types and of enum constants."""
    found = set(re.findall(r"\b(?:struct|union|enum) (\w+)\s*[{;]", text))
    for body in re.findall(r"\benum ?\w*\s*\{(.*?)\}", text, re.S):
        found |= set(re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)", re.sub(r"=[^,]*", "", body)))
    flat = outermost(text)
    found |= set(re.findall(r"\btypedef\b[^;()]*?(\w+)\s*(?:\[[^;]*\])?;", flat))
    found |= set(re.findall(r"\btypedef\b[^;]*?\(\s*\*\s*(\w+)\)", flat))
    return found


def defines(header: pathlib.Path, name: str) -> bool:
    """Whether a header defines a type, and does not only mention it."""
    text = header.read_text("utf-8")
    return re.search(rf"(?:struct|union|enum) {name} \{{|^\}} {name};|\benum [^;]*\b{name}\b[^;]*\}}", text, re.M) is not None


def own_names(own: str, headers: str) -> set:
    """The names that a source defines only for itself."""
    own = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", own)
    found = types(own)
    found |= set(re.findall(r"\bstatic (?:const )?struct \w*\s*\{\}\s*(?:\*\s*)?(?:const )?(\w+)", outermost(own)))
    for declaration in re.findall(r"(?:^|[;}])\s*(static\b[^;{}]*)", outermost(own)):
        declaration = re.sub(r"=.*", "", declaration, flags=re.S)
        pointers = re.findall(r"\(\s*\*\s*(?:const\s+)?(\w+)", declaration)
        if pointers and not re.search(r"\w\s*\([^*]*$", declaration.split("(")[0] + "("):
            found.update(pointers[:1])
            continue
        for part in declaration.split("(")[0].split(","):
            names = [n for n in re.findall(r"[A-Za-z_]\w*", re.sub(r"\[.*", "", part, flags=re.S)) if n not in WORDS]
            found.update(names[-1:])
    return {n for n in found - types(headers) if not n.startswith(("bp_", "bpi_", "BP_"))}


def rename(text: str, names: dict) -> str:
    """Gives each name its prefix, except members of structs: after a dot or an arrow, or declared in a struct's body."""
    out, bodies, opening, before = [], [], False, ""
    parameters = {p for found in re.findall(r"#[ \t]*define[ \t]+\w+\(([^)]*)\)", text) for p in re.findall(r"\w+", found)}
    tokens = list(TOKEN.finditer(text))
    for i, match in enumerate(tokens):
        piece = match[0]
        if match["skip"] or piece.isspace():
            out.append(piece)
            continue
        if piece in ("struct", "union"):
            opening = True
        elif piece == "{":
            bodies.append(opening)
            opening = False
        elif piece == "}":
            if bodies:
                bodies.pop()
        elif piece in (";", ")", "=", ","):
            opening = False
        if match["name"] and before not in (".", "->"):
            behind = next((t[0] for t in tokens[i + 1:] if not t[0].isspace() and not t["skip"]), "")
            member = bool(bodies) and bodies[-1] and behind in (";", ",", "[", ":", ")")
            whole = piece in names and not member
            pasted = behind == "##" and piece.endswith("_") and piece not in parameters and before != "##"
            longer = next((n for n in names if pasted and n.startswith(piece)), None)
            if whole or longer:
                piece = names[piece if whole else longer] + piece
        out.append(piece)
        before = match[0]
    return "".join(out)


def prefix_of(path: pathlib.Path, root: pathlib.Path) -> str:
    name = path.relative_to(root / "libblueplane").as_posix().removesuffix(".c")
    return re.sub(r"\W", "_", name) + "__"


class Amalgamation:
    def __init__(self, root: pathlib.Path, generated: list):
        self.root, self.generated = root, {p.name: p for p in generated}
        self.seen: set = set()
        self.macros: list = []
        self.types = {h: {n for n in types(without_comments(h.read_text("utf-8"))) if not n.startswith(("bp_", "bpi_"))}
                      for h in (root / "libblueplane").rglob("*.h")}
        self.twice = {n for h, names in self.types.items() for n in names if defines(h, n) and
                      any(n in self.types[o] and defines(o, n) for o in self.types if o != h)}
        self.compiler = [*os.environ.get("CC", "cc").split(), "-std=c11", "-D_POSIX_C_SOURCE=200809L", f"-I{root}/include",
                         f"-I{root}/libblueplane", *{f"-I{p.parent}" for p in generated},
                         *subprocess.run(["pkg-config", "--cflags", "libcjson", "sqlite3", "libsodium", "libutf8proc", "zlib"],
                                         stdout=subprocess.PIPE, check=True).stdout.decode().split()]

    def find(self, name: str, beside: pathlib.Path) -> pathlib.Path:
        for place in (self.root / "libblueplane" / name, beside.parent / name, self.generated.get(name)):
            if place is not None and place.exists():
                return place
        raise SystemExit(f"{beside}: includes {name}, which does not exist")

    def headers_of(self, path: pathlib.Path) -> list:
        """The project's headers that a file includes, directly or indirectly."""
        found = []
        for kind, name in INCLUDE.findall(path.read_text("utf-8")):
            if kind == '"' and name not in self.generated and not name.endswith(".def"):
                header = self.find(name, path)
                found += [header, *self.headers_of(header)]
        return found

    def shared(self, path: pathlib.Path) -> dict:
        """Of the names that two headers define separately, those this file uses, with the prefix of their header."""
        return {n: prefix_of(h, self.root) for h in [path, *self.headers_of(path)] for n in self.twice & self.types.get(h, set())}

    def inline(self, text: str, where: pathlib.Path, names: dict) -> str:
        """Replaces the include lines of a text by the files; a table is part of the source that includes it."""

        def replace(match: re.Match) -> str:
            kind, name = match[1], match[2]
            if name.startswith("blueplane/"):
                return ""
            if kind == "<":
                if match[0] in self.seen:
                    return ""
                self.seen.add(match[0])
                return match[0].lstrip()
            path = self.find(name, where)
            inner = path.read_text("utf-8")
            if path.suffix == ".def":
                self.macros += MACRO.findall(inner)
            if path.suffix == ".def" or name in self.generated:  # part of the source that includes it
                return self.inline(rename(inner, names), path, names)
            if path in self.seen:
                return ""
            self.seen.add(path)
            return f"/* ---- {name} */\n{self.inline(rename(inner, self.shared(path)), path, {})}"

        return INCLUDE.sub(replace, text)

    def source(self, path: pathlib.Path) -> str:
        text = path.read_text("utf-8")
        prefix = prefix_of(path, self.root)
        names = own_names(*expanded(self.compiler, path, tuple(self.generated)))
        names = {**self.shared(path), **{n: prefix for n in names}}
        self.macros = MACRO.findall(text)
        # Included text is added separately, because its names must stay.
        parts = INCLUDE.split(text)
        whole = parts[0] and rename(parts[0], names) or ""
        for i in range(1, len(parts), 3):
            line = f"#include {parts[i]}{parts[i + 1]}{'>' if parts[i] == '<' else chr(34)}\n"
            whole += self.inline(line, path, names) + rename(parts[i + 2], names)
        # A macro that is defined only if the system lacks it stays defined.
        given = set(re.findall(r"#[ \t]*ifndef[ \t]+(\w+)", text))
        undone = "".join(f"#undef {m}\n" for m in dict.fromkeys(self.macros) if not m.startswith("_") and m not in given)
        return f"\n/* ==== {path.relative_to(self.root)} */\n{undone}{whole}\n{undone}"


def public(root: pathlib.Path) -> str:
    text = (root / "include/blueplane/blueplane.h").read_text("utf-8")
    version = (root / "include/blueplane/version.h").read_text("utf-8")
    arrow = (root / "include/blueplane/arrow.h").read_text("utf-8")
    return text.replace("#include <blueplane/version.h>\n", version) + "\n" + re.sub(r"#include <blueplane/\S+>\n", "", arrow)


def main() -> int:
    if len(sys.argv) < 4 or "--" not in sys.argv:
        print(__doc__, file=sys.stderr)
        return 2
    root, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    split = sys.argv.index("--")
    made = Amalgamation(root, [pathlib.Path(p) for p in sys.argv[3:split]])
    body = "".join(made.source(pathlib.Path(p).resolve()) for p in sys.argv[split + 1:])
    version = re.search(r'VERSION_STRING "([^"]+)"', (root / "include/blueplane/version.h").read_text("utf-8"))[1]
    (out / "blueplane.h").write_text(public(root), "utf-8")
    (out / "blueplane.c").write_text(
        f"/* libblueplane {version} as one file, made by libblueplane/amalgamate.py from its sources; edit those. */\n"
        "#if !defined(_WIN32) && !defined(_POSIX_C_SOURCE)\n#define _POSIX_C_SOURCE 200809L\n#endif\n"
        "#if defined(__APPLE__) && !defined(_DARWIN_C_SOURCE)\n#define _DARWIN_C_SOURCE\n#endif\n"
        "#if defined(__clang__) /* functions of headers that are unused on this processor are in the main file here */\n"
        "#pragma clang diagnostic ignored \"-Wunused-function\"\n#endif\n"
        "#include \"blueplane.h\"\n" + body, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
