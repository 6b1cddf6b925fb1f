"""The one place that talks to Milvus: a connection, and what its errors mean.

A connection goes to the address that the user named and to nothing else; for a
file, to a milvus-lite server in this process, on a port of 127.0.0.1 that is
open as long as the archive is. Nothing here knows what is stored.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from index.connections import NO_WAIT, Wait
from index.errors import IndexMissing, UnusableIndex
from index.locations import MilvusAddress, ingest_command, token
from index.milvus.lite import Served
from index.milvus.waiting import awaiting

CONNECT_SECONDS = 10.0
CALL_SECONDS = 60.0
"""How long one call may take; loading a large collection is the longest."""
MOST = 16_384
"""Milvus's own limit on the rows of one query or search."""
BATCH = 512
"""Rows written or fetched at a time: some megabytes."""

Row = dict[str, Any]

_NO_COLLECTION = 100
_UNAVAILABLE = (
    "fail connecting", "create connection first", "unavailable", "deadline", "timeout",
    "failed to connect",
)  # fmt: skip
_REFUSED = ("auth check failure", "unauthenticated", "permission deny", "permissiondenied")


class Link:
    """A connection to one archive's server. Any thread may use it."""

    def __init__(self, address: MilvusAddress, *, strong: bool, wait: Wait = NO_WAIT) -> None:
        """Connect.

        Args:
            address: where to.
            strong: reads see all that anyone has written, and wait for it; else they may
                be behind by the few seconds that the server calls bounded staleness.
            wait: for how long another process may keep the file.

        Raises:
            UnusableIndex: it is not to be reached, or refuses.
            IndexBusy: another process has the file open.
        """
        self.address = address
        self._consistency = "Strong" if strong else "Bounded"
        _quiet()
        self._file = None if address.file is None else awaiting(wait, lambda: Served.of(address))
        try:
            with explained(address):
                from pymilvus import MilvusClient

                # A proxy is for other machines: gRPC would go through it even to this one.
                near = {"grpc.enable_http_proxy": 0} if self._file else {}
                self.client: Any = MilvusClient(
                    uri=self._file.uri if self._file else address.uri,
                    token=token(),
                    timeout=CONNECT_SECONDS,
                    grpc_options=near,
                    dedicated=True,
                )
        except BaseException:
            if self._file is not None:
                self._file.leave()
            raise
        self._closed = False

    def close(self) -> None:
        """End the connection. Does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        self.client.close()
        if self._file is not None:
            self._file.leave()

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        with explained(self.address):
            return bool(self.client.has_collection(collection, timeout=CALL_SECONDS))

    def make(self, collection: str, fields: Any, indexes: Any) -> None:
        """Make a collection and load it. One shard: a write is seen as a whole."""
        with explained(self.address):
            self.client.create_collection(
                collection,
                schema=fields,
                num_shards=1,
                consistency_level="Bounded",
                timeout=CALL_SECONDS,
            )
            # There is nothing to index yet, so nothing to wait for.
            self.client.create_index(collection, indexes, sync=False, timeout=CALL_SECONDS)
        self.load(collection)

    def load(self, collection: str) -> None:
        """Have the server hold a collection ready; it may be so already."""
        with explained(self.address):
            self.client.load_collection(collection, timeout=CALL_SECONDS)

    def collections(self) -> list[str]:
        """The names of all collections on the server."""
        with explained(self.address):
            return list(self.client.list_collections(timeout=CALL_SECONDS))

    def drop(self, collection: str) -> None:
        """Delete a collection, if there is one."""
        with explained(self.address):
            self.client.drop_collection(collection, timeout=CALL_SECONDS)

    def query(
        self, collection: str, where: str, fields: Sequence[str], limit: int = MOST
    ) -> list[Row]:
        """At most so many of the rows for which an expression holds."""
        with explained(self.address):
            found = self.client.query(
                collection,
                filter=where,
                output_fields=list(fields),
                limit=limit,
                consistency_level=self._consistency,
                timeout=CALL_SECONDS,
            )
        return [dict(row) for row in found]

    def count(self, collection: str, where: str = "") -> int:
        """How many rows there are for which an expression holds."""
        with explained(self.address):
            found = self.client.query(
                collection,
                filter=where,
                output_fields=["count(*)"],
                consistency_level=self._consistency,
                timeout=CALL_SECONDS,
            )
        return int(found[0]["count(*)"])

    def get(
        self, collection: str, key: str, values: Iterable[int], fields: Sequence[str]
    ) -> Iterator[Row]:
        """The rows whose field `key` has one of some numbers, in no order."""
        wanted = list(dict.fromkeys(int(value) for value in values))
        for start in range(0, len(wanted), BATCH):
            yield from self.query(
                collection, f"{key} in {wanted[start : start + BATCH]}", [key, *fields]
            )

    def every(self, collection: str, fields: Sequence[str], where: str = "") -> Iterator[Row]:
        """All rows for which an expression holds, however many, in no order."""
        with explained(self.address):
            rows = self.client.query_iterator(
                collection,
                batch_size=BATCH,
                filter=where,
                output_fields=list(fields),
                consistency_level=self._consistency,
                timeout=CALL_SECONDS,
            )
            try:
                while found := rows.next():
                    yield from (dict(row) for row in found)
            finally:
                rows.close()

    def search(
        self,
        collection: str,
        field: str,
        metric: str,
        query: object,
        limit: int,
        where: str,
        fields: Sequence[str],
    ) -> list[Row]:
        """The nearest rows, best first; "distance" is Milvus's score."""
        with explained(self.address):
            found = self.client.search(
                collection,
                data=[query],
                anns_field=field,
                limit=min(limit, MOST),
                filter=where,
                output_fields=list(fields),
                search_params={"metric_type": metric},
                consistency_level=self._consistency,
                timeout=CALL_SECONDS,
            )
        return [{**hit, **hit["entity"]} for hit in found[0]]

    def upsert(
        self, collection: str, rows: Sequence[Mapping[str, object]], batch_rows: int = BATCH
    ) -> None:
        """Write rows in the place of those with the same key; a batch is seen as a whole."""
        for start in range(0, len(rows), batch_rows):
            batch = [dict(row) for row in rows[start : start + batch_rows]]
            with explained(self.address):
                self.client.upsert(collection, batch, timeout=CALL_SECONDS)

    def delete(self, collection: str, key: str, values: Iterable[int]) -> None:
        """Delete the rows with some keys."""
        gone = list(values)
        for start in range(0, len(gone), BATCH):
            with explained(self.address):
                self.client.delete(
                    collection,
                    filter=f"{key} in {gone[start : start + BATCH]}",
                    timeout=CALL_SECONDS,
                )


