"""Another instrument's questions, pasted by an organisation from its own copy.

Candour ships the key and never the words. The organisation keeps the words in a file of its own;
joined with the key they are an instrument like any other. Where the licence forbids changes, the
file must carry the hash of the words as they were checked against the licensed copy.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.instrument import Instrument, InstrumentError, from_dict
from analysis.scoring_keys import KeyScale, ScoringKey


def as_instrument(scoring: ScoringKey, wording: Path) -> Instrument:
    """The instrument of a key and an organisation's wording file.

    Only scales all of whose items are worded, and whose points rise or fall evenly with the
    answer, can be asked; the others can still be scored from imported columns. A scale on which
    higher is worse is turned round, for in Candour higher is always better. Scores run from 0 to
    100 there, whatever range the key has. Raises :class:`InstrumentError`.
    """
    try:
        raw = tomllib.loads(wording.read_text(encoding="utf-8"))
        head, texts = raw["wording"], raw["items"]
        sets, answers = raw["responses"], raw["answers"]
        instrument = _join(scoring, head, texts, sets, answers)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InstrumentError([f"{wording.name} could not be read: {error}."]) from error
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        raise InstrumentError([f"{wording.name} lacks or misspells {error}."]) from error
    check_wording(scoring, instrument, str(head.get("sha256", "")))
    return instrument


def check_wording(scoring: ScoringKey, instrument: Instrument, sha256: str) -> None:
    """Refuse words that differ from the checked ones where the licence forbids changes."""
    if scoring.source.may_modify or instrument.wording_sha256 == sha256:
        return
    if not sha256:
        raise InstrumentError(
            [
                f"The licence of {scoring.title} forbids changes. Compare every word with your "
                f'licensed copy, then write sha256 = "{instrument.wording_sha256}" under [wording].'
            ]
        )
    raise InstrumentError(
        [
            f"The words of {scoring.title} are not those that were checked, and its licence "
            f"forbids changes. Put the checked words back."
        ]
    )


def _join(
    scoring: ScoringKey,
    head: Mapping[str, Any],
    texts: Mapping[str, str],
    sets: Mapping[str, Any],
    answers: Mapping[str, str],
) -> Instrument:
    """``answers`` says for each point table of the key which response set is read with it."""
    scales = [scale for scale in scoring.scales if _can_be_asked(scoring, scale, texts)]
    if not scales:
        raise InstrumentError(
            [f"No scale of {scoring.title} has all its questions in the file. Add the others."]
        )
    items: dict[str, dict[str, Any]] = {}
    for scale in scales:
        for item in scale.items:
            items.setdefault(
                item,
                {
                    "id": item,
                    "kind": "rating",
                    "theme": scale.theme,
                    "text": texts[item],
                    "responses": _responses(scale, item, answers),
                    "reversed": _falls(scoring, scale, item) != (scale.higher == "worse"),
                },
            )
    source = scoring.source
    return from_dict(
        {
            "instrument": {
                "id": scoring.id,
                "version": str(head.get("version", "1")),
                "language": head["language"],
                "title": head.get("title", scoring.title),
            },
            "source": {
                "licence": source.licence,
                "attribution": source.attribution,
                "url": source.url,
                "may_bundle": source.may_bundle,
                "may_modify": source.may_modify,
            },
            "responses": sets,
            "items": list(items.values()),
            "scales": [
                {
                    "id": scale.id,
                    "title": head.get("titles", {}).get(scale.id, _title(scale)),
                    "description": f"{scoring.title}.",
                    "items": list(scale.items),
                    "formula": "favourable" if scale.formula == "positive" else "mean",
                    "min_answered": scale.min_answered,
                    "text_theme": scale.theme,
                }
                for scale in scales
            ],
        },
        head.get("title", scoring.title),
    )


def _responses(scale: KeyScale, item: str, answers: Mapping[str, str]) -> str:
    """The response set of an item: its own where the file names one, else its points'."""
    return answers.get(item) or answers[scale.other_points.get(item, scale.points)]


def _title(scale: KeyScale) -> str:
    return f"Not: {scale.title.lower()}" if scale.higher == "worse" else scale.title


def _can_be_asked(scoring: ScoringKey, scale: KeyScale, texts: Mapping[str, str]) -> bool:
    return all(
        item in texts and _even(_by_code(scoring.worth(scale, item))) for item in scale.items
    )


def _by_code(points: Mapping[str, float]) -> list[tuple[int, float]]:
    if not all(answer.isdecimal() for answer in points):
        return []
    return sorted((int(answer), worth) for answer, worth in points.items())


def _even(points: list[tuple[int, float]]) -> bool:
    """Whether points change by the same amount from each answer to the next."""
    if len(points) < 2:
        return False
    (first, low), (last, high) = points[0], points[-1]
    slope = (high - low) / (last - first)
    return slope != 0 and all(abs(low + slope * (c - first) - w) < 1e-9 for c, w in points)


def _falls(scoring: ScoringKey, scale: KeyScale, item: str) -> bool:
    points = _by_code(scoring.worth(scale, item))
    return points[-1][1] < points[0][1]
