"""Reading publications."""

from flask import Blueprint

blueprint = Blueprint("results", __name__)
