"""Analytics of AI-assisted coding: local, exact, without content.

>>> import blueplane as bp
>>> s = bp.open()
>>> s.sync()
>>> s.metric("cost", "output_tokens", by=["time.week", "model"], since="2026-07-01")
"""
from ._blueplane import lib as _lib
from ._call import text as _text
from .catalog import Catalog, Entry, catalog, dimensions, feature, metrics, sources
from .errors import *  # noqa: F403
from .errors import __all__ as _errors
from .places import Place, Places, places, program
from .query import Query
from .result import Cell, Column, Result, State
from .store import Progress, Report, Store, describe

open = Store  # an alias, so that type checkers and notebooks know the parameters
__version__: str = _text(_lib.bp_version_string()) or ""

__all__ = ["Catalog", "Cell", "Column", "Entry", "Place", "Places", "Progress", "Query", "Report", "Result", "State",
           "Store", "catalog", "describe", "dimensions", "feature", "metrics", "open", "places", "program", "sources", *_errors]
