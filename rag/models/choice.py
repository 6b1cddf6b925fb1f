"""From what the user wrote for a model to the model that writes.

A path is a GGUF file; ``hf:OWNER/REPO/FILE.gguf`` is one on the Hugging Face Hub,
downloaded once; ``http://HOST:PORT/v1#NAME`` is a model behind a server. Only the
last two use a network, and only because the user wrote them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError
from rag.models.chatting import Prompt
from rag.models.llm import LLM, LocalLLM
from rag.models.remote import RemoteLLM

HUB = "hf:"
SERVERS = ("http://", "https://")
WAYS = "the path of a .gguf file, hf:OWNER/REPO/FILE.gguf, or a server as http://HOST:PORT/v1#NAME"
"""What a user may write for a model."""
NO_TELEMETRY = "HF_HUB_DISABLE_TELEMETRY"


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the Hugging Face Hub."""

    repo: str
    file: str

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

    def at_hand(self, cache: Path | None = None) -> Path | None:
        """Where the file is, if it was downloaded before. Asks no network."""
        _no_telemetry()
        from huggingface_hub import try_to_load_from_cache
        from huggingface_hub.errors import HFValidationError

        try:
            found = try_to_load_from_cache(self.repo, self.file, cache_dir=cache)
        except HFValidationError as error:
            raise self._unknown() from error
        return Path(found) if isinstance(found, str) else None

    def fetch(self, *, cache: Path | None = None, hub: str | None = None) -> Path:
        """Where the file is, downloaded if need be, with a progress bar on standard error.

        Args:
            cache: the cache folder; by default that of huggingface_hub.
            hub: the address of another hub than the public one.

        Raises:
            ModelError: there is no such file, or the hub cannot be reached.
        """
        _no_telemetry()
        import httpx2
        from huggingface_hub import errors, get_hf_file_metadata, hf_hub_download, hf_hub_url
        from huggingface_hub.utils.tqdm import enable_progress_bars

        found = self.at_hand(cache)
        if found is not None:
            return found
        enable_progress_bars()  # loading an encoder turns them off for the whole process
        try:
            # Asked for once here, because the download itself tries for half a minute.
            get_hf_file_metadata(hf_hub_url(self.repo, self.file, endpoint=hub), endpoint=hub)
            return Path(hf_hub_download(self.repo, self.file, cache_dir=cache, endpoint=hub))
        except errors.GatedRepoError as error:
            raise ModelError(
                f"{self.repo} is given only to those who accept its terms. Accept them on its "
                "page, and log in once with: hf auth login"
            ) from error
        except (
            httpx2.TransportError,
            errors.LocalEntryNotFoundError,
            errors.OfflineModeIsEnabled,
        ) as error:
            raise ModelError(
                f"{HUB}{self.repo}/{self.file} was not downloaded before, and the hub cannot be "
                "reached. Connect to the network once, or give the path of a .gguf file."
            ) from error
        except (errors.RepositoryNotFoundError, errors.EntryNotFoundError) as error:
            raise self._unknown() from error
        except (OSError, httpx2.HTTPError, errors.XetDownloadError) as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{HUB}{self.repo}/{self.file} could not be downloaded: {said}. Try again: what "
                "has arrived is kept."
            ) from error

    def _unknown(self) -> ModelError:
        return ModelError(
            f"The hub has no file {self.file} in {self.repo} that it shows to you. "
            "Check the owner, the name and the spelling."
        )


def load_llm(model: str | Path | None = None) -> LLM:
    """The model that the user wrote, or the one that comes with pip.

    A file is found here, and read into memory when it is first needed.

    Raises:
        ModelError: it is missing, cannot be a model, or does not answer.
    """
    if model is None:
        return LocalLLM.embedded()
    written = str(model)
    if written.startswith(SERVERS):
        return RemoteLLM.connect(written)
    path = Path(fetched(written) or "").expanduser()
    if not path.is_file():
        raise ModelError(f"There is no model file {written}. Give {WAYS}.")
    return LocalLLM.from_file(path)


def fetched(model: str | Path | None) -> str | Path | None:
    """The path of a model that the user wrote as a file on the hub; anything else unchanged.

    Raises:
        ModelError: there is no such file, or the hub cannot be reached.
    """
    if isinstance(model, str) and model.startswith(HUB):
        return HubFile.parse(model).fetch()
    return model


def check_chosen(model: str) -> tuple[str, bool, str]:
    """Whether the model that the user wrote answers, and what to say about it.

    A file on the hub is looked for and not downloaded.
    """
    part = "chosen model"
    try:
        if model.startswith(HUB) and HubFile.parse(model).at_hand() is None:
            return part, False, f"{model} is not downloaded yet. The first question downloads it"
        llm = load_llm(model)
        said = "".join(llm.write(Prompt("", "Say yes."), limit=8)).strip()
    except ModelError as error:
        return part, False, str(error)
    if not said:
        return part, False, f"{llm.name} says nothing. Choose another model"
    return part, True, f"{llm.name} answers"


def _no_telemetry() -> None:
    """Have the hub told nothing of this machine beyond which file is wanted."""
    os.environ.setdefault(NO_TELEMETRY, "1")  # read when the library is imported, and not again
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True
