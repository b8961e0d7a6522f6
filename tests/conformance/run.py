#!/usr/bin/env python3
"""Runs drivers over the conformance cases and compares what they write with the expected files; see README.md."""
import argparse
import difflib
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bless", action="store_true", help="write what is expected anew")
    parser.add_argument("driver", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    cases, expected = HERE / "cases.json", HERE / "expected"
    names = [case["name"] for case in json.loads(cases.read_text(encoding="utf-8"))]
    if len(set(names)) != len(names):
        sys.exit("two cases have the same name")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="blueplane-conformance-") as out:
        subprocess.run([*options.driver, str(ROOT), str(cases), out], check=True)
        for name in names:
            got = (pathlib.Path(out) / name).read_bytes()
            if options.bless:
                (expected / name).write_bytes(got)
                continue
            want = (expected / name).read_bytes() if (expected / name).exists() else b""
            if got != want:
                failed += 1
                print(f"{name} differs:")
                for line in list(difflib.unified_diff(want.decode("utf-8", "replace").splitlines(),
                                                      got.decode("utf-8", "replace").splitlines(), lineterm=""))[:20]:
                    print("  " + line)
    if options.bless:
        for old in expected.iterdir():
            if old.name not in names:
                old.unlink()
    if failed:
        again = shlex.join(["python3", str(HERE / "run.py"), "--bless", *map(str, options.driver)])
        print(f"if that is meant, in {pathlib.Path.cwd()}: {again}, and read the difference")
    print(f"{len(names)} cases, {failed} differ")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
