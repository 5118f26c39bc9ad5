"""One small organisation with something of everything, made by the services themselves."""

from datetime import timedelta

from surveyapp import clock
from tests import desk, factories, voting

PLACES = ("Riverside/Days",) * 14 + ("Riverside/Nights",) * 13


def an_open_pulse(app):
    """People are answering now: the programme ``harbour``."""
    return voting.open_voting(app, places=PLACES, slug="harbour")


def a_pulse_at_the_desk(app):
    """Everybody has answered and written, and reviewers may read it: the programme ``desk``."""
    from surveyapp import jobs

    wave = voting.open_voting(app, places=PLACES, slug="desk")
    for number, person in enumerate(wave.people):
        written = [("barriers", f"Too many cases, number {number}.", "publish")]
        voting.vote(app, wave, person, {"speak_1": 1 + number % 5}, written)
    with app.app_context():
        row = voting.wave_of(wave)
        for step in (jobs.close, jobs.open_ballots, jobs.summarise):
            step(row, row.closes_at + timedelta(minutes=1))
            factories.committed()
    desk.lay_out(app)
    return wave


def a_published_pulse(app, slug="riverside"):
    """Everybody has answered, and the results are out with an answer to them and a draft behind."""
    from surveyapp import jobs
    from surveyapp.services import results

    wave = voting.open_voting(app, places=PLACES, slug=slug)
    for number, person in enumerate(wave.people):
        ratings = {"speak_1": 1 + number % 5, "speak_2": 1 + number % 3, "work_1": 2 + number % 4}
        voting.vote(app, wave, person, ratings, [("barriers", "Too much to do.", "themes")])
    with app.app_context():
        row = voting.wave_of(wave)
        for step in (jobs.close, jobs.open_ballots, jobs.summarise):
            step(row, row.closes_at + timedelta(minutes=1))
            factories.committed()
        jobs.publish(row, row.publishes_at)
        factories.committed()
        factories.a_commitment(results.publication_of(row))
        later = {name: getattr(row, name) + timedelta(days=60) for name in
                 ("opens_at", "closes_at", "publishes_at")}  # fmt: skip
        factories.a_wave(row.programme, "draft", **later)
        factories.committed()
        assert clock.now() < later["opens_at"]
    return wave
