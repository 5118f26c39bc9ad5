"""What HR fills in to set up a programme or a wave."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from analysis.disclosure import Rule
from analysis.question_sets import sets
from surveyapp import clock
from surveyapp.formatting import local
from surveyapp.forms import PageForm
from surveyapp.models.surveys import Wave
from surveyapp.services.own_codebooks import FEWEST_PHRASES, OwnTheme, Problem

OPENS, CLOSES, PUBLISHES = time(9), time(20), time(9)
FROM_FILE = "file"
MOST_ANSWERS = 50
LISTS = ("includes", "excludes", "phrases", "against")
EXAMPLES = ("negative", "positive", "suggestion")


class DayField(DateField):
    """A date whose mistake is told in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write the date as day, month and year.") from error


class NumberField(IntegerField):
    """A whole number whose mistake is told in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Write a number in figures.") from error


class ProgrammeForm(PageForm):
    """A repeated survey of one organisation."""

    name = StringField(
        "Name of the programme",
        description="People see it. For example: Riverside staff pulse.",
        validators=[InputRequired("Give the programme a name."), Length(max=200)],
    )
    organisation = StringField(
        "Organisation",
        description="As people call it. It stands in our promises.",
        validators=[InputRequired("Say which organisation it is for."), Length(max=200)],
    )
    contact = StringField(
        "Who can people ask?",
        description="A name and how to reach them, printed in every message.",
        validators=[InputRequired("Say whom people can ask."), Length(max=300)],
    )
    support = TextAreaField(
        "Where can people turn for support?",
        description="For example whom to tell when somebody is at risk today, a speak-up guardian, "
        "a union, a helpline. It stands beside each comment box and on the last page.",
        validators=[Length(max=1000)],
    )


class DatesForm(PageForm):
    """When a pulse opens, closes and is published."""

    opens = DayField(
        "Opens on",
        description="Invitations go out at 9 am.",
        validators=[InputRequired("Say when the pulse opens, as day, month and year.")],
    )
    closes = DayField(
        "Closes on",
        description="At 8 pm.",
        validators=[InputRequired("Say when the pulse closes, as day, month and year.")],
    )
    publishes = DayField(
        "Results for everyone on",
        description="At 9 am. They go out by themselves.",
        validators=[InputRequired("Say when the results come out, as day, month and year.")],
    )

    def validate_opens(self, field: DateField) -> None:
        today = local(clock.now()).date()
        if field.data and field.data < today:
            raise ValidationError("This date is in the past. Choose a later one.")
        if field.data == today and _stored(today, OPENS) <= clock.now():
            raise ValidationError(
                "It is past 9 am today. Choose tomorrow; you can still open it sooner by hand."
            )

    def validate_closes(self, field: DateField) -> None:
        if field.data and self.opens.data and field.data < self.opens.data:
            raise ValidationError("The pulse must close after it opens.")

    def validate_publishes(self, field: DateField) -> None:
        if field.data and self.closes.data and field.data <= self.closes.data:
            raise ValidationError("The results date must be later than the closing date.")

    def show(self, wave: Wave) -> None:
        """Begin with the dates that the wave has."""
        for field, moment in (
            (self.opens, wave.opens_at),
            (self.closes, wave.closes_at),
            (self.publishes, wave.publishes_at),
        ):
            field.data = local(moment).date() if moment else None

    def times(self) -> dict[str, datetime]:
        """The three dates as stored times."""
        return {
            "opens_at": _stored(self.opens.data, OPENS),
            "closes_at": _stored(self.closes.data, CLOSES),
            "publishes_at": _stored(self.publishes.data, PUBLISHES),
        }


class WitnessForm(PageForm):
    """A witness's public file, or the name of one to take away."""

    file = FileField(
        "The witness’s public file",
        description="They made it with their own keys. Its name ends in .public.json.",
    )
    away = HiddenField()
    kind = HiddenField()


class TitleForm(PageForm):
    """What a shipped theme is called here."""

    title = StringField(
        "What you call it",
        description="Leave it empty to go back to the shipped title.",
        validators=[Length(max=200)],
    )


