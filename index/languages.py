"""Which language a text is in, told by its script and by its commonest words.

In running prose the few most frequent words of a language make up a third of all
words, and languages share few of them; so a short list tells languages apart at
the cost of one pass over the beginning of a text (the idea of function-word
profiles: Grefenstette 1995, "Comparing two language identification schemes").
A text of few words, of names or of figures has no answer, and None is returned.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

SAMPLE = 4_000  # characters from the beginning of a text
FEWEST_WORDS = 12
LEAST_SHARE = 0.12  # of the words, those that the language's list must hold
LEAST_DISTINCT = 4  # words of the list that must occur
LEAST_LEAD = 1.25  # how often the second language's share must fit into the first's

_TOGETHER = {"hr": "Croatian, Bosnian or Serbian", "id": "Indonesian or Malay"}
"""How a message calls those that `detect` does not tell apart."""
_FAMILY = {"nb": "no", "nn": "no", "bs": "hr", "sr": "hr", "ms": "id"}
"""Languages that `detect` cannot tell from another one, and that one."""
_CODE = re.compile(r"([A-Za-z]{2,3})(?=[-_]|\Z)")

_COMMON = {
    "ca": "el la els les de del i que a en un una per amb no és són va ha han més als dels aquest",
    "cs": "a v na se je že s z do to o i k jsou by byl za podle ale po jako také který která jeho",
    "da": "og i at det er en til på af for de den med ikke som et der har var blev fra vil også",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch",
    "en": "the of and to in a is that for it was on with as be at by this have from or had has are"
    " but not they which his an were their been he said will its who more after would there",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero sus",
    "fi": "ja on ei että se oli hän mutta myös kun ovat joka sekä mukaan ole kuin hänen jos niin",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce",
    "hr": "i u je na da se za od su s a o koji će kao što bi iz te nije do po koje ali samo ili",
    "hu": "a az és hogy nem is egy volt ez meg csak de már ki el azt még mint vagy szerint lesz",
    "id": "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga ke karena tersebut"
    " adalah oleh mereka sudah telah kata",
    "it": "di e il la che in a per un è del non sono della le si i con da una al dei nel ha anche",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als door naar maar",
    "no": "og i det på er som en til for av at med de har ikke den om et var men seg fra ble sier",
    "pl": "w i na z nie się do to że jest o po jak za od co przez dla są ale tym był oraz jego",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como foi ao das",
    "ro": "de și în a la cu nu pe un o că din care este pentru să mai au fost sunt lui prin fi",
    "sk": "a v na sa je že s z do to o i k sú by bol za podľa ale po ako aj ktorý ktorá jeho",
    "sv": "och i att det som en på är av för med till den har de inte om ett var men sig från så",
    "sw": "ya na wa kwa ni katika za la kuwa cha hiyo huo huyo kama alisema baada hii pia yake",
    "tr": "ve bir bu da de için ile çok olarak daha olan gibi sonra kadar ne var ancak olduğu en",
    "vi": "và của là có được các cho không một với trong những người đã này khi đến từ ông tại",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _words in _COMMON.items():
    for _word in _words.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)

LEAST_SURE = 0.5
"""Probability from which a question is taken to be in another language than English."""
_ENGLISH_ASKS = frozenset("what which who whom whose when where why how did does".split())
"""Words that only a question in English begins with."""
_WORD = re.compile(r"[^\W\d_]+")
# Scripts by the range of their letters, with the languages whose own letters tell them apart.
_SCRIPTS = (
    ("cyrillic", "\u0400-\u04ff"),
    ("arabic", "\u0600-\u06ff"),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("hy", "\u0530-\u058f"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("th", "\u0e00-\u0e7f"),
    ("ka", "\u10a0-\u10ff"),
    ("ko", "\uac00-\ud7a3"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u4e00-\u9fff"),
)
_LETTERS_OF = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS}
_OWN_LETTERS = {
    "cyrillic": (("uk", "іїєґ"), ("sr", "ђјљњћџ"), ("ru", "ыэё"), ("bg", "ъщ")),
    "arabic": (("ur", "ٹڈڑںے"), ("fa", "پچژگی"), ("ar", "ةىيك")),
}
"""In this order: the first language counts of whose own letters there are enough."""
LEAST_OWN = 0.01
_LEAST_KANA = 0.1  # of the signs of a Japanese text; a Chinese one has none


def common(language: str) -> frozenset[str]:
    """The commonest words of a language; empty where they are not known."""
    return frozenset(_COMMON.get(language, "").split())


@cache
def _cldr() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What Unicode's CLDR calls languages in English, and the codes that stand for others."""
    from babel import Locale
    from babel.core import get_global

    return Locale("en").languages, get_global("language_aliases")


