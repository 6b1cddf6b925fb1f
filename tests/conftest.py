"""Fixtures that several test modules use; `browsing` says what they are."""

from browsing import browser, open_page

__all__ = ["browser", "open_page"]
