"""Every page of the application, in one small world: is it well made, and is it in plain words?

A new route must say here how it is opened; then all of these checks hold for it.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.amendments import Amendment
from surveyapp.permissions import EVERYONE
from surveyapp.services import authoring, results, roster, waves
from tests import desk, factories, own_themes, published
from tests.browser.harness import STYLES
from tests.needed import need

RESPOND_STYLES = STYLES.with_name("respond.css")
CONTROLS = "input:not([type=hidden]):not([type=submit]), select, textarea"
BANNED = (
    "anonymous", "significant", "drives", "driver", "impact", "because of", "no change",
    "stakeholder", "leverage", "utilise", "going forward", "touch base", "deep dive",
)  # fmt: skip
GRADE = 8.5


@dataclass(frozen=True)
class Page:
    """A page as somebody who may see it got it."""

    rule: str
    path: str
    status: int
    html: str
    soup: BeautifulSoup

    @property
    def respondent(self) -> bool:
        return self.path.startswith("/v/")


ROSTER = "name,email,unit\n" + "".join(
    f"Person {number},person{number}@example.org,{unit}\n"
    for number, unit in enumerate(["Harbour/Quay"] * 30 + ["Harbour/Nets"] * 30)
)


def a_promised_pulse():
    """A programme whose first pulse is committed, made by the services themselves."""
    now = clock.now()
    programme = authoring.create_programme("Harbour pulse", "Harbour Care")
    roster.apply(roster.read(ROSTER.encode(), programme))
    wave = authoring.create_wave(
        programme,
        factories.an_instrument(),
        label="Winter",
        opens_at=now + timedelta(days=2),
        closes_at=now + timedelta(days=16),
        publishes_at=now + timedelta(days=23),
        now=now,
    )
    waves.commit(wave, actor="harriet@example.org", now=now)


def a_hold(wave):
    """A proposal that everybody who may sign anything can see."""
    proposed = Amendment(
        wave_id=wave.id,
        change="hold",
        reason="mistake",
        proposed_on="2026-11-22",
        proposed_by_id=factories.an_account("hr", email="third@example.org").id,
    )
    db.session.add(proposed)
    db.session.flush()
    return proposed.id


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The application, and the values that its addresses may be made with."""
    app = factories.an_app(tmp_path_factory.mktemp("instance"), WTF_CSRF_ENABLED=True)
    with app.app_context():
        programme = published.programme()
        shown = programme.waves[-1]
        commitment = factories.a_commitment(results.publication_of(shown))
        waiting = desk.a_pulse(desk.plain(20), programme=programme)
        factories.a_publication(desk.wave(waiting))
        draft = factories.a_wave(programme, "draft")
        a_promised_pulse()
        values = {
            "slug": programme.slug,
            "number": desk.wave(waiting).number,
            "key": shown.results_key,
            "theme_id": "speaking_up",
            "unit_id": "nights",
            "commitment_id": commitment.id,
            "wave_id": draft.id,
            "amendment_id": a_hold(shown),
            "shipped_id": "workload",
            "own_id": own_themes.of(programme),
            "account_id": factories.an_account("board", email="second@example.org").id,
        }
        factories.committed()
    desk.lay_out(app)
    yield app, values
    factories.dispose([app])


# Pages that rightly refuse in this world.
MAY_REFUSE = {"/sign-in/set-up/<secret>"}
# Routes that no value above opens: what to open them with instead, or why there is no page.
OTHERWISE: dict[str, dict[str, object] | str] = {
    "results.file": "a file",
    "results.invited_file": "a file",
    "transparency.wave": {"slug": "harbour-pulse", "number": 1},
    "transparency.receipt": {"slug": "harbour-pulse", "number": 1},
    "transparency.covenant": "a file",
    "respond.covenant": "a file",
    "respond.facts": "a file",
    "transparency.board": "a file",
    "board.chart": "a picture",
    "review.comment": {"place": 1},
    "review.masks": "needs words that one reviewer masked: browser/test_review",
    "review.subject": "needs subjects that software found: test_review_subjects",
    "auth.enrol_picture": "a picture",
    "surveys.act": {"act": "commit"},
    "amendments.propose": {"change": "hold"},
    "people.preview": "follows a file that somebody sent: test_people",
    "admin.letter": "needs a letter: test_admin",
    "auth.set_up": {"secret": "not-a-real-one"},
    "witnessing.one": "needs a pulse with a witness: browser/test_witness_page",
    "witnessing.bundle": "a file",
    "witnessing.summary": "a file",
    "witnessing.page": "a file to save, which runs without us: browser/test_witness_page",
}


