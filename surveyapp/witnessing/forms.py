"""Sending back what a witness made."""

from flask_wtf.file import FileField, FileRequired

from surveyapp.forms import PageForm


class PeeledForm(PageForm):
    """The one file that opening the bundle gave."""

    file = FileField(
        "The file that came out",
        description="It is named opened.json unless you chose another name.",
        validators=[FileRequired("Choose the file that came out of the opening.")],
    )
