"""What is to be seen of an instance after a crash, and after the rounds that follow it."""

import hashlib
import io
import json

MARK = "zzyzx-only-i-would-write-this"


def at_files(instance):
    """How many files hold a word of somebody's comment, readable."""
    found = 0
    for path in instance.rglob("*"):
        found += path.is_file() and MARK.encode() in path.read_bytes()
    return found


def at_answers(app):
    """The wave's answers whatever their order, its results, and what is left of the ballots."""
    import polars as pl

    from surveyapp import keys
    from surveyapp.extensions import box_session, db
    from surveyapp.models.ballots import Ballot
    from surveyapp.models.publications import Publication
    from surveyapp.models.surveys import Wave
    from surveyapp.services import answer_blocks, noticeboard, noticeboard_check

    with app.app_context():
        wave = db.session.query(Wave).one()
        held = [answer_blocks.read(wave.id, kind) for kind in ("responses", "comments")]
        rows = [sorted(map(repr, pl.read_parquet(io.BytesIO(one)).iter_rows())) for one in held]
        posted = [one.type for one in noticeboard.about(wave.id)]
        (opened,) = (one.body for one in noticeboard.about(wave.id, ["OPENED"]))
        facts = {name: opened[name] for name in ("accepted", "rejected", "receipts_root")}
        results = db.session.query(Publication).one().sha256
        told = json.dumps([rows, facts, results, posted]).encode()
        return {
            "hash": hashlib.sha256(told).hexdigest(),
            "accepted": facts["accepted"],
            "state": wave.state,
            "ballots": box_session().query(Ballot).count(),
            "keys": keys.directory("opener", wave.id).exists(),
            "problems": noticeboard_check.check(),
        }


def at_results(app):
    """How often the results were said to be out, and the messages that still wait."""
    from surveyapp.extensions import db
    from surveyapp.models.surveys import Wave
    from surveyapp.services import mail, noticeboard, noticeboard_check

    with app.app_context():
        wave = db.session.query(Wave).one()
        return {
            "state": wave.state,
            "published": len(noticeboard.about(wave.id, ["PUBLISHED"])),
            "mail": mail.counts(),
            "problems": noticeboard_check.check(),
        }
