"""Prompt templates, one text file each, and the few lines that fill them in.

A template holds `{name}` where a value goes. Values are put in as they are: a
brace in an article is a brace, and is never filled in again. Nothing here knows
which model reads the prompt.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_PLACE = re.compile(r"\{([a-z_]+)\}")


@cache
def template(name: str) -> str:
    """The text of ``prompts/NAME.txt`` without the line break at its end.

    Raises:
        FileNotFoundError: there is no such template.
    """
    return files(__package__).joinpath(f"{name}.txt").read_text("utf-8").removesuffix("\n")


def fill(name: str, /, **values: str) -> str:
    """A template with a value in each place.

    Raises:
        KeyError: the template has a place that no value was given for.
    """
    return _PLACE.sub(lambda match: values[match[1]], template(name))
