"""KEY-1, KEY-2, LOG-2 and LOG-3 (SECURITY 11) against the respondents' script in a real browser."""

import base64
import hashlib
import json
import os
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from surveyapp import bundle
from surveyapp.crypto import base64url, blind
from surveyapp.crypto.canonical import canonical
from tests.browser.locks import somebody

SAID = "zebras queue politely outside the linen cupboard"
STOPPED = "This page has stopped"
# Half a second each: all of them under CI, and where the page of figures is written.
GIVEN_UP = 50 if os.environ.get("CI") or os.environ.get("SECURITY_FIGURES") else 4


@pytest.fixture(scope="module")
def stranger():
    """A signing key that nobody promised."""
    return blind.generate()


@pytest.fixture(scope="module")
def short():
    return blind.generate(2048)


def answer(page, path, change):
    """Whoever runs the server changes what it answers at this path."""

    def handle(route):
        kept = route.fetch()
        body = change(kept.json())
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        route.fulfill(response=kept, body=data)

    page.route(f"**{path}", handle)


def another_key(said, _poll, key, _short):
    return said | {"public_key": base64url.encode(key.public.der)}


def another_group_s_key(said, poll, *_):
    other = next(one for one in poll.covenant["classes"] if one["key"] != said["class"])
    return said | {"class": other["key"]}


def a_group_not_in_the_promises(said, *_):
    return said | {"class": f"{said['class']}/Robin"}


def another_pulse(said, *_):
    return said | {"wave": said["wave"][::-1]}


def another_row_of_the_list(said, *_):
    return said | {"roster": said["roster"] | {"index": said["roster"]["index"] ^ 1}}


def no_row_of_the_list(said, *_):
    return said | {"roster": None}


def a_step_of_the_proof_changed(said, *_):
    first, *rest = said["roster"]["proof"]
    return said | {"roster": said["roster"] | {"proof": [first[::-1], *rest]}}


LIES = [
    another_key,
    another_group_s_key,
    a_group_not_in_the_promises,
    another_pulse,
    another_row_of_the_list,
    no_row_of_the_list,
    a_step_of_the_proof_changed,
]


@contextmanager
def arriving(browser, poll, change):
    """Somebody opens their link on a server that answers their check with a lie."""
    with somebody(browser, poll) as one:
        one.collected = []
        one.page.on("request", lambda asked: one.collected.append(asked.url))
        answer(one.page, "/check", change)
        yield one


def stops(one, lie, record_figure):
    one.heading(STOPPED)
    assert one.page.get_by_role("button").count() == 0
    expect(one.page.locator("main")).to_contain_text("Tell Mo Bell, 01632 960 001")
    assert not [url for url in one.collected if url.endswith(("/collect", "/cast"))]
    name = lie.__name__.replace("_s_", "’s ").replace("_", " ")
    record_figure("KEY-1", f"{name}: stopped, nothing collected")


def test_the_same_way_without_a_lie_goes_on(browser, sealing):
    with arriving(browser, sealing, lambda said: said) as one:
        one.begin(next(sealing.people))
        assert one.page.title() == "Question 1 of 4 – Candour"


@pytest.mark.parametrize("lie", LIES)
def test_key_1_a_lie_about_key_group_pulse_or_list_stops_the_page(
    browser, sealing, stranger, short, lie, record_figure
):
    person = next(sealing.people)
    with arriving(browser, sealing, lambda said: lie(said, sealing, stranger, short)) as one:
        one.open(sealing.link(person))
        stops(one, lie, record_figure)


def naive(page):
    """The same script on the same page, but for its checks, which look away."""
    name = "client/checks.js"
    checks = (bundle.STATIC / name).read_text()
    blind_eye = checks.replace("if (!holds) throw", "if (false) throw").encode()
    assert blind_eye != checks.encode()
    hashed = dict(bundle.scripts())[name]
    other = f"sha256-{base64.b64encode(hashlib.sha256(blind_eye).digest()).decode()}"

    def changed(route):
        kept = route.fetch()
        route.fulfill(response=kept, body=kept.text().replace(hashed, other))

    page.route("**/v/", changed)
    page.route(
        f"**/static/{name}",
        lambda route: route.fulfill(body=blind_eye, content_type="text/javascript"),
    )


@pytest.mark.parametrize("lie", [another_key, no_row_of_the_list])
def test_key_1_the_same_lies_take_in_a_script_that_does_not_check(
    browser, sealing, stranger, short, lie
):
    person = next(sealing.people)
    with arriving(browser, sealing, lambda said: lie(said, sealing, stranger, short)) as one:
        naive(one.page)
        one.begin(person)
        assert one.page.title() == "Question 1 of 4 – Candour"


