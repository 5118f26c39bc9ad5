"""HR's set-up pages and the public promises in a real browser: checker, phone, no script."""

import pytest

from tests import factories, own_themes, voting
from tests.browser import harness
from tests.surveyapp.test_setting_up import ROSTER, new_wave, send

SMALL = "".join(f"Kit {n},kit{n}@example.org,Riverside/Kitchen\n" for n in range(5))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A served programme with a draft and an open pulse, a waiting preview, and HR's cookie."""
    folder = tmp_path_factory.mktemp("office")
    app = factories.an_app(folder / "instance", **voting.on_files(folder))
    with app.app_context():
        slug = factories.a_programme(contact="Sam, 01234 567890", simulated=True).slug
        factories.committed()
    hr = app.test_client()
    factories.sign_in(hr, "hr")
    hr.post(send(hr, slug, ROSTER + SMALL).location)
    opened = new_wave(hr, slug, label="Open pulse", questions="discover").location
    hr.post(f"{opened}commit")
    hr.post(f"{opened}open")
    draft = new_wave(hr, slug).location
    app.config["WTF_CSRF_ENABLED"] = True
    name, _ = app.session_interface.cookie(app)
    paths = {
        "roster": f"/programmes/{slug}/roster",
        "new pulse": f"/programmes/{slug}/waves/new",
        "draft": draft,
        "dates": f"{draft}dates",
        "open": opened,
        "close": f"{opened}close",
        "moved on": f"{opened}commit",
        "themes": f"/programmes/{slug}/codebook/",
    }
    with harness.serving(app) as address:
        yield address, paths, {"name": name, "value": hr.get_cookie(name).value, "url": address}
    factories.dispose([app])


# The others are looked over where the whole story is told by keyboard.
PAGES = ("dates", "open", "close", "moved on")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_passes_the_checker_and_fits_a_phone(office, mirror, page):
    address, paths, cookie = office
    mirror.page.context.add_cookies([cookie])
    shown = mirror.open(f"{address}{paths[page]}")
    mirror.passes()
    assert shown.locator("h1").count() == 1
    assert shown.title().endswith("– Candour")


def test_the_pages_of_bad_input_pass_the_checker(office, browser, mirror, tmp_path):
    address, paths, cookie = office
    bad = tmp_path / "roster.csv"
    bad.write_text(ROSTER + "No Mail,,Riverside\n")
    book = tmp_path / "book.csv"
    book.write_bytes(b"PK\x03\x04")
    with harness.visiting(browser, address) as visitor:
        visitor.context.add_cookies([cookie])
        for file, words in ((bad, "Line 32 has no email"), (book, "This is a workbook")):
            page = visitor.open(paths["roster"])
            page.set_input_files("input[type=file]", file)
            with page.expect_navigation():
                page.get_by_role("button", name="See what would change").click()
            assert words in page.content()
            assert page.title().startswith("Error: ")
            mirror.copy(page)
            mirror.passes()
        page = visitor.open(paths["new pulse"])
        with page.expect_navigation():
            page.get_by_role("button", name="Make the draft").click()
        assert page.locator("[role=alert]").count() == 1
        mirror.copy(page)
        mirror.passes()


def test_a_roster_goes_in_and_a_pulse_is_locked_by_keyboard_without_script(
    office, browser, tmp_path
):
    address, paths, cookie = office
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER + SMALL)
    with harness.visiting(browser, address, script=False) as visitor:
        visitor.context.add_cookies([cookie])
        page = visitor.open(paths["roster"])
        page.set_input_files("input[type=file]", file)
        with page.expect_navigation():
            page.get_by_role("button", name="See what would change").press("Enter")
        assert "What would change" in page.title()
        page = visitor.open(paths["draft"])
        with page.expect_navigation():
            page.get_by_role("link", name="Lock our promises").press("Enter")
        with page.expect_navigation():
            page.get_by_role("button", name="Lock our promises").press("Enter")
        assert "Locked, not open yet" in page.content()


def test_a_theme_is_added_by_keyboard_without_script_and_every_page_of_it_passes(
    office, browser, mirror
):
    address, paths, cookie = office
    theme = own_themes.PARKING
    with harness.visiting(browser, address, script=False) as visitor:
        visitor.context.add_cookies([cookie])

        def passes(page):
            mirror.copy(page)
            mirror.passes()

        def press(page, name, role="button"):
            with page.expect_navigation():
                page.get_by_role(role, name=name).first.press("Enter")

        page = visitor.open(paths["themes"])
        passes(page)
        press(page, "Add a theme", "link")
        for label, words in (
            ("Title", theme.title),
            ("What it means", theme.definition),
            ("What belongs to it", "spaces"),
            ("Phrases that show it", "and the\nparking\npermit\nmulti-storey\nbike shed"),
            ("Example of a problem", "Parking is full by seven."),
        ):
            page.get_by_label(label, exact=True).fill(words)
        press(page, "Save the theme")
        assert page.title().startswith("Error: ")
        assert "Line 1: The phrase “and the”" in page.content()
        passes(page)
        page.get_by_label("Phrases that show it").fill("\n".join(theme.phrases))
        press(page, "Save the theme")
        assert "Begins with the next pulse that you lock." in page.content()
        passes(page)
        press(page, "Rename Workload", "link")
        passes(page)
        page.get_by_label("What you call it").fill(own_themes.TITLE)
        press(page, "Save the title")
        assert own_themes.TITLE in page.content()
        press(page, "Stop using Parking", "link")
        passes(page)
    mirror.all_pass(address, "/codebook")
