"""Signing in: password, second step, set-up link, sessions."""

import base64
import re
import time
from datetime import timedelta

import pytest

from surveyapp import clock
from surveyapp.extensions import db
from surveyapp.models.accounts import Account, Role, SignInFailure, StaffSession
from surveyapp.services import accounts, second_step, staff_sessions
from tests import factories

SECRET = b"a secret of twenty b"
TOO_MANY = "There were five wrong tries for this address"


def digits(offset=0, secret=SECRET):
    return second_step.code_at(secret, int(time.time() // 30) + offset)


@pytest.fixture
def someone(app):
    """Someone of HR with a password and an app."""
    with app.app_context():
        account = factories.an_account("hr", password=factories.PASSWORD)
        codes = second_step.new_recovery_codes(account)
        db.session.commit()
    return codes


def password(client, email="hr@example.org", word=factories.PASSWORD, to=""):
    return client.post("/sign-in" + to, data={"email": email, "password": word})


def is_in(client):
    return client.get("/sign-in/account").status_code == 200


def test_password_then_digits_lets_in_and_goes_on(client, someone):
    step = password(client, to="?next=/sign-in/account")
    assert step.location == "/sign-in/code"
    assert not is_in(client)
    done = client.post("/sign-in/code", data={"code": digits()})
    assert done.location == "/sign-in/account"
    assert is_in(client)


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/x", "/\\evil", "x"])
def test_sign_in_never_goes_on_to_another_site(client, someone, elsewhere):
    password(client, to=f"?next={elsewhere}")
    assert client.post("/sign-in/code", data={"code": digits()}).location == "/"


def test_digits_work_once(app, client, someone):
    password(client)
    used = digits()
    client.post("/sign-in/code", data={"code": used})
    other = app.test_client()
    password(other)
    assert "used already" in other.post("/sign-in/code", data={"code": used}).text
    assert not is_in(other)
    assert other.post("/sign-in/code", data={"code": digits(1)}).status_code == 302


def test_a_recovery_code_works_once_in_any_spelling(app, client, someone):
    typed = someone[0].upper().replace("-", " ")
    password(client)
    assert client.post("/sign-in/code", data={"code": typed}).status_code == 302
    other = app.test_client()
    password(other)
    assert other.post("/sign-in/code", data={"code": typed}).status_code == 200
    with app.app_context():
        stored = accounts.by_email("hr@example.org").recovery_hashes
        assert len(stored) == 9
        assert not set(stored) & set(someone)


@pytest.mark.parametrize("email", ["hr@example.org", "nobody@example.org"])
def test_five_wrong_tries_pause_known_and_unknown_addresses_alike(app, client, someone, email):
    answers = [password(client, email, "wrong") for _ in range(7)]
    said = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert [TOO_MANY in text for text in said] == [False] * 5 + [True] * 2
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert TOO_MANY in password(client, email).text
    with app.app_context():
        for counted in db.session.query(SignInFailure):
            counted.since -= timedelta(minutes=15)
        db.session.commit()
    assert TOO_MANY not in password(client, email).text


def test_wrong_digits_count_as_wrong_tries(client, someone):
    password(client)
    for _ in range(5):
        client.post("/sign-in/code", data={"code": "000000"})
    refused = client.post("/sign-in/code", data={"code": digits()})
    assert TOO_MANY in refused.text
    assert not is_in(client)


def test_four_wrong_tries_and_a_right_one_let_in(client, someone):
    for _ in range(4):
        password(client, word="wrong")
    password(client)
    assert client.post("/sign-in/code", data={"code": digits()}).status_code == 302
    assert is_in(client)


def test_a_right_password_does_not_clear_wrong_digits(app, client, someone):
    """Whoever knows the password may not guess digits for ever."""
    refused = []
    for _ in range(7):
        password(client)
        refused.append(TOO_MANY in client.post("/sign-in/code", data={"code": "000000"}).text)
    assert any(refused[5:])
    assert TOO_MANY in password(client).text


def test_a_whole_sign_in_starts_the_count_anew(app, someone):
    for offset in (-1, 0, 1):
        client = app.test_client()
        password(client, word="wrong")
        password(client)
        assert client.post("/sign-in/code", data={"code": digits(offset)}).status_code == 302
    with app.app_context():
        assert db.session.query(SignInFailure).count() == 0


def test_the_cookie_is_a_fresh_reference_of_which_only_the_hash_is_stored(app, client, someone):
    client.get("/sign-in")  # before signing in
    with app.app_context():
        app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/sign-in")
    before = client.get_cookie("candour_staff").value
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    form = {"email": "hr@example.org", "password": factories.PASSWORD, "csrf_token": token}
    client.post("/sign-in", data=form)
    page = client.get("/sign-in/code")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    client.post("/sign-in/code", data={"code": digits(), "csrf_token": token})
    cookie = client.get_cookie("candour_staff")
    assert cookie.value != before
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with app.app_context():
        rows = db.session.query(StaffSession).all()
        assert [row.reference_sha256 for row in rows] == [staff_sessions.digest(cookie.value)]
        assert cookie.value not in rows[0].data


def test_behind_https_the_cookie_is_bound_to_the_host(make_app):
    app = make_app(SECURE_COOKIES=True, WTF_CSRF_ENABLED=True)
    answer = app.test_client().get("/sign-in", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-candour=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie


def test_forms_work_over_https_although_no_browser_sends_us_a_referrer(make_app):
    app = make_app(BASE_URL="https://candour.example", WTF_CSRF_ENABLED=True)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://candour.example")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    answer = client.post(
        "/sign-in",
        data={"email": "nobody@example.org", "password": "x", "csrf_token": token},
        base_url="https://candour.example",
    )
    assert "The address or the password is wrong" in answer.text


@pytest.mark.parametrize(
    ("started", "seen", "counts"),
    [(0, 29, True), (0, 31, False), (479, 1, True), (481, 1, False)],
)
def test_a_session_ends_when_idle_or_old(app, hr, started, seen, counts):
    with app.app_context():
        row = db.session.query(StaffSession).one()
        row.seen_at = clock.now() - timedelta(minutes=seen)
        row.started_at = clock.now() - timedelta(minutes=max(started, seen))
        db.session.commit()
    assert is_in(hr) is counts


def test_use_keeps_a_session_alive(app, hr):
    with app.app_context():
        row = db.session.query(StaffSession).one()
        row.seen_at -= timedelta(minutes=20)
        row.started_at -= timedelta(minutes=20)
        db.session.commit()
    assert is_in(hr)
    with app.app_context():
        row = db.session.query(StaffSession).one()
        assert clock.now() - row.seen_at < timedelta(minutes=1)


def test_sign_out_and_sign_out_everywhere(app, hr):
    other = app.test_client()
    factories.sign_in(other, "hr")
    third = app.test_client()
    factories.sign_in(third, "hr")
    assert other.post("/sign-in/out").location == "/sign-in"
    assert not is_in(other)
    assert is_in(hr)
    hr.post("/sign-in/account/out-everywhere")
    assert not is_in(hr)
    assert not is_in(third)


def test_a_form_from_another_site_is_refused(hr):
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 302)):
        answer = hr.post("/sign-in/out", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == status


def test_a_form_without_its_token_is_refused_in_plain_words(make_app):
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    factories.sign_in(client, "hr")
    answer = client.post("/sign-in/account/out-everywhere")
    assert answer.status_code == 400
    assert "load the page again" in answer.text
    assert is_in(client)


def test_first_sign_in_from_a_set_up_link(app, client):
    with app.app_context():
        _, secret = accounts.add("New@example.org", "New Person", {Role.BOARD}, clock.now())
        db.session.commit()
    page = f"/sign-in/set-up/{secret}"
    assert client.get(page).status_code == 200
    assert client.get(page).status_code == 200  # a link opened by a mail program is not used up
    short = client.post(page, data={"password": "short", "again": "short"})
    assert "at least 15 characters" in short.text
    differ = client.post(page, data={"password": factories.PASSWORD, "again": "other"})
    assert "The two passwords differ" in differ.text
    chosen = client.post(page, data={"password": factories.PASSWORD, "again": factories.PASSWORD})
    assert chosen.location == "/sign-in/app"
    shown = client.get("/sign-in/app")
    picture = client.get("/sign-in/app.svg")
    assert picture.mimetype == "image/svg+xml"
    spelled = re.search(r"<code>([A-Z2-7 ]+)</code>", shown.text)[1]
    secret = base64.b32decode(spelled.replace(" ", ""))
    assert "wrong or were used" in client.post("/sign-in/app", data={"code": "000000"}).text
    codes = client.post("/sign-in/app", data={"code": digits(secret=secret)})
    assert len(re.findall(r"<code>[\w-]{19}</code>", codes.text)) == 10
    assert is_in(client)
    assert app.test_client().get(page).status_code == 404
    with app.app_context():
        stored = accounts.by_email("new@example.org")
        assert secret.hex() not in stored.totp_secret
        assert second_step.unlock(stored, stored.totp_secret) == secret


def test_an_old_set_up_link_says_what_to_do(app, client):
    with app.app_context():
        made = clock.now() - timedelta(hours=73)
        _, secret = accounts.add("n@example.org", "N", {Role.HR}, made)
        db.session.commit()
    answer = client.get(f"/sign-in/set-up/{secret}")
    assert answer.status_code == 404
    assert "Ask your administrator for a new one" in answer.text


def test_a_manager_needs_no_second_step_but_others_do(app, client):
    with app.app_context():
        factories.an_account("manager", password=factories.PASSWORD)
        factories.an_account("board", password=factories.PASSWORD, totp_secret=None)
        db.session.commit()
    password(client, "manager@example.org")
    assert is_in(client)
    other = app.test_client()
    assert password(other, "board@example.org").location == "/sign-in/app"
    assert not is_in(other)


def test_a_switched_off_account_is_out_at_once(app, hr):
    with app.app_context():
        db.session.query(Account).one().active = False
        db.session.commit()
    assert not is_in(hr)


def test_changing_the_password_ends_other_browsers(app, client, someone):
    password(client)
    client.post("/sign-in/code", data={"code": digits()})
    other = app.test_client()
    factories.sign_in(other, "hr")
    wrong = client.post(
        "/sign-in/account/password",
        data={"current": "no", "password": "seven green teapots", "again": "seven green teapots"},
    )
    assert "not your password now" in wrong.text
    changed = client.post(
        "/sign-in/account/password",
        data={
            "current": factories.PASSWORD,
            "password": "seven green teapots",
            "again": "seven green teapots",
        },
    )
    assert changed.status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert password(other, word="seven green teapots").location == "/sign-in/code"


@pytest.mark.parametrize("path", ["/v/", "/v/x", "/trust", "/r/x", "/static/x.css", "/nowhere"])
def test_no_cookie_and_no_row_where_nobody_signs_in(app, client, path):
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert db.session.query(StaffSession).count() == 0
