"""A language model behind an OpenAI-compatible server: llama-server, vLLM, Ollama and others.

Byline speaks to the server that the user named and to no other.
"""

from __future__ import annotations

import json
import os
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from index.errors import ModelError
from rag.models import server_errors
from rag.models.chatting import Prompt
from rag.models.server_errors import BUSY, KEY_VARIABLE

if TYPE_CHECKING:
    from openai import OpenAI

NO_KEY = "none"
"""What is sent as a key where the user has none; local servers do not look at it."""
DEFAULT_PATH = "/v1"
UNKNOWN_CONTEXT = 4096
"""Tokens of context where the server does not tell: what Ollama gives when nothing is set."""
LARGEST_CONTEXT = 32_768
PATIENCE = 120.0
"""Seconds within which a server has to say something, and to end a text it has begun."""
CONNECT = 5.0
"""Seconds within which it has to take the call."""
ATTEMPTS = 6
"""Requests for one text at most: as it is, once more where it was not taken, after a wait, without
streaming, shorter, without a grammar."""
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What comes of JSON that is none, or of another shape than it should be."""
LONGEST_TOKEN = 32
"""Characters that a token may have when it is watched that a server keeps to the limit."""

# English has four characters a token, names and numbers fewer; other scripts up to one a byte.
CHARACTERS_PER_TOKEN = 2.5
AROUND = 64
"""Tokens that a server's chat template may add."""

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Server:
    """The address of a server, with the model that is asked for there."""

    url: str
    model: str | None = None

    @classmethod
    def parse(cls, written: str) -> Server:
        """Read ``http://host:port/v1#model``; the path is /v1 where none is given.

        Raises:
            ModelError: it is no such address.
        """
        try:
            parts = urlsplit(written)
            host = parts.hostname
            _ = parts.port  # raises where it is no number
        except ValueError:
            host = None
        if not host:
            raise ModelError(
                f"{written!r} is not the address of a server. Write it as http://HOST:PORT/v1"
            )
        if parts.path.endswith(".gguf"):
            raise ModelError(
                f"{written!r} is the address of a file, not of a server. Download it and give "
                "its path, or write hf:OWNER/REPO/FILE.gguf"
            )
        path = parts.path.rstrip("/") or DEFAULT_PATH
        bare = urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))
        return cls(bare, parts.fragment or None)

    @property
    def shown(self) -> str:
        """The address without a password that may stand in it."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @property
    def nearby(self) -> bool:
        """Whether it is on this machine, where a proxy of the network is of no use."""
        return urlsplit(self.url).hostname in _LOOPBACK


class _Broken(Exception):
    """A text that ended before the server said that it does."""


class RemoteLLM:
    """A model behind a server. Safe from several threads."""

    def __init__(
        self,
        client: OpenAI,
        server: Server,
        model: str,
        context: int,
        patience: float = PATIENCE,
        served: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._server = server
        self._model = model
        self.context = context
        """Tokens of a prompt and what is written after it, together, as far as is known."""
        self._patience = patience
        self._served = served
        self._grammars = True
        self.name = f"{model} at {server.shown}"

    @classmethod
    def connect(
        cls, written: str, *, key: str | None = None, patience: float = PATIENCE
    ) -> RemoteLLM:
        """Ask a server what it serves.

        Args:
            written: its address, with the name of a model after "#" where it serves several.
            key: by default $OPENAI_API_KEY.
            patience: seconds within which it has to answer.

        Raises:
            ModelError: the address is none, nothing answers there, it is no such server,
                or a model has to be chosen.
        """
        import openai

        server = Server.parse(written)
        client = openai.OpenAI(
            base_url=server.url,
            api_key=key or os.environ.get(KEY_VARIABLE) or NO_KEY,
            timeout=openai.Timeout(patience, connect=min(CONNECT, patience)),
            max_retries=0,
            # A server that fails while it streams drops the connection under the next request.
            default_headers={"Connection": "close"},
            http_client=openai.DefaultHttpxClient(trust_env=False) if server.nearby else None,
        )
        with ExitStack() as stack:
            stack.callback(client.close)
            served = _served(client, server)
            model = server.model or _only(served, server)
            about = next((one for one in served if one.get("id") == model), {})
            context = _context(client, server, about) or UNKNOWN_CONTEXT
            names = [str(one["id"]) for one in served]
            context = min(context, LARGEST_CONTEXT)
            connected = cls(client, server, model, context, patience, names)
            weakref.finalize(connected, stack.pop_all().close)
        return connected

    @property
    def identity(self) -> str:
        """The model's name there and the server's address."""
        return self.name

    def count(self, text: str) -> int:
        """Tokens that a text takes at most, by its length: the server's own are not known."""
        plain = sum(character.isascii() for character in text)
        others = len(text.encode(errors="replace")) - plain
        return int(plain / CHARACTERS_PER_TOKEN) + others + 1

    def pace(self) -> float:
        """Not known of a server, which may read much faster than it can be asked."""
        return inf

    def room(self, limit: int) -> int:
        """Tokens left for what a prompt says, when `limit` tokens are to be written."""
        return max(self.context - self._limit(limit) - AROUND, 0)

    def write(self, prompt: Prompt, *, limit: int, grammar: str | None = None) -> Iterator[str]:
        """Pieces of text after a prompt, at most `limit` tokens.

        The grammar holds the text where the server knows GBNF, as llama.cpp's do. What
        could pass for a role marker in the user's words is broken up. A prompt that is
        too long loses the beginning of what the user says.

        Raises:
            ModelError: the server does not answer, or not with a whole text.
        """
        import openai

        asked = prompt.defused()
        begun, streaming, dropped, waited = False, True, False, False
        for _ in range(ATTEMPTS):
            request = self._request(asked, limit, grammar)
            try:
                for piece in self._streamed(request) if streaming else self._whole(request):
                    begun = True
                    yield piece
                return
            except _Broken:
                if begun or not streaming:
                    raise self._cut_off() from None
                # Once it streams, a server cannot say what is wrong; asked for the whole, it can.
                streaming = False
            except openai.APIStatusError as error:
                if error.status_code in BUSY and not waited:
                    waited = True
                    time.sleep(server_errors.wait(error))
                elif not self._learnt(error, grammar):
                    raise self._trouble(error) from error
            except openai.APITimeoutError as error:
                raise self._trouble(error) from error
            except openai.APIConnectionError as error:
                if dropped or not streaming:
                    raise self._trouble(error) from error
                dropped = True
            except openai.OpenAIError as error:
                raise self._trouble(error) from error
        raise self._cut_off()

    def _request(self, prompt: Prompt, limit: int, grammar: str | None) -> dict[str, Any]:
        user = self._fitted(prompt.user, self.room(limit) - self.count(prompt.system))
        said = [("system", prompt.system), ("user", user)]
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": role, "content": text} for role, text in said if text],
            "max_tokens": self._limit(limit),
            "temperature": 0,
        }
        if grammar is not None and self._grammars:
            request["extra_body"] = {"grammar": grammar}
        return request

    def _streamed(self, request: Mapping[str, Any]) -> Iterator[str]:
        """The text as it comes.

        Raises:
            _Broken: it ended before the server said so.
            openai.OpenAIError: the server refused.
        """
        import httpx2

        until = time.monotonic() + self._patience
        left = request["max_tokens"] * LONGEST_TOKEN
        create = self._client.chat.completions.with_streaming_response.create
        with create(**request, stream=True) as response:
            try:
                for line in response.iter_lines():  # also what only keeps the line open
                    if time.monotonic() > until:
                        raise server_errors.late(self._server.shown, self._patience)
                    piece, ended = _said(line, self._server)
                    left -= len(piece)
                    if piece:
                        yield piece
                    if ended or left < 0:
                        return
            except httpx2.TimeoutException as error:
                raise server_errors.late(self._server.shown, self._patience) from error
            except (httpx2.TransportError, *UNREADABLE) as error:
                raise _Broken from error
        raise _Broken

    def _whole(self, request: Mapping[str, Any]) -> Iterator[str]:
        raw = self._client.chat.completions.with_raw_response.create(**request, stream=False)
        try:
            text = json.loads(raw.text)["choices"][0]["message"]["content"]
        except UNREADABLE as error:
            raise _Broken from error
        yield str(text or "")

    def _learnt(self, error: Any, grammar: str | None) -> bool:
        """Whether the refusal tells how to ask better."""
        told = server_errors.told_context(error)
        if told is not None and 0 < told < self.context:
            self.context = told
            return True
        if grammar is not None and self._grammars and error.status_code in (400, 422):
            self._grammars = False
            return True
        return False

    def _fitted(self, text: str, room: int) -> str:
        """The end of the text that fits."""
        if self.count(text) <= room:
            return text
        low, high = 0, len(text)
        while low < high:  # the longest end whose count fits
            middle = (low + high + 1) // 2
            if self.count(text[len(text) - middle :]) <= room:
                low = middle
            else:
                high = middle - 1
        return text[len(text) - low :]

    def _limit(self, limit: int) -> int:
        return min(limit, self.context // 2)

    def _cut_off(self) -> ModelError:
        return server_errors.cut_off(self._server.shown)

    def _trouble(self, error: Exception) -> ModelError:
        return server_errors.trouble(error, self._server.shown, self._patience, self._served)


def _served(client: OpenAI, server: Server) -> list[Mapping[str, Any]]:
    """What the server says that it serves."""
    import openai

    try:
        raw = client.models.with_raw_response.list()
        content = json.loads(raw.text)
        return [one for one in content["data"] if isinstance(one.get("id"), str)]
    except openai.NotFoundError as error:
        if server.model:
            return []  # it keeps no list, but the user knows the name
        raise _stranger(server) from error
    except openai.OpenAIError as error:
        raise server_errors.trouble(error, server.shown) from error
    except UNREADABLE as error:
        raise _stranger(server) from error


def _only(served: Sequence[Mapping[str, Any]], server: Server) -> str:
    """The one model that is served."""
    names = [str(one["id"]) for one in served]
    if len(names) == 1:
        return names[0]
    if not names:
        raise ModelError(f"{server.shown} serves no model yet. Load one there.")
    some = server_errors.some(names)
    raise ModelError(f"{server.shown} serves {some}. Choose one: {server.shown}#{names[0]}")


def _context(client: OpenAI, server: Server, about: Mapping[str, Any]) -> int | None:
    """The context that the server gives a request, if it tells."""
    for key in ("max_model_len", "context_length", "max_context_length"):
        if isinstance(about.get(key), int) and about[key] > 0:
            return int(about[key])
    if about.get("owned_by") != "llamacpp":
        return None
    import openai

    parts = urlsplit(server.url)
    root = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    try:  # llama-server tells it beside the interface that it shares with others
        properties = client.with_options(base_url=root).get("/props", cast_to=object)
        told = properties["default_generation_settings"]["n_ctx"]  # type: ignore[index]
    except (openai.OpenAIError, ValueError, LookupError, TypeError):
        return None
    return told if isinstance(told, int) and told > 0 else None


def _said(line: str, server: Server) -> tuple[str, bool]:
    """The text in a line of a stream, and whether it is the last.

    Raises:
        ValueError: it is only a piece of a line.
        ModelError: the server says in it what went wrong.
    """
    data = line.removeprefix("data:").strip()
    if data == line or data == "[DONE]":
        return "", False
    chunk = json.loads(data)
    if isinstance(chunk, Mapping) and chunk.get("error"):
        raise server_errors.failed(server.shown, chunk["error"])
    choices = chunk.get("choices") if isinstance(chunk, Mapping) else None
    if not choices:
        return "", False
    delta = choices[0].get("delta") or {}
    return str(delta.get("content") or ""), bool(choices[0].get("finish_reason"))


def _stranger(server: Server) -> ModelError:
    return ModelError(
        f"{server.shown} is not an OpenAI-compatible server. Check the address: it often ends in "
        f"{DEFAULT_PATH}"
    )
