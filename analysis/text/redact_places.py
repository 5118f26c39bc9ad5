"""Names of small teams, which tell where somebody works."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from analysis.text.names import standing
from analysis.text.redact_patterns import Hit

FIRST_WORD = re.compile(r"[^\W_]+")
KIND_OF_PLACE = (
    "team|unit|ward|office|service|home|centre|center|hub|branch|department|dept|section|site|desk"
)


class Places:
    """Finds the names of teams in a text. A name that is a plain word ("Kitchen") counts only
    before a word such as "team", or with a capital within a sentence."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[re.Pattern[str]]] = defaultdict(list)
        for name in sorted(set(names), key=lambda one: (-len(one), one)):
            words = FIRST_WORD.findall(name)
            if not words:
                continue
            body = r"\W{1,3}".join(re.escape(word) for word in words)
            plain = len(words) == 1 and standing(words[0].casefold()) != "unknown"
            self._by_first[words[0].casefold()].append(_plain(name, body) if plain else _own(body))

    def in_(self, text: str) -> Iterator[Hit]:
        """Where teams are named, the longest name first."""
        if not self._by_first:
            return
        for first in dict.fromkeys(FIRST_WORD.findall(text.casefold())):
            for regex in self._by_first.get(first, ()):
                for match in regex.finditer(text):
                    yield Hit(*match.span("place"), "place", "team")


def _own(body: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?P<place>{body})\b", re.IGNORECASE)


def _plain(name: str, body: str) -> re.Pattern[str]:
    capital = re.escape(name.strip().capitalize())
    before_kind, inside = rf"\b{body}(?= (?:{KIND_OF_PLACE})\b)", rf"(?<=[a-z,] )(?-i:{capital})\b"
    return re.compile(rf"(?P<place>{before_kind}|{inside})", re.IGNORECASE)