def addresses(app, values):
    """Each GET rule with its address, or ``None`` where nobody said how to open it."""
    for rule in app.url_map.iter_rules():
        other = OTHERWISE.get(rule.endpoint, {})
        if "GET" not in rule.methods or rule.endpoint == "static" or isinstance(other, str):
            continue
        given = {**values, **other}
        if rule.arguments <= given.keys():
            yield rule, rule.build({name: given[name] for name in rule.arguments})[1]
        else:
            yield rule, None


@pytest.fixture(scope="module")
def pages(world):
    """Every page, opened by somebody who may."""
    app, values = world
    found = []
    browsers = {}
    for rule, path in addresses(app, values):
        if path is None:
            continue
        access = app.view_functions[rule.endpoint].access
        role = None if access == EVERYONE else sorted(access)[0]
        if role not in browsers:
            browsers[role] = app.test_client()
            if role is not None:
                factories.sign_in(browsers[role], role)
        try:
            response = browsers[role].get(path, follow_redirects=True)
        except Exception as error:
            found.append(Page(rule.rule, path, 500, repr(error), BeautifulSoup("", "html.parser")))
            continue
        if response.mimetype == "text/html":
            soup = BeautifulSoup(response.text, "html.parser")
            for template in soup.select("template"):
                template.decompose()
            found.append(Page(rule.rule, path, response.status_code, response.text, soup))
    return found


@pytest.fixture(scope="module")
def pages_and_views(pages):
    """Every page, and every view that the script of a page makes from its templates."""
    views = []
    for page in pages:
        for template in BeautifulSoup(page.html, "html.parser").select("template"):
            body = f"<main>{template.decode_contents()}</main>"
            place = f"{page.path} {template['id']}"
            views.append(Page(page.rule, place, 200, body, BeautifulSoup(body, "html.parser")))
    assert len(views) > 20
    return [*pages, *views]


def none(problems):
    """Fail with every problem on a line of its own."""
    assert not problems, "\n".join(["", *map(str, problems)])


def failures(pages, check):
    """``check`` yields what is wrong with a page; all of it, page by page."""
    return [f"{page.path}: {what}" for page in pages if page.soup.main for what in check(page)]


def test_every_route_says_how_it_is_opened(world):
    unknown = [f"{rule} ({rule.endpoint})" for rule, path in addresses(*world) if path is None]
    assert not unknown, f"say in OTHERWISE how to open {unknown}"


def test_every_page_opens(pages):
    assert len(pages) > 30

    refused = [
        f"{page.path}: {page.status} {page.soup.get_text(' ', strip=True)[:200] or page.html}"
        for page in pages
        if page.status != 200 and page.rule not in MAY_REFUSE
    ]
    none(refused)


def test_titles_and_headings(pages):
    def check(page):
        title = page.soup.title.get_text()
        if not re.fullmatch(r"(Error: )?\S.* – Candour", title):
            yield f"title {title!r}"
        headings = page.soup.find_all("h1")
        if len(headings) != 1:
            yield f"{len(headings)} h1"
        levels = [int(tag.name[1]) for tag in page.soup.main.find_all(re.compile("^h[1-6]$"))]
        for before, after in zip([1, *levels], levels, strict=False):
            if after > before + 1:
                yield f"heading level {after} after {before}"

    none(failures(pages, check))


def test_skeleton(pages):
    def check(page):
        if not page.soup.html.get("lang"):
            yield "no language"
        if page.soup.main is None or page.soup.main.get("id") != "main":
            yield "no <main id=main>"
        if page.soup.header is None:
            yield "no header"
        if page.soup.find("a", href="#main") is None:
            yield "no skip link"
        ids = [tag["id"] for tag in page.soup.find_all(id=True)]
        yield from (f"id {name!r} twice" for name in set(ids) if ids.count(name) > 1)

    none(failures(pages, check))


def test_every_control_is_named(pages):
    def check(page):
        labels = {label.get("for") for label in page.soup.find_all("label")}
        for control in page.soup.select(CONTROLS):
            named = control.get("aria-label") or control.get("id") in labels
            if not (named or control.find_parent("label")):
                yield f"no label for {control.get('name')}"
        for radio in page.soup.select("input[type=radio]"):
            fieldset = radio.find_parent("fieldset")
            if fieldset is None or fieldset.legend is None:
                yield f"radio {radio.get('name')} outside a fieldset with a legend"

    none(failures(pages, check))


