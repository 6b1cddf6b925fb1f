"""What a language model's server refuses or fails at, each as one line with what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.errors import ModelError

KEY_VARIABLE = "OPENAI_API_KEY"
BUSY = {429, 502, 503, 504}
"""Answers of a server that may take the same request a little later."""
LONGEST_WAIT = 5.0
"""Seconds that are waited for such a server."""
SHOWN = 5
"""Models that are named when there are several to choose from."""
LONGEST_SAID = 200
"""Characters of a server's own words that are repeated."""

_SAID_CONTEXT = re.compile(r"(?:maximum context length is|context (?:size|window) of) (\d+)")


def trouble(
    error: Exception, where: str, patience: float | None = None, served: Sequence[str] = ()
) -> ModelError:
    """One line about a request that failed, and what to do.

    Args:
        error: what `openai` raised.
        where: the server's address.
        patience: seconds that were waited, where it took too long.
        served: the models that it has, where the one that was asked for may be none of them.
    """
    import httpx2
    import openai

    if isinstance(error, openai.APITimeoutError):
        return late(where, patience)
    if isinstance(error, openai.APIConnectionError):
        if "CERTIFICATE" in str(error.__cause__):
            return ModelError(f"The certificate of {where} cannot be trusted. Check the address.")
        if isinstance(error.__cause__, httpx2.ConnectError):
            return ModelError(
                f"Nothing answers at {where}. Start the server, or check the address."
            )
        return cut_off(where)
    body = (error.body if isinstance(error, openai.APIError) else None) or error
    said = words(body)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        keyed = f"does not accept the key in ${KEY_VARIABLE}"
        unkeyed = f"asks for a key. Set ${KEY_VARIABLE}"
        return ModelError(f"{where} {keyed if os.environ.get(KEY_VARIABLE) else unkeyed}. {said}")
    if isinstance(error, openai.NotFoundError):
        others = f" It serves {some(served)}." if served else ""
        return ModelError(f"{where} has no such model or address.{others} {said}")
    if isinstance(error, openai.APIStatusError) and error.status_code in BUSY:
        return ModelError(f"{where} is busy, or still loads its model. Ask again soon. {said}")
    return failed(where, body)


def failed(where: str, body: object) -> ModelError:
    """A server that tells of an error."""
    return ModelError(f"{where} answers with an error. {words(body)}")


def cut_off(where: str) -> ModelError:
    """An answer that ended before the server said that it does."""
    return ModelError(
        f"{where} broke off before its text was whole. Look into the server's own messages, and "
        "ask again."
    )


def late(where: str, patience: float | None) -> ModelError:
    """An answer that did not come, or not to its end, as long as it was waited for."""
    within = f" within {patience:g} seconds" if patience else " in time"
    return ModelError(
        f"{where} did not answer{within}. Ask again, or choose a smaller model there."
    )


def some(names: Sequence[str]) -> str:
    """The first of the models that a server has."""
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def words(body: object) -> str:
    """A server's own words about what went wrong."""
    message = body.get("message") if isinstance(body, Mapping) else body
    return f"It says: {' '.join(str(message or body).split())[:LONGEST_SAID]}"


def wait(error: Any) -> float:
    """Seconds that a busy server asks for."""
    asked = error.response.headers.get("Retry-After", "")
    return min(float(asked) if asked.isdecimal() else 1.0, LONGEST_WAIT)


def told_context(error: Any) -> int | None:
    """The size of the context, where a refusal is about it."""
    body = error.body if isinstance(error.body, Mapping) else {}
    if isinstance(body.get("n_ctx"), int):
        return int(body["n_ctx"])  # llama-server
    found = _SAID_CONTEXT.search(str(error))  # OpenAI's wording, which vLLM and others share
    return int(found.group(1)) if found else None
