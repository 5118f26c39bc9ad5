"""LIVE, EXPORT (SECURITY 4, 8): while a pulse is open no page tells that anybody answered, beyond
one rounded total a day; and no page or file ever holds one person's answers, for any role."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from surveyapp import clock, jobs
from surveyapp.extensions import db
from surveyapp.services import invitations, registrar, waves
from tests import factories, voting
from tests.security import figures, walk
from tests.security.held import SAID, mark

PLACES = ("Riverside/Days",) * 24 + ("Riverside/Nights",) * 16
DATE = re.compile(rb"\(counted on [^)]*\)")
ITEMS = ("speak_1", "speak_2", "work_1")


@pytest.fixture
def house(make_app, tmp_path):
    """An open pulse that has sent its invitations, and a browser for everybody."""
    app = make_app(MAILDIR=str(tmp_path / "mail"), **voting.SETTINGS)
    wave = voting.open_voting(app, places=PLACES)
    return app, wave, walk.everybody(app), walk.objects(app, wave)


def changed(before, after):
    assert before.keys() == after.keys()
    return sorted(key for key in before if before[key] != after[key])


def count(app, wave, days):
    with app.app_context():
        waves.count_today(voting.wave_of(wave), clock.now() + timedelta(days=days))
        db.session.commit()


def test_no_page_changes_when_people_answer_but_the_total_of_the_day(house, record_figure):
    app, wave, clients, values = house
    count(app, wave, 0)
    everything = walk.walk(app, clients, values)
    shown = [key for key, (status, _) in everything.items() if status == 200]
    assert len(shown) > 60
    before = walk.again(clients, shown)
    assert changed({key: everything[key] for key in shown}, before) == [], "differs by itself"
    for person in wave.people[:23]:
        voting.vote(app, wave, person, {"speak_1": 1})
    with app.app_context():
        registrar.report(wave.people[0].token)
        factories.committed()
    after = walk.again(clients, shown)
    assert changed(before, after) == []
    count(app, wave, 1)
    tomorrow = walk.again(clients, shown)
    seen = changed(after, tomorrow)
    assert seen, "the walk does see a total when it changes"
    for key in seen:
        words = [set(DATE.sub(b"", walked[key][1]).split()) for walked in (after, tomorrow)]
        assert b"About 25" in tomorrow[key][1]
        assert b"23" not in words[1] - words[0]
    record_figure(
        "LIVE",
        f"{len(factories.ROLES) + 1} roles, every address: pages that change when 23 people answer "
        "0; the day's total rounded to 5",
    )


def test_a_table_with_a_row_for_each_person_is_recognised():
    truth = [tuple(str(n % (at + 2)) for at in range(3)) for n in range(30)]
    rows = [{"group": "x", "a": a, "n": n, "b": b, "c": c} for n, (a, b, c) in enumerate(truth)]
    sheet = io.StringIO()
    csv.DictWriter(sheet, list(rows[0])).writerows(rows)
    page = "".join(f"<tr><td>{c}</td><td>{b}</td><td>{a}</td></tr>" for a, b, c in truth)
    for body in (json.dumps({"deep": {"rows": rows}}), sheet.getvalue(), f"<table>{page}</table>",
                 json.dumps([list(column) for column in zip(*truth, strict=True)])):  # fmt: skip
        assert walk.tells_people(body.encode(), truth)
    assert not walk.tells_people(json.dumps(rows[:-1]).encode(), truth)


def test_no_page_or_file_ever_holds_one_person_s_answers(house, record_figure):
    app, wave, clients, _ = house
    truth = []
    for number, person in enumerate(wave.people):
        said = mark(number + 60)
        truth.append(tuple(said.get(item) for item in ITEMS))
        voting.vote(app, wave, person, said, [("barriers", f"{SAID} {number}", "themes")])
    looked = {}

    def look(state):
        with app.app_context():
            assert voting.wave_of(wave).state == state
        if state in ("open", "closed", "opened") and not figures.full():
            return
        found = walk.walk(app, clients, walk.objects(app, wave))
        for (who, address), (status, body) in found.items():
            assert status < 500, (who, address)
            assert SAID.encode() not in body, (state, who, address)
            if status == 200:
                looked[body] = (state, who, address)

    look("open")
    with app.app_context():
        row = voting.wave_of(wave)
        for step, after in (
            (jobs.close, "closed"),
            (jobs.open_ballots, "opened"),
            (jobs.summarise, "summarised"),
            (jobs.publish, "published"),
        ):
            now = {"published": row.publishes_at}.get(after, row.closes_at)
            step(row, now + timedelta(minutes=1))
            factories.committed()
            look(after)
        row = voting.wave_of(wave)
        assert invitations.issued(row) == len(PLACES)
    kept = [tuple("" if one is None else str(one) for one in row) for row in truth]
    for body, where in looked.items():
        if body[:2] == b"PK" or body[:4] == b"%PDF":
            cells = " ".join(cell for table in walk.tables(body) for row in table for cell in row)
            assert "marked heron" not in cells
        for spelled in (kept, [tuple(one or "None" for one in row) for row in kept]):
            assert not walk.tells_people(body, spelled), where
    downloads = [where for where in looked.values() if "/files/" in where[2]]
    assert downloads, "the files were among them"
    record_figure("EXPORT", "7 roles, every state, page and file: rows of people 0, comments 0")
