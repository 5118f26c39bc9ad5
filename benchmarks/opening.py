"""Opening sealed ballots (PERFORMANCE 3): verified, peeled, shuffled, encrypted and committed, by
one core, in waves of growing size.

The ballots are as a browser makes them: keys of 3,072 bits, two envelopes, 20 ratings, 2 choices
and a comment. Only the credential is made straight with the class's key, which gives the same bytes
as blinding and unblinding. What comes out is counted and read back.

Just before and after each opening the bare libraries do their part for some of the same ballots:
two signatures verified and two envelopes opened, and nothing else. A neighbour on the machine slows
both, so the ratio says more than the seconds, and growth is told by it too.
"""

import argparse
import hashlib
import importlib
import io
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import insert, select, update

from benchmarks import floor_app, machine
from benchmarks.house import COMMENT, House
from benchmarks.telling import say
from surveyapp.crypto import ballot, blind, client, envelope
from surveyapp.extensions import answers_session, box_session, db, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.participation import Invitation
from surveyapp.models.surveys import Wave
from surveyapp.services import opening, registrar, terms, waves

REACH = 2_000  # ballots a second
SIZES = (1_000, 2_000, 4_000, 8_000)
LARGE = 100_000
BATCH = 1_000
SAMPLE = 500
PSS = padding.PSS(padding.MGF1(hashes.SHA384()), blind.SALT_BYTES)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks opening", description=__doc__)
    parser.add_argument("--large", action="store_true", help=f"adds {LARGE:,} ballots")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args(arguments)
    say(machine.describe("cryptography", "gmpy2", "polars", "sqlalchemy"))
    pl = importlib.import_module("polars")  # once in the life of an opener: no part of its work
    pl.DataFrame({"warm": [1]}).write_parquet(io.BytesIO())
    say(f"\n{'ballots':>10}{'seconds':>10}{'core-s':>10}{'ballots a core-second':>24}"
        f"{'to the bare libraries':>24}")  # fmt: skip
    taken: list[tuple[int, float, float]] = []
    for size in [*given.sizes, *([LARGE] if given.large else [])]:
        with tempfile.TemporaryDirectory(prefix="candour-opening-") as folder:
            clock, core, bare = timed(House("opening", Path(folder) / "instance", {}), size)
        taken.append((size, core, core / bare))
        say(f"\r{size:>10,}{clock:>10.1f}{core:>10.1f}{size / core:>24,.0f}{core / bare:>24.2f}")
    (small, least, low), (large, most, high) = taken[0], taken[-1]
    if len(taken) > 1:
        steps = math.log(large / small)
        alone, beside = math.log(most / least) / steps, 1 + math.log(high / low) / steps
        say(f"\ncore time grows as ballots^{alone:.2f}, against the bare "
            f"libraries as ballots^{beside:.2f} (reach 1.05)")  # fmt: skip
    rate = large / most
    say(f"{rate:,.0f} ballots a core-second at {large:,} (reach {REACH:,})")
    return 0 if rate >= REACH else 1


def timed(house: House, size: int) -> tuple[float, float, float]:
    """Make a wave of so many ballots, close it and open it: seconds by the clock and of a core,
    and those of a core that the bare libraries would need for as many ballots."""
    house.prepare(size)
    with house.app.app_context():
        wave = db.session.query(Wave).one()
        who_session().execute(update(Invitation).values(collected=True, blinded_sha256=bytes(32)))
        who_session().commit()
        rows: list[dict[str, object]] = []
        for number, row in enumerate(ballots(house, wave), 1):
            rows.append(row)
            if len(rows) == BATCH or number == size:
                box_session().execute(insert(Ballot), rows)
                rows.clear()
                say(f"\r  making {number:,} of {size:,}", end="")
        box_session().commit()
        waves.close(wave, actor="benchmark", now=wave.closes_at)
        db.session.commit()
        bare = libraries(wave)
        bare_before = bare()
        started, before = time.perf_counter(), time.process_time()
        opened = opening.open_wave(wave)
        answers_session().commit()
        taken = time.perf_counter() - started, time.process_time() - before
        each = (bare_before + bare()) / 2
        if opened.accepted != size or opening.read_back(wave).root != opened.root:
            raise RuntimeError(f"{opened.accepted} of {size} ballots were accepted.")
        return *taken, size * each


def libraries(wave: Wave) -> Callable[[], float]:
    """What the bare libraries must do for some of the ballots; gives core-seconds each."""
    rows = box_session().scalars(select(Ballot.record).where(Ballot.wave_id == wave.id))
    inner = opening._private(wave.id, opening.INNER)
    outer = opening._private(wave.id, opening.OUTER)
    classes = {key: blind._loaded(one.n, one.e) for key, one in terms.of(wave.id).classes.items()}
    work = []
    for raw in rows.fetchmany(SAMPLE):
        record = ballot.Record.from_bytes(raw)
        r, s = (int.from_bytes(half) for half in (record.signature[:32], record.signature[32:]))
        signed = encode_dss_signature(r, s), record.signed_bytes()
        info = envelope.outer_info(record.wave, record.key_sha256)
        work.append((record, ballot.credential_message(record), signed, info))
    inside = envelope.inner_info(str(wave.id))
    rule, signed_by = hashes.SHA384(), ec.ECDSA(hashes.SHA256())

    def run() -> float:
        before = time.process_time()
        for record, message, signed, info in work:
            classes[record.class_key].verify(record.credential, message, PSS, rule)
            envelope.load_public(record.public_key).verify(*signed, signed_by)
            peeled = envelope.SUITE.decrypt(record.outer[0], outer, info)
            envelope.SUITE.decrypt(peeled, inner, inside)
        return (time.process_time() - before) / len(work)

    return run


def ballots(house: House, wave: Wave) -> Iterator[dict[str, object]]:
    """Everybody's ballot, as a row of the box."""
    ratings = {f"q{n:02}": n % 5 + 1 for n in range(floor_app.RATINGS + floor_app.CHOICES)}
    comments = [ballot.Comment("why", COMMENT, "board")]
    signing = {
        key: loaded(registrar._signing_key(wave.id, key)) for key in set(house.classes.values())
    }
    lid = house.conditions.lid
    for class_key in house.classes.values():
        key = ec.generate_private_key(ec.SECP256R1())
        public = envelope.public_bytes(key.public_key())
        key_sha256 = hashlib.sha256(public).digest()
        prepared = blind.prepare(key_sha256)
        said = client.fill_in(client.new_seed(), class_key, ratings, comments)
        sealed = ballot.seal(
            said.to_bytes(), lid.wave, key_sha256, inner=lid.inner, outer=lid.outer, size=lid.size
        )
        record = ballot.Record(
            wave=lid.wave,
            class_key=class_key,
            prefix=prepared[: blind.PREFIX_BYTES],
            credential=signing[class_key].sign(prepared, PSS, hashes.SHA384()),
            public_key=public,
            counter=1,
            outer=sealed,
        )
        yield {
            "key_sha256": key_sha256,
            "wave_id": wave.id,
            "class_key": class_key,
            "counter": 1,
            "envelope_sha256": hashlib.sha256(sealed[0]).digest(),
            "record": ballot.sign(record, key).to_bytes(),
        }


def loaded(key: blind.SigningKey) -> rsa.RSAPrivateKey:
    """A class's signing key for the library's own way of signing."""
    d = rsa.rsa_recover_private_exponent(key.e, key.p, key.q)
    public = rsa.RSAPublicNumbers(key.e, key.n)
    numbers = rsa.RSAPrivateNumbers(key.p, key.q, d, key.dp, key.dq, key.qinv, public)
    return numbers.private_key()
