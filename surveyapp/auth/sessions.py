"""Server-side sessions: the cookie is a reference, the store keeps only its hash."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach staff sessions to the application."""