@contextmanager
def explained(address: MilvusAddress) -> Iterator[None]:
    """Turn what a server says into errors that say what to do; a wrong call stays a bug."""
    import grpc
    from pymilvus.exceptions import MilvusException, ParamError

    try:
        yield
    except ParamError:
        raise
    except (MilvusException, grpc.RpcError) as error:
        raise _meaning(address, error) from error


def _meaning(address: MilvusAddress, error: Exception) -> UnusableIndex:
    said = " ".join(str(getattr(error, "message", "") or error).split())
    low = said.lower()
    if getattr(error, "code", None) == _NO_COLLECTION:
        return UnusableIndex(
            f"{address} has been made anew or deleted meanwhile. Try again, and if that does not "
            f"help: {ingest_command(address, '--rebuild')}"
        )
    if any(sign in low for sign in _REFUSED):
        return UnusableIndex(
            f"{address} refuses ({said[:200]}). Put its user:password or key into $MILVUS_TOKEN."
        )
    if any(sign in low for sign in _UNAVAILABLE):
        return UnusableIndex(
            f"{address} cannot be reached. Start the server there, or correct --index."
        )
    return UnusableIndex(f"{address} reports: {said[:300]}")


def missing(address: MilvusAddress) -> IndexMissing:
    """The error for an address without an archive."""
    return IndexMissing(f"There is no index at {address}. Make one: {ingest_command(address)}")


def _quiet() -> None:
    """Keep the libraries from printing what is raised anyway."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    import pymilvus  # noqa: F401  it sets up its logging when it is imported

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    logging.getLogger("milvus_lite").setLevel(logging.ERROR)
