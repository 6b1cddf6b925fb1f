"""Who may write: Milvus has no locks, so a row says who does.

A process that wants to write puts down a row of its own and then reads, strongly
consistent, whether there is another. Of two that come at the same moment at least
one sees the other's, so that never both go on (they may both step back). A row
whose process is dead, or that has not been renewed for a while, counts no longer;
how long is judged by the clocks of the two machines, which should not differ by
minutes. A lease is renewed with each article, and a writer that finds that it has
lost its own stops.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time

from index.connections import NO_WAIT, Held, Wait, awaiting
from index.errors import IndexBusy
from index.milvus.link import Link, Row

SECONDS = 600.0
"""How long a lease holds without being renewed: longer than a batch takes to embed."""
RENEW_SECONDS = 60.0


class Lease:
    """The right to write to one archive."""

    def __init__(self, link: Link, collection: str) -> None:
        self._link = link
        self._collection = collection
        self._key = secrets.randbits(62) + 1
        self._renewed = 0.0

    @classmethod
    def taken(cls, link: Link, collection: str, wait: Wait = NO_WAIT) -> Lease:
        """Take it.

        Raises:
            IndexBusy: another process has it, and has had it for as long as `wait` allows.
        """
        lease = cls(link, collection)
        awaiting(wait, lease._take)
        return lease

    def renew(self) -> None:
        """Say that the writer is alive.

        Raises:
            IndexBusy: another one has taken over meanwhile.
        """
        if time.time() - self._renewed < RENEW_SECONDS:
            return
        if not self._link.get(self._collection, "key", [self._key], []):
            raise IndexBusy(
                f"{self._link.address} was taken over by another process while this one was "
                "silent. What is stored is kept: run the same command again."
            )
        self._put_down()

    def release(self) -> None:
        """Let other writers in."""
        self._link.delete(self._collection, "key", [self._key])

    def _take(self) -> None:
        self._require_no_others()
        self._put_down()
        try:
            self._require_no_others()
        except BaseException:
            self.release()
            raise

    def _put_down(self) -> None:
        self._renewed = time.time()
        said = {"host": socket.gethostname(), "pid": os.getpid(), "until": self._renewed + SECONDS}
        self._link.upsert(self._collection, [manifest_row(self._key, json.dumps(said))])

    def _require_no_others(self) -> None:
        """Clear away the rows of dead writers; raise Held where another one lives."""
        where = f"key > 0 and key != {self._key}"
        for row in self._link.query(self._collection, where, ["key", "value"]):
            writer = json.loads(row["value"])
            if _is_alive(writer):
                holder = f"process {writer['pid']} on {writer['host']}"
                raise Held(f"{self._link.address} is being written to by {holder}.", holder)
            self._link.delete(self._collection, "key", [row["key"]])


def manifest_row(key: int, value: str) -> Row:
    """A row of the manifest; a collection has to have a vector."""
    return {"key": key, "value": value, "unused": [0.0, 0.0]}


def _is_alive(writer: Row) -> bool:
    if writer["until"] < time.time():
        return False
    if writer["host"] != socket.gethostname() or writer["pid"] == os.getpid():
        return True
    try:
        os.kill(writer["pid"], 0)
    except OSError as error:  # else it lives, and is someone else's
        return not isinstance(error, ProcessLookupError)
    return True
