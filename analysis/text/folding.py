"""Spellings of names: one form for comparing, and the parts and short forms of a full name."""

import re
import unicodedata

# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ə": "e", "ŋ": "ng", "'": "", "’": "", "‘": "", "ʻ": "", "ʼ": "", "`": "", "-": "", ".": "",
    }
)  # fmt: skip
# Cyrillic and Greek letters that look like Latin ones.
_LOOKS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԚԜаеорсухіјѕһԁԛԝкмтѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικρτυϲɡ",
    "ABEKMHOPCTYXIJSQWaeopcyxijshdqwkmtvABEZHIKMNOPTYXoavikptucg",
)
_LATIN = re.compile("[a-z\u00c0-\u024f]", re.IGNORECASE)
_MARK = re.compile(r"[\u0300-\u036f]")


def fold(word: str) -> str:
    """A word in lower case without accents, apostrophes, hyphens and full stops. Wide and fancy
    letters become plain ones, and so do those of another script in a word with Latin letters.

    >>> fold("O’Brien"), fold("Łukasz"), fold("Siân"), fold("Nowak-Lee")
    ('obrien', 'lukasz', 'sian', 'nowaklee')
    >>> fold("Ｓｉân") == fold("Si\u0430n") == "sian"
    True
    """
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
        if _LATIN.search(word):
            word = seen_as(word)
    low = word.casefold().translate(_PLAIN)
    if low.isascii():
        return low
    return unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", low)))


def seen_as(word: str) -> str:
    """A word with Latin letters for those of Cyrillic and Greek that look like them.

    >>> seen_as("\u0420\u043e\u0440\u0435")
    'Pope'
    """
    return word.translate(_LOOKS)
