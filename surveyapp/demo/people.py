"""The demo's sign-ins. One password for all, printed for everybody: nothing here is secret."""

import time

from surveyapp import clock
from surveyapp.models.accounts import Account, Role
from surveyapp.models.surveys import Programme
from surveyapp.services import accounts, second_step

PASSWORD = "seven quiet lanterns by the water"
CAST = (
    ("hr@riverside.example", "Hana Reid", Role.HR),
    ("board@riverside.example", "Bola Adeyemi", Role.BOARD),
    ("board2@riverside.example", "Bronwen Pryce", Role.BOARD),
    ("board3@riverside.example", "Babak Sharifi", Role.BOARD),
    ("manager@riverside.example", "Mirela Ionescu", Role.MANAGER),
    ("admin@riverside.example", "Adam Okafor", Role.ADMIN),
    ("witness@riverside.example", "Wanda Ortiz", Role.WITNESS),
)


# The manager leads a part of the made-up organisation, so that their own page is about it.
MANAGED = "Riverside Children’s Service/Front door"


def sign_ins(programme: Programme) -> list[Account]:
    """Accounts for the cast, each set up as a person would be, second step included."""
    made = []
    for email, name, role in CAST:
        unit = MANAGED if role is Role.MANAGER else None
        account, _secret = accounts.add(email, name, [role], clock.now(), unit_key=unit)
        accounts.set_up(account, PASSWORD)
        if accounts.needs_second_step(account):
            secret = second_step.new_secret()
            # The half minute before is used up, so that the newcomer’s first digits are fresh.
            step = int(time.time()) // second_step.STEP_SECONDS - 1
            accounts.enrol(
                account, second_step.lock(account, secret), second_step.code_at(secret, step)
            )
        made.append(account)
    return made


def digits(email: str) -> str:
    """The six digits this account's app would show now."""
    account = accounts.by_email(email)
    if account is None or account.totp_secret is None:
        return ""
    step = int(time.time()) // second_step.STEP_SECONDS
    return second_step.code_at(second_step.unlock(account, account.totp_secret), step)
