"""MAIL-1 (SECURITY 11): two days after sending no file of the roster's store holds a code."""

import re
from datetime import timedelta

from surveyapp import clock, jobs
from surveyapp.services import invitations, mail, postbox
from tests import voting


def readable(folder, codes):
    files = [path.read_bytes() for path in folder.glob("who.sqlite*")]
    return [code for code in codes if any(code.encode() in data for data in files)]


def test_after_the_purge_no_code_is_left_in_the_store_or_its_journal(make_app, tmp_path):
    app = make_app(MAILDIR=str(tmp_path / "mail"), **voting.on_files(tmp_path))
    wave = voting.open_voting(app)
    sent = clock.now() + timedelta(hours=2)
    with app.app_context():
        invitations.remind(voting.wave_of(wave), sent, 1)
        jobs.who_session().commit()
        jobs.send(sent)
        codes = [re.search(r"/v/#(\w+)\.", one.body)[1] for one in postbox.letters()]
    assert len(codes) == len(wave.people)
    assert readable(tmp_path / "instance", codes) == codes
    with app.app_context():
        jobs.clear(sent + mail.KEPT_AFTER_SENDING)
    assert readable(tmp_path / "instance", codes) == []
