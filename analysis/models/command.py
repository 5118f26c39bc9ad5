"""The command: python -m analysis models DATA… --instrument NAME --out FILE."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.dataset import PulseData
from analysis.disclosure import Rule
from analysis.models.job import FORMAT, Outcome, plan, run
from analysis.models.rows import Rows

HELP = """\
Works out for the newest pulse, whole organisation, whether the questions measure what the themes
say: omega with its bootstrap interval, the fit of one factor and of all themes at once, whether the
questions mean the same in up to four pulses and in large groups (all themes at once: in two pulses
and the three largest groups), and which themes go together with the one on fear, with errors that
mind who works with whom (CR2).

Figures go to FILE as JSON, sentences to the screen. FILE is written when all is done, or not at
all. What these answers cannot carry is named and left out. It takes a minute or two.
"""


def models(data: PulseData, rule: Rule, *, out: Path, workers: int) -> None:
    """Work on every model, print what each says, and write the figures."""
    waves = [Rows(wave, data.instrument, rule) for wave in data.waves]
    jobs = plan(waves)
    outcomes = list(
        run(
            jobs,
            workers,
            lambda title, done, total: _say(f"{title} ({done} of {total})"),
        )
    )
    for line in lines(outcomes):
        sys.stdout.write(f"{line}\n")
    write(out, to_json(waves[-1], outcomes))


def to_json(now: Rows, outcomes: Sequence[Outcome]) -> str:
    """Same answers, same text."""
    body: dict[str, Any] = {
        "format": FORMAT,
        "pulse": now.wave.label,
        "closed": now.wave.date,
        "instrument": now.instrument.id,
        "simulated": now.wave.simulated or now.instrument.simulated,
        "models": [outcome.to_dict() for outcome in outcomes],
    }
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Every outcome as a heading with its sentences below."""
    found: list[str] = []
    for outcome in outcomes:
        said = [*outcome.said, *(f"Left out: {why}" for why in outcome.lacking)]
        found += [outcome.title, *(f"  {line}" for line in said), ""]
    return found[:-1] or ["No theme is shown for the whole organisation, so there is no model."]


def write(path: Path, text: str) -> None:
    """Put the text in place in one step, so that a failure leaves what was there before."""
    path = path.resolve()
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as fresh:
        fresh.write(text)
    os.replace(fresh.name, path)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
