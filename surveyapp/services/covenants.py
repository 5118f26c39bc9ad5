"""What is fixed and published before a wave opens: everything that could be bent afterwards."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from flask import current_app

from analysis.disclosure import Rule
from analysis.instrument import Instrument
from surveyapp import bundle
from surveyapp.errors import NotNow
from surveyapp.formatting import local
from surveyapp.models.surveys import Wave
from surveyapp.services import groups, noticeboard, own_codebooks
from surveyapp.services import in_force as counted
from surveyapp.services.board import QUORUM
from surveyapp.services.invited import Root
from surveyapp.services.promises import when

FORMAT = "candour/covenant/2"
KEPT = "answers_kept_months"
READERS, COMMENT_READERS = "comment_readers", 2  # how many check a comment before it is quoted

COMMENTS_COMPARED = "comments-groups"

# What will be published, whatever it says. Each is released whole or cell by cell “Not shown”.
TABLES = (
    ("themes-all", "Each theme for everyone together, and how it changed"),
    ("themes-groups", "Each theme for each group that is large enough"),
    ("questions-all", "Each rating question for everyone together"),
    ("participation", "How many answered, for groups that are large enough"),
    ("silence", "How many left a theme out or preferred not to say, for everyone together"),
    (
        "comments-themes",
        "How many comments touch each theme, counted by software, and as a share where people "
        "checked enough of them",
    ),
    (
        COMMENTS_COMPARED,
        "Whether people in one directorate write about a theme more often than the rest, in words",
    ),
    (
        "comments-quoted",
        "Comments whose writers chose “Publish after checking” and that two people cleared, word "
        "for word but for what is masked, where a question has enough of them",
    ),
    ("comments-withheld", "How many comments are held back, and why"),
    (
        "comments-subjects",
        "New subjects that two people named, with about how many comments each has",
    ),
)
# Fewest people who kept a diary phrase, before their change is told.
PAIRS = 30
PAIR_TABLES = (
    (
        "pairs-all",
        "How people who kept a diary phrase moved since the last pulse, all together, from "
        f"{PAIRS} of them up",
    ),
)


def of(wave: Wave) -> dict[str, Any]:
    """The covenant as frozen. Raises :class:`NotNow` before commit and for imported waves."""
    if wave.covenant is None:
        if wave.origin == "imported":
            raise NotNow("This pulse came from a file. There were no promises to lock.")
        raise NotNow("This pulse is a draft. Our promises are fixed when it is committed.")
    found: dict[str, Any] = json.loads(wave.covenant)
    return found


def reads_comments(wave: Wave) -> bool:
    """Whether the wave's promises say that reviewers read what its authors let be read."""
    return wave.covenant is not None and bool(of(wave).get(READERS))


def compares_comments(wave: Wave) -> bool:
    """Whether the wave's promises name the table that sets directorates' comments side by side."""
    tables = of(wave)["tables"] if wave.covenant is not None else ()
    return any(table["id"] == COMMENTS_COMPARED for table in tables)


def larger_groups(covenant: Mapping[str, Any]) -> dict[str, str]:
    """For each class the group above it, in which somebody may be counted without their unit. The
    whole has none."""
    return {
        group["key"]: group["parent"]
        for group in covenant["groups"]
        if group["counted_in"] == group["key"] and group["parent"]
    }


def rule_of(wave: Wave) -> Rule:
    """The rule that a wave is published under: the promised one, or a stricter one since.

    Raises :class:`NotNow` when the promises do not have their published fingerprint, or when the
    wave's row says another rule: a threshold that was lowered afterwards publishes nothing.
    """
    kept = Rule.from_dict(wave.rule)
    if wave.covenant is None:
        return kept
    if hashlib.sha256(wave.covenant.encode()).hexdigest() != wave.covenant_sha256:
        raise NotNow("The promises of this pulse were changed after they were locked.")
    if Rule.from_dict(of(wave)["rule"]) != kept:
        raise NotNow("The rule of this pulse is not the one that was promised.")
    return Rule.from_dict(in_force(wave)["rule"])


def in_force(wave: Wave) -> dict[str, Any]:
    """The covenant with what was changed in the open since: see :func:`in_force.of`."""
    found = counted.of(of(wave), noticeboard.about(wave.id, counted.LINES))
    # Ending early takes one person and no line of its own.
    if found.get("dates") and (closed := closed_on(wave)) is not None:
        promised = local(counted.moment(found["dates"]["closes"])).date().isoformat()
        found["ended"] = closed if closed < promised else None
    return found


def happened(lines: Iterable[noticeboard.Line]) -> list[tuple[noticeboard.Line, str]]:
    """Each line in words. Closing says what was promised; the line's date says when it was."""
    said = []
    for line in lines:
        words = noticeboard.WORDS[line.type]
        if promised := line.body.get("promised"):
            words += f". It was promised for {when(counted.moment(promised))}"
        said.append((line, words))
    return said


def held_until(wave: Wave) -> datetime | None:
    """Until when the results are held back, or were; ``None`` when they never were."""
    if wave.covenant is None:
        return None
    held = in_force(wave)["held"]
    return counted.moment(held["until"]) if held else None


