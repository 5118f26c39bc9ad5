"""Accounts, mail and health for those who run the server."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
