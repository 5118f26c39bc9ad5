"""The form that all others are: what is sent as a file reaches no field but those for files."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm  # noqa: TID251  the one place that may
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import CombinedMultiDict, MultiDict


class PageForm(FlaskForm):
    """A Flask-WTF form whose text fields never hold a file, whatever a request calls it."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What was sent, with files for the fields that take them."""
            given = super().wrap_formdata(form, formdata)
            if not (isinstance(given, CombinedMultiDict) and request.files):
                return given
            wanted = {f.name for f in form if isinstance(f, FileField | MultipleFileField)}
            files = [pair for pair in request.files.items(multi=True) if pair[0] in wanted]
            return CombinedMultiDict([MultiDict(files), request.form])


class Confirm(PageForm):
    """A button with nothing to fill in."""
