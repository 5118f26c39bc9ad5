"""What a reviewer says of one comment."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, ValidationError

from surveyapp.forms import PageForm
from surveyapp.review.words import (
    ACT_WORDS,
    ASKED,
    DIRECTION_WORDS,
    FUNCTION_WORDS,
    OTHER_WORDS,
    Asked,
)
from surveyapp.services.review_desk import MOST_CODES, OTHER, Desk, Given, Turn
from surveyapp.services.review_masks import CHECKS, ToCheck
from surveyapp.services.review_reasons import REASONS
from surveyapp.services.review_subjects import LONGEST, NAME, SAME, THEME, Candidate

FIRST_ROWS, MORE_ROWS = 2, 2


class CodeRow(Form):
    theme = SelectField("What it is about", choices={}, default="")
    direction = SelectField("What it says", choices={"": "Choose", **DIRECTION_WORDS}, default="")
    function = SelectField("What that does", choices=dict(FUNCTION_WORDS), default="")
    words = StringField("Words that show it (optional)")


class CommentForm(PageForm):
    rows = FieldList(FormField(CodeRow), "Codes", max_entries=MOST_CODES)
    nothing = BooleanField("It says nothing to code, such as “No comment”")
    masks = TextAreaField(
        "Words to mask (optional)",
        description="Just as they stand, each stretch on a line of its own. We mask them wherever "
        "they stand in this comment. Another of you is then asked whether they agree.",
    )
    escalate = BooleanField("It tells of harm or risk")
    decision = RadioField("")
    reason = SelectField(
        "If you withhold it, why?", choices={"": "Choose a reason", **REASONS}, default=""
    )

    def ask(self, asked: Asked) -> None:
        """Ask what may be done with the comment in these words."""
        self.decision.label.text = asked.question
        self.decision.choices = {"pass": asked.yes, "withhold": "Withhold it"}
        self.decision.validators = [InputRequired(asked.lacking)]
        self.yes = f"{asked.yes[0].lower()}{asked.yes[1:]}"

    def validate_reason(self, field: SelectField) -> None:
        if self.decision.data == "withhold" and not field.data:
            raise ValidationError("Choose why it is withheld.")
        if self.decision.data == "pass" and field.data:
            raise ValidationError(
                f"You chose a reason, but said that {self.yes}. Take one of them back."
            )

    def is_whole(self, turn: Turn) -> bool:
        """Whether nothing lacks; all that does is named at once."""
        valid = self.validate_on_submit()
        return self.check_codes(turn) and valid

    def check_codes(self, turn: Turn) -> bool:
        """Whether the codes are whole: blind coding gives some, or says that there are none."""
        problems = [
            f"Code {number}: {what}"
            for number, row in enumerate(self.rows, 1)
            if (what := _lacking(row.form))
        ]
        if turn.task == "code" and not self.given() and not self.nothing.data and not problems:
            problems = ["Give at least one code, or say that there is nothing to code."]
        if self.nothing.data and self.given():
            problems.append(
                "You gave codes and said that there is nothing to code. Take one of them back."
            )
        if problems:
            self.rows.errors = problems
        return not problems

    def given(self) -> list[Given]:
        """The codes that were filled in."""
        if self.nothing.data and not any(row.form.theme.data for row in self.rows):
            return []
        return [
            Given(
                row.form.theme.data,
                row.form.direction.data,
                row.form.function.data,
                row.form.words.data or "",
            )
            for row in self.rows
            if row.form.theme.data
        ]


def _lacking(row: Any) -> str:
    if row.theme.data and not row.direction.data:
        return "choose what it says about the theme."
    if not row.theme.data and (row.direction.data or row.words.data):
        return "choose the theme."
    return ""


class MasksForm(PageForm):
    """Whether words that another reviewer masked stay masked, stretch by stretch."""

    shown = HiddenField()
    said = FieldList(
        RadioField("", [InputRequired("Say whether these words stay masked.")], choices=CHECKS)
    )

    def is_of(self, wanted: ToCheck) -> bool:
        """Whether the answers are about these words. Others may have masked other ones since the
        page was made; then every answer is asked for anew."""
        if not self.is_submitted() or self.shown.data == _listed(wanted):
            return True
        self.shown.data = _listed(wanted)
        for field in self.said:
            field.data = None
        return False

    def given(self, wanted: ToCheck) -> dict[str, str]:
        """What was said of each stretch."""
        return dict(zip(wanted.words, (field.data for field in self.said), strict=True))


def _listed(wanted: ToCheck) -> str:
    return " | ".join(wanted.words)


def masks_form(wanted: ToCheck) -> MasksForm:
    """A question for each stretch."""
    form = MasksForm()
    if not form.is_submitted():
        form.shown.data = _listed(wanted)
    while len(form.said.entries) < len(wanted.words):
        form.said.append_entry()
    while len(form.said.entries) > len(wanted.words):
        form.said.pop_entry()
    for field, words in zip(form.said, wanted.words, strict=True):
        field.label.text = f"“{words}”"
    return form


class SubjectForm(PageForm):
    """What a reviewer makes of a new subject. Which of the fields counts, the first one says."""

    act = RadioField("What is it?", [InputRequired("Say what it is.")], choices=ACT_WORDS)
    name = StringField(
        "Name, if it is a new subject",
        description=f"Everybody reads it. {LONGEST} letters at most, and nobody’s name in it.",
    )
    theme = SelectField("Theme, if one covers it", default="")
    other = SelectField("Other subject, if it belongs there", default="")

    def said(self) -> str:
        """What goes with the choice; empty where nothing does."""
        field = self.goes_with()
        return "" if field is None else field.data or ""

    def goes_with(self) -> Field | None:
        """The field that goes with the choice."""
        return {NAME: self.name, THEME: self.theme, SAME: self.other}.get(self.act.data)


def subject_form(desk: Desk, candidate: Candidate, others: Sequence[Candidate]) -> SubjectForm:
    """The form of one new subject, with what the reviewer said of it before."""
    mine = candidate.mine
    data = {}
    if mine is not None:
        field = {NAME: "name", THEME: "theme", SAME: "other"}.get(mine.act)
        data = {"act": mine.act} | ({field: mine.said} if field else {})
    form = SubjectForm(data=data)
    titles = {theme: title for theme, title, _ in desk.sheet.themes}
    form.theme.choices = {"": "Choose a theme", **titles}
    form.other.choices = {
        "": "Choose a subject",
        **{
            str(one.subject.number): f"Subject {one.subject.number}: "
            + ", ".join(one.subject.terms[:3])
            for one in others
            if one is not candidate
        },
    }
    return form


def comment_form(turn: Turn) -> CommentForm:
    """The form of one comment, with what the reviewer said of it before."""
    form = CommentForm(data=_before(turn))
    form.ask(ASKED[turn.entry.use])
    titles = {theme: title for theme, title, _ in turn.sheet.themes}
    themes = {"": "Choose a theme", **titles, OTHER: OTHER_WORDS}
    if turn.task == "decide":
        while form.rows.entries:
            form.rows.pop_entry()
    elif not form.is_submitted():
        add_rows(form, FIRST_ROWS - len(form.rows.entries))
    for row in form.rows:
        row.form.theme.choices = themes
    return form


def add_rows(form: CommentForm, number: int = MORE_ROWS) -> None:
    """More empty rows for codes, up to the most that a comment takes."""
    themes = form.rows[0].form.theme.choices if form.rows.entries else {}
    for _ in range(min(number, MOST_CODES - len(form.rows.entries))):
        form.rows.append_entry().form.theme.choices = themes


def _before(turn: Turn) -> dict[str, Any]:
    text = turn.entry.text
    data: dict[str, Any] = {
        "rows": [
            {
                "theme": code.theme,
                "direction": code.direction,
                "function": code.function,
                "words": ""
                if (code.start, code.end) == (0, len(text))
                else text[code.start : code.end],
            }
            for code in turn.shown
        ]
    }
    if turn.mine is not None:
        data |= {
            "decision": "withhold" if turn.mine.reason else "pass",
            "reason": turn.mine.reason,
            "masks": "\n".join(turn.mine.masks),
            "escalate": turn.mine.escalate,
            "nothing": turn.mine.codes == (),
        }
    return data
