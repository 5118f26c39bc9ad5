"""Sending a roster."""

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length

from surveyapp.forms import PageForm


class RosterForm(PageForm):
    """A roster file, and the extra columns that may be read from it."""

    file = FileField(
        "Roster file",
        description="A CSV file with the columns name, email and unit.",
        validators=[FileRequired("Choose the roster file.")],
    )
    attributes = StringField(
        "Extra columns that staff representatives agreed to (optional)",
        description="At most three, with commas between. Any other column is left unread.",
        validators=[Length(max=200)],
    )

    def agreed(self) -> list[str]:
        return [name.strip() for name in (self.attributes.data or "").split(",") if name.strip()]