def a_lower_threshold(covenant, *_):
    covenant["rule"]["k"] = 2


def another_lock(covenant, *_):
    covenant["keys"]["outer"] = covenant["keys"]["inner"]


def another_wording(covenant, *_):
    covenant["questions"][0]["text"] += " "


@pytest.mark.parametrize("change", [a_lower_threshold, another_lock, another_wording])
def test_key_1_promises_that_are_not_the_link_s_stop_the_page(
    browser, sealing, change, record_figure
):
    covenant = json.loads(json.dumps(sealing.covenant))
    change(covenant)
    with arriving(browser, sealing, lambda said: said) as one:
        answer(one.page, "/covenant.json", lambda _: canonical(covenant))
        one.open(sealing.link(next(sealing.people)))
        stops(one, change, record_figure)


def a_class_of_one(covenant, said, key, _short):
    covenant["classes"].append(
        {"key": "Robin", "people": 1, "public_key_sha256": key.public.sha256()}
    )
    covenant["groups"].append(covenant["groups"][0] | {"key": "Robin", "counted_in": "Robin"})
    return said | {"class": "Robin", "public_key": base64url.encode(key.public.der)}


def a_short_key(covenant, said, _key, short):
    for one in covenant["classes"]:
        one["public_key_sha256"] = short.public.sha256()
    return said | {"public_key": base64url.encode(short.public.der)}


def another_script(covenant, said, *_):
    covenant["client"]["client/main.js"] = hashlib.sha256(b"another").hexdigest()
    return said


def a_script_more(covenant, said, *_):
    covenant["client"]["client/more.js"] = hashlib.sha256(b"more").hexdigest()
    return said


@pytest.mark.parametrize("lie", [a_class_of_one, a_short_key, another_script, a_script_more])
def test_key_1_promises_made_for_one_person_stop_the_page_though_the_link_names_them(
    browser, sealing, stranger, short, lie, record_figure
):
    covenant = json.loads(json.dumps(sealing.covenant))
    del covenant["roster"]

    def check(said):
        return lie(covenant, said, stranger, short)

    with arriving(browser, sealing, lambda said: check(said)) as one:
        check({})
        made = canonical(covenant)
        answer(one.page, "/covenant.json", lambda _: made)
        person = next(sealing.people)
        one.open(sealing.link(person, mark=hashlib.sha256(made).hexdigest()))
        stops(one, lie, record_figure)


def test_key_1_a_signature_by_another_key_stops_before_anything_is_cast(
    browser, sealing, stranger, record_figure
):
    person = next(sealing.people)
    with arriving(browser, sealing, lambda said: said) as one:
        one.begin(person)
        one.rate()
        one.say(SAID)
        one.page.unroute("**/collect")

        def sign(route):
            blinded = base64url.decode(route.request.post_data_json["blinded"])
            shrunk = (int.from_bytes(blinded) % stranger.n).to_bytes(len(blinded))
            route.fulfill(json={"signed": base64url.encode(blind.blind_sign(stranger, shrunk))})

        one.page.route("**/collect", sign)
        one.press("Send my answers")
        one.heading(STOPPED)
        assert not [url for url in one.collected if url.endswith("/cast")]
    record_figure("KEY-1", "a signature by another key: stopped, nothing cast")


@pytest.mark.parametrize("name", ["client/main.js", "client/bytes.js", "build/qr.js"])
def test_key_2_one_byte_of_the_script_changed_and_the_browser_runs_none_of_it(
    browser, sealing, name, record_figure
):
    person = next(sealing.people)
    with somebody(browser, sealing) as one:

        def change(route):
            kept = route.fetch()
            route.fulfill(response=kept, body=kept.body() + b" ")

        one.page.route(f"**/static/{name}", change)
        one.open(sealing.link(person))
        one.page.wait_for_timeout(150)
        assert any("integrity" in text for text in one.complaints)
        # The page stays as it is without script: the code is typed and the weaker promise stands.
        assert one.page.get_by_label("Your code").is_visible()
        expect(one.page.locator("#promise")).to_contain_text("The server sees your code")
    record_figure("KEY-2", f"{name}: the browser refuses it")


