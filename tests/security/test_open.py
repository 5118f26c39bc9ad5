"""OPEN-1 to OPEN-3 (SECURITY 11): who can open what, and what is never opened."""

from collections import Counter
from dataclasses import replace

import pytest

from surveyapp import keys
from surveyapp.crypto import ballot, bundle, client, envelope, merkle, peeled, witness_key
from surveyapp.crypto.canonical import canonical, parse
from surveyapp.errors import NotNow, Rejected
from surveyapp.extensions import answers_session, box_session, who_session
from surveyapp.models.ballots import Ballot
from surveyapp.models.responses import AnswerBlock
from surveyapp.services import ballotbox, noticeboard, opening, registrar, terms, witnesses
from tests import factories, voting

MARKED = "zebras queue politely outside the linen cupboard"


@pytest.fixture(scope="module")
def mo():
    return witness_key.WitnessKey.new("Mo, speak-up guardian")


@pytest.fixture(scope="module")
def uma():
    return witness_key.WitnessKey.new("Unison, Riverside branch")


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


def answered(app, *witnesses):
    found = voting.open_voting(app, witnesses=witnesses)
    for number, person in enumerate(found.people):
        comments = [("barriers", MARKED, "board")]
        voting.vote(app, found, person, {"speak_1": 1 + number % 5}, comments)
    voting.close(app, found)
    return found


@pytest.fixture
def closed(app, mo, uma):
    return answered(app, mo, uma)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory, mo, uma):
    """The bundle of such a wave, for whoever only looks at it."""
    app = factories.an_app(tmp_path_factory.mktemp("sealed") / "instance", **voting.SETTINGS)
    yield voting.bundle(app, answered(app, mo, uma))
    factories.dispose([app])


def inner_key(wave):
    path = keys.directory("opener", wave.wave_id) / opening.INNER
    return envelope.load_private(path.read_bytes())


def answers(app, wave):
    with app.app_context():
        return sorted(voting.opened(wave, "responses").rows(), key=str)


# OPEN-1


def test_the_witness_reads_no_answer_whatever_they_try(app, closed, mo, uma, record_figure):
    sealed = voting.bundle(app, closed)
    made = voting.peel(sealed, mo)
    held = sealed + made.to_bytes() + b"".join(made.inner)
    assert MARKED.encode() not in held
    for inside in made.inner:
        for key in (mo.outer, uma.outer, envelope.new_key()):
            with pytest.raises(ballot.BallotError):
                ballot.unseal(inside, str(closed.wave_id), key)
    with app.app_context():  # the platform's key would have shown it
        said = ballot.unseal(made.inner[0], str(closed.wave_id), inner_key(closed))
    assert said.comments[0].text == MARKED
    record_figure("OPEN-1", f"0 of {len(made.inner)} decrypted, with 3 keys each")


def test_the_platform_reads_no_answer_without_the_witness(app, closed):
    """With every stored byte, the inner key among them, no ballot opens."""
    with app.app_context():
        held = [
            path.read_bytes()
            for path in keys.directory("opener", closed.wave_id).parent.rglob("*.key")
        ]
        numbers = [envelope.load_private(one) for one in held if len(one) == 32]
        assert numbers
        for (raw,) in box_session().query(Ballot.record):
            record = ballot.Record.from_bytes(raw)
            for key in numbers:
                with pytest.raises(ballot.BallotError):
                    ballot.peel(record, key)
        with pytest.raises(NotNow, match="waits for its witness"):
            opening.open_wave(voting.wave_of(closed))


# OPEN-2


@pytest.mark.parametrize("who", ["mo", "uma"])
def test_either_of_two_witnesses_opens_and_each_gives_the_same(
    app, closed, who, request, record_figure
):
    sealed = voting.bundle(app, closed)
    made = voting.peel(sealed, request.getfixturevalue(who))
    other = voting.peel(sealed, request.getfixturevalue({"mo": "uma", "uma": "mo"}[who]))
    assert made.inner == other.inner
    opened = voting.open_ballots(app, closed, peeled.Peeled.from_bytes(made.to_bytes()))
    assert (opened.accepted, opened.rejected) == (31, {})
    said = [row[1] for row in answers(app, closed)]
    assert Counter(said) == Counter(1 + number % 5 for number in range(31))
    with app.app_context():
        assert not keys.directory("opener", closed.wave_id).exists()
        assert box_session().query(Ballot).count() == 0
        facts = opening.read_back(voting.wave_of(closed)).facts()
    record_figure("OPEN-2", "each alone, to the same envelopes; 31 of 31 counted")
    assert facts["witness"]["statement"]["witness"] == request.getfixturevalue(who).name
    assert "Riverside" not in str(facts["witness"]).replace("Riverside branch", "")


