"""Answering where script runs: locked on the device, sent once, changed until closing."""

import json
import re

import pytest
from playwright.sync_api import expect

from surveyapp.crypto import ballot, base64url, client, receipts
from surveyapp.services import promises, registrar, terms
from tests import voting
from tests.browser import harness
from tests.browser.harness import PHONE
from tests.browser.locks import opened, record_of, somebody, stored

SAID = "Rotas at 6 am Sunday"
SENT = re.compile(r"/(check|collect|cast|v/done)$")


def test_the_whole_way_by_link_and_what_the_box_then_holds(one, sealing, person):
    before, posts = stored(sealing), []
    one.page.on("request", lambda asked: asked.method == "POST" and posts.append(asked.url))
    one.open(sealing.link(person))
    expect(one.page.locator("#promise")).to_contain_text("Nothing in the databases or backups")
    one.press("Start now")
    one.heading("Your group")
    assert one.page.url == f"{sealing.address}/v/"
    assert "is safer" in one.page.content()
    one.press("Continue")
    assert one.page.title() == "Question 1 of 4 – Candour"
    one.rate()
    one.page.get_by_role("textbox").fill(SAID)
    expect(one.page.get_by_text("There is a time here (“6 am Sunday”)")).to_be_visible()
    one.press("Continue")
    assert one.page.title() == "Error: Question 4 of 4 – Candour"
    assert one.page.locator(":focus").inner_text().startswith("There is a problem")
    one.page.get_by_label("Board only").check()
    one.press("Continue")
    one.heading("Check your answers")
    assert [SENT.search(url)[1] for url in posts] == ["check"]
    receipt = one.send()
    expect(one.page).to_have_title("Thank you – Candour")
    assert [SENT.search(url)[1] for url in posts][:3] == ["check", "collect", "cast"]
    assert one.complaints == []
    assert one.forgotten

    record = record_of(sealing, before)
    said = opened(sealing, record)
    assert said.class_key == record.class_key == person.class_key
    assert said.ratings == {"speak_1": 4, "speak_2": 2, "work_1": -1}
    assert said.comments == (ballot.Comment("barriers", SAID, "board"),)
    assert receipts.shown(said.receipt()) == receipt


def test_who_is_counted_in_the_larger_group_only_seals_no_word_of_their_unit(one, sealing):
    person = next(one for one in sealing.people if one.class_key != "Riverside")
    before = stored(sealing)
    one.open(sealing.link(person))
    one.press("Start now")
    one.heading("Your group")
    one.page.get_by_label(re.compile("Count me in Riverside only")).check()
    one.press("Continue")
    one.rate()
    one.say("")
    counted = "Your answers count in Riverside and do not say which part of it you are in."
    expect(one.page.locator("main")).to_contain_text(counted)
    one.send()
    record = record_of(sealing, before)
    assert record.class_key == person.class_key
    assert opened(sealing, record).class_key == ballot.not_given("Riverside")
    assert one.complaints == []


def test_a_browser_s_record_has_the_form_of_the_server_s(one, sealing, person):
    before = stored(sealing)
    one.begin(person)
    one.rate()
    one.say(SAID)
    one.send()
    mine = json.loads(record_of(sealing, before).to_bytes())
    other = next(sealing.people)
    while other.class_key != person.class_key:
        other = next(sealing.people)
    before = stored(sealing)
    comments = [("barriers", SAID, "themes")]
    voting.vote(sealing.app, sealing.voting, other, {"speak_1": 1}, comments)
    servers = json.loads(record_of(sealing, before).to_bytes())

    def form(raw):
        return {
            name: [len(part) for part in value] if isinstance(value, list) else len(str(value))
            for name, value in raw.items()
        }

    assert form(mine) == form(servers)
    assert mine["counter"] == servers["counter"] == 1


def test_answering_again_replaces_while_the_page_is_open(one, sealing, person):
    before = stored(sealing)
    one.begin(person)
    one.rate()
    one.say(SAID)
    first = one.send()
    one.press("Answer again")
    assert one.page.locator("input:checked").count() == 0
    one.rate(("Strongly agree", "Disagree", "Agree"))
    assert one.page.get_by_role("textbox").input_value() == ""
    one.say("")
    second = one.send()
    assert first != second
    record = record_of(sealing, before)
    said = opened(sealing, record)
    assert (record.counter, said.ratings["speak_1"], said.comments) == (2, 5, ())


