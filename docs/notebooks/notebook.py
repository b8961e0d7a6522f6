#!/usr/bin/env python3
"""Makes a notebook from a Python file, or says whether the one that is there is the same.

    python3 docs/notebooks/notebook.py [--check] docs/notebooks/research.py

The file is the source: it is what one reads and changes. "# %%" begins a cell, "# %% [markdown]" one of text. The notebook
beside it holds no output, as output changes with the library; run it and it is all there.
"""
import argparse
import json
import pathlib
import re
import sys


def cells(source: str) -> list[dict]:
    made = []
    for kind, text in re.findall(r"^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)", source, flags=re.M | re.S):
        text = text.strip("\n")
        cell = {"cell_type": "code", "execution_count": None, "id": f"cell-{len(made)}", "metadata": {}, "outputs": []}
        if kind:
            text = re.sub(r"^# ?", "", text, flags=re.M)
            cell = {"cell_type": "markdown", "id": f"cell-{len(made)}", "metadata": {}}
        made.append({**cell, "source": text.splitlines(keepends=True)})
    return made


def notebook(source: str) -> str:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells(source), "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
                       "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Make a notebook from a Python file.")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if it differs")
    options = parser.parse_args()
    made, path = notebook(options.source.read_text(encoding="utf-8")), options.source.with_suffix(".ipynb")
    if not options.check:
        path.write_text(made, encoding="utf-8")
        return 0
    if path.read_text(encoding="utf-8") == made:
        return 0
    print(f"{path} is not what {options.source} makes: run notebook.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
