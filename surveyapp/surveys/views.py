"""Programmes and waves: setting up, committing, watching."""

from flask import Blueprint

blueprint = Blueprint("surveys", __name__)
