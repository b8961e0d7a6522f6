"""Where things are on this machine, as reported by the program that this package includes.

Finds and runs the program; the rules themselves are in the program.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from typing import Optional

from . import errors


@dataclass(frozen=True)
class Place:
    """A folder in which an assistant leaves its records."""
    source: str
    path: str
    exists: bool


@dataclass(frozen=True)
class Places:
    """The default store, the person's time zone and the places where records are looked for."""
    store: str
    zone: str
    places: tuple[Place, ...]


def program() -> Optional[str]:
    """The path of the program blueplane: that of this installation, else the one on PATH."""
    name = "blueplane.exe" if sys.platform == "win32" else "blueplane"
    for folder in (sysconfig.get_path("scripts"), os.path.dirname(sys.executable)):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    return shutil.which(name)


def places() -> Places:
    """Runs `blueplane places` and returns its answer."""
    path = program()
    if path is None:
        raise errors.NotFoundError("the program blueplane is not installed",
                                   {"hint": "name the store and the folders to read"})
    said = json.loads(subprocess.run([path, "places", "--json"], check=True, stdout=subprocess.PIPE).stdout)
    return Places(said["store"], said["zone"],
                  tuple(Place(one["source"], one["path"], one["exists"]) for one in said["places"]))
