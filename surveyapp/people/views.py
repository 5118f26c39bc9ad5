"""The roster: who is invited."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)
