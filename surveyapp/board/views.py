"""The practitioners’ board: sense check of the draft findings."""

from flask import Blueprint

blueprint = Blueprint("board", __name__)
