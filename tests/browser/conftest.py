"""One browser and one mirror for all browser tests, and a small world behind a real server."""

import pytest

from tests import factories, published, voting
from tests.browser import harness, locks
from tests.browser.mirror import hung


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    with harness.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def one_mirror(browser):
    with hung(browser) as mirror:
        yield mirror


@pytest.fixture
def mirror(one_mirror):
    """Shows copies of pages and looks them over; nobody is signed in."""
    one_mirror.page.context.clear_cookies()
    one_mirror.page.set_viewport_size(harness.DESK)
    one_mirror.page.emulate_media(forced_colors="null", color_scheme="null")
    return one_mirror


@pytest.fixture(scope="module")
def riverside(tmp_path_factory):
    """A served application with four published pulses: its address, results key and application."""
    folder = tmp_path_factory.mktemp("riverside")
    app = factories.an_app(folder / "instance", **voting.on_files(folder), WTF_CSRF_ENABLED=True)
    with app.app_context():
        key = published.programme().waves[-1].results_key
        factories.committed()
    with harness.serving(app) as address:
        yield address, key, app
    factories.dispose([app])


@pytest.fixture(scope="session")
def sealing(tmp_path_factory):
    """An open pulse whose keys are as strong as real ones, as it is served."""
    with locks.served(tmp_path_factory.mktemp("sealing")) as poll:
        yield poll


@pytest.fixture
def person(sealing):
    """The next of those who have not answered yet."""
    return next(sealing.people)


@pytest.fixture
def one(browser, sealing):
    """Somebody who answers that pulse in a fresh browser."""
    with locks.somebody(browser, sealing) as found:
        yield found


@pytest.fixture
def visitor(browser, riverside):
    """Somebody with a fresh browser."""
    with harness.visiting(browser, riverside[0]) as found:
        yield found
