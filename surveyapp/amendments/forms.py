"""What a change asks for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from surveyapp.forms import PageForm

A_MOMENT = "Write a day and a time like this: 2027-01-15 09:00."


class Reasoned(PageForm):
    """Every change has a reason from a list."""

    reason = RadioField(
        "Why?",
        [InputRequired("Choose a reason.")],
        description="It is printed word for word on a page that everyone can read.",
    )

    def wanted(self) -> dict[str, str]:
        return {}


class MoreAnswers(Reasoned):
    k = IntegerField(
        "How many answers must stand behind a figure?",
        [InputRequired("Write a number of answers.")],
        invalid_value_message="Write a whole number of answers.",
    )

    def wanted(self) -> dict[str, str]:
        return {"k": str(self.k.data)}


class AnotherPage(Reasoned):
    file = SelectField("Which file?", invalid_choice_message="Choose one from the list.")
    sha256 = StringField(
        "Its fingerprint",
        [InputRequired("Write the file’s SHA-256.")],
        description="The SHA-256 of the mended file: 64 digits from 0 to 9 and a to f.",
    )

    def wanted(self) -> dict[str, str]:
        return {"file": self.file.data, "sha256": self.sha256.data}


class _Moment(Reasoned):
    name = ""
    at = DateTimeLocalField(
        "Until when?",
        [InputRequired(A_MOMENT)],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        invalid_value_message=A_MOMENT,
    )

    def wanted(self) -> dict[str, str]:
        zone = ZoneInfo(current_app.config["TIMEZONE"])
        there: datetime = self.at.data.replace(tzinfo=zone)
        return {self.name: f"{there.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"}


class CloseLater(_Moment):
    name = "closes"


class HoldBack(_Moment):
    name = "until"


FORMS: Mapping[str, type[Reasoned]] = {
    "rule": MoreAnswers,
    "client": AnotherPage,
    "extend": CloseLater,
    "hold": HoldBack,
    "tombstone": Reasoned,
}