def changed_words(wave: Wave) -> list[str]:
    """What counts otherwise than promised, by whom and why; mostly nothing."""
    if wave.covenant is None:
        return []
    return counted.changed_words(in_force(wave))


def publishes_at(wave: Wave) -> datetime | None:
    """When the results must be out: what was promised, or held until. A later date in the wave's
    row does not count."""
    return _earlier(wave.publishes_at, wave, "publishes")


def closes_at(wave: Wave) -> datetime | None:
    """When the wave closes, as promised or as moved in the open."""
    return _earlier(wave.closes_at, wave, "closes")


def is_out(wave: Wave) -> bool:
    """Whether the results are out, by the noticeboard's word where promises were made: the
    database's owner can write a state."""
    out = wave.state == "published"
    return out and (wave.covenant is None or bool(noticeboard.about(wave.id, ("PUBLISHED",))))


def closed_on(wave: Wave) -> str | None:
    """The day on which the wave closed, as the noticeboard says; ``None`` before that."""
    lines = noticeboard.about(wave.id, ("CLOSED",))
    return lines[0].date if lines else None


def is_as_posted(wave: Wave) -> bool:
    """Whether the wave's promises are those whose fingerprint the noticeboard has."""
    posted = noticeboard.about(wave.id, ("COMMITTED",))
    sha256 = hashlib.sha256((wave.covenant or "").encode()).hexdigest()
    return [line.body["covenant_sha256"] for line in posted] == [sha256]


def _earlier(kept: datetime | None, wave: Wave, name: str) -> datetime | None:
    dates = of(wave).get("dates") if wave.covenant is not None else None
    if not dates:
        return kept
    promised = counted.moment(in_force(wave)["dates"][name])
    return promised if kept is None else min(kept, promised)


def build(
    wave: Wave,
    instrument: Instrument,
    tree: groups.Tree,
    class_keys: Mapping[str, str],
    keys: Mapping[str, Any],
    listed: Root,
) -> dict[str, Any]:
    """The covenant of a wave: plain JSON without fractions, fit for :func:`crypto.canonical`."""
    rule = Rule.from_dict(wave.rule)
    # With fewer people there would never be pairs enough to say anything.
    diary = wave.diary and tree.people >= PAIRS
    return {
        "format": FORMAT,
        "programme": {
            "slug": wave.programme.slug,
            "name": wave.programme.name,
            "organisation": wave.programme.organisation,
            "simulated": wave.programme.simulated,
        },
        "wave": {
            "id": str(wave.id),
            "number": wave.number,
            "label": wave.label,
            "phase": wave.phase,
        },
        "promise": "sealed" if wave.witnesses else "blind",
        "witnesses": [
            {name: witness[name] for name in ("name", "key", "signs")} for witness in wave.witnesses
        ],
        "auditors": [dict(auditor) for auditor in wave.auditors],
        "dates": {
            "opens": _utc(wave.opens_at),
            "closes": _utc(wave.closes_at),
            "publishes": _utc(wave.publishes_at),
        },
        KEPT: current_app.config["ANSWERS_KEPT_MONTHS"],
        "timezone": current_app.config["TIMEZONE"],
        "audience": wave.audience,
        "board": {"quorum": QUORUM},
        READERS: COMMENT_READERS,
        "rule": rule.to_dict(),
        "diary": diary,
        "tables": [
            {"id": name, "words": words} for name, words in (*TABLES, *(PAIR_TABLES * diary))
        ],
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "language": instrument.language,
            "title": instrument.title,
            "wording_sha256": instrument.wording_sha256,
            "sha256": hashlib.sha256(wave.instrument_json.encode()).hexdigest(),
            "licence": instrument.source.licence,
            "attribution": instrument.source.attribution,
        },
        "questions": _questions(instrument),
        "themes": _themes(instrument),
        own_codebooks.IN_COVENANT: own_codebooks.promised(wave),
        "invited": tree.people,
        "roster": listed._asdict(),
        "groups": _groups(tree),
        "classes": [
            {"key": key, "people": people, "public_key_sha256": class_keys[key]}
            for key, people in tree.classes.items()
        ],
        "keys": dict(keys),
        "client": bundle.hashes(),
        "software": {"name": "candour", "version": version("candour")},
    }


def _questions(instrument: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "kind": item.kind,
            "purpose": item.purpose,
            "text": item.text,
            "theme": item.theme,
            "reversed": item.reversed,
            "sensitive": item.sensitive,
            "options": [
                {"code": option.code, "label": option.label}
                for option in (
                    instrument.response_set(item).options
                    if item.responses in instrument.responses
                    else ()
                )
            ],
        }
        for item in instrument.items
    ]


def _themes(instrument: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "id": scale.id,
            "title": scale.title,
            "items": list(scale.items),
            "formula": scale.formula,
            "answers_needed": scale.needed,
        }
        for scale in instrument.scales
    ]


def _groups(tree: groups.Tree) -> list[dict[str, Any]]:
    return [
        {
            "key": group.key,
            "name": group.name,
            "parent": group.parent or "",
            "people": group.headcount,
            "counted_in": group.class_key,
        }
        for group in tree.groups
    ]


def _utc(moment: datetime | None) -> str:
    return f"{moment.isoformat()}Z" if moment else ""