# OPEN-3


def broken(sealed):
    """The bundle changed in each way that must stop the witness; what it says then."""
    whole = bundle.Bundle.from_bytes(sealed)
    body = dict(whole.notice["body"])
    foreign = replace(whole, records=(*whole.records[1:], b'{"v":1}'))
    root = [merkle_root(whole.records[1:])]
    return {
        "one dropped": (replace(whole, records=whole.records[1:]), "not those that were in"),
        "one doubled": (
            replace(whole, records=(*whole.records, whole.records[0])), "not those that were in",
        ),
        "one swapped": (foreign, "not those that were in the box"),
        "root of fewer": (
            replace(
                whole,
                records=whole.records[1:],
                notice={**whole.notice, "body": body | {"root": root[0]}},
            ),
            "not those that were in the box",
        ),
        "promises changed": (
            replace(whole, covenant=whole.covenant.replace(b'"k":10', b'"k":3')),
            "not those that the noticeboard names",
        ),
        "another notice": (
            replace(whole, notice={**whole.notice, "type": "OPEN"}), "not about the same pulse",
        ),
    }  # fmt: skip


def merkle_root(records):
    import hashlib

    return merkle.root(sorted(hashlib.sha256(record).digest() for record in records)).hex()


@pytest.mark.parametrize(
    "how",
    ["one dropped", "one doubled", "one swapped", "root of fewer", "promises changed",
     "another notice"],
)  # fmt: skip
def test_a_bundle_that_is_not_what_closed_is_refused(sealed, mo, how, record_figure):
    assert bundle.problems(bundle.Bundle.from_bytes(sealed)) == []
    wrong, words = broken(sealed)[how]
    with pytest.raises(bundle.BundleError, match=words):
        peeled.make(wrong, mo.outer, mo.name, mo.signs)
    record_figure("OPEN-3", "6 of 6 broken bundles and the second opening refused")


def test_a_ballot_that_vanishes_after_closing_stops_the_opening(app, closed, mo):
    made = voting.peel(voting.bundle(app, closed), mo)
    with app.app_context():
        box_session().delete(box_session().query(Ballot).first())
        box_session().commit()
        with pytest.raises(opening.OpeningRefused) as refusal:
            opening.open_wave(voting.wave_of(closed), made)
        assert "not those that were in the box" in refusal.value.details[0]
        assert answers_session().query(AnswerBlock).count() == 0


def test_a_second_and_different_opening_is_refused(app, closed, mo):
    sealed = voting.bundle(app, closed)
    made = voting.peel(sealed, mo)
    other = replace(made, inner=made.inner[1:], rejected={"envelope": 1})
    first = voting.open_ballots(app, closed, made)
    with app.app_context():
        wave = voting.wave_of(closed)
        assert opening.open_wave(wave, made) == first
        with pytest.raises(opening.OpeningRefused, match="with another outcome"):
            opening.open_wave(wave, other)


def signed_anew(made, by, **changed):
    plain = replace(made, **changed)
    return replace(
        plain,
        signed=by.signs.sign(peeled.STATEMENT + canonical(plain.statement)).hex(),
        signature=by.signs.sign(
            peeled.COUNTS
            + canonical(
                {
                    "statement": plain.statement,
                    "classes": [[key, number] for key, number in plain.classes.items()],
                }
            )
        ).hex(),
    )


def test_only_a_named_witness_can_hand_in_and_only_a_whole_account(sealed, mo):
    made = voting.peel(sealed, mo)
    stranger = witness_key.WitnessKey.new(mo.name)
    whole = bundle.Bundle.from_bytes(sealed)
    fewer = {**made.classes, "Riverside": made.classes["Riverside"] - 1}
    more = {"Riverside": 18, "Riverside/Days": 13}
    for wrong, words in (
        (signed_anew(made, stranger), "signature"),
        (replace(made, witness="Somebody else"), "not a witness"),
        (replace(made, rejected={"envelope": 1}), "every ballot"),
        (signed_anew(made, mo, inner=made.inner[1:], classes=fewer), "every ballot"),
        (signed_anew(made, mo, classes=fewer), "more ballots for a group"),
        (signed_anew(made, mo, classes=more), "more ballots for a group"),
        (replace(made, classes={**made.classes, "Riverside": 17}, signed="00"), "signature"),
        (signed_anew(made, mo, inner=(made.inner[0], *made.inner[:-1])), "twice"),
        (replace(made, closed_root="00" * 32), "other ballots"),
    ):
        with pytest.raises(peeled.PeeledError, match=words):
            wrong.check(whole)
    made.check(whole)


