"""The words of a wave's promise and the facts beside it, made from its covenant, never typed in."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from surveyapp.formatting import day, local

WORDS: Mapping[str, str] = {
    "sealed": (
        "Your answers are locked on your device with two locks. {employer} holds one key, "
        "{witness} the other, used only after closing and after shuffling. Even the person who "
        "runs this server cannot match answers to you."
    ),
    "blind": (
        "Nothing in the databases or backups links you to your answers. Someone who controls the "
        "server while the survey is open, by watching it or copying its keys, could."
    ),
    "basic": (
        "The server sees your code and your answers for a moment and is built to forget the link. "
        "You are trusting whoever runs it."
    ),
}

KINDS = (
    ("Sealed", "where a witness outside the organisation holds a key", "sealed"),
    ("Blind", "where there is no witness", "blind"),
    ("Basic", "where your browser runs no script", "basic"),
)

WITHOUT_SCRIPT = (
    "This holds where your browser runs scripts over a secure connection. Where it does not, the "
    "page promises less, and says what."
)

CANNOT = (
    "Your way of writing can give you away, above all in a small group. Leave out names, dates and "
    "anything only you would say.",
    "A work phone or computer may be watched by your employer. Use your own if you can.",
    "Whoever runs the server can see who has used their code.",
    "If everyone else in your group shared their answers, yours could be worked out.",
    "Someone could stand behind you while you answer.",
)


@dataclass(frozen=True)
class Reader:
    """Who sees what, and from when."""

    who: str
    what: str


def words(covenant: Mapping[str, Any]) -> str:
    """The promise that applies to this wave, with the organisation's name filled in."""
    return WORDS[str(covenant["promise"])].format(
        employer=covenant["programme"]["organisation"],
        witness=" or ".join(one["name"] for one in covenant.get("witnesses", ())),
    )


def kinds() -> tuple[tuple[str, str, str], ...]:
    """The three promises that a pulse can make: name, when it holds, and its words."""
    return tuple(
        (name, when, WORDS[kind].format(employer="Your employer", witness="the witness"))
        for name, when, kind in KINDS
    )


def facts(covenant: Mapping[str, Any]) -> tuple[str, ...]:
    """The rules that protect people, a short sentence each."""
    rule = covenant["rule"]
    return (
        f"Groups with fewer than {rule['k']} answers are never shown.",
        f"Groups of fewer than {rule['headcount']} people are counted in a larger group. So are "
        "some larger ones, to protect a small group beside them. You are told before you start.",
        f"Comment counts need at least {rule['comments']} comments and "
        f"{rule['comments_answers']} answers.",
        "Figures are rounded, and some are hidden so that nobody can work out a small group by "
        "taking one figure from another.",
        "You can leave any question out, or choose “Prefer not to say”.",
        *_comments(covenant),
        *_until(covenant),
    )


def _comments(covenant: Mapping[str, Any]) -> tuple[str, ...]:
    """Who reads comments: nobody, unless these promises say that reviewers do."""
    counted = "Comments are counted by theme, by software."
    choice = "Without a choice it is only counted."
    if not covenant.get("comment_readers"):
        return (
            f"{counted} For now Candour shows them to nobody.",
            f"You choose how each comment may be used later. {choice}",
        )
    reading = "no reviewer reads it" if _named(covenant) else "nobody reads it"
    return (
        f"{counted} You choose how yours may be used. {choice}",
        f"“Themes only” means that {reading}. If you choose otherwise, board members outside "
        "your line check it after closing. Software takes out names first, as far as it can, and "
        "they see no group smaller than a directorate. Unless two of them agree, it is not shown.",
    )


def _until(covenant: Mapping[str, Any]) -> tuple[str, ...]:
    months = covenant.get("answers_kept_months")
    said = f"{months} months after closing, the server destroys the key to all answers and comments"
    return (f"{said} by itself. Without it nobody can read them.",) if months else ()


def readers(covenant: Mapping[str, Any]) -> tuple[Reader, ...]:
    """Who sees what, and when, by the covenant's dates."""
    closes, publishes = times(covenant)["closes"], times(covenant)["publishes"]
    return (
        Reader("Everyone invited", f"the results on {when(publishes)}"),
        Reader(
            "The practitioners’ board",
            f"a draft after closing on {day(closes)}, to say if it rings true. They cannot change "
            "it or delay it",
        ),
        Reader("HR and managers", "the same results, at the same minute as you"),
        *_recounting(covenant),
    )


def _named(covenant: Mapping[str, Any]) -> list[str]:
    """Those who may fetch every set of answers and every comment, to count once more."""
    return [one["name"] for key in ("witnesses", "auditors") for one in covenant.get(key, ())]


def _recounting(covenant: Mapping[str, Any]) -> tuple[Reader, ...]:
    named = _named(covenant)
    if not named:
        return ()
    return (
        Reader(
            " or ".join(named),
            "after closing, every set of answers with its group and every comment as it was "
            "written, if they fetch them to count once more. No name or address stands beside "
            "them. Each time the noticeboard says so",
        ),
    )


def times(covenant: Mapping[str, Any]) -> dict[str, datetime]:
    """The covenant's dates as stored times: ``opens``, ``closes``, ``publishes``."""
    return {
        name: datetime.fromisoformat(str(value).removesuffix("Z"))
        for name, value in covenant["dates"].items()
    }


def when(moment: datetime) -> str:
    """``Friday 4 December, 9 am``: how a date of the covenant reads in a message."""
    there = local(moment)
    minutes = f":{there:%M}" if there.minute else ""
    hour = f"{there.hour % 12 or 12}{minutes} {'am' if there.hour < 12 else 'pm'}"
    return f"{there:%A} {there.day} {there:%B}, {hour}"


def fingerprint(sha256: str) -> str:
    """The first eight groups of four of a covenant's hash, for a person to compare."""
    return " ".join(textwrap.wrap(sha256[:32], 4))
