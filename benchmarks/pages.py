"""Results pages with 1,000 and with 100,000 responses published, against a nearly empty page.

A page reads a publication, so its time must not grow with the responses behind it (PERFORMANCE 2:
at most 50 ms, and flat). Two applications, each with the same two pulses of the simulated
organisation, its answers drawn again and again up to the number wanted. Pages are asked for in
turn, small, large and empty, in one run; times are of the whole request inside the process.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from analysis import dataset, simulate
from analysis.disclosure import Rule
from benchmarks import machine
from benchmarks.telling import say
from surveyapp import clock, create_app
from surveyapp.extensions import answers_session, db
from surveyapp.models.surveys import Programme
from surveyapp.services import publishing

SIZES = (1_000, 100_000)
PULSES = (1, 2)
EMPTY = "/why-not-shown"
PAGES = (
    "", "/themes", "/themes/{theme}", "/themes/{theme}/trend", "/over-time", "/groups",
    "/groups/{group}", "/written", "/downloads", "/files/themes.svg", "/files/report.pdf",
)  # fmt: skip
REACH_MS = 50.0


def main(arguments: Sequence[str] = ()) -> int:
    """Print the table; 1 when a page is over its reach, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks pages", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(list(arguments)).rounds
    say(machine.describe("flask", "sqlalchemy", "jinja2"))
    with tempfile.TemporaryDirectory() as folder:
        doors = [published(f"{folder}/{size}", size) for size in SIZES]
        say(f"\n{'page':28}" + "".join(f"{size:>12,}" for size in SIZES) + "   empty  large/small")
        late = sum(row(page, doors, rounds) > REACH_MS for page in PAGES)
    say(f"\n{late} of {len(PAGES)} pages over {REACH_MS:.0f} ms at {SIZES[-1]:,} responses")
    return 1 if late else 0


def row(page: str, doors: Sequence[tuple[FlaskClient, str, str, str]], rounds: int) -> float:
    """One page's medians in milliseconds, printed; the large one's is returned."""
    taken: list[list[float]] = [[] for _ in range(len(doors) + 1)]
    for turn in range(rounds + 1):
        asked = [
            (client, f"/r/{key}{page.format(theme=theme, group=group)}")
            for client, key, theme, group in doors
        ]
        asked.append((doors[0][0], f"/r/{doors[0][1]}{EMPTY}"))
        for place, (client, path) in enumerate(asked):
            start = time.perf_counter()
            status = client.get(path).status_code
            if status != 200:
                raise SystemExit(f"{path} answered {status}")
            if turn:  # the first turn fills what is kept in memory
                taken[place].append((time.perf_counter() - start) * 1000)
    small, large, empty = (statistics.median(times) for times in taken)
    say(f"{page or '/':28}{small:>10.1f}ms{large:>10.1f}ms{empty:>6.1f}ms {large / small:>9.2f}")
    return large


def published(folder: str, size: int) -> tuple[FlaskClient, str, str, str]:
    """An application with published pulses of about ``size`` responses each: a client of it, the
    results key, a theme and a group that is shown."""
    Path(folder).mkdir()
    organisation = simulate.organisation()
    app = create_app({"SECRET_KEY": "a benchmark keeps no secret"}, instance_path=folder)
    with app.app_context():
        db.create_all(bind_key="__all__")
        programme = Programme(
            slug="benchmark", name="Benchmark", organisation="Made up", simulated=True
        )
        db.session.add(programme)
        for number in PULSES:
            start = time.perf_counter()
            wave = publishing.import_wave(
                programme,
                grown(organisation.wave(number), size),
                organisation.instrument(number),
                Rule(),
                clock.now(),
            )
            publishing.summarise(wave, clock.now())
            publishing.publish(wave, clock.now())
            answers_session().commit()
            db.session.commit()
            say(f"published {size:,} responses in {time.perf_counter() - start:.1f} s")
        key = wave.results_key
        theme = organisation.instrument(PULSES[-1]).scales[0].id
        group = organisation.units(PULSES[-1])[1].id
    return app.test_client(), key, theme, group


def grown(wave: dataset.Wave, size: int) -> dataset.Wave:
    """The wave with ``size`` responses drawn from its own, and head counts to match."""
    times = size / wave.responses.height
    return replace(
        wave,
        responses=wave.responses.sample(size, with_replacement=True, seed=size),
        units=tuple(
            replace(unit, headcount=round((unit.headcount or 0) * times) + 1) for unit in wave.units
        ),
    )


if __name__ == "__main__":
    raise SystemExit(main())
