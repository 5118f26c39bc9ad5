"""The made-up witness: makes keys in the demo's own folder, and opens a pulse as a real one."""

from pathlib import Path

from flask import current_app

from surveyapp.config import write_private
from surveyapp.crypto import bundle, peeled, witness_key
from surveyapp.models.surveys import Wave
from surveyapp.services import witnesses

NAME = "Wanda Ortiz, speak-up guardian (simulated)"


def name(wave: Wave) -> None:
    """Make her keys, without a passphrase because nothing here is secret, and name her."""
    mine = witness_key.WitnessKey.new(NAME)
    write_private(_file(wave), mine.to_bytes())
    witnesses.name(wave, mine.public().to_bytes())


def open_(wave: Wave) -> int:
    """Fetch the sealed ballots, open them with her key, hand in what comes out; how many."""
    mine = witness_key.WitnessKey.from_bytes(_file(wave).read_bytes())
    sealed = bundle.Bundle.from_bytes(witnesses.bundle(wave))
    made = peeled.make(sealed, mine.outer, mine.name, mine.signs)
    return len(witnesses.hand_in(wave, made.to_bytes()).inner)


def _file(wave: Wave) -> Path:
    return Path(current_app.instance_path) / f"witness-{wave.number}-simulated.key"
