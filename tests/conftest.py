"""Fixtures that several test modules use, and which tests are left out of `make check`."""

from pathlib import Path

import pytest
from browsing import browser, open_page

from tests.model_servers import start
from tests.stores import place_of, scratch, store, where

__all__ = ["browser", "open_page", "place_of", "scratch", "start", "store", "where"]

HEAVY = (
    "load_encoder", "load_llm", "LocalLLM", "shared_", "archive_of", "browsing", "subprocess",
    "Milvus",
)  # fmt: skip
"""What a test file names that starts a model, a browser, a process or a server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of a file that starts something heavy."""
    sources: dict[Path, str] = {}
    for item in items:
        source = sources.setdefault(item.path, item.path.read_text("utf-8"))
        if any(name in source for name in HEAVY):
            item.add_marker(pytest.mark.heavy)