def code(tag: str) -> str:
    """The ISO 639-1 code of a tag such as "en-GB", "pt_BR" or "deu"; empty if it has none."""
    match = _CODE.match(tag.strip())
    names, aliases = _cldr()
    found = match[1].lower() if match else ""
    found = found if len(found) == 2 and found in names else aliases.get(found, "")
    return found if len(found) == 2 and found in names else ""


def name(code: str) -> str:
    """A language as a message calls it."""
    return _TOGETHER.get(code) or _cldr()[0].get(code) or f'the language "{code}"'


def agree(declared: str, shown: str) -> bool:
    """Whether a text that is declared to be in one language can show the other by its words."""
    return declared == shown or _FAMILY.get(declared) == shown


def detect(text: str) -> str | None:
    """The code of the language that `text` is in, or None where its words do not tell."""
    sample = text[:SAMPLE].lower()
    words = _WORD.findall(sample)
    letters = sum(map(len, words))
    if not letters:
        return None
    script = _script(sample, letters)
    return script or (_by_words(words) if len(words) >= FEWEST_WORDS else None)


def _script(sample: str, letters: int) -> str | None:
    """The language that a script other than the Latin one shows."""
    if sample.isascii():
        return None
    counts = {name: len(found.findall(sample)) for name, found in _LETTERS_OF.items()}
    if counts["ja"] > _LEAST_KANA * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts["zh"]
    script = max(counts, key=lambda name: counts[name])
    if counts[script] < max(letters / 2, FEWEST_WORDS):
        return None
    own = _OWN_LETTERS.get(script)
    if own is None:
        return script
    least = LEAST_OWN * letters
    return next((code for code, signs in own if sum(map(sample.count, signs)) >= least), None)


def _by_words(words: list[str]) -> str | None:
    counts: Counter[str] = Counter()
    distinct: Counter[str] = Counter()
    for word, number in Counter(words).items():
        for code in _LANGUAGES_OF.get(word, ()):
            counts[code] += number
            distinct[code] += 1
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < LEAST_SHARE * len(words):
        return None
    if distinct[ranked[0][0]] < LEAST_DISTINCT:
        return None  # "U.S." again and again
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ("", 0)
    return best[0] if best[1] >= LEAST_LEAD * second[1] else None


def of_question(text: str) -> str | None:
    """The code of the language that a question is asked in, if it is surely not English.

    A question has too few words for `detect`; letters tell more there (Lui and Baldwin, 2012).
    Names are left out, if more is left: "How old was Paweł Adamowicz?" is English.
    """
    first, *rest = text.split() or [""]
    if first.lower() in _ENGLISH_ASKS:
        return None
    plain = [first, *(word for word in rest if word.isascii() and not word[0].isupper())]
    code, share = _by_letters().classify(" ".join(plain) if len(plain) > 2 else text)
    return str(code) if code != "en" and share >= LEAST_SURE else None


@cache
def _by_letters() -> Any:
    from py3langid import langid

    known = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    scripts = [code for code, _ in _SCRIPTS if code in known.nb_classes]
    letters = [code for rows in _OWN_LETTERS.values() for code, _ in rows]
    # Among all of its hundred, Spanish shares its probability with Extremaduran.
    known.set_languages([*_COMMON, *scripts, *letters])
    return known
