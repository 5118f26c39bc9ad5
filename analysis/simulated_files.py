"""The simulated organisation as files: what somebody who tries Candour can import and report on."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from analysis import instrument as instruments
from analysis.instrument import Instrument
from analysis.question_sets import BANK
from analysis.simulate import DATES, WAVES, Answer, Organisation

ANSWERS = "answers.csv"
INSTRUMENT = "instrument.toml"
REPORTED = (ANSWERS, INSTRUMENT)
ANSWERED = WAVES - 1
_MOST_PRIVATE_FIRST = ("themes", "board", "publish")


def make(organisation: Organisation) -> dict[str, bytes]:
    """File name to bytes: the answers of the six pulses that are over, the instrument that reads
    them, and the roster of all seven. Same organisation, same bytes."""
    instrument = whole_instrument(organisation)
    files = {
        ANSWERS: _answers(organisation, instrument).encode(),
        INSTRUMENT: toml(instruments.to_dict(instrument)).encode(),
    }
    for wave in range(1, WAVES + 1):
        files[f"roster-{wave}.csv"] = organisation.roster_csv(wave).encode()
    return files


def whole_instrument(organisation: Organisation) -> Instrument:
    """Every question asked in any pulse, each with the pulses that asked it."""
    asked = {
        wave: {item.id for item in organisation.instrument(wave).items}
        for wave in range(1, ANSWERED + 1)
    }
    bank = instruments.bundled(BANK)
    ids = [item.id for item in bank.items if any(item.id in ids for ids in asked.values())]
    raw = instruments.to_dict(
        instruments.select(bank, ids, id="simulated", title=organisation.name)
    )
    raw["instrument"]["simulated"] = True
    raw["columns"] |= {
        "use": "use",
        "waves": {_label(wave): DATES[wave - 1] for wave in asked},
    }
    for item in raw["items"]:
        item["waves"] = [_label(wave) for wave, ids in asked.items() if item["id"] in ids]
    return instruments.from_dict(raw, INSTRUMENT)


def toml(tables: Mapping[str, Any]) -> str:
    """Nested tables as TOML, one line each; what ``tomllib`` reads back is what was given.

    >>> toml({"a": {"b": ["x", 1, True]}})
    'a = {"b" = ["x", 1, true]}\\n'
    """
    return "".join(f"{key} = {_value(body)}\n" for key, body in tables.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_value(body)}" for key, body in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], Mapping):
        return "[\n" + "".join(f"  {_value(one)},\n" for one in value) + "]"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(one) for one in value)}]"
    # JSON writes words, whole numbers and truth values as TOML does.
    return json.dumps(value, ensure_ascii=False)


def _label(wave: int) -> str:
    return f"Pulse {wave}"


def _answers(organisation: Organisation, instrument: Instrument) -> str:
    """One row a response and no person; rows are sorted by what they say, wave by wave."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    ratings = [item.id for item in instrument.ratings]
    texts = [item.id for item in instrument.texts]
    writer.writerow(("wave", "unit", *ratings, *texts, "use"))
    for wave in range(1, ANSWERED + 1):
        rows = [_row(answer, ratings, texts) for answer in organisation.answers(wave)]
        writer.writerows((_label(wave), *row) for row in sorted(rows))
    return stream.getvalue()


def _row(answer: Answer, ratings: list[str], texts: list[str]) -> tuple[str, ...]:
    """A response; its ``use`` is the most private choice made for any of its comments."""
    given = (answer.ratings.get(item) for item in ratings)
    said = {comment.question: comment.text for comment in answer.comments}
    uses = {comment.use for comment in answer.comments}
    use = next((one for one in _MOST_PRIVATE_FIRST if one in uses), "")
    return (
        answer.unit,
        *("" if code is None else _cell(code) for code in given),
        *(said.get(item, "") for item in texts),
        use,
    )


def _cell(code: int) -> str:
    return "Prefer not to say" if code < 0 else str(code)
