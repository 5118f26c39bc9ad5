"""Each door as a process of its own, with PostgreSQL credentials of its own: a whole wave goes
through them, and none but the opener reaches two of who, box and answers."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from surveyapp import clock, config, create_app, jobs, keys
from surveyapp.extensions import db
from surveyapp.services import own_codebooks, posted, review_sheets
from tests import databases, factories, published, serving, voting

SCRIPT = Path(__file__).resolve().parents[1] / "deploy" / "postgresql-roles.sql"
SECRETS = ("who", "box", "answers")
DOORS = [role for role in config.OPENS if role != "all"]
SETTINGS = {
    **voting.SETTINGS,
    "TESTING": True,
    "WTF_CSRF_ENABLED": False,
    "SECRET_KEY": "a secret that only tests know",
}

pytestmark = pytest.mark.postgres


def key_folders(owner, role):
    """The keys as a door's account finds them: of all folders only those of its unit's groups, and
    the public one."""
    unit = (SCRIPT.parent / f"candour-{role}.service").read_text()
    seen = Path(owner.instance_path) / f"keys-{role}"
    seen.mkdir(exist_ok=True)
    for area in ("public", *re.findall(r"candour-keys-(\w+)", unit)):
        folder = Path(owner.config["KEYS"]) / area
        folder.mkdir(parents=True, exist_ok=True)
        (seen / area).symlink_to(folder)
    return str(seen)


def own(url, role):
    """The same database with the door's own account."""
    return url.replace("//candour@", f"//candour_{role}@")


