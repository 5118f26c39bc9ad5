"""F2, F3, F9, F12 (SECURITY 10): everything that counts happens once, however often it is tried."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from surveyapp.crypto import client
from surveyapp.extensions import answers_session, box_session, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.responses import AnswerBlock
from surveyapp.services import ballotbox, opening, registrar, terms
from tests import voting

MANY = 50
PLACES = ("Riverside/Days",) * 14 + ("Riverside/Nights",) * 13


def at_once(app, number, action):
    """Run ``action(n)`` in as many threads, all let go together; what each gave or raised."""
    gate = Barrier(number)

    def run(n):
        with app.app_context():
            gate.wait(60)
            try:
                return action(n)
            except Exception as error:
                return type(error)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_one_credential_cast_fifty_times_in_parallel_is_one_row(shared_app, record_figure):
    wave = voting.open_voting(shared_app, places=PLACES)
    with shared_app.app_context():
        record = voting.make_record(wave, wave.people[0], {"speak_1": 4})

    def cast(_n):
        ballotbox.cast(record)
        box_session().commit()
        return 200

    assert Counter(at_once(shared_app, MANY, cast)) == {200: MANY}
    with shared_app.app_context():
        assert box_session().query(Ballot).count() == 1
    record_figure("F2", f"SQLite and PostgreSQL: {MANY} times taken, 1 row")


def test_one_token_and_fifty_blinded_values_give_one_signature(shared_app, record_figure):
    wave = voting.open_voting(shared_app, places=PLACES)
    person = wave.people[0]
    with shared_app.app_context():
        public = terms.of(wave.wave_id).classes[person.class_key]
    wishes = [
        client.begin(client.new_seed(), str(wave.wave_id), person.class_key, public)
        for _ in range(MANY)
    ]

    def issue(n):
        registrar.issue(registrar.find(person.token if n % 2 else person.code), wishes[n].blinded)
        who_session().commit()
        return 200

    assert Counter(at_once(shared_app, MANY, issue)) == {200: 1, registrar.AlreadyUsed: MANY - 1}
    record_figure("F3", f"SQLite and PostgreSQL: 1 signature, {MANY - 1} refused")


def test_the_same_blinded_value_fifty_times_in_parallel_is_one_and_the_same_answer(shared_app):
    wave = voting.open_voting(shared_app, places=PLACES)
    person = wave.people[0]
    with shared_app.app_context():
        public = terms.of(wave.wave_id).classes[person.class_key]
    wish = client.begin(client.new_seed(), str(wave.wave_id), person.class_key, public)

    def issue(_n):
        signed = registrar.issue(registrar.find(person.token), wish.blinded)
        who_session().commit()
        return signed

    answers = Counter(at_once(shared_app, MANY, issue))
    assert list(answers.values()) == [MANY]


def test_two_openers_at_once_write_one_block_and_say_the_same(shared_app):
    wave = voting.open_voting(shared_app, places=PLACES)
    for person in wave.people:
        voting.vote(shared_app, wave, person, {"speak_1": 3}, [("barriers", "late", "board")])
    voting.close(shared_app, wave)

    def open_(_n):
        opened = opening.open_wave(voting.wave_of(wave))
        answers_session().commit()
        return opened

    first, second = at_once(shared_app, 2, open_)
    assert first == second
    assert first.accepted == len(PLACES)
    with shared_app.app_context():
        kinds = [row.kind for row in answers_session().query(AnswerBlock)]
        assert sorted(kinds) == ["comments", "responses"]
        opening.let_go(voting.wave_of(wave))
        box_session().commit()
        opening.scrub()
        assert box_session().query(Ballot).count() == 0
