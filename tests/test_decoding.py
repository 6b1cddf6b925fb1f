"""Which encoding bytes have, by what is declared and by their letters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.decoding import NoText, decoded
from index.records import Article, Problem
from tests.encoded import TEXTS, encoded
from tests.reading import read
from tests.samples import BODY

CASES = list(encoded())


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [pytest.param(one, text, data, id=f"{one}-{language}") for one, language, text, data in CASES],
)
def test_a_text_of_three_hundred_letters_is_read_in_its_encoding(encoding, text, data):
    assert decoded(data).text == text


@pytest.mark.parametrize(("length", "least"), [(150, 1.0), (80, 0.95), (40, 0.9)])
def test_of_shorter_texts_most_are(length, least):
    short = [(text[:length], encoding) for encoding, _, text, _ in CASES]
    told = [(text, text.encode(encoding)) for text, encoding in short if not text.isascii()]
    right = sum(decoded(data).text == text for text, data in told)
    assert right >= least * len(told), f"{right} of {len(told)}"


def test_the_letters_in_question_are_found_wherever_they_stand():
    text = "The town is small and its people are few.\n" * 20_000 + TEXTS["en-pl"]
    assert decoded(text.encode("cp1250")).text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "iso2022_jp"])
def test_what_shows_its_encoding_by_its_pattern(encoding):
    text = TEXTS["ja" if encoding == "iso2022_jp" else "en"]
    assert decoded(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("żółć".encode("cp1250"), "cp1257", "æó³ę"),
        ("café".encode(), "iso-8859-1", "café"),
        ("café".encode("cp1252"), "iso-8859-1", "café"),
        ("“x”".encode("cp1252"), "ascii", "“x”"),
        ("日本".encode("iso2022_jp"), "iso-2022-jp", "日本"),
        ("日本".encode("utf-16-le"), "utf-16le", "日本"),
        *((b"plain", name, "plain") for name in ("rot13", "punycode", "\0", "utf-7")),
    ],
)
def test_what_is_declared_is_believed_as_far_as_it_can_be(data, declared, text):
    assert decoded(data, declared).text == text


def test_a_doubtful_encoding_is_told_with_the_letters_in_doubt():
    said = decoded(TEXTS["en-cs"].encode("iso8859-2", "replace"))
    assert said.text == TEXTS["en-cs"]
    assert said.doubt == (
        "does not say which encoding it has. It was read as iso8859-2, but may be in cp1250: "
        "“Šťastná,” or “©»astná,”. If that is right, save it in UTF-8 and ingest it again."
    )
    article, problem = read("a.txt", f"{BODY}\n\n{TEXTS['en-cs']}".encode("iso8859-2"))
    assert isinstance(article, Article) and "“Šťastná,” or" in article.doubts[0]
    assert problem == Problem("a.txt", f"a.txt {article.doubts[0]}", warning=True)


@settings(deadline=None, derandomize=True)
@given(st.binary(), st.one_of(st.none(), st.text(), st.sampled_from(["utf-16", "hz", "big5"])))
def test_any_bytes_are_text_or_not(data, declared):
    try:
        decoded(data, declared).text.encode(errors="surrogatepass")
    except NoText as error:
        assert str(error).endswith(".")
