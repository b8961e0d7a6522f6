"""How a library is loaded before a program. The loader divides LD_PRELOAD at blanks and colons and knows no quoting, so a
library is given by its name and found by its folder, whose path may have blanks."""
import os


def preloaded(library, environment):
    """The variables that load the file `library` first, for a program that otherwise runs in `environment`."""
    folder, name = os.path.split(os.path.abspath(library))
    below = environment.get("LD_LIBRARY_PATH", "")
    return {"LD_PRELOAD": name, "LD_LIBRARY_PATH": folder + (":" + below if below else "")}
