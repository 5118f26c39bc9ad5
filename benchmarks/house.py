"""An installation with one open wave for benchmarks, and the devices that answer it."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert

from analysis.disclosure import Rule
from benchmarks import floor_app
from surveyapp import clock, create_app
from surveyapp.crypto import ballot, base64url, client, tokens
from surveyapp.extensions import db, who_session
from surveyapp.models.participation import Invitation, InvitationKey
from surveyapp.models.people import Person
from surveyapp.models.surveys import Programme, Wave
from surveyapp.services import ballotbox, terms, waves

COMMENT = "Rotas come out too late to plan anything around them."


class House:
    """An installation in a folder, on SQLite files or the databases that are given."""

    def __init__(self, name: str, instance: Path, databases: Mapping[str, str]) -> None:
        self.name, self.instance, self.databases = name, instance, databases
        self.app: Flask
        self.wave_id = ""
        self.tokens: list[str] = []
        self.classes: dict[str, str] = {}
        self.conditions: terms.Terms

    def prepare(self, people: int) -> None:
        """Open a wave for so many people, and give each a token."""
        self.instance.mkdir(parents=True)
        (self.instance / "config.py").write_text(
            f"SECRET_KEY = {secrets.token_hex(32)!r}\nDATABASES = {dict(self.databases)!r}\n"
        )
        self.app = create_app(instance_path=str(self.instance))
        now = clock.now()
        with self.app.app_context():
            db.create_all(bind_key="__all__")
            programme = Programme(slug="bench", name="Benchmark", organisation="Benchmark")
            wave = Wave(
                programme=programme,
                number=1,
                label="Benchmark",
                instrument_json=json.dumps(instrument()),
                rule=Rule().to_dict(),
                opens_at=now + timedelta(hours=1),
                closes_at=now + timedelta(days=10),
                publishes_at=now + timedelta(days=20),
                results_key=secrets.token_urlsafe(16),
            )
            db.session.add_all([programme, wave])
            db.session.flush()
            who_session().execute(
                insert(Person),
                [
                    {
                        "programme_id": programme.id,
                        "name": f"Person {n}",
                        "email": f"person{n}@example.org",
                        "unit_key": f"Whole/Group {n % 10}",
                    }
                    for n in range(people)
                ],
            )
            waves.commit(wave, actor="benchmark", now=now)
            waves.open_wave(wave, actor="benchmark", now=now + timedelta(hours=1))
            rows = []
            for invitation in who_session().query(Invitation.id, Invitation.class_key):
                token = tokens.new_token()
                rows.append({"sha256": tokens.digest(token), "invitation_id": invitation.id})
                self.classes[token] = invitation.class_key
            who_session().execute(insert(InvitationKey), rows)
            who_session().commit()
            db.session.commit()
            self.wave_id = str(wave.id)
            self.conditions = terms.of(wave.id)
        self.tokens = list(self.classes)

    def device(self, token: str) -> "Device":
        """Somebody's device, their ballot key made and blinded."""
        return Device(token, self.wave_id, self.classes[token], self.conditions)

    def ballots(self) -> int:
        """How many ballots the box holds."""
        with self.app.app_context():
            return ballotbox.count(db.session.query(Wave).one().id)


class Device:
    """The browser's part, by the Python client."""

    def __init__(self, token: str, wave_id: str, class_key: str, conditions: terms.Terms) -> None:
        self.token, self.class_key, self.conditions = token, class_key, conditions
        self.seed = client.new_seed()
        self.wish = client.begin(self.seed, wave_id, class_key, conditions.classes[class_key])
        self.signed, self.record = "", b""

    def seal(self) -> None:
        """From the signature that came back to a sealed ballot."""
        ratings = {f"q{n:02}": n % 5 + 1 for n in range(floor_app.RATINGS + floor_app.CHOICES)}
        comments = [ballot.Comment("why", COMMENT, "board")]
        said = client.fill_in(self.seed, self.class_key, ratings, comments)
        signed = base64url.decode(self.signed)
        made = client.finish(self.wish, signed, said, self.conditions.lid, counter=1)
        self.record = made.to_bytes()


def instrument() -> dict[str, object]:
    """20 ratings, 2 choices and a comment."""
    options = [{"code": code, "label": f"Answer {code}"} for code in range(1, 6)]
    asked: list[dict[str, object]] = [
        {
            "id": f"q{n:02}",
            "kind": "rating" if n < floor_app.RATINGS else "choice",
            "text": f"Question {n}: how is work, and why?",
            "responses": "five",
        }
        for n in range(floor_app.RATINGS + floor_app.CHOICES)
    ]
    asked.append({"id": "why", "kind": "text", "text": "What should stop?", "purpose": "shadow"})
    return {
        "instrument": {"id": "bench", "version": "1", "title": "Benchmark"},
        "source": {"licence": "CC0-1.0", "attribution": "Made for the benchmark"},
        "responses": {"five": {"options": options}},
        "items": asked,
        "scales": [
            {"id": "work", "title": "Work", "description": "How work is.", "items": ["q00", "q01"]}
        ],
    }
