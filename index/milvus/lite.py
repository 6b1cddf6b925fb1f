"""milvus-lite: a server of Milvus in this process, for an archive in a file."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from index.connections import Held
from index.errors import UnusableIndex
from index.locations import MilvusAddress


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
