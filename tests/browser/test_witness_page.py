"""The witness's page, from a file on the witness's own disk: it does what the command does."""

import hashlib
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from surveyapp import witness, witness_page
from surveyapp.crypto import bundle, merkle, peeled, witness_key
from surveyapp.crypto.canonical import canonical
from surveyapp.extensions import box_session
from surveyapp.models.ballots import Ballot
from tests import voting
from tests.browser import harness

WORD = "seven quiet lanterns"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "candour-witness.html"
    path.write_text(witness_page.page(), encoding="utf-8")
    return path


@pytest.fixture
def page(browser, page_file):
    with harness.visiting(browser, f"file://{page_file}") as visitor:
        asked = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        trouble = []
        visitor.page.on("pageerror", lambda error: trouble.append(str(error)))
        visitor.page.on("console", lambda said: trouble.append(said.text))
        yield visitor.open("")
        assert trouble == []
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []


def saved(page, button, *names):
    """Press a button and save the files that the page then offers, by their names' ends."""
    page.get_by_role("button", name=button).click()
    found = {}
    for name in names:
        link = page.locator(f"a[download$='{name}']")
        link.wait_for()
        with page.expect_download() as download:
            link.click()
        found[name] = download.value.path().read_bytes()
    return found


def make_keys(page, name):
    page.get_by_label("Your name as people will read it").fill(name)
    page.locator("#new-word").fill(WORD)
    page.locator("#again").fill(WORD)
    made = saved(page, "Make my keys", ".key", ".public.json")
    public = witness_key.PublicWitness.from_bytes(made[".public.json"])
    assert public.fingerprint() in page.locator("#made").text_content()
    return made[".key"], public


def open_ballots(page, sealed, key, tmp_path, board, word=WORD):
    (tmp_path / "sealed.bundle").write_bytes(sealed)
    (tmp_path / "noticeboard.jsonl").write_bytes(board)
    page.locator("#board").set_input_files(tmp_path / "noticeboard.jsonl")
    (tmp_path / "mine.key").write_bytes(key)
    page.locator("#bundle").set_input_files(tmp_path / "sealed.bundle")
    page.locator("#key").set_input_files(tmp_path / "mine.key")
    page.locator("#word").fill(word)


def board_of(app):
    """The noticeboard as anybody fetches it."""
    return app.test_client().get("/trust/noticeboard.jsonl").data


def refused(page):
    page.get_by_role("button", name="Check, open and shuffle").click()
    wrong = page.locator("#opened.wrong")
    wrong.wait_for()
    assert page.locator("#opened-files a").count() == 0
    return wrong.text_content()


