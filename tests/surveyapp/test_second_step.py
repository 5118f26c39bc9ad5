"""Six digits and recovery codes."""

import pytest

from surveyapp.config import SettingsError
from surveyapp.services import second_step
from tests import factories

RFC_6238 = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
    ],
)
def test_the_digits_are_those_of_rfc_6238(seconds, eight_digits):
    assert second_step.code_at(RFC_6238, seconds // 30) == eight_digits[-6:]


@pytest.mark.parametrize(
    ("offset", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_neighbouring_half_minutes_count_for_slow_clocks(offset, good):
    typed = second_step.code_at(RFC_6238, 1000 + offset)
    step = second_step.step_of(RFC_6238, typed, at=1000 * 30)
    assert step == (1000 + offset if good else None)


def test_spaces_do_not_matter_and_nonsense_is_only_wrong():
    typed = second_step.code_at(RFC_6238, 1000)
    spaced = f" {typed[:3]} {typed[3:]} "
    assert second_step.step_of(RFC_6238, spaced, at=1000 * 30) == 1000
    assert second_step.step_of(RFC_6238, "ßßß", at=1000 * 30) is None


def test_a_secret_opens_only_with_the_key_and_for_its_account(app):
    with app.app_context():
        one, two = factories.an_account("hr"), factories.an_account("board")
        stored = second_step.lock(one, RFC_6238)
        assert second_step.unlock(one, stored) == RFC_6238
        with pytest.raises(SettingsError):
            second_step.unlock(two, stored)
        path = second_step.key_path()
        assert path.stat().st_mode & 0o777 == 0o400
        second_step.make_key()  # a second time changes nothing
        assert second_step.unlock(one, stored) == RFC_6238
        path.unlink()
        with pytest.raises(SettingsError, match="surveyapp init"):
            second_step.unlock(one, stored)
