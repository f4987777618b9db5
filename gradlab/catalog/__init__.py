"""The registry of leaves: names from file names, classes imported on demand.

A leaf (a cell, an activation, a measure ...) is one file in the folder of its kind; its
name is the file's stem, so listing names imports nothing. A user's file outside the
package joins with :func:`load_file`, an installed package with an entry point of the
group ``gradlab`` named ``KIND.NAME`` (``cells.mine = "package.module:Mine"``).
"""

from gradlab.catalog.kinds import ALIASES, KINDS, snake_case
from gradlab.catalog.loading import load_file, unload, unloading
from gradlab.catalog.metadata import metadata
from gradlab.catalog.registry import external_source, get, names, resolve


__all__ = [
    "ALIASES",
    "KINDS",
    "external_source",
    "get",
    "load_file",
    "metadata",
    "names",
    "resolve",
    "snake_case",
    "unload",
    "unloading",
]
