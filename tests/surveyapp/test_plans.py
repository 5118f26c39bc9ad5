"""Which groups will have results: told to HR on the draft, by the rule that will decide."""

import pytest
from bs4 import BeautifulSoup

from analysis.disclosure import Rule
from surveyapp import clock
from surveyapp.errors import NotNow
from surveyapp.services import plans, waves
from tests import factories

SIZES = {"Riverside/Days": 40, "Riverside/Nights": 20, "Riverside/Kitchen": 5, "Riverside": 9}


def page(response):
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ").split())


@pytest.fixture
def app(make_app):
    return make_app(CLASS_KEY_BITS=1024)


def a_draft(people=True, **more):
    programme = factories.a_programme()
    for unit, size in (SIZES if people else {}).items():
        for number in range(size):
            factories.a_person(programme, f"{unit.replace('/', ' ')} {number}", unit=unit)
    return factories.a_wave(programme, "draft", units=False, **more)


def by_name(plan):
    return {line.name: line for line in plan.lines}


def test_each_group_is_told_what_it_will_see(app):
    """40 of Days: 16, 24 and 32 answers. Nights: 8, 12 and 16. The Kitchen’s five are counted with
    the nine of Riverside: 6, 8 and 11, so at 60 % Nights would leave those eight alone."""
    with app.app_context():
        lines = by_name(plans.of(a_draft()))
        assert [cell.words for cell in lines["Days"].cells] == [
            "In words only", "Rounded to 5", "Rounded to 5",
        ]  # fmt: skip
        assert [cell.words for cell in lines["Nights"].cells] == [
            "Not shown", "Not shown", "In words only",
        ]  # fmt: skip
        assert lines["Nights"].cells[0].more == "Part of Riverside"
        assert lines["Kitchen"].note == "Too small alone: its answers count in Riverside."
        assert {cell.words for cell in lines["Kitchen"].cells} == {"Not shown"}
        assert (lines["Riverside"].depth, lines["Days"].depth) == (0, 1)


def test_a_smaller_change_shows_where_more_answer(app):
    with app.app_context():
        whole = by_name(plans.of(a_draft()))["Riverside"]
    points = [int(cell.more.split("about ")[1].split()[0]) for cell in whole.cells]
    assert points == sorted(points, reverse=True)
    assert points[0] > points[-1] > 0


def test_a_stricter_rule_shows_fewer(app):
    with app.app_context():
        wave = a_draft(rule=Rule(k=20, headcount=22, k_full=25).to_dict())
        assert [cell.words for cell in by_name(plans.of(wave))["Days"].cells] == [
            "Not shown", "Rounded to 5", "Rounded to 5",
        ]  # fmt: skip
        assert (plans.of(wave).answers, plans.of(wave).people) == (20, 22)


def test_the_page_is_reached_from_the_draft_and_says_it_in_words(app, hr):
    with app.app_context():
        wave_id = a_draft().id
        factories.committed()
    assert f'href="/waves/{wave_id}/plan"' in hr.get(f"/waves/{wave_id}/").text
    sent = hr.get(f"/waves/{wave_id}/plan")
    said = page(sent)
    assert "<title>Which groups will have results" in sent.text
    assert "If 40% answer" in said
    assert "12 or more people are in it and 10 or more of them answer" in said
    assert "If 6 in 10 answer, 2 of 4 groups have results." in said
    assert "Part of Riverside" in said
    assert sent.text.count("<script") == hr.get(f"/waves/{wave_id}/").text.count("<script")


def test_before_there_is_a_roster_the_page_says_what_to_do(app, hr):
    with app.app_context():
        wave_id = a_draft(people=False).id
        factories.committed()
    sent = hr.get(f"/waves/{wave_id}/plan")
    assert "Nobody is on the roster yet" in page(sent)
    assert "/programmes/riverside/roster" in sent.text
    assert "<table" not in sent.text


def test_nothing_is_planned_once_the_promises_are_locked(app, hr):
    with app.app_context():
        wave = a_draft()
        factories.committed()
        waves.commit(wave, actor="hr@example.org", now=clock.now())
        factories.committed()
        with pytest.raises(NotNow):
            plans.of(wave)
        wave_id = wave.id
    assert hr.get(f"/waves/{wave_id}/plan").status_code == 409
    assert "/plan" not in hr.get(f"/waves/{wave_id}/").text


@pytest.mark.parametrize("who", ["board", "manager"])
def test_only_hr_plans(app, client, who):
    with app.app_context():
        wave_id = a_draft().id
        factories.committed()
    factories.sign_in(client, who)
    assert client.get(f"/waves/{wave_id}/plan").status_code == 403
