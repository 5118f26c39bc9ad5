"""A roster goes in whole or not at all, and a bad file gets a sentence that says what to do."""

import contextlib
import os
import time
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from surveyapp.errors import NotFound, NotNow, Rejected
from surveyapp.extensions import who_session
from surveyapp.models.people import Person
from surveyapp.services import authoring, roster, roster_file, uploads
from tests import factories

NOW = datetime(2026, 11, 22, 9)
HEAD = "name,email,unit\n"
GOOD = HEAD + "Ann Lee,ann@example.org,Children/Duty/East\nBo Day,bo@example.org,Children/Duty\n"


@pytest.fixture
def programme(app):
    with app.app_context():
        made = authoring.create_programme("Pulse", "Riverside Care")
        factories.committed()
        yield made


def read(text, programme, attributes=()):
    data = text if isinstance(text, bytes) else text.encode()
    return roster.read(data, programme, attributes)


def lines(preview):
    return [(problem.line, problem.text) for problem in preview.problems]


def test_a_preview_changes_nothing_and_an_applied_one_everything(programme):
    preview = read(GOOD, programme)
    assert [change.kind for change in preview.changes] == ["added", "added"]
    assert roster.people(programme) == []
    roster.apply(preview)
    assert [person.unit_key for person in roster.people(programme)] == [
        "Children/Duty/East",
        "Children/Duty",
    ]
    assert roster.units(programme).groups[0].headcount == 2


def test_the_preview_says_who_comes_moves_changes_name_and_leaves(programme):
    roster.apply(read(GOOD + "Cy Fox,cy@example.org,Children\n", programme))
    preview = read(
        HEAD
        + "Ann Lee,ann@example.org,Children/Duty\nBo Day-Lee,BO@example.org,Children/Duty\n"
        + "Di Orr,di@example.org,Children\n",
        programme,
    )
    assert [(change.kind, change.email) for change in preview.changes] == [
        ("moved", "ann@example.org"),
        ("renamed", "bo@example.org"),
        ("added", "di@example.org"),
        ("leaving", "cy@example.org"),
    ]
    roster.apply(preview)
    again = read(GOOD, programme)
    assert [person.email for person in roster.people(programme)] == [
        "ann@example.org", "bo@example.org", "di@example.org",
    ]  # fmt: skip
    assert again.unchanged == 0


def test_somebody_who_comes_back_is_the_same_person(programme):
    roster.apply(read(GOOD, programme))
    first = {person.email: person.id for person in roster.people(programme)}
    roster.apply(read(HEAD + "Bo Day,bo@example.org,Children/Duty\n", programme))
    roster.apply(read(GOOD, programme))
    assert {person.email: person.id for person in roster.people(programme)} == first


def test_every_bad_line_is_listed_and_nothing_is_changed(programme):
    preview = read(
        GOOD
        + ",no-name@example.org,Children\n"
        + "No Mail,,Children\n"
        + "No Unit,unit@example.org,\n"
        + "Twice Ann,ANN@example.org,Children\n"
        + "=1+1,formula@example.org,Children\n"
        + "Bad Mail,nobody,Children\n"
        + "Gap,gap@example.org,Children//East\n"
        + f"{'x' * 201},long@example.org,Children\n"
        + "Many,many@example.org,Children,extra\n"
        + "Spelt,spelt@example.org,children/duty\n",
        programme,
    )
    assert [line for line, _ in lines(preview)] == list(range(4, 14))
    said = [text for _, text in lines(preview)]
    assert "repeats the email ann@example.org of line 2" in said[3]
    assert "starts with “=”, as a formula does" in said[4]
    assert "Write it as Service/Team" in said[6]
    with pytest.raises(Rejected) as refusal:
        roster.apply(preview)
    assert len(refusal.value.details) == 10
    assert who_session().scalars(select(Person)).all() == []


