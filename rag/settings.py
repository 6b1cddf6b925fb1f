"""Which index is used where none is named: that of the environment, else a folder here."""

from __future__ import annotations

import os
from pathlib import Path

from index.locations import Place, place

INDEX_VARIABLE = "BYLINE_INDEX"
DEFAULT_INDEX = Path("byline-index")
"""The index folder when neither an argument nor the environment names one."""


def index_folder(given: str | Place | None = None) -> Place:
    """The index to use: the given folder or address, else $BYLINE_INDEX, else ./byline-index.

    Raises:
        BadRequest: what is given begins like an address and is none.
    """
    return place(given or os.environ.get(INDEX_VARIABLE) or DEFAULT_INDEX)
