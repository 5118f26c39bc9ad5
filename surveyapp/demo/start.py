"""Making the demo once, and telling the newcomer what to open."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask

from surveyapp.config import SettingsError
from surveyapp.crypto import tokens
from surveyapp.demo import people, story
from surveyapp.services import authoring, registrar

Say = Callable[[str], None]

SETTINGS = """
# A demo: everything in it is simulated, and its sign-ins are printed for everybody.
DEMO = True
ORGANISATION = "Riverside Children’s Service (simulated)"
BASE_URL = "http://127.0.0.1:{port}"
"""
DONE = "demo.json"


def port_of(instance: Path, usual: int) -> int | None:
    """The port for which the demo that is there was made; ``None`` without a whole one."""
    done = instance / DONE
    if not done.exists():
        return None
    port: int = json.loads(done.read_text(encoding="utf-8")).get("port", usual)
    return port


def ready(instance: Path, prepare: Callable[[str], Flask], say: Say, port: int) -> Flask:
    """The demo’s application, built if it is not there; the links in its mail lead to ``port``.
    Never touches a real installation."""
    fresh = SETTINGS.format(port=port)
    settings = instance / "config.py"
    if settings.exists() and "DEMO = True" not in settings.read_text(encoding="utf-8"):
        raise SettingsError(
            f"{instance.name}/ is in use for real. Set CANDOUR_INSTANCE to another folder."
        )
    if (instance / DONE).exists():
        say(f"The demo is there already, in {instance.name}/. Remove that folder to make it anew.")
        return prepare(fresh)
    if settings.exists():
        # A half-made demo holds nothing of anybody's.
        shutil.rmtree(instance)
    elif instance.exists() and any(instance.iterdir()):
        raise SettingsError(
            f"{instance.name}/ holds something else. Set CANDOUR_INSTANCE to a folder that is "
            "empty or not there yet."
        )
    app = prepare(fresh)
    with app.app_context():
        wave, link, code = story.build(say)
        facts = {
            "port": port,
            "programme": wave.programme.slug,
            "link": link,
            "code": code,
            "publishes_at": wave.publishes_at.isoformat() if wave.publishes_at else "",
        }
    (instance / DONE).write_text(json.dumps(facts), encoding="utf-8")
    return app


def explain(address: str, say: Say, instance: Path) -> None:
    """What to open, the sign-ins, and the one command that closes and publishes."""
    facts = json.loads((instance / DONE).read_text(encoding="utf-8"))
    command = ".venv/bin/surveyapp"
    say("")
    say(f"Candour is ready: {address}   (everything in it is simulated)")
    say("")
    is_open = authoring.programme_by_slug(facts["programme"]).waves[-1].state == "open"
    if is_open:
        _say_how_to_answer(facts, address, say)
    say("  Read the results, as staff")
    say(f"    {address}/sign-in   password for all: {people.PASSWORD}")
    for email, _name, role in people.CAST:
        say(f"      {email:<26} {role.value}")
    say(f"    six digits, when asked: {command} code hr@riverside.example")
    say(f"  See what was promised:  {address}/trust")
    say(f"  Read the mail that went out: {address}/admin/mail   (as admin@riverside.example)")
    if is_open:
        say("  Then close the open pulse and publish its results, from a second terminal:")
        say(f"    {command} tick --as-if {facts['publishes_at']}")
        say("    The mail that this sends has the link to the results for everybody invited.")
    else:
        say("  The last pulse is closed. Its results go to everybody invited by mail.")
    say("")
    say("Stop with Ctrl-C.")


def _say_how_to_answer(facts: Mapping[str, str], address: str, say: Say) -> None:
    invitation = registrar.find(tokens.normalise(facts["code"]))
    if invitation is None or invitation.collected:
        say("  The open pulse: this invitation has been used, so its link says so")
    else:
        say("  Answer the open pulse, once: with the link or with the code")
    say(f"    {facts['link']}")
    say(f"    or type the code {facts['code']} at {address}/v/")
