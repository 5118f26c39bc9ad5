"""What a board member says of a finding."""

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from surveyapp.forms import PageForm
from surveyapp.services.board import LONGEST_REASON, VIEW_WORDS


class SenseCheck(PageForm):
    view = RadioField(
        "Does this ring true?",
        [InputRequired("Choose one of the four answers.")],
        choices=dict(VIEW_WORDS),
    )
    reason = TextAreaField(
        "Why?",
        [Length(max=LONGEST_REASON, message=f"Use at most {LONGEST_REASON} characters.")],
        description="Needed unless it rings true. It is printed word for word beside the finding.",
    )
    signed = BooleanField("Print my name beside my words")