def test_every_button_picture_and_table_is_named(pages):
    def check(page):
        for button in page.soup.find_all("button"):
            if not button.get_text(strip=True):
                yield "a button without words"
        for picture in page.soup.find_all("img"):
            if picture.get("alt") is None:
                yield f"no alt for {picture.get('src')}"
        for table in page.soup.find_all("table"):
            if table.caption is None or not table.find("th", scope=True):
                yield "a table without caption or header"

    none(failures(pages, check))


def test_forms_of_staff_carry_a_token(pages):
    def check(page):
        for form in page.soup.find_all("form"):
            if form.get("method", "get").lower() != "post" or page.respondent:
                continue
            if page.rule == "/trust/<slug>/<int:number>/receipt":
                continue  # open to everyone, without a session; it changes nothing
            if form.find("input", {"name": "csrf_token"}) is None:
                yield f"form to {form.get('action')} without a token"

    none(failures(pages, check))


def leads_away(tag, value):
    """Whether an address lies outside; the Leave link does so on purpose."""
    away = re.match(r"\w+:|//", value) and not value.startswith(("mailto:", "tel:"))
    return bool(away) and "c-leave" not in tag.get("class", ())


def test_nothing_inline_and_nothing_from_elsewhere(pages):
    def check(page):
        for tag in page.soup.find_all(True):
            for name, value in tag.attrs.items():
                if name == "style" or name.startswith("on"):
                    yield f"<{tag.name} {name}>"
                if name in ("href", "src", "action") and leads_away(tag, value):
                    yield f"<{tag.name} {name}={value}>"
        if page.soup.find("style"):
            yield "<style>"
        for script in page.soup.find_all("script"):
            if not script.get("src", "").startswith("/static/"):
                yield "a script that is not our own file"

    none(failures(pages, check))


def test_every_class_is_in_the_stylesheet(pages):
    need(STYLES, RESPOND_STYLES)
    known = {
        sheet: set(re.findall(r"\.(-?[_a-zA-Z][\w-]*)", sheet.read_text(encoding="utf-8")))
        for sheet in (STYLES, RESPOND_STYLES)
    }

    def check(page):
        sheet = RESPOND_STYLES if "respond.css" in page.html else STYLES
        used = {name for tag in page.soup.find_all(class_=True) for name in tag["class"]}
        yield from sorted(used - known[sheet])

    none(failures(pages, check))


def words_of(page):
    """The sentences of a page: its paragraphs and list entries, without tables and code."""
    main = BeautifulSoup(str(page.soup.main), "html.parser")
    for tag in main.select("table, code, pre, .c-code, nav, label, legend"):
        tag.decompose()
    blocks = [tag.get_text(" ", strip=True) for tag in main.select("p, li, h1, h2, h3")]
    return [block for block in blocks if len(block.split()) > 3]


def syllables(word):
    """A rough count: groups of vowels, less a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    if word.lower().endswith("e") and not word.lower().endswith(("le", "ee")):
        groups -= 1
    return max(groups, 1)


def grade(text):
    """The Flesch-Kincaid grade: years of school needed. Age is about five more."""
    sentences = max(len(re.findall(r"[.!?:](?:\s|$)", text)), 1)
    words = re.findall(r"[A-Za-z’']+", text) or ["a"]
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_reading_grade_of_known_texts():
    assert grade("The cat sat on the mat. It was a warm day.") < 2
    hard = (
        "The organisational implementation of participatory methodologies necessitates "
        "considerable institutional reconfiguration across administrative hierarchies."
    )
    assert grade(hard) > 20


def test_words_are_plain(pages_and_views):
    def check(page):
        blocks = words_of(page)
        text = " ".join(block if block[-1] in ".?!:" else f"{block}." for block in blocks)
        if len(text.split()) > 30 and (found := grade(text)) > GRADE:
            yield f"reads at grade {found:.1f}"

    none(failures(pages_and_views, check))


def test_no_banned_words(pages_and_views):
    def check(page):
        text = page.soup.get_text(" ").lower()
        if page.path == "/codebook":  # names the words that people write
            return
        yield from (word for word in BANNED if re.search(rf"\b{re.escape(word)}\b", text))
        if "!" in text:
            yield "an exclamation mark"

    none(failures(pages_and_views, check))
