"""What staff type to sign in."""

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from surveyapp.forms import PageForm

NEW_PASSWORD = "At least 15 characters. Four or five unrelated words work well. Spaces are fine."
DIFFER = "The two passwords differ. Type the same one twice."


class SignIn(PageForm):
    email = EmailField(
        "E-mail address", [InputRequired("Write your e-mail address."), Length(max=254)]
    )
    password = PasswordField("Password", [InputRequired("Write your password.")])


class Code(PageForm):
    code = StringField(
        "Six digits from your app",
        [InputRequired("Write the six digits, or one of your recovery codes."), Length(max=40)],
        description="No app at hand? Write one of your recovery codes instead.",
    )


class Enrol(PageForm):
    code = StringField(
        "Six digits that the app shows now",
        [InputRequired("Write the six digits that the app shows."), Length(max=40)],
    )


class ChoosePassword(PageForm):
    password = PasswordField(
        "New password", [InputRequired("Choose a password.")], description=NEW_PASSWORD
    )
    again = PasswordField("The same password again", [EqualTo("password", DIFFER)])


class ChangePassword(PageForm):
    current = PasswordField("Your password now", [InputRequired("Write your password.")])
    password = PasswordField(
        "New password", [InputRequired("Choose a password.")], description=NEW_PASSWORD
    )
    again = PasswordField("The same password again", [EqualTo("password", DIFFER)])
