"""Where an archive is kept: a folder, or an address of Milvus.

    my-index                           a folder: SQLite and FAISS
    milvus://HOST:PORT/NAME            a Milvus server; milvus+tls:// for one behind TLS
    milvus:///path/to/archive.db       milvus-lite, in this process; the path may be relative

A password never stands in an address, which is shown and logged: the token that
the server wants is read from $MILVUS_TOKEN.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import BadRequest

MILVUS = ("milvus", "milvus+tls")
PORT = 19530
LITE_NAME = "byline"
"""What the archive in a file is called: a file holds one."""

_SCHEME = re.compile(r"(milvus(?:\+tls)?)://(.*)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w{0,199}", re.ASCII)
_FORM = "Write it as milvus://HOST:PORT/NAME, or milvus:///path/to/archive.db for a file"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """An archive on a Milvus server, or in a file of milvus-lite."""

    name: str
    """What its collections' names begin with."""
    uri: str = ""
    """The server, as http://HOST:PORT; empty for a file."""
    file: Path | None = None
    """Where milvus-lite keeps it."""

    def __str__(self) -> str:
        if self.file is not None:
            return f"milvus://{self.file}"
        scheme, _, host = self.uri.partition("://")
        return f"{MILVUS[scheme == 'https']}://{host}/{self.name}"


Place = Path | MilvusAddress


def place(given: str | Place) -> Place:
    """A folder, or the address that a text is.

    Raises:
        BadRequest: it begins like an address of Milvus and is none.
    """
    if isinstance(given, MilvusAddress):
        return given
    found = _SCHEME.fullmatch(str(given))
    if found is None:
        return Path(given)
    scheme, rest = found.groups()
    if rest.endswith(".db") and scheme == "milvus":
        return MilvusAddress(LITE_NAME, file=Path(rest))
    parts = urlsplit(f"//{rest}")
    if "@" in parts.netloc:
        raise BadRequest(
            "The address of an archive holds no password: put user:password into $MILVUS_TOKEN "
            f"and leave it out. {_FORM}."
        )
    name = parts.path.strip("/")
    if not _is_host(parts.netloc) or not _NAME.fullmatch(name) or parts.query or parts.fragment:
        raise BadRequest(f"{given} is no address of an archive. {_FORM}.")
    host = parts.netloc if _has_port(parts.netloc) else f"{parts.netloc}:{PORT}"
    return MilvusAddress(name, uri=f"{'https' if scheme != 'milvus' else 'http'}://{host}")


def local_folder(where: Place) -> Path:
    """A folder on this machine for files that belong to an archive: its own, if it is in one."""
    if isinstance(where, Path):
        return where
    if where.file is not None:
        return where.file.with_name(f"{where.file.name}.files")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "byline" / re.sub(r"\W+", "_", str(where))


def token() -> str:
    """What the Milvus server wants to see, as user:password or a key; empty for none."""
    return os.environ.get("MILVUS_TOKEN", "")


def _is_host(text: str) -> bool:
    return bool(re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", text, re.ASCII))


def _has_port(host: str) -> bool:
    return bool(re.search(r":\d+$", host)) and not host.endswith("]")
