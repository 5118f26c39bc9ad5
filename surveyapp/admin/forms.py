"""Accounts as the administrator fills them in."""

from wtforms import EmailField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from surveyapp.forms import PageForm
from surveyapp.services.accounts import ROLE_WORDS


class Roles(PageForm):
    roles = SelectMultipleField(
        "Roles",
        choices={role.value: words for role, words in ROLE_WORDS.items()},
        invalid_choice_message="Choose roles from the list.",
    )
    unit_key = SelectField(
        "A manager’s own group",
        description="For managers only. Groups are here once a pulse has been set up with them.",
        invalid_choice_message="Choose a group from the list.",
    )


class NewAccount(Roles):
    email = EmailField("E-mail address", [InputRequired("Write the address."), Length(max=254)])
    name = StringField("Name", [InputRequired("Write the name."), Length(max=200)])
