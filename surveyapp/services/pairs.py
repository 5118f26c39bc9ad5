"""Pair records: what a diary phrase needs kept from one opening to the next, and no longer.

A ballot's first tag is never kept: it is held against the wave before at once, in memory. Its
second waits for the next wave, one record a theme, each under a tag of its own with a rough score,
in random order. When the next wave is opened, the records are deleted and their key destroyed.
"""

import io
import uuid
from collections import Counter
from collections.abc import Sequence
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from analysis.instrument import Instrument
from surveyapp import keys
from surveyapp.crypto import ballot, blocks
from surveyapp.models.surveys import STATES, Wave
from surveyapp.services import answer_blocks, covenants

if TYPE_CHECKING:
    from analysis.pairs import Paired

PAIRED = "candour.paired"  # where the block of responses holds what pairs come to
OPENED = STATES.index("opened")


def measured(
    wave: Wave, said: Sequence[ballot.Plaintext], instrument: Instrument
) -> "Paired | None":
    """What those moved by who answered the wave before too; ``None`` where too few did.

    Changes nothing. Without the other wave's records, or their key, there are no pairs.
    """
    if not _offered(wave):
        return None
    from analysis import pairs  # noqa: PLC0415  numpy, which a web worker never needs

    before = next((one for one in _others(wave) if one.number == wave.number - 1), None)
    kept = _kept(before.id) if before is not None else {}
    gaps: dict[str, list[float]] = {}
    scoring = pairs.keys_of(instrument)
    for tag, one in _once(said, 0).items():
        for theme, score in pairs.scores(scoring, one.ratings).items():
            then = kept.get(pairs.tag_of(tag, theme))
            if then is not None:
                gaps.setdefault(theme, []).append(score - then)
    told = {
        theme: pairs.Sums.of(found)
        for theme, found in sorted(gaps.items())
        if len(found) >= pairs.LEAST
    }
    return pairs.Paired(str(wave.number - 1), told) if told else None


def keep(wave: Wave, said: Sequence[ballot.Plaintext], instrument: Instrument) -> None:
    """Write this wave's records for the next one, and delete those of all before."""
    answer_blocks.drop_pairs([one.id for one in _others(wave) if one.number < wave.number])
    late = any(
        one.number > wave.number and STATES.index(one.state) >= OPENED for one in _others(wave)
    )
    if late or not _offered(wave):
        return
    answer_blocks.write_pairs(wave.id, _records(said, instrument))


def forget_earlier(wave: Wave) -> None:
    """Destroy the keys of the records that :func:`keep` deleted. Only after its commit."""
    for one in _others(wave):
        if one.number < wave.number:
            keys.destroy_pairs_key(one.id)


def _records(said: Sequence[ballot.Plaintext], instrument: Instrument) -> bytes:
    import polars as pl  # noqa: PLC0415

    from analysis import pairs  # noqa: PLC0415

    chance, scoring = SystemRandom(), pairs.keys_of(instrument)
    everybody: dict[str, list[float]] = {key.scale.id: [] for key in scoring}
    for one in said:
        for theme, score in pairs.scores(scoring, one.ratings).items():
            everybody[theme].append(score)
    steps = {theme: pairs.step(held) for theme, held in everybody.items()}
    rows: list[dict[str, Any]] = []
    for tag, one in _once(said, 1).items():
        for theme, score in pairs.scores(scoring, one.ratings).items():
            step = steps[theme]
            if step is not None:
                kept = pairs.rough(score, step, chance.random())
                rows.append({"tag": pairs.tag_of(tag, theme), "score": kept})
    chance.shuffle(rows)
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema={"tag": pl.Binary, "score": pl.Int8}).write_parquet(buffer)
    return buffer.getvalue()


def _once(said: Sequence[ballot.Plaintext], place: int) -> dict[bytes, ballot.Plaintext]:
    """The ballots by one of their two tags. A tag on two ballots tells nobody apart: both go."""
    tagged = [(one.tags[place], one) for one in said if one.tags]
    times = Counter(tag for tag, _ in tagged)
    return {tag: one for tag, one in tagged if times[tag] == 1}


def _kept(wave_id: uuid.UUID) -> dict[bytes, int]:
    import polars as pl  # noqa: PLC0415

    try:
        block = answer_blocks.read_pairs(wave_id)
    except (keys.MissingKey, blocks.BlockError):
        # No comparison is worth holding back the results of everybody.
        return {}
    if block is None:
        return {}
    return dict(pl.read_parquet(io.BytesIO(block)).iter_rows())


def _offered(wave: Wave) -> bool:
    return bool(covenants.of(wave).get("diary"))


def _others(wave: Wave) -> list[Wave]:
    return [one for one in wave.programme.waves if one.id != wave.id]
