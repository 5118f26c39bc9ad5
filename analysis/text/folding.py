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
_MARK = re.compile(r"[\u0300-\u036f]")


def fold(word: str) -> str:
    """A word in lower case without accents, apostrophes, hyphens and full stops.

    >>> fold("O’Brien"), fold("Łukasz"), fold("Siân"), fold("Nowak-Lee")
    ('obrien', 'lukasz', 'sian', 'nowaklee')
    """
    low = word.casefold().translate(_PLAIN)
    if low.isascii():
        return low
    return unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", low)))