def test_line_numbers_count_line_breaks_inside_quotes_and_empty_lines(programme):
    preview = read(HEAD + '"Ann\nLee",ann@example.org,Children\n\nNo Mail,,Children\n', programme)
    assert [line for line, _ in lines(preview)] == [2, 5]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_formulas_are_refused_in_every_column(programme, sign):
    for row in (f"{sign}x,a@example.org,C", f"A,{sign}a@example.org,C", f"A,a@example.org,{sign}C"):
        assert "as a formula does" in lines(read(HEAD + row, programme))[0][1]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"PK\x03\x04 rest of a workbook", "workbook"),
        (b"\xd0\xcf\x11\xe0 an older workbook", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"name,email\nAnn,ann@example.org\n", "Missing: unit"),
        (b"hello world", "Missing: name, email, unit"),
        (b"name,email,unit\n", "no people"),
        (b"name,name,email,unit\na,b,c,d\n", "twice"),
        (b'name,email,unit\n"Ann,ann@example.org,' + b"x" * 200_000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_with_a_sentence(programme, data, sentence):
    with pytest.raises(Rejected, match=sentence):
        read(data, programme)


@pytest.mark.parametrize("rubbish", [os.urandom(10_000_000), b"rubbish " * 1_250_000])
def test_ten_megabytes_of_rubbish_are_refused_at_once(programme, rubbish):
    start = time.monotonic()
    with pytest.raises(Rejected):
        read(rubbish, programme)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_spreadsheets_write_text_in_several_ways(programme, encoding):
    text = "name;email;unit\r\nZoë Ångström;zoe@example.org;Children\r\n"
    assert read(text.encode(encoding), programme).rows[0].name == "Zoë Ångström"


def test_an_older_windows_file_is_read_with_a_warning(programme):
    preview = read("name\temail\tunit\nZoë\tzoe@example.org\tC\n".encode("cp1252"), programme)
    assert preview.rows[0].name == "Zoë"
    assert "accents" in preview.note


def test_units_may_come_with_their_parents(programme):
    preview = read(
        "name,email,unit,parent\n,,Duty,Children\n,,Children,\n"
        "Ann,ann@example.org,East,Duty\nBo,bo@example.org,East,\n",
        programme,
    )
    assert not preview.problems
    assert [row.unit for row in preview.rows] == ["Children/Duty/East"] * 2


def test_a_ring_of_units_is_told_at_every_line_of_it(programme):
    preview = read(
        "name,email,unit,parent\n,,A,B\n,,B,C\n,,C,A\nAnn,ann@example.org,A,\n", programme
    )
    assert [line for line, _ in lines(preview)] == [2, 3, 4, 5]
    assert all("ring" in text for _, text in lines(preview))


def test_a_parent_that_no_line_describes_is_told(programme):
    preview = read("name,email,unit,parent\nAnn,ann@example.org,East,Duty\n", programme)
    assert "needs the unit “Duty”" in lines(preview)[0][1]


def test_a_unit_in_two_places_is_told(programme):
    preview = read(
        "name,email,unit,parent\n,,C,\n,,D,\nAnn,ann@example.org,East,C\n"
        "Bo,bo@example.org,East,D\n",
        programme,
    )
    assert (5, "puts “East” in “D”, but line 4 puts it in “C”. Choose one.") in lines(preview)


def test_columns_that_were_not_agreed_are_left_unread(programme):
    preview = read("name,email,unit,birthday\nAnn,ann@example.org,C,1 May\n", programme)
    assert preview.unread == ("birthday",)
    assert preview.rows[0].attributes == {}


def test_agreed_columns_must_be_coarse_and_at_most_three(programme):
    many = "".join(f"P{n},p{n}@example.org,C,Days\n" for n in range(20))
    text = "name,email,unit,shift\n" + many + "Ann,ann@example.org,C,Nights\n"
    preview = read(text, programme, ["shift"])
    assert [line for line, _ in lines(preview)] == [22]
    assert "covers 1 people" in lines(preview)[0][1]
    with pytest.raises(Rejected, match="at most three"):
        read(text, programme, ["a", "b", "c", "d"])
    with pytest.raises(Rejected, match="Missing: grade"):
        read(text, programme, ["grade"])


def test_too_many_lines_are_refused(programme, monkeypatch):
    monkeypatch.setattr(roster_file, "MOST_ROWS", 3)
    with pytest.raises(Rejected, match="at most 3 lines"):
        read(GOOD * 3, programme)


CELLS = st.text(alphabet='ab/",;\t\r\n=@. \x00é', max_size=12)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(["name,email,unit", "name;email;unit;parent", "email\tname\tunit", ""]),
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
def test_whatever_a_file_holds_it_is_read_or_refused_with_a_sentence(
    programme, head, rows, encoding
):
    text = "\n".join([head, *(",".join(row) for row in rows)])
    preview = None
    with contextlib.suppress(Rejected):
        preview = read(text.encode(encoding), programme)
    if preview is not None:
        assert all(problem.text.endswith(".") for problem in preview.problems)
        assert preview.tree.people == len(preview.rows)


def test_a_preview_of_an_older_roster_is_not_applied(programme):
    preview = read(GOOD, programme)
    roster.apply(read(HEAD + "Cy Fox,cy@example.org,Children\n", programme))
    with pytest.raises(NotNow, match="changed since"):
        roster.apply(preview)


def test_ten_thousand_people_take_a_couple_of_seconds(programme):
    text = HEAD + "".join(
        f"Person {n},p{n}@example.org,Children/Service {n % 40}/Team {n % 600}\n"
        for n in range(10_000)
    )
    start = time.monotonic()
    roster.apply(read(text, programme))
    # About a second on a quiet machine; a cost that grew with the square would take minutes.
    assert time.monotonic() - start < 30
    assert roster.units(programme).people == 10_000


def test_a_file_put_aside_comes_back_whole_for_a_day_only(programme, app):
    now = NOW
    key = uploads.keep(b"some data\nmore", {"base": "x"}, now=now)
    assert uploads.take(key, now=now)[0] == b"some data\nmore"
    path = os.path.join(app.instance_path, "uploads", key)
    assert os.stat(path).st_mode & 0o077 == 0
    with pytest.raises(NotFound):
        uploads.take("../config.py", now=now)
    with pytest.raises(NotFound):
        uploads.take(key, now=now + uploads.KEPT)
    assert uploads.purge(now + uploads.KEPT) == 1
    with pytest.raises(NotFound):
        uploads.take(key, now=now)


def test_a_file_altered_while_aside_is_not_used(programme, app):
    now = NOW
    key = uploads.keep(b"some data", {}, now=now)
    path = os.path.join(app.instance_path, "uploads", key)
    os.chmod(path, 0o600)
    with open(path, "ab") as file:
        file.write(b"!")
    with pytest.raises(NotFound):
        uploads.take(key, now=now)


def test_a_file_cut_short_by_a_crash_neither_stops_uploads_nor_stays(programme, app):
    key = uploads.keep(b"some data", {}, now=NOW)
    path = os.path.join(app.instance_path, "uploads", key)
    os.chmod(path, 0o600)
    open(path, "wb").close()
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    uploads.keep(b"other data", {}, now=NOW)
    assert uploads.purge(NOW + 2 * uploads.KEPT) == 2
    assert not os.path.exists(path)


@pytest.mark.parametrize("part", ["..", ".", "=1+1", "@x", "x" * 201])
def test_no_part_of_a_unit_is_a_formula_or_a_step_in_an_address(part):
    table = roster_file.read(f"name,email,unit\nAda,ada@example.org,Care/{part}\n".encode())
    assert table.rows == ()
    assert [problem.line for problem in table.problems] == [2]