class OwnThemeForm(PageForm):
    """A theme of the organisation's own: what coders read, and what software looks for."""

    title = StringField(
        "Title",
        description="As it stands in results. For example: Parking.",
        validators=[InputRequired("Give the theme a title.")],
    )
    definition = TextAreaField(
        "What it means",
        description="One sentence. Coders decide by it.",
        validators=[InputRequired("Say what the theme means.")],
    )
    includes = TextAreaField("What belongs to it", description="One thing a line.")
    excludes = TextAreaField(
        "What belongs elsewhere (optional)", description="One thing a line, and where it belongs."
    )
    phrases = TextAreaField(
        "Phrases that show it",
        description="At least five, one a line, of one to four words. Any of them alone is enough, "
        "in whatever form: “permit” finds “permits” as well.",
    )
    against = TextAreaField(
        "Phrases that only look like it (optional)",
        description="One a line. A part of a sentence with one of them does not count.",
    )
    negative = StringField("Example of a problem")
    positive = StringField("Example of a good thing")
    suggestion = StringField("Example of an idea")

    def validate_includes(self, _field: Field) -> None:
        if not self.lines("includes"):
            raise ValidationError("Say what belongs to the theme, at least one thing.")

    def validate_phrases(self, _field: Field) -> None:
        if len(self.lines("phrases")) < FEWEST_PHRASES:
            raise ValidationError(f"Give at least {FEWEST_PHRASES} phrases, one a line.")

    def validate_negative(self, _field: Field) -> None:
        if not any((self[way].data or "").strip() for way in EXAMPLES):
            raise ValidationError("Give at least one example, made up by you.")

    def show(self, theme: OwnTheme) -> None:
        """Begin with what the theme has."""
        self.title.data, self.definition.data = theme.title, theme.definition
        for name in LISTS:
            self[name].data = "\n".join(getattr(theme, name))
        for way, sentence in theme.examples.items():
            self[way].data = sentence

    def theme(self, theme_id: str) -> OwnTheme:
        """What was filled in, as a theme with this id."""
        ways = {way: (self[way].data or "").strip() for way in EXAMPLES}
        return OwnTheme(
            id=theme_id,
            title=self.title.data,
            definition=(self.definition.data or "").strip(),
            includes=self.lines("includes"),
            excludes=self.lines("excludes"),
            phrases=self.lines("phrases"),
            against=self.lines("against"),
            examples={way: said for way, said in ways.items() if said},
        )

    def lines(self, name: str) -> tuple[str, ...]:
        """What stands in a box, a line each, without empty ones."""
        return tuple(filter(None, map(str.strip, (self[name].data or "").splitlines())))

    def tell(self, problems: Sequence[Problem]) -> None:
        """Put each problem to its box, with its line where there are several."""
        for problem in problems:
            field, place = self._place(problem.words)
            if field is None:
                self.form_errors.append(problem.said)
                continue
            said = f"Line {place}: {problem.said}" if place else problem.said
            field.errors = [*field.errors, said]

    def _place(self, words: str) -> tuple[Field | None, int]:
        for name in LISTS:
            lines = [line.strip() for line in (self[name].data or "").splitlines()]
            if words and words in lines:
                return self[name], lines.index(words) + 1
        for name in ("title", "definition", *EXAMPLES):
            if words and words == (self[name].data or "").strip():
                return self[name], 0
        return None, 0


class WaveForm(DatesForm):
    """One pulse: its questions, dates and rule."""

    label = StringField(
        "Name of the pulse",
        description="For example: November 2026.",
        validators=[InputRequired("Give the pulse a name."), Length(max=100)],
    )
    questions = SelectField(
        "Questions",
        description="Each set ends by asking what should stop.",
        validators=[InputRequired("Choose the questions.")],
    )
    file = FileField(
        "Your own questions (optional)",
        description="A TOML file. Choose “From my own file” above as well.",
    )
    breaks = BooleanField(
        "If the words of a question changed since last time, do not compare it with last time"
    )
    diary = BooleanField(
        "Offer people a diary phrase",
        description="Twelve words that they may keep, to be compared with themselves next time. "
        "All together, and only from 30 people up. Nobody needs one.",
    )
    answers = NumberField(
        "Fewest answers behind any figure",
        description=f"{Rule().k} or more. A higher number protects more and shows less.",
        default=Rule().k,
        validators=[
            InputRequired("Give a number."),
            NumberRange(
                min=Rule().k,
                max=MOST_ANSWERS,
                message=f"Choose a number from {Rule().k} to {MOST_ANSWERS}.",
            ),
        ],
    )

    def __init__(self) -> None:
        super().__init__()
        self.questions.choices = [
            *((one.id, f"{one.title} About {one.minutes} minutes") for one in sets()),
            (FROM_FILE, "From my own file"),
        ]

    def validate_file(self, field: FileField) -> None:
        if self.questions.data == FROM_FILE and not field.data:
            raise ValidationError("Choose the file with your questions.")


def _stored(day: date, at: time) -> datetime:
    """A day and an hour in the organisation's zone, as UTC without a zone."""
    there = datetime.combine(day, at, ZoneInfo(current_app.config["TIMEZONE"]))
    return there.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
