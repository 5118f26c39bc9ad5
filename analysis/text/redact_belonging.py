"""Words that are somebody's name elsewhere and here say what people are: "Black staff", "I am
Black", "Christian nurses". They stay, whatever the roster says."""

from collections.abc import Sequence

from analysis.text.names import cue
from analysis.text.redact_everyday import MODAL
from analysis.text.redact_words import CAPITAL, LISTED, MAYBE, ROSTER, TITLE, WORDLIKE, Word

BELONGING, BETWEEN, PEOPLE = cue("belonging"), cue("between_people"), cue("people")
IS, WAS, SOMEBODY = cue("somebody_is"), cue("somebody_was"), cue("somebody")
ALL_OF_THEM, ROLES = cue("all_of_them"), cue("roles")
MOST_BETWEEN = 5


def says_what_people_are(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether the word at ``place`` is such a word and not a name, by the words beside it."""
    word = words[place]
    if word.key not in BELONGING or len(word.text) != len(word.key):
        return False
    if place and _is_called(words[place - 1]) and _gap(text, words, place) == " ":
        return False
    return _before_people(text, words, place) or _behind_being(text, words, place)


def _is_called(before: Word) -> bool:
    """A title, a role, or a name that such a word would be the surname to: "Mr Black", "Matron
    White", "Jack Black"."""
    if before.is_ & TITLE or before.key in ROLES:
        return True
    named = before.is_ & (ROSTER | LISTED | MAYBE | WORDLIKE) and before.is_ & CAPITAL
    return bool(named) and before.key not in BELONGING | BETWEEN | MODAL


def _gap(text: str, words: Sequence[Word], place: int) -> str:
    return text[words[place - 1].end : words[place].start] if 0 < place < len(words) else "."


def _before_people(text: str, words: Sequence[Word], place: int) -> bool:
    """“Black staff”, “Black, Asian and minority ethnic nurses”."""
    for ahead in range(place + 1, min(place + 2 + MOST_BETWEEN, len(words))):
        gap, key = _gap(text, words, ahead), words[ahead].key
        if gap != " " and not (gap == ", " and key in BELONGING | BETWEEN):
            return False
        if key in PEOPLE:
            return True
        if key not in BELONGING | BETWEEN:
            return False
    return False


def _behind_being(text: str, words: Sequence[Word], place: int) -> bool:
    """“I am Black”, “they are all White”; not “they are White, Jones and Hill”."""
    first = place - 1
    if first >= 0 and words[first].key in ALL_OF_THEM and _gap(text, words, place) == " ":
        first -= 1
    if first < 0 or any(_gap(text, words, one) != " " for one in range(first + 1, place + 1)):
        return False
    link, before = words[first], words[first - 1].key if first else ""
    # “She's”, “we're”.
    short = link.key in SOMEBODY | WAS and len(link.text) > len(link.key)
    if not (short or link.key in IS or (link.key in WAS and before in SOMEBODY)):
        return False
    for ahead in words[place + 1 : place + 3]:
        if ahead.key not in ("and", "or"):
            return not ahead.is_ & (ROSTER | LISTED) or ahead.key in BELONGING
    return True
