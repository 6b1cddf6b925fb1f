"""The page's own style and scripts, which lie beside the code as files."""

from __future__ import annotations

import importlib.resources


def asset(name: str) -> str:
    """The content of one of the files in ``assets``."""
    return (importlib.resources.files("rag.page") / "assets" / name).read_text("utf-8")
