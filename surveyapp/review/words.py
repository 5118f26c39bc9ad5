"""What the desk calls things, and the single keys that do them."""

from collections.abc import Mapping
from typing import NamedTuple

from surveyapp.services.review_sheets import Naming

BOARD_ALONE = (
    "Only members of the board read comments here. No page shows them to HR, managers or "
    "administrators before everybody else sees them. Comments that may be printed come out with "
    "the results."
)
DIRECTION_WORDS: Mapping[str, str] = {
    "negative": "It is wrong or lacking",
    "positive": "It is good",
    "suggestion": "A wish, no more",
    "mixed": "Good and bad at once",
}
FUNCTION_WORDS: Mapping[str, str] = {
    "": "The usual",
    "enabler": "It helps now",
    "aspiration": "It is hoped for",
    "barrier": "It is in the way",
    "offer": "The writer offers it",
    "unset": "None of these",
}
USE_WORDS: Mapping[str, str] = {
    "publish": "Everyone may read it, once it is checked",
    "board": "Only the board may read it, once it is checked",
}


class Asked(NamedTuple):
    """What a reviewer is asked to decide of a comment; ``yes`` clears it."""

    question: str
    yes: str
    lacking: str


# By the use that the writer chose: what only the board may read is never quoted.
ASKED: Mapping[str, Asked] = {
    "publish": Asked("May it be quoted?", "It may be quoted", "Say whether it may be quoted."),
    "board": Asked(
        "May the board read it?", "The board may read it", "Say whether the board may read it."
    ),
}
FLAG_WORDS: Mapping[str, str] = {
    "escalate": "May tell of harm",
    "quasi_identifier": "May point to one person",
}
ACT_WORDS: Mapping[str, str] = {
    "name": "It is a new subject, and I name it",
    "theme": "One of our themes covers it",
    "same": "It belongs with another of these subjects",
    "drop": "It is no subject, so drop it",
}
OTHER_WORDS = "Something that no theme covers"

# A letter a theme. None is a key of ACTION_KEYS, and all are shown on the page.
THEME_KEYS: Mapping[str, str] = {
    "fear_speaking_out": "f",
    "blame_culture": "b",
    "communication": "c",
    "imposed_change": "i",
    "workload": "w",
    "leadership_mgmt": "l",
    "supervision_support": "s",
    "training_development": "t",
    "staffing_turnover": "v",
    "tools_infrastructure": "e",
    "pay_recognition": "p",
    "team_peers": "m",
    "wellbeing_stress": "h",
    "vision_hope_pride": "d",
    "trust_action": "r",
    "other": "o",
}
DIRECTION_KEYS: Mapping[str, str] = {
    "negative": "1",
    "positive": "2",
    "suggestion": "3",
    "mixed": "4",
}
ACTION_KEYS: Mapping[str, str] = {
    "pass": "a",
    "withhold": "x",
    "mask": "k",
    "nothing": "n",
    "offer": "5",
    "escalate": "u",
    "later": "j",
}
OF_CODES = frozenset({"nothing", "offer"})  # of no use where nothing is coded
ACTION_WORDS: Mapping[str, str] = {
    "withhold": "Withhold it, then choose the reason",
    "mask": "Mask the words you have marked",
    "nothing": "It says nothing to code",
    "offer": "The writer offers it",
    "escalate": "It tells of harm or risk",
    "later": "Leave it for later",
}


def action_words(use: str) -> Mapping[str, str]:
    """What each single key does with a comment of this use."""
    return {"pass": f"{ASKED[use].yes}: save and go on", **ACTION_WORDS}


def of_naming(naming: Naming, titles: Mapping[str, str]) -> str:
    """What a reviewer makes of a new subject, as the end of a sentence."""
    match naming.act:
        case "name":
            return f"name it “{naming.said}”"
        case "theme":
            return f"put it with the theme “{titles[naming.said]}”"
        case "same":
            return f"put it with subject {naming.said}"
    return "drop it"


def theme_called(name: str, titles: Mapping[str, str]) -> str:
    """The id of the theme with this title: a subject of an earlier pulse may be a theme by now."""
    found = (theme for theme, title in titles.items() if title.casefold() == name.casefold())
    return next(found, "")
