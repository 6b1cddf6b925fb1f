"""Files on the Hugging Face Hub: found on the disk, or downloaded, resumed after a cut, checked.

huggingface_hub tells where a file lies and which hash it must have. The bytes are fetched
here, because its own download begins anew after a cut (`_download_to_tmp_and_move` in 2.4).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from logging import WARNING
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from index.errors import ModelError
from index.modelfiles import cache_folder, remember_sha256, sha256_of

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

HUB = "hf:"
NO_TELEMETRY = "HF_HUB_DISABLE_TELEMETRY"
PATIENCE = 30.0
"""Seconds within which the hub has to say something."""
CUTS = 20
"""How often a download may be cut before it is given up; each time it goes on where it was."""
PARTIAL = 206
"""What HTTP calls an answer that goes on where a part ends."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
KEPT = "Try again: what has arrived is kept."
SHA256 = re.compile(r"[0-9a-f]{64}")

Progress = Callable[[int, int], None]
"""Is told how many bytes have arrived, and of how many."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the Hugging Face Hub."""

    repo: str
    file: str
    revision: str = "main"
    sha256: str | None = None
    """Its hash where Byline knows it; else it has to have the one that the hub states."""
    name: str | None = None
    """What a user calls it, where that is not its address."""
    hub: str | None = None
    """The address of another hub than $HF_ENDPOINT or else the public one."""

    @classmethod
    def parse(cls, written: str) -> HubFile:
        """Read ``hf:OWNER/REPO/FILE.gguf``; the file may lie in folders.

        Raises:
            ModelError: it is not written so.
        """
        parts = written.removeprefix(HUB).split("/")
        if len(parts) < 3 or not parts[-1].endswith(".gguf") or {"", ".", ".."} & set(parts):
            raise ModelError(f"{written!r} names no file. Write it as hf:OWNER/REPO/FILE.gguf")
        return cls("/".join(parts[:2]), "/".join(parts[2:]))

    @property
    def address(self) -> str:
        """How it is written in full."""
        return f"{HUB}{self.repo}/{self.file}"

    @property
    def written(self) -> str:
        """What a user writes for it."""
        return self.name or self.address

    def at_hand(self, cache: Path | None = None) -> Path | None:
        """Where the file is, if Byline or huggingface_hub downloaded it. Asks no network."""
        own = self._place(cache)
        if own.is_file():
            return own
        _no_telemetry()
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError

        try:
            found = try_to_load_from_cache(self.repo, self.file, revision=self.revision)
        except HFValidationError as error:
            raise self._unknown() from error
        return Path(found) if isinstance(found, str) else None

    def intact(self, path: Path) -> bool:
        """Whether a file has the hash that Byline knows; true where it knows none."""
        return self.sha256 is None or sha256_of(path) == self.sha256

    def fetch(self, *, cache: Path | None = None, progress: Progress | None = None) -> Path:
        """Where the file is, downloaded if need be.

        Args:
            cache: the folder for models; by default one in Byline's cache folder.
            progress: is told how far it is; by default a bar on standard error.

        Raises:
            ModelError: the hub has no such file or cannot be reached, there is no room, the
                download was cut off, or another file arrived than the one that was wanted.
        """
        found = self.at_hand(cache)
        if found is not None and self.intact(found):
            return found
        _no_telemetry()
        from huggingface_hub import get_hf_file_metadata

        target = self._place(cache)
        with self._explained(target):
            remote = get_hf_file_metadata(self._url(), endpoint=self.hub)
            size, sha256 = self._expected(remote)
            target.parent.mkdir(parents=True, exist_ok=True)
            # Named by version: what arrived of another one is not gone on with.
            version = re.sub(r"\W", "", remote.etag or "")[:16]
            part = target.with_name(f"{target.name}.{version}.part")
            with self._alone(part):
                self._require_room(part, size)
                with contextlib.nullcontext(progress) if progress else _bar(target.name) as tell:
                    self._receive(part, size, tell)
                digest = self._check(part, size, sha256)
                part.replace(target)
                remember_sha256(target, digest)
        return target

    def _place(self, cache: Path | None) -> Path:
        return (cache or cache_folder() / "models") / self.repo / self.file

    def _url(self) -> str:
        from huggingface_hub import hf_hub_url

        return hf_hub_url(self.repo, self.file, revision=self.revision, endpoint=self.hub)

    def _expected(self, remote: HfFileMetadata) -> tuple[int, str | None]:
        """The size and the hash that the file must have.

        The ETag of a large file, which a model is, is its SHA-256.
        """
        if not remote.size:
            raise ModelError(f"The hub does not say how large {self.written} is. Try again later.")
        stated = remote.etag if remote.etag and SHA256.fullmatch(remote.etag) else None
        if self.sha256 and stated and stated != self.sha256:
            raise ModelError(
                f"The hub has another {self.written} than the one that Byline knows (sha256 "
                f"{stated[:12]}…, expected {self.sha256[:12]}…). Nothing was downloaded."
            )
        return remote.size, self.sha256 or stated

    @contextlib.contextmanager
    def _alone(self, part: Path) -> Iterator[None]:
        """Keep a second process from writing to the same file."""
        from huggingface_hub.utils import WeakFileLock  # type: ignore[attr-defined]

        with contextlib.ExitStack() as held:
            try:
                held.enter_context(WeakFileLock(part.with_name(f".{part.name}.lock"), timeout=0.1))
            except TimeoutError as error:
                raise ModelError(
                    f"{self.written} is being downloaded already. Wait until that is done."
                ) from error
            yield

    def _require_room(self, part: Path, size: int) -> None:
        needed, free = size - _length(part), shutil.disk_usage(part.parent).free
        if needed > free:
            raise ModelError(
                f"{self.written} needs {size_of(needed)} more, and there are "
                f"{size_of(free)} free in {part.parent}. Make room, or set $BYLINE_CACHE to a "
                "folder elsewhere."
            )

    def _receive(self, part: Path, size: int, tell: Progress) -> None:
        """Fetch what is missing; where it is cut, go on as long as something arrives."""
        import httpx2

        with part.open("ab") as file:
            for _ in range(CUTS + 1):
                before = file.tell()
                tell(before, size)
                if before >= size:
                    return
                with contextlib.suppress(httpx2.TransportError):
                    self._stream(file, size, tell)
                if file.tell() == before:
                    return

    def _stream(self, file: BinaryIO, size: int, tell: Progress) -> None:
        from huggingface_hub import get_session, hf_raise_for_status
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        begun = file.tell()
        headers = build_hf_headers() | {"Accept-Encoding": "identity"}
        if begun:
            headers["Range"] = f"bytes={begun}-"
        session, url = get_session(), self._url()
        with session.stream("GET", url, headers=headers, timeout=PATIENCE) as response:
            hf_raise_for_status(response)
            if begun and response.status_code != PARTIAL:
                file.seek(0)
                file.truncate()  # it sends all of it again
            for piece in response.iter_bytes():
                file.write(piece)
                tell(file.tell(), size)
                if file.tell() > size:
                    return

    def _check(self, part: Path, size: int, sha256: str | None) -> str:
        """Its hash; what is only the beginning of the file is kept, another one thrown away."""
        arrived = _length(part)
        if arrived < size:
            raise ModelError(
                f"{self.written} was cut off after {size_of(arrived)} of {size_of(size)}. {KEPT}"
            )
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if arrived > size or sha256 not in (None, found):
            part.unlink()
            raise ModelError(
                f"What arrived is not {self.written} (sha256 {found[:12]}…, expected "
                f"{(sha256 or 'another')[:12]}…) and was thrown away. Try again."
            )
        return found

    @contextlib.contextmanager
    def _explained(self, target: Path) -> Iterator[None]:
        """Make one line of whatever goes wrong."""
        import httpx2
        from huggingface_hub import errors

        try:
            yield
        except errors.GatedRepoError as error:
            raise ModelError(
                f"{self.repo} is given only to those who accept its terms. Accept them on its "
                "page, and log in once with: hf auth login"
            ) from error
        except (
            errors.RepositoryNotFoundError, errors.EntryNotFoundError,
            errors.RevisionNotFoundError, errors.HFValidationError,
        ) as error:  # fmt: skip
            raise self._unknown() from error
        except errors.OfflineModeIsEnabled as error:
            raise ModelError(
                f"{self.written} was not downloaded before, and $HF_HUB_OFFLINE forbids it now. "
                "Unset that once, or give the path of a .gguf file."
            ) from error
        except httpx2.TransportError as error:
            raise ModelError(
                f"{self.written} was not downloaded before, and the hub cannot be reached. "
                "Connect to the network once, or give the path of a .gguf file."
            ) from error
        except errors.HfHubHTTPError as error:
            answer = f"{error.response.status_code} {error.response.reason_phrase}"
            raise ModelError(f"The hub answers {answer} to {self.written}. {KEPT}") from error
        except OSError as error:
            why = "The disk is full" if error.errno in FULL else error.strerror or str(error)
            raise ModelError(
                f"{self.written} cannot be written to {target.parent}. {why}. {KEPT}"
            ) from error

    def _unknown(self) -> ModelError:
        return ModelError(
            f"The hub has no file {self.file} in {self.repo} that it shows to you. "
            "Check the owner, the name and the spelling."
        )


def size_of(count: int) -> str:
    """Bytes as a person reads them."""
    return f"{count / 1e9:.1f} GB" if count >= 100_000_000 else f"{count / 1e6:.1f} MB"


@contextlib.contextmanager
def _bar(name: str) -> Iterator[Progress]:
    """A bar on standard error, where that is a terminal."""
    from huggingface_hub.utils.tqdm import enable_progress_bars, is_tqdm_disabled, tqdm

    enable_progress_bars()  # loading an encoder turns them off for the whole process
    hidden = is_tqdm_disabled(WARNING)
    with tqdm(desc=name, unit="B", unit_scale=True, disable=hidden) as bar:  # type: ignore[no-untyped-call]

        def tell(done: int, size: int) -> None:
            if bar.total is None:  # what had arrived before counts for no speed
                bar.total, bar.initial, bar.n = size, done, done
            bar.update(done - bar.n)

        yield tell


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _no_telemetry() -> None:
    """Have the hub told nothing of this machine beyond which file is wanted."""
    os.environ.setdefault(NO_TELEMETRY, "1")  # read when the library is imported, and not again
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True