@pytest.fixture(scope="module")
def stores(postgres, tmp_path_factory):
    """Four databases with their tables, an account a door, and the owner's application."""
    urls = postgres.fresh()
    folder = tmp_path_factory.mktemp("separate")
    owner = factories.an_app(folder / "instance", DATABASES=urls, **voting.SETTINGS)
    with owner.app_context():
        for engine in db.engines.values():
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
    names = [part for store in databases.STORES for part in ("-v", f"{store}={store}")]
    where = ["-h", "127.0.0.1", "-p", str(postgres.port), "-U", "candour", "-d", "office"]
    command = [str(postgres.bin / "psql"), "-q", "-X", *where, *names, "-f", str(SCRIPT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    yield owner, urls
    factories.dispose([owner])


@pytest.fixture(scope="module")
def doors(stores):
    """An application a door, which was given its own stores' credentials and no other."""
    owner, urls = stores
    made = {}

    def make(role, **settings):
        mine = {
            store or "office": own(urls[store or "office"], role) for store in config.OPENS[role]
        }
        made[role] = create_app(
            SETTINGS | {"DATABASES": mine, "KEYS": key_folders(owner, role)} | settings,
            role=role,
            instance_path=owner.instance_path,
        )
        return made[role]

    with serving.served(make("box")) as address:
        for role in DOORS:
            if role != "box":
                make(role, BOX_URL=address, BASE_URL="https://office.example.org")
        yield made
    factories.dispose(made.values())


def can_read(url):
    """Whether these credentials open the database and read any row of any table in it."""
    address = url.replace("postgresql+psycopg", "postgresql")
    try:
        with psycopg.connect(address) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " AND has_any_column_privilege(oid, 'SELECT')"
            ).fetchall()
            return bool(tables)
    except psycopg.OperationalError:
        return False


def test_no_door_but_the_opener_reaches_two_of_who_box_and_answers(stores):
    urls = stores[1]
    assert all(can_read(urls[store]) for store in databases.STORES)
    reached = {
        role: {store for store in SECRETS if can_read(own(urls[store], role))} for role in DOORS
    }
    assert reached == {
        "registrar": {"who"},
        "box": {"box"},
        "office": {"who"},
        "opener": {"box", "answers"},
        "publisher": {"answers"},
    }


def test_a_door_holds_no_word_of_where_the_other_stores_are(stores, doors):
    for role, door in doors.items():
        strange = set(databases.STORES) - {store or "office" for store in config.OPENS[role]}
        held = repr(dict(door.config))
        assert not [store for store in strange if f"/{store}'" in held or f'/{store}"' in held]
        with door.app_context():
            assert {store or "office" for store in db.engines} == set(databases.STORES) - strange


@pytest.mark.parametrize(
    ("role", "store", "query"),
    [
        ("office", "who", "SELECT collected FROM invitation"),
        ("office", "who", "SELECT count(*) FROM invitation WHERE collected"),
        ("office", "who", "SELECT blinded_sha256 FROM invitation"),
        ("office", "who", "SELECT * FROM invitation"),
        ("office", "who", "UPDATE desk SET open = true"),
        ("registrar", "who", "SELECT email FROM person"),
        ("registrar", "who", "SELECT body FROM outbox_mail"),
        ("box", "box", "UPDATE poll SET open = true"),
        ("box", "box", "DELETE FROM ballot"),
        ("opener", "answers", "DELETE FROM answer_block"),
        ("opener", "office", "SELECT * FROM account"),
        ("publisher", "office", "UPDATE wave SET state = 'published'"),
    ],
)
def test_what_an_account_has_no_need_of_it_may_not_do(stores, role, store, query):
    address = own(stores[1][store], role).replace("postgresql+psycopg", "postgresql")
    with (
        psycopg.connect(address) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(query)


def test_a_wave_goes_from_door_to_door_until_it_is_published(stores, doors):
    owner, _ = stores
    wave = voting.open_voting(owner, state="committed")
    now = clock.now()

    def round_(role, later):
        with doors[role].app_context(), clock.as_if(now + later):
            jobs.tick(clock.now())

    def state():
        with owner.app_context():
            return voting.wave_of(wave).state

    opens, closes, publishes = (timedelta(hours=2), timedelta(days=11), timedelta(days=21))
    round_("office", opens)
    round_("opener", opens)
    assert state() == "open"
    with clock.as_if(now + opens):
        browser = doors["registrar"].test_client()
        for number, person in enumerate(wave.people):
            page = voting.arrive(browser, person.token).press("all")
            sent = page.press("send.unless-hints", a_speak_1=str(1 + number % 5))
            assert sent.title == "Thank you – Candour"
    assert voting.ballots(owner, wave) == len(wave.people)

    # The opener waits until the registrar has shut its desk and counted.
    round_("opener", closes)
    assert state() == "open"
    round_("registrar", closes)
    with doors["box"].app_context():
        from surveyapp.services import ballotbox, registrar

        assert not registrar.has_keys(wave.wave_id)
        late = ballotbox.BoxClosed
    round_("opener", closes)
    assert state() == "opened"
    with doors["box"].app_context(), pytest.raises(late):
        ballotbox._must_be_open(wave.wave_id)
    round_("office", closes)
    assert state() == "opened"
    round_("publisher", closes)
    round_("office", closes)
    assert state() == "summarised"
    # What reviewers found goes into the results first, where comments were to be read.
    with owner.app_context():
        publishes = voting.wave_of(wave).publishes_at - now
    round_("office", publishes)
    assert state() == "summarised"
    round_("publisher", publishes)
    round_("office", publishes)
    assert state() == "published"
    with owner.app_context():
        from surveyapp.services import noticeboard

        posted = {one.type: one.body for one in noticeboard.about(wave.wave_id)}
        assert posted["CLOSED"]["issued"] == posted["CLOSED"]["ballots"] == len(wave.people)
        assert posted["OPENED"]["accepted"] == len(wave.people)
        # The opener and the publisher have no key of the board: the office signs for them.
        assert int(noticeboard.checkpoint().split("\n")[1]) == len(noticeboard.lines())
        assert keys.directory("office").is_dir()
    assert not (Path(doors["opener"].config["KEYS"]) / "office").exists()


def test_publisher_and_office_have_the_rights_that_new_subjects_need(stores, doors):
    wave = voting.open_voting(stores[0], slug="boatyard", state="committed")
    sheet = review_sheets.Sheet(1, "coder", "1", (), (), 0, ())
    found = [review_sheets.Subject(1, ("car park",), (), ())]
    with doors["publisher"].app_context():
        review_sheets.lay_out(wave.wave_id, sheet, [])
        review_sheets.lay_subjects(wave.wave_id, found)
        db.session.commit()
    with doors["office"].app_context():
        assert review_sheets.subjects(wave.wave_id) == tuple(found)
        naming = review_sheets.Naming(1, "a" * 32, "name", "Parking")
        review_sheets.keep_naming(wave.wave_id, naming)
        db.session.commit()
    with doors["publisher"].app_context():
        assert review_sheets.namings(wave.wave_id) == [naming]
        programme = voting.wave_of(wave).programme
        own_codebooks.propose(programme, "Parking", ["car park"], "scheduler")
        review_sheets.take_away(wave.wave_id)
        db.session.commit()
        assert [one.title for one in own_codebooks.of(programme).themes] == ["Parking"]
        assert not review_sheets.is_laid_out(wave.wave_id)
        review_sheets.destroy_key(wave.wave_id)


def test_a_pulse_ended_by_hand_at_the_office_closes_everywhere(stores, doors):
    owner, _ = stores
    wave = voting.open_voting(owner, slug="harbour")
    with doors["office"].app_context():
        posted.catch_up()
    browser = doors["office"].test_client()
    factories.sign_in(browser, "hr")
    person = wave.people[0]
    last = voting.arrive(doors["registrar"].test_client(), person.token).press("all")
    assert browser.post(f"/waves/{wave.wave_id}/close").status_code == 303
    assert last.press("send.unless-hints").response.status_code == 409
    for role in ("opener", "registrar", "opener"):
        with doors[role].app_context():
            jobs.tick(clock.now())
    with owner.app_context():
        assert voting.wave_of(wave).state == "opened"
    assert voting.ballots(owner, wave) == 0


def test_the_office_s_account_is_enough_for_every_page_of_the_office(stores, doors):
    owner, _ = stores
    voting.open_voting(owner, slug="quayside")
    with owner.app_context():
        key = published.programme("lockside").waves[-1].results_key
        factories.committed()
    office = doors["office"]
    browsers = {}
    for role in factories.ROLES:
        browsers[role] = office.test_client()
        factories.sign_in(browsers[role], role)
    seen, failed = 0, []
    for rule in office.url_map.iter_rules():
        values = {"slug": "quayside", "number": 1, "key": key}
        if "GET" not in rule.methods or not rule.arguments <= values.keys():
            continue
        path = rule.build({name: values[name] for name in rule.arguments})[1]
        for role, browser in browsers.items():
            answer = browser.get(path)
            seen += answer.status_code == 200
            if answer.status_code >= 500:
                failed.append((role, path, answer.status_code))
    assert failed == []
    assert seen > 40