def test_a_typed_code_keeps_the_promise_and_shows_the_fingerprint(one, sealing, person):
    one.open("/v/")
    one.page.get_by_label("Your code").fill(f" {person.code[:4]}-{person.code[4:]} ".lower())
    one.press("Start now")
    one.heading("Your group")
    shown = one.page.locator("main .c-code").first.inner_text().replace(" ", "")
    assert sealing.mark.startswith(shown)
    assert len(shown) == 32
    assert one.page.locator("#qr").count() == 0
    one.press("All on one page")
    one.press("Send my answers")
    one.heading("Thank you. Your answers are in.")


def test_the_picture_for_a_phone_holds_the_link_and_is_drawn_here(one, sealing, person):
    one.open(sealing.link(person))
    one.press("Start now")
    one.page.get_by_text("Continue on my phone").click()
    picture = one.page.locator("#qr svg")
    assert picture.bounding_box()["width"] > 150
    asked = one.page.evaluate(
        """async (link) => {
          const { encode } = await import("/static/build/qr.js");
          return encode(link, { ecc: "L", border: 4 }).data.flat().filter(Boolean).length;
        }""",
        f"{sealing.address}{sealing.link(person)}",
    )
    assert picture.locator("path").get_attribute("d").count("M") == asked


def lose(page, path, times):
    """The next answers from this path get lost on their way back: the server has done its part."""
    left = [times]

    def handle(route):
        if left[0]:
            left[0] -= 1
            route.fetch()
            return route.abort()
        return route.continue_()

    page.route(f"**{path}", handle)


@pytest.mark.parametrize("path", ["/collect", "/cast"])
def test_a_lost_answer_is_asked_for_again_and_counts_once(one, sealing, person, path):
    before = stored(sealing)
    one.begin(person)
    one.rate()
    one.say("")
    lose(one.page, path, 2)
    one.page.evaluate("Math.random = () => 0.01")  # how long each wait is, by chance
    one.send()
    assert record_of(sealing, before).counter == 1


def test_without_a_connection_the_answers_stay_and_try_again_sends_them(one, sealing, person):
    before = stored(sealing)
    one.page.clock.install()
    one.begin(person)
    one.rate()
    one.say(SAID)
    lose(one.page, "/cast", 6)
    one.press("Send my answers")
    expect(one.page.locator("#sending")).to_contain_text("Your answers are still here")
    for _ in range(20):
        one.page.clock.run_for(10_000)
        one.page.wait_for_timeout(30)
        if "not sent yet" in one.page.title():
            break
    one.heading("Your answers are not sent yet")
    one.press("Back to my answers")
    assert one.page.get_by_text(SAID, exact=True).is_visible()
    one.send()
    record = record_of(sealing, before)
    assert opened(sealing, record).comments[0].text == SAID


def test_a_stolen_invitation_leads_to_the_page_that_reports_it(one, sealing, person):
    one.begin(person)
    one.rate()
    one.say("")
    with sealing.app.app_context():
        public = terms.of(sealing.voting.wave_id).classes[person.class_key]
    seed = client.new_seed()
    wish = client.begin(seed, str(sealing.voting.wave_id), person.class_key, public)
    thief = sealing.app.test_client()
    thief.post("/collect", json={"token": person.token, "blinded": base64url.encode(wish.blinded)})
    one.press("Send my answers")
    one.heading("This invitation has been used")
    one.press("It was not me")
    one.heading("Thank you for telling us")
    with sealing.app.app_context():
        assert registrar.reports(sealing.voting.wave_id) == 1
    one.open("/trust")
    one.open(sealing.link(person))
    one.press("Start now")
    one.heading("This invitation has been used")


def test_closing_while_somebody_answers_is_said(one, sealing, person):
    one.begin(person)
    one.rate()
    one.say("")
    one.page.route("**/cast", lambda route: route.fulfill(status=409, json={"error": "closed"}))
    one.press("Send my answers")
    one.heading("This pulse is closed")


def test_back_and_forward_walk_through_the_questions_and_keep_what_was_given(one, sealing, person):
    one.begin(person)
    one.rate(("Agree", "Disagree"))
    one.page.get_by_label("Strongly agree", exact=True).check()
    for number in (2, 1):
        one.page.go_back()
        expect(one.page).to_have_title(f"Question {number} of 4 – Candour")
    assert one.page.get_by_label("Agree", exact=True).is_checked()
    for number in (2, 3):
        one.page.go_forward()
        expect(one.page).to_have_title(f"Question {number} of 4 – Candour")
    assert one.page.get_by_label("Strongly agree", exact=True).is_checked()
    assert one.page.url == f"{sealing.address}/v/"


