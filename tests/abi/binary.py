#!/usr/bin/env python3
"""The library keeps in binary form what the frozen header promises:

    binary.py FROZEN_FOLDER PRESENT_FOLDER LIBRARY COMPILER...
    binary.py --selftest FROZEN_FOLDER COMPILER...

A library of empty functions is built from the frozen header, with that header's types in its debug information, and
compared with the real one by libabigail's abidiff: symbols and their versions, soname, and every type that a function
can reach. Additions are allowed. Skips (exit code 77) without abidiff.
"""
from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import frozen

FOLDER = "blueplane"
VERSION_NODE = "BLUEPLANE_0.1"


def build(headers: dict, folder: pathlib.Path, compiler: list) -> pathlib.Path:
    """Builds a library whose functions do nothing, from the text of each header by its name."""
    place = folder / FOLDER
    place.mkdir(parents=True)
    for name, text in headers.items():
        (place / name).write_text(text, "utf-8")
    declared = {key: said for key, said in frozen.promises(headers["blueplane.h"]).items() if key.startswith("function ")}
    lines = [f"#include <{FOLDER}/arrow.h>", f"#include <{FOLDER}/blueplane.h>", "#include <stdlib.h>"]
    lines += [f"{said} {{ abort(); }}" for said in declared.values()]
    (folder / "empty.c").write_text("\n".join(lines) + "\n", "utf-8")
    names = "".join(f"    {key.split()[1]};\n" for key in declared)
    (folder / "map").write_text(f"{VERSION_NODE} {{\n  global:\n{names}  local:\n    *;\n}};\n", "utf-8")
    soname = "libblueplane.so." + re.search(r"#define BP_ABI_VERSION (\d+)", headers["version.h"])[1]
    library = folder / soname
    subprocess.run([*compiler, "-std=c11", "-g", "-shared", "-fPIC", "-w", "-I", folder, folder / "empty.c", "-o", library,
                    f"-Wl,-soname,{soname}", f"-Wl,--version-script={folder / 'map'}"], check=True)
    return library


def compare(old: pathlib.Path, old_headers: pathlib.Path, new: pathlib.Path, new_headers: pathlib.Path) -> str:
    """The report of abidiff; empty if every promise is kept. The content of opaque structs is not part of them."""
    done = subprocess.run(["abidiff", "--no-added-syms", "--drop-private-types", "--headers-dir1", old_headers, "--headers-dir2", new_headers,
                           old, new], capture_output=True, text=True)
    if done.returncode & 3:  # an error of abidiff itself, or of its usage
        sys.exit(f"abidiff failed: {done.stderr}")
    return done.stdout if done.returncode else ""


def read(folder: pathlib.Path) -> dict:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.h"))}


def selftest(folder: pathlib.Path, compiler: list, work: pathlib.Path) -> int:
    """Each broken promise must be found, and additions must not."""
    headers = read(folder)
    first = build(headers, work / "first", compiler)
    changes = (
        ("uint64_t files_seen;", "uint32_t files_seen;", True), ("uint64_t bytes_read;", "uint64_t other, bytes_read;", True),
        ("BP_API void bp_cancel(bp_store *store);", "", True), ("size_t row, size_t column);", "size_t row, int column);", True),
        ("BP_API int bp_error_code(", "BP_API short bp_error_code(", True), ("int level, int code,", "int level, int64_t code,", True),
        ("#define BP_ABI_VERSION 0", "#define BP_ABI_VERSION 1", True),
        ("BP_API void bp_cancel(bp_store *store);", "BP_API void bp_cancel(bp_store *store);\nBP_API int bp_new(void);", False),
        ("#endif\n", "struct bp_later { int x; };\n#endif\n", False),
    )
    failed = 0
    for number, (old, new, broken) in enumerate(changes):
        changed = {name: text.replace(old, new, 1) for name, text in headers.items()}
        assert changed != headers, old
        place = work / str(number)
        said = compare(first, work / "first", build(changed, place, compiler), place)
        if bool(said) != broken:
            failed += 1
            print(f"{'not found' if broken else 'taken for broken'}: {new}\n{said}")
    print(f"selftest: {len(changes)} changes, {failed} judged wrongly")
    return 1 if failed else 0


def main() -> int:
    if not shutil.which("abidiff"):
        print("binary: skipped: there is no abidiff")
        return 77
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        if sys.argv[1] == "--selftest":
            return selftest(pathlib.Path(sys.argv[2]), sys.argv[3:], work)
        folder, present, library = map(pathlib.Path, sys.argv[1:4])
        said = compare(build(read(folder), work / "frozen", sys.argv[4:]), work / "frozen", library, present)
    print(said or f"{library.name}: keeps the frozen header's promises")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
