"""What can go wrong, as a tree.

BylineError                 show this text to the user; it says what is wrong and what to do
├── UnreadableSource        one file, row or address cannot be read; the rest of a batch goes on
├── UnusableIndex             the index folder cannot be used as it is
│   ├── IndexMissing        there is no index there yet
│   ├── IndexMismatch       it was built with another encoder or by another version
│   ├── IndexDamaged        the database does not pass SQLite's own check
│   ├── IndexExists         a new one was to be made, and there is one already
│   ├── IndexBusy           another process is writing to it
│   └── DiskFull            there was no room to write; what was there before is whole
├── UnknownArticle          no article has that id
├── ModelError              a model file is missing, altered or cannot be loaded
└── BadRequest              a question, date or option that cannot be used

Anything else that is raised is a bug and keeps its traceback.
"""


class BylineError(Exception):
    """Base of every error whose message is written for the user."""


class UnreadableSource(BylineError):
    """One file, row or address that cannot be read."""


class UnusableIndex(BylineError):
    """An index folder that cannot be used as it is."""


class IndexMissing(UnusableIndex):
    """No index has been built in that folder."""


class IndexMismatch(UnusableIndex):
    """The index was built with another encoder or by another version of Byline."""


class IndexDamaged(UnusableIndex):
    """SQLite's own check finds the database damaged."""


class IndexBusy(UnusableIndex):
    """Another process holds the index for writing."""


class IndexExists(UnusableIndex):
    """There is an index already where a new one was to be made."""


class DiskFull(UnusableIndex):
    """There was no room to write; what was on the disk before is whole."""


class UnknownArticle(BylineError):
    """No article in the index has that id."""


class ModelError(BylineError):
    """A model that is missing, altered or cannot be loaded."""


class BadRequest(BylineError):
    """A question, a date or an option that cannot be used."""