def test_key_2_a_changed_page_and_script_together_differ_from_the_promises(sealing, record_figure):
    listed = sealing.covenant["client"]
    assert listed == bundle.hashes()
    for name in bundle.FILES:
        held = bytearray((bundle.STATIC / name).read_bytes())
        held[len(held) // 2] ^= 1
        assert hashlib.sha256(held).hexdigest() != listed[name]
    count = len(bundle.FILES)
    record_figure(
        "KEY-2", f"{count} of {count} files with one bit changed differ from the promises"
    )


def test_log_2_bodies_hold_no_answer_and_have_one_size(browser, sealing, record_figure):
    sizes, bodies = {}, []
    said = [(("Agree",) * 3, SAID), (("Strongly disagree", "Neither", "Agree"), ""), ((), SAID * 8)]
    places = set()
    for ratings, text in said:
        person = next(sealing.people)
        while person.place in places:
            person = next(sealing.people)
        places.add(person.place)
        with somebody(browser, sealing) as one:

            def note(asked):
                if asked.method == "POST":
                    path = asked.url.rpartition("/")[2]
                    body = asked.post_data_buffer or b""
                    sizes.setdefault(path, set()).add(len(body))
                    bodies.append(body)

            one.page.on("request", note)
            one.begin(person)
            one.rate(ratings or ())
            for _ in range(3 - len(ratings)):
                one.press("Continue")
            one.say(text)
            one.send()
    assert len(places) == 3
    assert sizes.keys() == {"check", "collect", "cast", "done"}
    assert {path: len(found) for path, found in sizes.items()} == dict.fromkeys(sizes, 1)
    assert 6_000 < sizes["cast"].pop() < 8_000
    everything = b"".join(bodies)
    for mark in (SAID[:12], "speak_1", "barriers", "themes"):
        for form in (mark.encode(), mark.encode("utf-16-le"), *inside(mark)):
            assert form not in everything, mark
    record_figure("LOG-2", "3 people of 3 groups: answer text 0, one size for each kind of request")


def inside(mark):
    """What a text looks like within base64, at any of the three places it can start."""
    found = []
    for at in range(3):
        made = base64.urlsafe_b64encode(b"\0" * at + mark.encode())
        found.append(made[-(-8 * at // 6) + 1 : -4])
    return [one for one in found if len(one) > 4]


def test_the_search_for_answers_in_bodies_finds_them_where_nothing_is_sealed():
    for at in range(3):
        naive = base64.urlsafe_b64encode(b"x" * at + SAID.encode() + b"yz")
        assert any(form in naive for form in inside(SAID[:12]))


LEFT = """
async () => ({
  local: Object.entries(localStorage),
  session: Object.entries(sessionStorage),
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  cookies: document.cookie,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  addresses: [...new Set(navigation.entries().map((one) => one.url))],
  states: navigation.entries().map((one) => typeof (one.getState() ?? 0)),
  name: window.name,
})
"""


@pytest.mark.parametrize("until", ["landing", "questions", "check", "sent"])
def test_log_3_nothing_stays_in_storage_cache_or_history(browser, sealing, until, record_figure):
    with somebody(browser, sealing) as one:
        person = next(sealing.people)
        if until == "landing":
            one.open(sealing.link(person))
            one.press("Start now")
            one.heading("Your group")
        else:
            one.begin(person)
        if until in ("check", "sent"):
            one.rate()
            one.say(SAID)
        if until == "sent":
            one.send()
            assert SAID not in one.page.content()
            for _ in range(3):
                one.page.go_back()
                one.heading("Thank you. Your answers are in.")
        left = one.page.evaluate(LEFT)
        assert left.pop("addresses") == [f"{sealing.address}/v/"]
        assert set(left.pop("states")) == {"number"}
        assert not any(left.values()), left
        kept = one.page.context.storage_state(indexed_db=True)
        assert kept == {"cookies": [], "origins": []}
        one.open("/trust")
        one.page.go_back()
        assert SAID not in one.page.content()
        assert person.token not in one.page.content()
    record_figure("LOG-3", f"left at “{until}”: 0 bytes in storage, databases, cache and history")


def test_log_3_sessions_given_up_leave_nothing(browser, sealing, record_figure):
    with somebody(browser, sealing) as one:
        person = next(sealing.people)
        for number in range(GIVEN_UP):
            one.open(sealing.link(person))
            if number % 10 == 0:
                one.press("Start now")
                one.press("All on one page")
                one.page.get_by_role("textbox").fill(SAID)
            one.page.goto("about:blank")
        one.open("/trust")
        left = one.page.evaluate(LEFT)
        del left["addresses"], left["states"]
        assert not any(left.values()), left
        kept = one.page.context.storage_state(indexed_db=True)
        assert kept == {"cookies": [], "origins": []}
    record_figure("LOG-3", f"{GIVEN_UP} sessions given up: 0 bytes in storage, databases and cache")
