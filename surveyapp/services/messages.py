"""What Candour writes to people: plain text, made from the covenant and from nothing else."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from surveyapp.crypto import tokens
from surveyapp.formatting import local
from surveyapp.models.surveys import Wave
from surveyapp.services import authoring, in_force, noticeboard, promises

WIDTH = 72


@dataclass(frozen=True)
class Ticket:
    """One person's way in: where they answer, a link's token, a code to type, and where they are
    counted."""

    door: str
    token: str
    code: str
    salt: str
    group: str
    people: int
    counted_in: str


Compose = Callable[[Ticket], tuple[str, str]]


def invitation(wave: Wave, covenant: dict[str, Any], base_url: str, kept: Sequence[str]) -> Compose:
    """The message at opening, ready to be filled in for each person."""
    instrument = authoring.instrument_of(wave)
    asked, minutes = len(instrument.items), authoring.minutes(instrument)
    closes = promises.times(covenant)["closes"]
    by = f"{local(closes).day} {local(closes):%B}"
    subject = f"{asked} questions about work, {minutes} minutes, by {by}"
    opening = (
        f"{covenant['programme']['organisation']} asks you: how is work? "
        f"{asked} questions, about {minutes} minutes."
    )
    return _to_answer(wave, covenant, base_url, subject, opening, kept)


def reminder(wave: Wave, covenant: dict[str, Any], base_url: str, *, last_day: bool) -> Compose:
    """A reminder, ready to be filled in; it goes to everyone whether they answered or not."""
    subject = "Closes tomorrow: staff pulse" if last_day else "Still open: staff pulse"
    opening = (
        "We send this to everyone, because we do not look at who has answered. If you have "
        "answered, there is nothing more to do. Thank you."
    )
    return _to_answer(wave, covenant, base_url, subject, opening, ())


def results(
    wave: Wave,
    covenant: dict[str, Any],
    sentences: Sequence[str],
    base_url: str,
    kept: Sequence[str],
) -> tuple[str, str]:
    """Subject and body at the minute of publication."""
    subject = (
        "Results: five things you told us" if len(sentences) == 5 else "Results: what you told us"
    )
    parts = [
        _fold(f"These are the results of {wave.label}. Everyone invited gets them now."),
        "\n".join(_fold(f"{place}. {text}", "   ") for place, text in enumerate(sentences, 1)),
        _section("All the results", [f"{base_url}/r/{wave.results_key}"], fold=False),
        _section("What was promised, and what came of it", kept) if kept else "",
        _section("Can anyone tell it was me?", [promises.words(covenant), promises.WITHOUT_SCRIPT]),
        _check(wave, covenant, base_url),
        _help(wave),
    ]
    return subject, _join(parts)


def draft(wave: Wave, base_url: str, *, reading: bool) -> tuple[str, str]:
    """Subject and body to the board when there is a draft to check, and, where its promises say so,
    comments to read."""
    publishes = wave.publishes_at
    date = promises.when(publishes) if publishes else "soon"
    comments = (
        "Comments that may be read wait to be checked, too. You find them under “Comments”. Two of "
        "you read each. What you do not read in time is not quoted."
    )
    return "Draft findings: does this ring true?", _join(
        [
            _fold(
                f"The draft findings of {wave.label} are ready for the board. Say of each whether "
                "it rings true. What you say is shown beside the findings. It cannot change or "
                "delay them."
            ),
            _fold(f"The results go to everyone on {date}, whether or not the board has answered."),
            f"{base_url}/board/{wave.programme.slug}",
            *([_fold(comments), f"{base_url}/review/{wave.programme.slug}"] if reading else []),
        ]
    )


def ballots_wait(wave: Wave, days: int, base_url: str) -> tuple[str, str]:
    """Subject and body to the witnesses of a closed wave; ``days`` since it closed."""
    publishes = wave.publishes_at
    date = promises.when(publishes) if publishes else "soon"
    late = f" They have waited {days} days." if days else ""
    return "Sealed answers wait for you, the witness", _join(
        [
            _fold(
                f"{wave.label} of {wave.programme.organisation} has closed. Its answers can be "
                f"opened only with your key, or with that of the other witness if there is "
                f"one.{late}"
            ),
            _fold(
                "Sign in, fetch the sealed ballots, open them on your own computer, and send back "
                "what comes out. It takes a few minutes."
            ),
            f"{base_url}/witness/",
            _fold(
                f"The results were promised for {date}. That date stays. Without you they are "
                "late, and everybody is told so."
            ),
        ]
    )


def summary_waits(wave: Wave, base_url: str) -> tuple[str, str]:
    """Subject and body to the witnesses when the results are drawn up."""
    publishes = wave.publishes_at
    date = promises.when(publishes) if publishes else "soon"
    return "Fetch your sealed copy of the results", _join(
        [
            _fold(
                f"The results of {wave.label} are drawn up. Everybody gets them on {date}. Fetch "
                "your own copy now. Only your key opens it, so nobody can make the results vanish."
            ),
            f"{base_url}/witness/{wave.id}",
            _fold("Until that date, keep what it says to yourself."),
        ]
    )


def overdue(wave: Wave, covenant: dict[str, Any], days: int, base_url: str) -> tuple[str, str]:
    """Subject and body when the results date was missed, with who held the results before it."""
    span = "1 day" if days == 1 else f"{days} days"
    return f"Results are overdue by {span}", _join(
        [
            _fold(
                f"The results of {wave.label} should have been with you {span} ago. They are not "
                f"out. {wave.programme.organisation} must say why and publish them."
            ),
            *(_fold(text) for text in in_force.changed_words(covenant)),
            _section(
                "What was promised",
                [f"{base_url}/trust/{wave.programme.slug}/{wave.number}"],
                fold=False,
            ),
            _help(wave),
        ]
    )


def held(wave: Wave, covenant: dict[str, Any], base_url: str) -> tuple[str, str]:
    """Subject and body when the results are held back: until when, by whom and why."""
    publishes = promises.times(covenant)["publishes"]
    return f"Results are held back until {local(publishes).day} {local(publishes):%B}", _join(
        [
            _fold(f"This is about {wave.label}. {in_force.held_words(covenant)}"),
            _fold("They then come out by themselves. They cannot be held back a second time."),
            _check(wave, covenant, base_url),
            _help(wave),
        ]
    )


def extended(wave: Wave, covenant: dict[str, Any], base_url: str) -> tuple[str, str]:
    """Subject and body when the pulse closes later than promised."""
    closes = promises.times(covenant)["closes"]
    return f"Still open: until {local(closes).day} {local(closes):%B}", _join(
        [
            _fold(f"This is about {wave.label}. {in_force.extended_words(covenant)}"),
            _fold(
                "The link and code in your earlier messages still work. If you have answered, "
                "there is nothing more to do."
            ),
            _check(wave, covenant, base_url),
            _help(wave),
        ]
    )


def _to_answer(
    wave: Wave,
    covenant: dict[str, Any],
    base_url: str,
    subject: str,
    opening: str,
    kept: Sequence[str],
) -> Compose:
    """What is the same for everybody is put together once; ten thousand may be written to."""
    wave_hash = wave.covenant_sha256
    closes = promises.when(promises.times(covenant)["closes"])
    readers = [f"{reader.who}: {reader.what}." for reader in promises.readers(covenant)]
    head = _join([_fold(opening), f"Closes {closes}."])
    safe = _section(
        "Can anyone tell it’s me?",
        [promises.words(covenant), promises.WITHOUT_SCRIPT, promises.facts(covenant)[0]],
    )
    tail = _join(
        [
            _section("Who sees what", readers),
            _section("What was promised before, and what came of it", kept) if kept else "",
            _check(wave, covenant, base_url),
            _help(wave),
        ]
    )

    def compose(ticket: Ticket) -> tuple[str, str]:
        way_in = _section(
            "Your way in",
            [
                f"{ticket.door}/v/#{ticket.token}.{wave_hash}.{ticket.salt}",
                "",
                f"Or go to {ticket.door}/v/ and type this code:",
                tokens.grouped(ticket.code),
                "",
                "The page may ask for the code. It also helps when a link is cut in two.",
                "The link and the code are yours alone. Do not pass them on.",
            ],
            fold=False,
        )
        return subject, f"{head}\n{way_in}\n\n{safe}\n{_fold(_place(ticket))}\n\n{tail}"

    return compose


def _place(ticket: Ticket) -> str:
    people = f"{ticket.people} people"
    if ticket.group == ticket.counted_in:
        return f"You are counted in {ticket.group}, {people}."
    return (
        f"Your group, {ticket.group}, cannot be shown alone. "
        f"Your answers count in {ticket.counted_in}."
    )


def _check(wave: Wave, covenant: dict[str, Any], base_url: str) -> str:
    return _section(
        "Check our promises",
        [
            f"{base_url}/trust/{covenant['programme']['slug']}/{wave.number}",
            "The fingerprint of our promises is",
            promises.fingerprint(wave.covenant_sha256 or ""),
            *_dates(covenant),
            *(_fold(text) for text in in_force.changed_words(covenant)),
            *_words(),
            "Keep this message. That page must always show the same fingerprint.",
        ],
        fold=False,
    )


def _dates(covenant: dict[str, Any]) -> list[str]:
    promised = promises.times(covenant)
    parts = (("Open from", "opens"), ("until", "closes"), ("results", "publishes"))
    said = ", ".join(f"{words} {promises.when(promised[name])}" for words, name in parts)
    moved = covenant.get("extended") or covenant.get("held")
    whose = "The dates, as changed" if moved else "The dates we promised"
    return [_fold(f"{whose}: {said[0].lower()}{said[1:]}.")]


def _words() -> list[str]:
    """The twelve words of the noticeboard as it stands when the message is written."""
    words = noticeboard.words()
    if not words:
        return []
    return [
        "The twelve words of the public noticeboard today are",
        " ".join(words[:6]),
        " ".join(words[6:]),
    ]


def _help(wave: Wave) -> str:
    lines = [line for line in (wave.programme.contact, wave.programme.support) if line]
    return _section("Questions, or somebody to talk to", lines) if lines else ""


def _section(title: str, lines: Sequence[str], *, fold: bool = True) -> str:
    body = [_fold(line) if fold else line for line in lines]
    return "\n".join([title.upper(), *body])


def _fold(text: str, indent: str = "") -> str:
    return "\n".join(
        textwrap.fill(
            line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        for line in text.splitlines()
    )


def _join(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
