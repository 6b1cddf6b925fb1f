"""From what the user wrote for a model to the model that writes.

A name is one of the models that `byline models` lists, downloaded before; a path is a GGUF
file; ``hf:OWNER/REPO/FILE.gguf`` is one on the Hugging Face Hub, downloaded once;
``http://HOST:PORT/v1#NAME`` is a model behind a server. Only the last two use a network, and
only because the user wrote them.
"""

from __future__ import annotations

from pathlib import Path

from index.errors import ModelError
from rag.models.chatting import Prompt
from rag.models.hub import HUB, HubFile
from rag.models.llm import LLM, LocalLLM
from rag.models.recommended import recommended
from rag.models.remote import RemoteLLM

NONE = "none"
"""No model: answers are quotations, and none is loaded."""
SERVERS = ("http://", "https://")
WAYS = (
    "a name that byline models lists, the path of a .gguf file, hf:OWNER/REPO/FILE.gguf, a "
    "server as http://HOST:PORT/v1#NAME, or none"
)
"""What a user may write for a model."""


def load_llm(model: str | Path | None = None) -> LLM | None:
    """The model that the user wrote, or the one that comes with pip; None for "none".

    A file is found here, and read into memory when it is first needed.

    Raises:
        ModelError: it is missing, cannot be a model, or does not answer.
    """
    if model is None:
        return LocalLLM.embedded()
    written = str(model)
    if written == NONE:
        return None
    if written.startswith(SERVERS):
        return RemoteLLM.connect(written)
    path = Path(fetched(written) or "").expanduser()
    if not path.is_file():
        raise ModelError(f"There is no model file {written}. Give {WAYS}.")
    return LocalLLM.from_file(path)


def fetched(model: str | Path | None) -> str | Path | None:
    """The path of a model that the user wrote by name or as a file on the hub; else unchanged.

    Raises:
        ModelError: it was not downloaded, there is no such file, or the hub cannot be reached.
    """
    if str(model) in recommended():
        return recommended()[str(model)].path()
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
        if llm is None:
            return part, True, "none: answers are quotations"
        said = "".join(llm.write(Prompt("", "Say yes."), limit=8)).strip()
    except ModelError as error:
        return part, False, str(error)
    if not said:
        return part, False, f"{llm.name} says nothing. Choose another model"
    return part, True, f"{llm.name} answers"
