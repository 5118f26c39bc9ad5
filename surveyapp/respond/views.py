"""Answering: the only pages a respondent meets."""

from flask import Blueprint

blueprint = Blueprint("respond", __name__)
