"""Which encoding old texts have, by their letters, and what is said where two fit."""

import pytest

from index.decoding import decoded
from index.formats.document import from_bytes
from index.readers import read_document
from index.records import Article, Problem
from tests.encoded import TEXTS, encoded
from tests.samples import BODY, zipped

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


def test_what_is_declared_is_believed_before_the_letters():
    data = TEXTS["pl"].encode("cp1250")
    assert decoded(data, "cp1257").text == data.decode("cp1257", "replace")


def test_a_doubtful_encoding_is_told_with_the_letters_in_doubt():
    said = decoded(TEXTS["en-cs"].encode("iso8859-2", "replace"))
    assert said.text == TEXTS["en-cs"]
    assert said.doubt == (
        "does not say which encoding it has. It was read as iso8859-2, but may be in cp1250: "
        "“Šťastná,” or “©»astná,”. If that is right, save it in UTF-8 and ingest it again."
    )


def test_a_doubt_is_kept_with_the_article_and_told():
    data = f"{BODY}\n\n{TEXTS['en-cs']}".encode("iso8859-2")
    article, problem = read_document(from_bytes("a.txt", "a.txt", data))
    assert isinstance(article, Article) and "“Šťastná,” or" in article.doubts[0]
    assert isinstance(problem, Problem) and problem.warning
    assert problem.reason == f"a.txt {article.doubts[0]}"


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp437", ("café.txt", "Müller-Straße.txt")),
        ("cp852", ("Łódź zamknięta.txt", "Rzecznik mówi.txt")),
        ("cp866", ("Новости города.txt", "Мост закрыт.txt")),
        ("cp1250", ("Łódź zamknięta.txt", "Rzecznik mówi.txt")),
        ("cp1251", ("Новости города.txt", "Мост закрыт.txt")),
        ("shift_jis", ("町の橋が閉まる.txt", "表の話.txt")),
        ("utf-8", ("Łódź zamknięta.txt", "町.txt")),
    ],
)
def test_names_in_an_old_zip_archive(encoding, names):
    members = {name: f"{number}".ljust(len(name.encode(encoding)), "q") for number, name in
               enumerate(names)}  # fmt: skip
    data = zipped(dict.fromkeys(members.values(), BODY))
    for name, placeholder in members.items():
        data = data.replace(placeholder.encode(), name.encode(encoding))
    found = read_document(from_bytes("a.zip", "a.zip", data))
    assert {item.source for item in found if isinstance(item, Article)} == {
        f"a.zip#{name}" for name in names
    }
