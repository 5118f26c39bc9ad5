"""Accounts as the administrator fills them in."""

from flask_wtf import FlaskForm
from wtforms import EmailField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from surveyapp.services.accounts import ROLE_WORDS


class Roles(FlaskForm):
    roles = SelectMultipleField(
        "Roles",
        choices={role.value: words for role, words in ROLE_WORDS.items()},
        invalid_choice_message="Choose roles from the list.",
    )
    unit_key = StringField(
        "A manager’s own group",
        [Length(max=300)],
        description="As on the roster, for example Children/Duty/East. Others leave this empty.",
    )


class NewAccount(FlaskForm):
    email = EmailField("E-mail address", [InputRequired("Write the address."), Length(max=254)])
    name = StringField("Name", [InputRequired("Write the name."), Length(max=200)])
    roles = SelectMultipleField(
        "Roles",
        choices={role.value: words for role, words in ROLE_WORDS.items()},
        invalid_choice_message="Choose roles from the list.",
    )
    unit_key = StringField(
        "A manager’s own group",
        [Length(max=300)],
        description="As on the roster, for example Children/Duty/East. Others leave this empty.",
    )


class Confirm(FlaskForm):
    """A button with nothing to fill in."""
