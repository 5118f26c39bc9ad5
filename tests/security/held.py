"""A whole wave whose every answer is marked with its author."""

from dataclasses import dataclass, field
from random import Random

from analysis.instrument import PREFER_NOT_TO_SAY
from tests import voting

ITEMS = ("speak_1", "speak_2", "work_1")
CODES = (None, 1, 2, 3, 4, 5, PREFER_NOT_TO_SAY)
MOST = len(CODES) ** len(ITEMS)
TEAMS = {"Days": 100, "Nights": 80, "Kitchen": 60, "Garden": 40, "Office": 15, "Porters": 5}
# Stands in every comment, so that one search finds any of them.
SAID = "The marked heron waits by the linen cupboard"
PLACES = tuple(f"Riverside/{team}" for team, size in TEAMS.items() for _ in range(size))


def mark(number):
    """Ratings that nobody else gives: the number in base seven."""
    digits = (number // len(CODES) ** place % len(CODES) for place in range(len(ITEMS)))
    return {item: CODES[digit] for item, digit in zip(ITEMS, digits, strict=True) if CODES[digit]}


def author(row):
    """Whose ratings these are."""
    return sum(CODES.index(row[item]) * len(CODES) ** at for at, item in enumerate(ITEMS))


@dataclass
class Held:
    """A wave and its people in the order in which they answered, numbered by it; the sealed record
    of each."""

    app: object
    wave: voting.Voting
    arrival: list
    records: list = field(default_factory=list)
    box: dict = field(default_factory=dict)
    keys: dict = field(default_factory=dict)
    counted: dict = field(default_factory=dict)

    def responses(self):
        """The authors of the opened responses, in stored order, each with its class."""
        with self.app.app_context():
            rows = voting.opened(self.wave, "responses").iter_rows(named=True)
            return [(author(row), row["unit"]) for row in rows]

    def comments(self):
        """The authors of the opened comments, in stored order."""
        with self.app.app_context():
            return [int(text.split()[-1]) for text in voting.opened(self.wave, "comments")["text"]]

    def open_again(self):
        """Open from the same closed box once more, with a fresh shuffle."""
        with self.app.app_context():
            _restore(self)
        voting.open_ballots(self.app, self.wave)


def answered(app, *, places=PLACES, seed=5):
    """Everybody answers, in an order that has nothing to do with the roster."""
    assert len(places) <= MOST
    wave = voting.open_voting(app, places=places)
    arrival = list(wave.people)
    Random(seed).shuffle(arrival)
    held = Held(app, wave, arrival)
    for number, person in enumerate(arrival):
        said = [("barriers", f"{SAID} {number}", "board")]
        held.records.append(voting.vote(app, wave, person, mark(number), said))
    return held


def closed(held):
    """Close the wave; keep what lies in the box, the opener's keys and the registrar's count, for
    opening it again."""
    from surveyapp import keys
    from surveyapp.extensions import box_session, db

    voting.close(held.app, held.wave)
    with held.app.app_context():
        for table in db.metadatas["box"].sorted_tables:
            rows = box_session().execute(table.select()).mappings()
            held.box[table] = [dict(row) for row in rows]
        opener, desk = (keys.directory(area, held.wave.wave_id) for area in ("opener", "desk"))
    held.keys = {path.name: path.read_bytes() for path in opener.iterdir()}
    held.counted = {path: path.read_bytes() for path in desk.iterdir()}
    return held


def _restore(held):
    from surveyapp import keys
    from surveyapp.extensions import answers_session, box_session, db

    for session, tables in (
        (answers_session(), db.metadatas["answers"].sorted_tables),
        (box_session(), held.box),
    ):
        for table in tables:
            session.execute(table.delete())
            if held.box.get(table):
                session.execute(table.insert(), held.box[table])
        session.commit()
    folder = keys.directory("opener", held.wave.wave_id)
    kept = {folder / name: key for name, key in held.keys.items()} | held.counted
    for path, key in kept.items():
        keys.destroy(path)
        keys.put(path, key)
