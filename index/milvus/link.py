"""The one place that talks to Milvus: a connection, and what its errors mean.

A connection goes to the address that the user named and to nothing else; for a
file, to a milvus-lite server in this process, on a port of 127.0.0.1 that is
open as long as the archive is.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.connections import NO_WAIT, Held, Wait, awaiting
from index.errors import UnusableIndex
from index.locations import MilvusAddress, token
from index.schema import command

CONNECT_SECONDS = 10.0
CALL_SECONDS = 60.0
"""How long one call may take; loading a large collection is the longest."""
MOST = 16_384
"""Milvus's own limit on the rows of one query or search."""
BATCH = 512
"""Rows written or fetched at a time: some megabytes."""

OLDEST = (2, 5)
"""The first version of Milvus with full-text search; 2.3 has no sparse vectors either."""

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
        with contextlib.ExitStack() as opened, explained(address):
            uri, near = address.uri, {}
            if address.file is not None:
                served = awaiting(wait, lambda: Served.of(address))
                opened.callback(served.leave)
                # A proxy is for other machines: gRPC would go through it even to this one.
                uri, near = served.uri, {"grpc.enable_http_proxy": 0}
            from pymilvus import MilvusClient

            self._client: Any = MilvusClient(
                uri=uri, token=token(), timeout=CONNECT_SECONDS, grpc_options=near, dedicated=True
            )
            opened.callback(self._client.close)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End the connection. Does nothing the second time."""
        self._opened.close()

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """What a method of pymilvus's client returns.

        Raises:
            UnusableIndex: the server is away, refuses, or reports an error.
        """
        with explained(self.address):
            return getattr(self._client, method)(*arguments, timeout=CALL_SECONDS, **options)

    def _rows(
        self, method: str, collection: str, where: str, fields: Sequence[str], **options: Any
    ) -> Any:
        """What a method returns of the rows for which an expression holds."""
        options |= {"output_fields": list(fields), "consistency_level": self._consistency}
        return self.call(method, collection, filter=where, **options)

    def require_version(self) -> None:
        """Raise UnusableIndex where the server is older than `OLDEST`."""
        said = str(self.call("get_server_version")) if self.address.file is None else ""
        found = re.match(r"v?(\d+)\.(\d+)", said)
        if found and tuple(map(int, found.groups())) < OLDEST:
            raise UnusableIndex(
                f"{self.address} is Milvus {said.removeprefix('v')}, and Byline needs 2.5 or "
                "later, which has full-text search. Start a newer server there, or use a folder."
            )

    def query(
        self, collection: str, where: str, fields: Sequence[str], limit: int | None = MOST
    ) -> list[Row]:
        """At most so many of the rows for which an expression holds."""
        options = {} if limit is None else {"limit": limit}
        return [dict(row) for row in self._rows("query", collection, where, fields, **options)]

    def count(self, collection: str, where: str = "") -> int:
        """How many rows there are for which an expression holds."""
        return int(self.query(collection, where, ["count(*)"], None)[0]["count(*)"])

    def get(
        self, collection: str, key: str, values: Iterable[int], fields: Sequence[str]
    ) -> list[Row]:
        """The rows whose field `key` has one of some numbers, in no order."""
        wanted = list(dict.fromkeys(int(value) for value in values))
        parts = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
        listed = list(dict.fromkeys([key, *fields]))
        return [row for part in parts for row in self.query(collection, f"{key} in {part}", listed)]

    def every(self, collection: str, fields: Sequence[str], where: str = "") -> Iterator[Row]:
        """All rows for which an expression holds, however many, in no order."""
        rows = self._rows("query_iterator", collection, where, fields, batch_size=BATCH)
        with explained(self.address):
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
        how: dict[str, Any] = {"anns_field": field, "search_params": {"metric_type": metric}}
        place = ("search", collection, where, fields)
        found = self._rows(*place, data=[query], limit=min(limit, MOST), **how)
        return [{**hit, **hit["entity"]} for hit in found[0]]

    def upsert(
        self, collection: str, rows: Sequence[Mapping[str, object]], batch_rows: int = BATCH
    ) -> None:
        """Write rows in the place of those with the same key; a batch is seen as a whole."""
        for start in range(0, len(rows), batch_rows):
            self.call("upsert", collection, [dict(r) for r in rows[start : start + batch_rows]])

    def delete(self, collection: str, key: str, values: Iterable[int]) -> None:
        """Delete the rows with some keys."""
        gone = list(values)
        for start in range(0, len(gone), BATCH):
            self.call("delete", collection, filter=f"{key} in {gone[start : start + BATCH]}")


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
        said = " ".join(str(getattr(error, "message", "") or error).split())
        why = _meaning(address, said, getattr(error, "code", None))
        raise UnusableIndex(f"{address} {why}") from error


def _meaning(address: MilvusAddress, said: str, code: object) -> str:
    low = said.lower()
    if code == _NO_COLLECTION:
        again = command(address, "--rebuild")
        said = "has been made anew or deleted meanwhile. Try again, and if that does not help"
        return f"{said}: {again}"
    if any(sign in low for sign in _REFUSED):
        return f"refuses ({said[:200]}). Put its user:password or key into $MILVUS_TOKEN."
    if any(sign in low for sign in _UNAVAILABLE):
        return "cannot be reached. Start the server there, or correct --index."
    return f"reports: {said[:300]}"


def _quiet() -> None:
    """Keep the libraries from printing what is raised anyway."""
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    import pymilvus  # noqa: F401  it sets up its logging when it is imported

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    logging.getLogger("milvus_lite").setLevel(logging.ERROR)


# --- milvus-lite -------------------------------------------------------------------------------


class Served:
    """A milvus-lite server in this process, shared by all who have its file open."""

    _open: dict[Path, Served] = {}  # noqa: RUF012  the class is the registry
    _turn = threading.Lock()

    def __init__(self, path: Path, server: Any, db: Any, port: int) -> None:
        self._path = path
        self._server = server
        self._db = db
        self._users = 0
        self.uri = f"http://127.0.0.1:{port}"

    @classmethod
    def of(cls, address: MilvusAddress) -> Served:
        """The server of a file; started if there is none.

        Raises:
            UnusableIndex: the file cannot be used, or milvus-lite is not installed.
            IndexBusy: another process has it open.
        """
        assert address.file is not None
        path = address.file.resolve()
        with cls._turn:
            if path not in cls._open:
                cls._open[path] = cls(path, *_started(address, path))
            cls._open[path]._users += 1
            return cls._open[path]

    def leave(self) -> None:
        """Stop the server when its last user has left."""
        with self._turn:
            self._users -= 1
            if not self._users:
                del self._open[self._path]
                self._server.stop(grace=2).wait()
                self._db.close()


def _started(address: MilvusAddress, path: Path) -> tuple[Any, Any, int]:
    try:
        from milvus_lite.adapter.grpc.server import start_server_in_thread
        from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError
    except ImportError as error:
        raise UnusableIndex(
            f"{address} is a file, which needs milvus-lite: pip install 'byline[milvus]'"
        ) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        started: tuple[Any, Any, int] = start_server_in_thread(str(path), "127.0.0.1", 0)
        return started
    except DataDirLockedError as error:
        raise Held(
            f"{address} is open in another process, and milvus-lite is for one at a time.",
            advice="Wait, or start a server for it: milvus-lite server",
        ) from error
    except (OSError, MilvusLiteError) as error:
        raise UnusableIndex(
            f"{address} cannot be used: {error}. Choose another file: --index"
        ) from error
