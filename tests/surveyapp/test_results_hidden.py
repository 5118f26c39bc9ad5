"""Results in which groups are hidden: nothing is claimed of them, and no page is a dead end."""

import pytest
from bs4 import BeautifulSoup

from analysis.dataset import Unit
from tests import factories
from tests.analysis.made import answers
from tests.analysis.summarised import summary

# Adult care and Days cannot be shown beside a small Bank staff and a small Office; Nights can.
SERVICE = (
    Unit("org", "Org", None, 150),
    Unit("care", "Adult care", "org", 114),
    Unit("days", "Days", "care", 50),
    Unit("nights", "Nights", "care", 50),
    Unit("bank", "Bank staff", "care", 14),
    Unit("office", "Office", "org", 36),
)
ANSWERED = {"days": 40, "nights": 40, "bank": 5, "office": 8}
SMALL = (
    Unit("org", "Org", None, 72),
    *(Unit(f"team{place}", f"Team {place}", "org", 9) for place in range(8)),
)


@pytest.fixture
def results(app):
    """Make results public; the address of their pages."""

    def publish(units, answered):
        with app.app_context():
            found = summary(answers(answered, 1, items=5), units)
            wave = factories.a_wave(state="published", label=found.wave.label)
            factories.a_publication(wave, summary=found)
            factories.committed()
            return f"/r/{wave.results_key}"

    return publish


@pytest.fixture
def service(results):
    return results(SERVICE, ANSWERED)


@pytest.fixture
def whole(results):
    return results(SMALL, {f"team{place}": 7 for place in range(8)})


def main(response):
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser").main


def links(page):
    return {" ".join(a.get_text(" ").split()): a["href"] for a in page.find_all("a")}


def words(page):
    return " ".join(page.get_text(" ").split())


def test_a_hidden_service_leads_to_its_teams(stranger, service):
    page = main(stranger.get(f"{service}/groups/care"))
    assert "Not shown" in words(page)
    parts = page.find("h2", string="Parts of Adult care").find_next("ul").find_all("li")
    assert [words(part) for part in parts] == [
        "Days ▨ Not shown",
        "Nights",
        "Bank staff ▨ Not shown",
    ]
    assert links(page)["Nights"] == f"{service}/groups/nights"


def test_a_team_leads_up_to_what_is_shown_and_not_to_a_hidden_service(stranger, service):
    found = links(main(stranger.get(f"{service}/groups/nights")))
    assert found["Look at Org, of which this is a part"] == f"{service}/groups/org"
    assert not any(href.endswith("/groups/care") for href in found.values())


def test_where_only_the_whole_is_shown_nothing_is_said_of_groups(stranger, whole):
    overview = words(main(stranger.get(whole)))
    assert "clearly differs" not in overview
    assert "No group is shown alone, so none is set against the rest." in overview
    groups = words(main(stranger.get(f"{whole}/groups")))
    assert "Only the whole organisation is shown." in groups
    assert "Key:" not in groups
    assert groups.count("Not shown") >= 16


def test_where_some_groups_are_shown_nothing_is_said_of_the_others(stranger, service):
    overview = words(main(stranger.get(service)))
    assert "No group that is shown clearly differs from the rest." in overview
    assert "Key:" in words(main(stranger.get(f"{service}/groups")))