def test_without_a_secure_connection_the_page_says_so_and_waits(browser, sealing, person):
    with somebody(browser, sealing) as one:

        def pass_on(route):
            path = route.request.url.removeprefix("http://candour.test")
            answer = route.fetch(url=f"{sealing.address}{path}")
            headers = {k: v for k, v in answer.headers.items() if not k.startswith("cross-origin")}
            route.fulfill(response=answer, headers=headers)

        one.page.route("http://candour.test/**", pass_on)
        one.page.goto(f"http://candour.test{sealing.link(person)}")
        expect(one.page.get_by_text("This page cannot lock your answers.")).to_be_visible()
        notice = one.page.locator("#insecure")
        expect(notice).to_contain_text(promises.WORDS["basic"])
        assert not one.page.get_by_role("button", name="Start now").is_visible()
        one.press("Answer with the weaker promise")
        assert one.page.get_by_label("Your code").input_value() == ""
        one.page.get_by_label("Your code").fill(person.code)
        one.press("Start now")
        one.heading("Your group")
        assert "go" in one.page.locator("form button").first.get_attribute("name")
        one.page.unroute_all(behavior="ignoreErrors")


def test_with_a_wrong_code_the_page_says_so_and_takes_the_right_one(one, sealing, person):
    one.open("/v/")
    one.page.get_by_label("Your code").fill("ABCD EFGH JKMN")
    one.press("Start now")
    problem = one.page.locator(".govuk-error-summary")
    expect(problem).to_contain_text("That code does not work here")
    expect(problem).to_be_focused()
    one.page.get_by_label("Your code").fill(person.code)
    one.press("Start now")
    one.heading("Your group")


def test_every_view_is_accessible_on_a_small_phone(one, mirror, sealing, person):
    page = one.page
    page.set_viewport_size(PHONE)

    def look():
        mirror.copy(page)
        mirror.no_problems(PHONE)
        mirror.no_sideways_scroll()

    one.open(sealing.link(person))
    expect(page.locator("#promise")).to_contain_text("Nothing in the databases")
    look()
    one.press("Start now")
    one.heading("Your group")
    page.get_by_text("Continue on my phone").click()
    look()
    one.press("All on one page")
    one.heading("All questions")
    page.get_by_role("textbox").fill(SAID * 30)
    one.press("Send my answers")
    assert page.title() == "Error: All questions – Candour"
    assert page.locator(".govuk-error-summary li").count() == 2
    look()
    page.get_by_role("link", name="Choose how we may use").click()
    assert page.evaluate("document.activeElement.id") == "u-4-0"
    assert page.url == f"{sealing.address}/v/"
    one.press("One question at a time")
    look()
    one.rate()
    look()
    page.get_by_role("textbox").fill(SAID)
    one.say(SAID)
    look()
    one.page.route("**/cast", lambda route: route.fulfill(status=422, json={"error": "size"}))
    one.press("Send my answers")
    one.heading("Your answers are not sent yet")
    look()
    page.unroute("**/cast")
    one.press("Try again")
    one.heading("Thank you. Your answers are in.")
    look()


def test_a_box_at_another_address_takes_ballots_from_this_page_only(
    browser, sealing, person, monkeypatch
):
    config, kept = sealing.app.config, sealing.app.extensions
    with harness.serving(sealing.app) as box:
        monkeypatch.setitem(config, "BOX_URL", box)
        monkeypatch.setitem(config, "REGISTRAR_URL", sealing.address)
        kept.pop("candour_pages", None)
        with somebody(browser, sealing) as one:
            sent = []
            one.page.on("request", lambda asked: sent.append((asked.method, asked.url)))
            one.begin(person)
            one.rate()
            one.say("")
            one.send()
            assert ("POST", f"{box}/cast") in sent
            assert one.complaints == []
            elsewhere = "fetch(given, {method: 'POST'}).then(() => 'sent', () => 'refused')"
            refused = one.page.evaluate(f"(given) => {elsewhere}", "http://localhost:9/cast")
            assert refused == "refused"
            assert "Content Security Policy" in " ".join(one.complaints)
        kept.pop("candour_pages", None)
