"""Short invented texts in many languages, and the encodings that old files of each have."""

from collections.abc import Iterator
from pathlib import Path

_FILE = Path(__file__).parent / "assets" / "encoded.txt"
TEXTS = dict(line.split(" ", 1) for line in _FILE.read_text("utf-8").splitlines())
"""Texts of about 300 characters; half as many signs tell as much in Asian scripts.

"en-pl" and its like are English stories about other places: a few names are all that tells.
"""
ENCODINGS = {
    "cp1250": "pl cs sk hu hr sl en-pl en-cs",
    "iso8859-2": "pl cs sk hu hr sl en-pl en-cs",
    "cp1251": "ru uk bg sr",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "iso8859-5": "ru bg sr",
    "cp866": "ru",
    "cp1252": "en de fr es it pt sv da fi nl en-fr en-de",
    "iso8859-1": "de fr es it pt sv da fi en-de",
    "iso8859-15": "fr fi nl en-fr",
    "mac-roman": "en de fr es it pt sv da fi nl en-fr en-de",
    "cp1253": "el",
    "iso8859-7": "el",
    "cp1254": "tr",
    "shift_jis": "ja",
    "euc_jp": "ja",
    "gb18030": "zh",
    "euc_kr": "ko",
}
"""The languages whose texts come in an encoding."""
_TYPEWRITER = str.maketrans("“”„»«‘’–", '"""""\'\'-')


def encoded() -> Iterator[tuple[str, str, str, bytes]]:
    """An encoding, a language, a text as that encoding can hold it, and its bytes."""
    for encoding, languages in ENCODINGS.items():
        for language in languages.split():
            plain = TEXTS[language].translate(_TYPEWRITER)
            for text in (TEXTS[language], plain, plain.replace("€", "EUR")):
                if text.encode(encoding, "replace").decode(encoding) == text:
                    break
            yield encoding, language, text, text.encode(encoding)