def test_what_is_handed_in_first_stays(app, closed, mo, uma):
    sealed = voting.bundle(app, closed)
    made = voting.peel(sealed, mo)
    with app.app_context():
        wave = voting.wave_of(closed)
        witnesses.prepare(wave)
        witnesses.prepare(wave)
        assert witnesses.bundle(wave) == sealed
        # A witness who would leave one ballot out, and says it did not open.
        left_out = next(key for key, number in made.classes.items() if number > 1)
        short = signed_anew(
            made,
            uma,
            witness=uma.name,
            inner=made.inner[1:],
            rejected={"envelope": 1},
            classes={**made.classes, left_out: made.classes[left_out] - 1},
        )
        witnesses.hand_in(wave, made.to_bytes())
        assert witnesses.hand_in(wave, voting.peel(sealed, uma).to_bytes()).witness == mo.name
        same = voting.peel(sealed, uma).to_bytes()
        assert witnesses.beside(made, same) == ""
        kept = witnesses.hand_in(wave, short.to_bytes())
        assert kept == made
        said = witnesses.beside(kept, short.to_bytes())
        assert "31 opened and 0 set aside. In your file 30 are opened and 1 set aside" in said
        with pytest.raises(Rejected):
            witnesses.hand_in(wave, made.to_bytes()[:-9])
        assert witnesses.handed_in(wave) == made


def two_faced(voting_, person):
    """A ballot whose two envelopes hold different answers; in an app context."""
    seed, conditions = client.new_seed(), terms.of(voting_.wave_id)
    public = conditions.classes[person.class_key]
    wish = client.begin(seed, str(voting_.wave_id), person.class_key, public)
    signed = registrar.issue(registrar.find(person.token), wish.blinded)
    who_session().commit()
    made = [
        client.finish(
            wish, signed, client.fill_in(seed, person.class_key, {"speak_1": code}, []),
            conditions.lid, counter=1,
        )
        for code in (1, 5)
    ]  # fmt: skip
    mixed = replace(made[0], outer=(made[0].outer[0], made[1].outer[1]))
    return ballot.sign(mixed, wish.key).to_bytes()


@pytest.mark.parametrize("first", [0, 1])
def test_one_voter_who_tells_two_witnesses_different_things_stops_neither(app, mo, uma, first):
    found = voting.open_voting(app, witnesses=[mo, uma])
    for person in found.people[1:]:
        voting.vote(app, found, person, {"speak_1": 3})
    with app.app_context():
        ballotbox.cast(two_faced(found, found.people[0]))
        box_session().commit()
    voting.close(app, found)
    sealed = voting.bundle(app, found)
    given = [voting.peel(sealed, one) for one in (mo, uma)]
    assert given[0].inner != given[1].inner
    assert len(set(given[0].inner) ^ set(given[1].inner)) == 2
    with app.app_context():
        wave = voting.wave_of(found)
        witnesses.prepare(wave)
        for one in (first, 1 - first):
            kept = witnesses.hand_in(wave, given[one].to_bytes())
            assert kept == given[first]
        assert witnesses.beside(kept, given[1 - first].to_bytes())
    opened = voting.open_ballots(app, found, kept)
    assert (opened.accepted, opened.rejected) == (len(found.people), {})
    said = sorted(row[1] for row in answers(app, found))
    assert said == sorted([3] * (len(found.people) - 1) + [(1, 5)[first]])


def test_the_noticeboard_carries_what_was_in_the_box_and_what_the_witness_signed(app, closed, mo):
    """Anybody can check the witness's words against the key in the promises."""
    from cryptography.hazmat.primitives.asymmetric import ed25519

    from surveyapp import clock, jobs

    made = voting.peel(voting.bundle(app, closed), mo)
    with app.app_context():
        witnesses.prepare(voting.wave_of(closed))
        witnesses.hand_in(voting.wave_of(closed), made.to_bytes())
        jobs.open_ballots(voting.wave_of(closed), clock.now())
    with app.app_context():
        wave = voting.wave_of(closed)
        assert wave.state == "opened"
        lines = {one.type: one.body for one in noticeboard.about(wave.id)}
        promised = parse(wave.covenant.encode())["witnesses"][0]
        public = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(promised["signs"]))
        said = lines["OPENED"]["witness"]["statement"]
        public.verify(
            bytes.fromhex(lines["OPENED"]["witness"]["signature"]),
            peeled.STATEMENT + canonical(said),
        )
        assert said["closed_root"] == lines["CLOSED"]["root"]
        assert len(lines["CLOSED"]["leaves"]) == said["ballots"] == 31
        assert not (witnesses._folder(wave.id)).exists()
