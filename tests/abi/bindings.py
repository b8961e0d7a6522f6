"""Every function that the library exports is called by every binding: bindings.py MAP NAME=FOLDER...

Python uses `lib.NAME`, Go `C.NAME`. Functions that a binding leaves out are listed below with the reason; one that is
listed but called is reported, too.
"""
import pathlib
import re
import sys

CALLS = {"python": ("*.py", r"\b_?lib\.(bp_\w+)"), "go": ("*.go", r"\bC\.(bp_\w+)\(")}
VALUES = "columns are read in one piece, through Arrow"
LEFT_OUT = {
    ("*", "bp_error_code"): "the call that fails returns the same code",
    ("*", "bp_version"): "bp_version_string says the same to people, and a wheel carries its library",
    ("go", "bp_zone_offset"): "the language knows zones itself",
    ("go", "bp_result_int"): VALUES,
    ("go", "bp_result_real"): VALUES,
    ("go", "bp_result_text"): VALUES,
}


def called(name: str, folder: str) -> "set[str]":
    ending, form = CALLS[name]
    files = [path for path in pathlib.Path(folder).rglob(ending) if not path.stem.endswith("_test")]
    return {found for path in files for found in re.findall(form, path.read_text(encoding="utf-8"))}


def main() -> int:
    version_map, *bindings = sys.argv[1:]
    exported = set(re.findall(r"^\s+(bp_\w+);", pathlib.Path(version_map).read_text(encoding="utf-8"), re.M))
    failed = 0
    for name, folder in (one.split("=", 1) for one in bindings):
        calls = called(name, folder)
        without = {function for binding, function in LEFT_OUT if binding in ("*", name)}
        for what, functions in (("not called", exported - calls - without), ("left out, but called", calls & without),
                                ("left out, but not exported", without - exported)):
            for function in sorted(functions):
                print(f"{name}: {function}: {what}")
                failed += 1
    print(f"{len(exported)} functions, {len(bindings)} bindings, {failed} differences")
    return 1 if failed or not exported or not bindings else 0


if __name__ == "__main__":
    sys.exit(main())
