"""F1, the floor: the least a Flask survey can do and still keep an answer through a power cut.

One page by Jinja, one JSON document a response by the ORM, SQLite in WAL with FULL sync. It knows
nobody, promises nothing and hides nothing.
"""

import json
import os

from flask import Flask, redirect, render_template_string, request
from sqlalchemy import Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

RATINGS, CHOICES = 20, 2
CODES = {str(code) for code in range(1, 6)}
PAGE = """<!doctype html><html lang="en"><title>Survey</title><h1>Survey</h1><form method="post">
{% for name in names %}<fieldset><legend>Question {{ name }}: how is work, and why?</legend>
{% for code in range(1, 6) %}<label><input type="radio" name="{{ name }}" value="{{ code }}">
Answer {{ code }}</label>{% endfor %}</fieldset>{% endfor %}
<label>Comment <textarea name="comment"></textarea></label><button>Send</button></form></html>"""


class Base(DeclarativeBase):
    """The floor's one table."""


class Response(Base):
    """A response, whole."""

    __tablename__ = "response"
    id: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[str] = mapped_column(Text)


def prepare(path: str) -> None:
    """Make the table, once, before any worker starts."""
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()


def create_app() -> Flask:
    """The floor on the database file that the environment names."""
    app = Flask(__name__)
    engine = create_engine(f"sqlite:///{os.environ['FLOOR_DATABASE']}")
    names = [f"q{number}" for number in range(RATINGS + CHOICES)]

    @event.listens_for(engine, "connect")
    def durable(connection: object, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    @app.get("/")
    def page() -> str:
        return render_template_string(PAGE, names=names)

    @app.post("/")
    def answer() -> object:
        given = {name: request.form.get(name, "") for name in names}
        if any(code and code not in CODES for code in given.values()):
            return "Choose one of the answers shown.", 422
        document = json.dumps(given | {"comment": request.form.get("comment", "")[:400]})
        with Session(engine) as session:
            session.add(Response(answers=document))
            session.commit()
        return redirect("/thanks", 303)

    @app.get("/thanks")
    def thanks() -> str:
        return render_template_string("<!doctype html><title>Thanks</title><h1>Thank you</h1>")

    return app
