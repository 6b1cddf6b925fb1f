"""Feeds damaged files to each reader and looks for what must not happen.

Run it as a script:
    python tests/fuzz_readers.py [--inputs 1000] [--seed 1] [--seconds 60] [.pdf .docx ...]

Every input must give articles and problems, in bounded time and memory; nothing
else may be raised. The inputs are the samples of each format, damaged: with
bytes changed, parts cut out, doubled, moved, or taken from other samples. What is
inside an archive is damaged before it is packed, half of the time.
"""

import argparse
import io
import random
import resource
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from index.formats.document import from_bytes  # noqa: E402
from index.readers import HOLDERS, READERS, read_document  # noqa: E402
from index.records import Article  # noqa: E402
from tests.make_samples import broken, good  # noqa: E402

HANG = 5  # seconds of processor time that one input may take
LARGEST_INPUT = 200_000
BROKEN = 0.2  # share of the inputs that are made from a sample that is broken already
MEMORY = 4_000_000_000  # bytes of address space; an input that needs more fails
LONGEST_REASON = 1_000

TOKENS = (
    b"\0", b"\xff\xfe", b"<", b">", b"&a;", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"\n\n", b"\r\n",
    b"<div>" * 300, b"<table><tr><td>" * 100, b"<p>", b"{", b"[" * 500, b'"', b"---\n", b"\\u0000",
    b"endobj", b"stream\n", b"<< >>", b"/Kids [1 0 R]", b"/Length 999999999", b"(((((", b"9" * 400,
    b"BT ET", b"-1 0 0 R", b"PK\x03\x04", b"PK\x05\x06", b"Content-Type: multipart/mixed;\n",
    b"=?utf-8?b?", b"boundary=x\n", b"--x\n", b"%PDF-1.7", b"\x1b$B",
    b"WARC/1.0\r\n", b"Content-Length: 99999999\r\n", b"\x1f\x8b\x08", b"&amp;lt;/p&amp;gt;", b"[{",
    b"<newsItem>", b"<nitf>", b"<urlset>", b"\"\"", b"\xa3\xaf\x8a",
)  # fmt: skip


class Hang(BaseException):
    """One input took too long; no reader may catch this."""


@dataclass
class Result:
    """What the inputs of one format led to."""

    inputs: int = 0
    articles: int = 0
    problems: int = 0
    slowest: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, bytes] = field(default_factory=dict)


def check(suffix: str, data: bytes) -> tuple[int, int]:
    """Read one input; how many articles and problems it gave.

    Raises:
        AssertionError: what came out is not as it should be.
    """
    counts = [0, 0]
    for item in read_document(from_bytes(f"input{suffix}", f"input{suffix}", data)):
        counts[0 if isinstance(item, Article) else 1] += 1
        if isinstance(item, Article):
            assert item.text and item.text == item.text.strip(), "text with white space around it"
            item.text.encode()
            "".join((item.title, item.source, item.id, *item.authors)).encode()
        else:
            assert item.reason and "\n" not in item.reason, "a reason of several lines"
            assert len(item.reason) < LONGEST_REASON, "a reason that is too long"
    assert sum(counts), "nothing came out"
    return counts[0], counts[1]


def damaged(data: bytes, others: list[bytes], random_: random.Random) -> bytes:
    """A file with some of its bytes changed, cut out, doubled, moved or replaced."""
    if data.startswith(b"PK") and random_.random() < 0.5:
        return _repacked(data, others, random_)
    out = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 4, 16))):
        first = random_.randrange(len(out) + 1)
        last = min(len(out), first + random_.choice((1, 4, 32, 500, 5000)))
        other = random_.choice(others)
        place = random_.randrange(len(other) + 1)
        ends, new = random_.choice(
            (
                (first + 1, random_.randbytes(1)),
                (last, b""),
                (first, bytes(out[first:last])),
                (first, random_.choice(TOKENS)),
                (last, other[place : place + random_.choice((10, 200, 5000))]),
                (len(out), b""),
                (last, random_.randbytes(random_.randrange(9))),
            )
        )
        out[first:ends] = new
    return bytes(out[:LARGEST_INPUT])


def _repacked(data: bytes, others: list[bytes], random_: random.Random) -> bytes:
    """An archive with damaged parts, itself whole."""
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                part = old.read(name)
                if random_.random() < 0.5:
                    part = damaged(part, others, random_)
                new.writestr(name, part)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError):
        return data
    return out.getvalue()


def seeds(suffix: str) -> tuple[list[bytes], list[bytes]]:
    """The samples of a format, whole ones and broken ones; ".htm" has those of ".html" too."""
    reader = READERS.get(suffix, suffix)
    whole, bad = (
        [
            data
            for name, data in samples.items()
            if READERS.get(end := _suffix(name), end) == reader and len(data) < LARGEST_INPUT
        ]
        for samples in (good(), broken())
    )
    return whole, bad


def _suffix(name: str) -> str:
    return from_bytes(name, name, b"").suffix


def inputs(suffix: str, count: int, random_: random.Random) -> Iterator[bytes]:
    """That many damaged files, most of them from whole ones."""
    whole, bad = seeds(suffix)
    all_ = [data for data in (*good().values(), *broken().values()) if len(data) < LARGEST_INPUT]
    for _ in range(count):
        own = bad if bad and random_.random() < BROKEN else whole
        yield damaged(random_.choice(own), all_, random_)


def fuzz(suffix: str, count: int, seed: int, ends: float) -> Result:
    """Try `count` inputs on one reader, or as many as there is time for."""
    result = Result()
    random_ = random.Random(f"{suffix}{seed}")
    for data in inputs(suffix, count, random_):
        if time.monotonic() > ends:
            break
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, HANG)
        try:
            articles, problems = check(suffix, data)
            result.articles += articles
            result.problems += problems
        except (Exception, Hang) as error:  # what may be raised is the question
            name = f"{type(error).__name__}: {str(error)[:80]} at {_place(error)}"
            result.failures[name] += 1
            result.examples.setdefault(name, data)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        result.inputs += 1
        result.slowest = max(result.slowest, time.process_time() - began)
    return result


def _place(error: BaseException) -> str:
    """The last line of our own that an error went through."""
    place, trace = "?", error.__traceback__
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(ROOT / "index"):
            place = f"{path.relative_to(ROOT)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _on_alarm(number: int, frame: FrameType | None) -> None:
    raise Hang


def main() -> None:
    """Fuzz the formats that are named, or all, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("formats", nargs="*", default=[*READERS, *HOLDERS])
    parser.add_argument("--inputs", type=int, default=1000, help="for each format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each format")
    parser.add_argument("--keep", type=Path, help="a folder for inputs that fail")
    known = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGVTALRM, _on_alarm)
    failed = 0
    for suffix in known.formats:
        result = fuzz(suffix, known.inputs, known.seed, time.monotonic() + known.seconds)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{suffix:10} {result.inputs:7,} inputs  {result.articles:7,} articles  "
            f"{result.problems:7,} problems  {sum(result.failures.values()):4,} failures  "
            f"slowest {result.slowest:5.2f} s of CPU  most memory so far {memory:,} MB",
            flush=True,
        )
        for name, number in result.failures.most_common(10):
            print(f"    {number:5} {name}")
            if known.keep:
                known.keep.mkdir(parents=True, exist_ok=True)
                path = known.keep / f"{failed}{suffix}"
                path.write_bytes(result.examples[name])
            failed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
