"""Things for tests: the cast and one of each noun, straight into the stores.

All but :func:`an_app` and :func:`sign_in` want an application context and flush without
committing; :func:`committed` commits every store.
"""

import hashlib
import importlib
import json
import pkgutil
import secrets
from datetime import date, datetime, timedelta

from analysis.disclosure import Rule
from analysis.instrument import parse, to_dict
from surveyapp import clock
from tests import shared_work
from tests.analysis import samples

ROLES = ("hr", "board", "manager", "admin", "witness", "auditor")
PASSWORD = "plenty of quiet otters"
INSTRUMENT = """
[instrument]
id = "small"
version = "1"
title = "Four questions"

[source]
licence = "CC0-1.0"
attribution = "Made for tests"
may_bundle = true

[responses.agree5]
options = [
  { code = 1, label = "Strongly disagree" }, { code = 2, label = "Disagree" },
  { code = 3, label = "Neither" }, { code = 4, label = "Agree" },
  { code = 5, label = "Strongly agree" },
]

[[items]]
id = "speak_1"
kind = "rating"
text = "I can raise a worry about care without it counting against me"
theme = "speaking_up"
responses = "agree5"

[[items]]
id = "speak_2"
kind = "rating"
text = "People here keep quiet because they fear what happens next"
theme = "speaking_up"
responses = "agree5"
reversed = true

[[items]]
id = "work_1"
kind = "rating"
text = "I can do my work well in the hours I have"
theme = "workload"
responses = "agree5"

[[items]]
id = "barriers"
kind = "text"
text = "What makes good days hard here, and what should stop?"
purpose = "shadow"

[[scales]]
id = "speaking_up"
title = "Safe to speak up"
description = "Whether people can raise a worry without it counting against them."
items = ["speak_1", "speak_2"]
fear = true
text_theme = "fear"

[[scales]]
id = "workload"
title = "Workload"
description = "Whether the work fits in the time and the people there are."
items = ["work_1"]
text_theme = "workload"
"""


def an_app(instance, role="all", *, create=True, **settings):
    """An application on fresh in-memory databases, its sign-in key made. Without ``create`` the
    databases stay empty, for a test that migrates them."""
    from surveyapp import create_app, models
    from surveyapp.extensions import db
    from surveyapp.services import second_step

    for module in pkgutil.iter_modules(models.__path__):  # a table nobody imported is not made
        importlib.import_module(f"surveyapp.models.{module.name}")
    settings = {
        "TESTING": True,
        "SECRET_KEY": "a secret that only tests know",
        "WTF_CSRF_ENABLED": False,
        "DATABASES": dict.fromkeys(("office", "who", "box", "answers"), "sqlite://"),
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},
        **settings,
    }
    with shared_work.known_addresses():
        app = create_app(settings, role=role, instance_path=str(instance))
    shared_work.share_templates(app)
    with app.app_context():
        if create:
            shared_work.make_tables(db)
        second_step.make_key()
    return app


def dispose(apps):
    """Close the databases of these applications."""
    from surveyapp.extensions import db

    for app in apps:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def committed():
    """Commit every store."""
    from surveyapp import extensions

    extensions.db.session.commit()
    for session in (
        extensions.who_session(), extensions.box_session(), extensions.answers_session(),
    ):  # fmt: skip
        session.commit()


def an_account(role="hr", *, email=None, password=None, unit_key=None, **more):
    """Somebody with this role who has set up signing in; ``password`` makes a real hash."""
    from surveyapp.extensions import db
    from surveyapp.models.accounts import Account
    from surveyapp.services import passwords, second_step

    account = Account(
        email=email or f"{role}@example.org",
        name=f"{role.title()} Example" if role != "hr" else "Harriet Example",
        role_names=[role],
        password_hash=passwords.make_hash(password) if password else "set up, but not for tests",
        unit_key=unit_key or ("Riverside/Days" if role == "manager" else None),
        **more,
    )
    db.session.add(account)
    db.session.flush()
    if "totp_secret" not in more and role != "manager":
        account.totp_secret = second_step.lock(account, b"a secret of twenty b")
    db.session.flush()
    return account


def sign_in(client, role="hr", *, email=None):
    """Sign a client in as somebody with this role, made if need be; the account's id."""
    from surveyapp.extensions import db
    from surveyapp.models.accounts import StaffSession
    from surveyapp.services import accounts, staff_sessions

    app = client.application
    reference = secrets.token_urlsafe(32)
    with app.app_context():
        address = email or f"{role}@example.org"
        account = accounts.by_email(address) or an_account(role, email=address)
        now = clock.now()
        db.session.add(
            StaffSession(
                reference_sha256=staff_sessions.digest(reference),
                account_id=account.id,
                started_at=now,
                seen_at=now,
            )
        )
        account_id = account.id
        db.session.commit()
    name, settings = app.session_interface.cookie(app)
    client.set_cookie(name, reference, secure=settings["secure"])
    return account_id


