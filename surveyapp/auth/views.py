"""Signing in and out of staff pages."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