def test_keys_made_on_the_page_open_a_pulse_there_and_at_the_command_line(page, make_app, tmp_path):
    key, public = make_keys(page, "Zoë, speak-up guardian")
    mine = witness_key.WitnessKey.from_bytes(key, WORD)
    assert mine.public() == public

    app = make_app(**voting.STRONG)
    wave = voting.open_voting(app, witnesses=(mine,))
    for number, person in enumerate(wave.people[:-1]):
        voting.vote(app, wave, person, {"speak_1": 1 + number % 5})
    with app.app_context():
        # One ballot's last letter changes on the disk, and one is no ballot any more.
        spoiled, altered = box_session().query(Ballot).limit(2)
        spoiled.record = b"\n" + spoiled.record[1:]
        raw = json.loads(altered.record)
        raw["signature"] = raw["credential"][:84] + "AA"
        altered.record = json.dumps(
            raw, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        ).encode()
        box_session().commit()
    voting.close(app, wave)
    sealed, board = voting.bundle(app, wave), board_of(app)

    open_ballots(page, sealed, key, tmp_path, board)
    made = saved(page, "Check, open and shuffle", "opened.json")["opened.json"]
    assert "Opened and shuffled: 28." in page.locator("#opened").text_content()

    # The command line gives the very same file, signatures and all.
    done = CliRunner().invoke(
        witness.witness,
        ["open", str(tmp_path / "sealed.bundle"), "--key", str(tmp_path / "mine.key"),
         "--out", str(tmp_path / "out.json"), "--board", str(tmp_path / "noticeboard.jsonl")],
        input=WORD + "\n",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.json").read_bytes() == made

    given = peeled.Peeled.from_bytes(made)
    assert given.rejected == {"form": 1, "signature": 1}
    opened = voting.open_ballots(app, wave, given)
    assert (opened.accepted, opened.rejected) == (28, {"form": 1, "signature": 1})

    # And the page refuses what it must.
    short = bundle.Bundle.from_bytes(sealed)
    short = bundle.Bundle(
        short.notice, short.covenant, short.classes, short.issued, short.records[1:]
    ).to_bytes()
    open_ballots(page, short, key, tmp_path, board)
    assert "not those that were in the box when the pulse closed" in refused(page)
    open_ballots(page, sealed, key, tmp_path, board, word="another word")
    assert refused(page) == "The passphrase does not open this file."
    stranger = witness_key.WitnessKey.new(public.name).to_bytes()
    open_ballots(page, sealed, stranger, tmp_path, board)
    assert "You are not a witness of this pulse" in refused(page)


def test_the_page_opens_a_key_from_the_command_line_and_no_second_pulse_of_that_name(
    page, make_app, tmp_path
):
    mine = witness_key.WitnessKey.new("Unison, Riverside branch")
    app = make_app(**voting.STRONG)
    wave = voting.open_voting(app, witnesses=(mine,))
    for person in wave.people[:3]:
        voting.vote(app, wave, person, {"speak_1": 1})
    voting.close(app, wave)
    sealed, board, key = voting.bundle(app, wave), board_of(app), mine.to_bytes(WORD)
    open_ballots(page, sealed, key, tmp_path, board)
    made = saved(page, "Check, open and shuffle", "opened.json")["opened.json"]
    peeled.Peeled.from_bytes(made).check(bundle.Bundle.from_bytes(sealed))
    assert made == voting.peel(sealed, mine).to_bytes()

    other = another_closing(bundle.Bundle.from_bytes(sealed))
    assert bundle.problems(other) == []
    open_ballots(page, other.to_bytes(), key, tmp_path, board)
    assert "no such closing line" in refused(page)
    closing, shown = (
        canonical(dict(one.notice)) for one in (bundle.Bundle.from_bytes(sealed), other)
    )
    open_ballots(page, other.to_bytes(), key, tmp_path, shown + b"\n")
    assert refused(page) == "The noticeboard is not sound. Open nothing."
    # Even a noticeboard that was forged to the end does not make them open a second time.
    open_ballots(page, other.to_bytes(), key, tmp_path, board.replace(closing, shown))
    assert "You have opened this pulse already, with other ballots." in refused(page)


def test_a_group_s_key_that_could_be_broken_stops_the_page_and_the_command(
    page, make_app, tmp_path
):
    mine = witness_key.WitnessKey.new("Mo")
    app = make_app(**voting.SETTINGS)
    wave = voting.open_voting(app, witnesses=(mine,))
    voting.close(app, wave)
    sealed, board = voting.bundle(app, wave), board_of(app)
    assert bundle.problems(bundle.Bundle.from_bytes(sealed)) == []
    open_ballots(page, sealed, mine.to_bytes(), tmp_path, board, word="")
    assert "Days: the key of this group is too weak." in refused(page)
    done = CliRunner().invoke(
        witness.witness,
        ["open", str(tmp_path / "sealed.bundle"), "--key", str(tmp_path / "mine.key"),
         "--out", str(tmp_path / "out.json"), "--board", str(tmp_path / "noticeboard.jsonl")],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "Days: the key of this group is too weak." in done.output
    assert not (tmp_path / "out.json").exists()


def test_the_page_opens_the_sealed_copy_of_the_results_with_the_witness_s_key_only(page, tmp_path):
    mine, other = (witness_key.WitnessKey.new(name) for name in ("Mo", "Uma"))
    summary = '{"themes":[{"title":"Zoë’s"}]}'.encode()
    pulse = "11111111-2222-4333-8444-555555555555"
    head = canonical({"format": "candour/sealed-summary/1", "wave": pulse, "witness": "Mo"})
    (tmp_path / "mine.key").write_bytes(mine.to_bytes(WORD))
    (tmp_path / "copy.sealed").write_bytes(head + b"\n" + mine.public().seal(pulse, summary))
    page.locator("#sealed").set_input_files(tmp_path / "copy.sealed")
    page.locator("#key-2").set_input_files(tmp_path / "mine.key")
    page.locator("#word-2").fill(WORD)
    assert saved(page, "Open the results", "results.json")["results.json"] == summary
    said = page.locator("#found").text_content()
    assert said == f"Opened. SHA-256 of the results: {hashlib.sha256(summary).hexdigest()}"
    (tmp_path / "other.key").write_bytes(other.to_bytes(WORD))
    page.locator("#key-2").set_input_files(tmp_path / "other.key")
    page.get_by_role("button", name="Open the results").click()
    page.locator("#found.wrong").wait_for()
    assert "no copy of results that your key opens" in page.locator("#found").text_content()
    assert page.locator("#found-files a").count() == 0


def another_closing(whole):
    """A second, lawful-looking bundle of the same wave, as a hostile server could lay out: what
    a witness peels twice, the difference tells one person's answers from the rest."""
    records = whole.records[1:]
    leaves = sorted(hashlib.sha256(record).hexdigest() for record in records)
    root = merkle.root([bytes.fromhex(leaf) for leaf in leaves]).hex()
    body = whole.notice["body"] | {"leaves": leaves, "root": root, "ballots": len(records)}
    return replace(whole, records=records, notice={**whole.notice, "body": body})


def test_the_page_is_for_saving_and_asks_nobody_for_anything(make_app, page):
    answer = make_app().test_client().get("/trust/witness.html")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text == witness_page.page()
    assert "default-src 'none'" in answer.text
    assert page.title() == "Candour: the witness’s page"
