"""What is added to the ledger."""

from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from surveyapp.forms import PageForm

FROM_LIST = "Choose one from the list."
A_DAY = "Write a day like this: 2027-01-15."
LONG = Length(max=500, message="Use at most 500 characters.")


class Promise(PageForm):
    theme = SelectField("Which finding is this an answer to?", invalid_choice_message=FROM_LIST)
    you_said = TextAreaField(
        "You said",
        [InputRequired("Write what people said."), LONG],
        description="In your own words, about the work. No quote that points to one person.",
    )
    answer = RadioField(
        "Our answer",
        [InputRequired("Choose: we will, or we won’t.")],
        choices={"will": "We will", "wont": "We won’t"},
    )
    text = TextAreaField(
        "What we will or won’t do", [InputRequired("Write what you will or won’t do."), LONG]
    )
    because = TextAreaField(
        "Why not?", [LONG], description="Needed if the answer is no. Say what you tried instead."
    )
    owner = StringField(
        "Who sees to it?",
        [Length(max=120)],
        description="A post, not a person’s name. Needed if the answer is yes.",
    )
    due = DateField(
        "Done by",
        [Optional()],
        invalid_value_message=A_DAY,
        description="Needed if the answer is yes. For example 2027-01-15.",
    )


class Effect(PageForm):
    theme = SelectField("Which score should rise?", invalid_choice_message=FROM_LIST)
    points = IntegerField(
        "By how many points, at least?",
        [
            InputRequired("Write a number of points."),
            NumberRange(1, 100, "Write a number of points from 1 to 100."),
        ],
        invalid_value_message="Write a whole number of points.",
        description="Scores run from 0 to 100. Higher is always better.",
    )
    unit = SelectField("For whom?", invalid_choice_message=FROM_LIST)
    start = DateField(
        "When does the work start?",
        [InputRequired("Write the day the work starts.")],
        invalid_value_message=A_DAY,
        description="Today or later. For example 2027-01-15.",
    )
    check = SelectField("Which pulse will tell?", coerce=int, invalid_choice_message=FROM_LIST)
    failure = TextAreaField(
        "What would show that it did not work?",
        [InputRequired("Write what would show that it did not work."), LONG],
    )


class Step(PageForm):
    kind = RadioField(
        "What happened?",
        [InputRequired("Choose what happened.")],
        invalid_choice_message=FROM_LIST,
    )
    text = TextAreaField("In a sentence or two", [LONG])
