"""Where things are when nobody says otherwise.

Read when they are asked for, never at import, so that a change of environment
variables between two calls counts.
"""

from __future__ import annotations

import os
from pathlib import Path

INDEX_VARIABLE = "BYLINE_INDEX"
DEFAULT_INDEX = Path("byline-index")
"""The index folder when neither an argument nor the environment names one."""


def index_folder(given: str | Path | None = None) -> Path:
    """The index folder to use: the given one, else $BYLINE_INDEX, else ./byline-index."""
    return Path(given or os.environ.get(INDEX_VARIABLE) or DEFAULT_INDEX)
