"""The exported symbols of the library, its map and its header are the same set: symbols.py LIB HEADER MAP."""
import re
import subprocess
import sys


def main() -> int:
    library, header, version_map = sys.argv[1:]
    listed = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True)
    in_library = {line.split()[2].split("@")[0] for line in listed.stdout.splitlines()
                  if line.split()[1] in "TDBRV"}
    with open(header, encoding="utf-8") as text:
        in_header = set(re.findall(r"BP_API\s[^;(]*?\b(bp_\w+)\s*\(", text.read()))
    with open(version_map, encoding="utf-8") as text:
        in_map = set(re.findall(r"^\s+(bp_\w+);", text.read(), re.M))
    failed = 0
    for name, found in (("library", in_library), ("map", in_map)):
        for symbol in sorted(found - in_header):
            print(f"{symbol}: in the {name}, not in the header")
            failed += 1
        for symbol in sorted(in_header - found):
            print(f"{symbol}: in the header, not in the {name}")
            failed += 1
    print(f"{len(in_header)} functions, {failed} differences")
    return 1 if failed or not in_header else 0


if __name__ == "__main__":
    sys.exit(main())
