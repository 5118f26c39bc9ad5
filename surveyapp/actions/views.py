"""You said, we will: the ledger of commitments."""

from flask import Blueprint

blueprint = Blueprint("actions", __name__)