def a_programme(slug="riverside", **more):
    """A programme without waves."""
    from surveyapp.extensions import db
    from surveyapp.models.surveys import Programme

    fields = {"name": "Riverside pulse", "organisation": "Riverside", **more}
    programme = Programme(slug=slug, **fields)
    db.session.add(programme)
    db.session.flush()
    return programme


def an_instrument():
    """Three ratings in two themes and one open question."""
    return parse(INSTRUMENT)


def a_wave(programme=None, state="draft", *, number=None, units=True, **more):
    """A wave in a state, its dates fitting the state, its covenant a small stand-in.

    The groups are those of ``tests.analysis.samples``. No key, invitation or ballot is made.
    """
    from surveyapp.extensions import db
    from surveyapp.models.surveys import Programme, Wave, WaveUnit

    programme = programme or db.session.query(Programme).first() or a_programme()
    number = number or len(programme.waves) + 1
    opens, closes, publishes = _dates(state)
    covenant = None if state == "draft" else json.dumps({"number": number, "quorum": 3})
    fields = {
        "label": f"Pulse {number}",
        "instrument_json": json.dumps(to_dict(an_instrument())),
        "rule": Rule().to_dict(),
        "opens_at": opens,
        "closes_at": closes,
        "publishes_at": publishes,
        "covenant": covenant,
        "covenant_sha256": covenant and "0" * 64,
        "results_key": secrets.token_urlsafe(16),
        **more,
    }
    wave = Wave(number=number, state=state, **fields)
    programme.waves.append(wave)
    db.session.flush()
    if units:
        for position, unit in enumerate(samples.UNITS):
            wave.units.append(
                WaveUnit(
                    position=position,
                    key=unit.id,
                    name=unit.name,
                    parent_key=unit.parent,
                    headcount=unit.headcount,
                    class_key=unit.parent if unit.too_few else unit.id,
                )
            )
    db.session.flush()
    return wave


def _dates(state):
    """Opening, closing and publication such that the state is the right one for today."""
    today = clock.now().replace(hour=9, minute=0, second=0)
    days = {
        "draft": (7, 21, 28),
        "committed": (1, 15, 22),
        "open": (-3, 11, 18),
        "closed": (-15, -1, 6),
        "opened": (-15, -1, 6),
        "summarised": (-15, -1, 6),
        "published": (-30, -16, -9),
    }[state]
    return tuple(today + timedelta(days=offset) for offset in days)


def a_publication(wave=None, *, summary=None, released=None, number=1):
    """A wave's results: released when the wave is published, else a draft for the board."""
    from surveyapp.extensions import db
    from surveyapp.models.publications import Publication

    wave = wave or a_wave(state="published")
    summary = summary or samples.summary(min(wave.number, len(samples.WAVES)))
    released = wave.state == "published" if released is None else released
    text = summary.to_json()
    publication = Publication(
        wave_id=wave.id,
        number=number,
        summary=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        released_on=clock.now().date().isoformat() if released else None,
    )
    db.session.add(publication)
    db.session.flush()
    return publication


def a_person(programme, name="Robin Example", *, unit="Riverside/Days", **more):
    """Somebody on the roster."""
    from surveyapp.extensions import who_session
    from surveyapp.models.people import Person

    email = more.pop("email", f"{name.lower().replace(' ', '.')}@example.org")
    person = Person(
        programme_id=programme.id,
        name=name,
        email=email,
        unit_key=unit,
        **more,
    )
    who_session().add(person)
    who_session().flush()
    return person


def a_commitment(publication=None, *, answer="will", theme="workload", **more):
    """An answer to a finding: by default a promise, due in 30 days, without its effect."""
    from surveyapp.extensions import db
    from surveyapp.models.actions import Commitment
    from surveyapp.models.surveys import Wave

    publication = publication or a_publication()
    wave = db.session.get(Wave, publication.wave_id)
    promise = {"owner": "Director of care", "due": _iso(30)} if answer == "will" else {}
    fields = {
        "you_said": "There is too much work for the hours",
        "text": "publish rotas four weeks ahead" if answer == "will" else "hire a second chef",
        "because": "" if answer == "will" else "the kitchen closes in spring",
        "made_on": _iso(0),
        **promise,
        **more,
    }
    commitment = Commitment(
        programme_id=wave.programme_id,
        publication_id=publication.id,
        theme=theme,
        answer=answer,
        **fields,
    )
    db.session.add(commitment)
    db.session.flush()
    return commitment


def _iso(days):
    return (clock.now().date() + timedelta(days=days)).isoformat()


def at(day: str, hour: int = 9) -> datetime:
    """A moment for services that take ``now``."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time()).replace(hour=hour)
