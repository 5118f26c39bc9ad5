"""A witness who lies about what came out of the ballots, and one who is lied to."""

import hashlib
from dataclasses import replace

import pytest
from click.testing import CliRunner

from surveyapp import keys, witness
from surveyapp.crypto import ballot, bundle, client, envelope, merkle, peeled, witness_key
from surveyapp.crypto.canonical import canonical
from surveyapp.errors import Rejected
from surveyapp.services import opening, terms, witnesses
from tests import voting


@pytest.fixture(scope="module")
def mo():
    return witness_key.WitnessKey.new("Mo, speak-up guardian")


@pytest.fixture
def app(make_app):
    return make_app(**voting.SETTINGS)


@pytest.fixture
def closed(app, mo):
    """Closed: 26 voted; five collected a credential at a day's end and never sent their answers."""
    found = voting.open_voting(app, witnesses=(mo,))
    for person in found.people[:26]:
        voting.vote(app, found, person, {"speak_1": 4})
    with app.app_context():
        for person in found.people[26:]:
            voting.make_record(found, person)
    voting.close(app, found)
    return found


def signed(made, by, **changed):
    plain = replace(made, **changed)
    classes = [[key, number] for key, number in plain.classes.items()]
    counts = canonical({"statement": plain.statement, "classes": classes})
    return replace(
        plain,
        signed=by.signs.sign(peeled.STATEMENT + canonical(plain.statement)).hex(),
        signature=by.signs.sign(peeled.COUNTS + counts).hex(),
    )


def made_up(app, voting_, class_key, count):
    """Inner envelopes that nobody cast: the platform's public key is all it takes."""
    with app.app_context():
        lid = terms.of(voting_.wave_id).lid
        made = []
        for _ in range(count):
            said = client.fill_in(client.new_seed(), class_key, {"speak_1": 5}, ())
            padded = envelope.pad(said.to_bytes(), lid.size)
            made.append(envelope.seal(padded, lid.inner, envelope.inner_info(lid.wave)))
        return tuple(made)


def test_a_witness_adds_no_answers_of_people_who_never_sent_theirs(app, closed, mo):
    """26 ballots and minus five set aside make 31: the sums fit, and nobody cast five of them."""
    sealed = voting.bundle(app, closed)
    whole = bundle.Bundle.from_bytes(sealed)
    honest = peeled.make(whole, mo.outer, mo.name, mo.signs)
    (room,) = (key for key in whole.issued if whole.issued[key] - honest.classes.get(key, 0) == 5)
    lie = signed(
        honest,
        mo,
        inner=(*honest.inner, *made_up(app, closed, room, 5)),
        rejected={"envelope": -5},
        classes={**honest.classes, room: honest.classes.get(room, 0) + 5},
    )
    assert len(lie.inner) + sum(lie.rejected.values()) == len(whole.records)
    with pytest.raises(peeled.PeeledError):
        lie.check(whole)
    with app.app_context():
        wave = voting.wave_of(closed)
        witnesses.prepare(wave)
        with pytest.raises(Rejected):
            witnesses.hand_in(wave, lie.to_bytes())
        assert not witnesses.is_handed_in(wave)
    honest.check(whole)


def test_a_witness_moves_no_ballots_from_one_group_to_another(app, closed, mo):
    """Fewer codes were used than there was room for; a ballot's group is the one it was cast in."""
    whole = bundle.Bundle.from_bytes(voting.bundle(app, closed))
    honest = peeled.make(whole, mo.outer, mo.name, mo.signs)
    (room,) = (key for key in whole.issued if whole.issued[key] - honest.classes.get(key, 0) == 5)
    taken = next(key for key in honest.classes if key != room)
    moved = {
        **honest.classes,
        taken: honest.classes[taken] - 1,
        room: honest.classes.get(room, 0) + 1,
    }
    with pytest.raises(peeled.PeeledError):
        signed(honest, mo, classes=moved).check(whole)


def test_a_witness_calls_no_ballot_unsound_that_anybody_can_check(app, closed, mo):
    """Only that an envelope does not open must be taken on trust; a signature need not be."""
    whole = bundle.Bundle.from_bytes(voting.bundle(app, closed))
    honest = peeled.make(whole, mo.outer, mo.name, mo.signs)
    full = next(key for key, number in honest.classes.items() if number > 1)
    fewer = {**honest.classes, full: honest.classes[full] - 1}
    lie = signed(honest, mo, inner=honest.inner[1:], rejected={"credential": 1}, classes=fewer)
    with pytest.raises(peeled.PeeledError):
        lie.check(whole)


def picked_out(sealed, person_class, count):
    """A bundle that whoever runs the server could write: these few ballots and no others."""
    whole = bundle.Bundle.from_bytes(sealed)
    of_class = [
        raw for raw in whole.records if ballot.Record.from_bytes(raw).class_key == person_class
    ]
    some = tuple(of_class[:count])
    leaves = sorted(hashlib.sha256(record).hexdigest() for record in some)
    body = {
        **whole.notice["body"],
        "ballots": count,
        "issued": count,
        "leaves": leaves,
        "root": merkle.root([bytes.fromhex(leaf) for leaf in leaves]).hex(),
    }
    return replace(
        whole,
        notice={**whole.notice, "body": body},
        issued={key: count if key == person_class else 0 for key in whole.classes},
        records=some,
    )


def test_a_witness_opens_no_ballot_that_was_picked_out_to_be_read(app, closed, mo, tmp_path):
    """The witness's lock is all that stands between the server's owner and one person's ballot.
    A bundle of that ballot alone is lawful by itself; the noticeboard has no line about it."""
    some_class = closed.people[0].class_key
    forged = picked_out(voting.bundle(app, closed), some_class, 1)
    (inside,) = peeled.make(forged, mo.outer, mo.name, mo.signs).inner
    with app.app_context():
        path = keys.directory("opener", closed.wave_id) / opening.INNER
        inner = envelope.load_private(path.read_bytes())
    assert ballot.unseal(inside, str(closed.wave_id), inner).ratings == {"speak_1": 4}

    (tmp_path / "forged.bundle").write_bytes(forged.to_bytes())
    (tmp_path / "mo.key").write_bytes(mo.to_bytes())
    (tmp_path / "record.zip").write_bytes(app.test_client().get("/trust/record.zip").data)
    done = CliRunner().invoke(
        witness.witness,
        ["open", str(tmp_path / "forged.bundle"), "--key", str(tmp_path / "mo.key"),
         "--board", str(tmp_path / "record.zip"), "--out", str(tmp_path / "opened.json")],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "no such closing line" in done.output
    assert not (tmp_path / "opened.json").exists()
