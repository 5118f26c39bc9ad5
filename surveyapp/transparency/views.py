"""What was promised and what happened, open to anyone."""

from flask import Blueprint

blueprint = Blueprint("transparency", __name__)
