"""The commands of the person who runs the server. `surveyapp --help` lists them."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
import flask_migrate
from flask import Flask

from analysis.dataset import DataError
from analysis.disclosure import Rule
from analysis.importers import load
from analysis.instrument import Instrument, InstrumentError, bundled, read
from surveyapp import clock, config, create_app, jobs, progress, witness
from surveyapp.config import SettingsError, write_private
from surveyapp.demo import crawl, people, start
from surveyapp.errors import CandourError
from surveyapp.extensions import answers_session, db
from surveyapp.formatting import local
from surveyapp.models.accounts import Role
from surveyapp.models.surveys import Programme
from surveyapp.services import (
    accounts,
    audit,
    authoring,
    mirror,
    noticeboard,
    noticeboard_key,
    publishing,
    restored,
    second_step,
    witnesses,
)

ACTOR = "command line"
DEMO_PORT = 8000
CONFIG = '''"""Settings of this installation; surveyapp/config.py lists them all."""

SECRET_KEY = "{secret}"
'''


class Refusal(click.ClickException):
    """What was given cannot be used."""

    exit_code = 2


def instance() -> Path:
    """Where databases, keys and settings lie: ``CANDOUR_INSTANCE`` or ``instance/`` here."""
    return Path(os.environ.get("CANDOUR_INSTANCE", "instance")).resolve()


def application() -> Flask:
    """The application on the instance, with the door that the environment names; a wrong setting
    becomes its sentence."""
    try:
        return create_app(role=config.door(), instance_path=str(instance()))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def main() -> None:
    """Candour: a staff survey whose answers stay unnamed and whose results come out."""


main.add_command(witness.witness)


@main.command()
def init() -> None:
    """Make the settings, the keys and the databases. Harmless when they are there."""
    prepare()
    click.echo(f"Ready in {instance().name}/. Next: surveyapp account EMAIL --role admin")


def prepare(extra: str = "") -> Flask:
    """Settings with a fresh secret, then every store at its newest migration."""
    settings = instance() / "config.py"
    if not settings.exists():
        write_private(settings, (CONFIG.format(secret=secrets.token_urlsafe(32)) + extra).encode())
        settings.chmod(0o600)  # unlike a key, settings are for editing
    app = application()
    with app.app_context():
        flask_migrate.upgrade()
        second_step.make_key()
    return app


@main.command()
def upgrade() -> None:
    """Bring every store to the newest migration."""
    with application().app_context():
        flask_migrate.upgrade()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--every", default=30, show_default=True, help="Seconds between scheduler rounds.")
def serve(host: str, port: int, workers: int, every: int) -> None:
    """Serve the pages, with the scheduler beside them, until interrupted."""
    if _door() in ("opener", "publisher"):
        raise click.ClickException(f"The {_door()} serves no page. Run: surveyapp tick --every 30")
    serve_with_scheduler(host, port, workers, every)


def serve_with_scheduler(host: str, port: int, workers: int, every: int) -> None:
    """Two processes: gunicorn, which loads the pages and none of the analysis, and the scheduler.

    gunicorn logs errors only: never who asked for what (SECURITY 7). Its warnings name the address
    of whoever sent what it cannot read. Pages never go on without the
    scheduler, which publishes: when one of the two ends, the other is stopped and this fails.
    """
    python = [sys.executable, "-m"]
    settings = {"workers": workers, "threads": 4, "worker-class": "gthread", "log-level": "error"}
    pages = ["gunicorn", "surveyapp.wsgi:app", "--bind", f"{host}:{port}"]
    commands = (
        [*python, "surveyapp", "tick", "--every", str(every)],
        [*python, *pages, *(f"--{name}={value}" for name, value in settings.items())],
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    both = [subprocess.Popen(command) for command in commands]  # noqa: S603  our own commands
    try:
        while all(one.poll() is None for one in both):
            time.sleep(0.2)
    except KeyboardInterrupt:
        click.echo("Stopped.")
        return
    finally:
        pages_ended = both[1].returncode is not None
        for one in both:
            one.terminate()
            one.wait()
    name = "web server" if pages_ended else "scheduler"
    raise click.ClickException(f"The {name} ended, so all was stopped. Its own words are above.")


@main.command()
@click.option("--every", type=int, help="Go on for ever, with this many seconds in between.")
@click.option("--as-if", type=click.DateTime(), help="Demo only: take this for the present, UTC.")
def tick(every: int | None, as_if: datetime | None) -> None:
    """Do what is due: open, close, count, publish on the date, send mail. For cron.

    With CANDOUR_ROLE only that door's part: the registrar's, the office's, the opener's or the
    publisher's.
    """
    app = _demo_application() if as_if else application()
    if every:
        jobs.run_for_ever(app, every)
    with app.app_context(), clock.as_if(as_if or clock.now()), progress.watched():
        try:
            jobs.tick(clock.now(), say=click.echo)
        except jobs.Unfinished as error:
            raise click.ClickException("\n".join(error.problems)) from error


@main.command("demo")
@click.option("--once", is_flag=True, help="Build it, ask every page once, and stop.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help=f"Where it is served, {DEMO_PORT} if not given."
)
def demo_(once: bool, port: int | None) -> None:
    """Take a made-up organisation through the whole story, and serve it."""
    made_for = start.port_of(instance(), DEMO_PORT)
    if port and made_for and port != made_for:
        raise click.ClickException(
            f"The demo that is there was made for port {made_for}, and the links in its mail lead "
            f"there. Leave --port out, or remove {instance().name}/ to make it anew."
        )
    port = port or made_for or DEMO_PORT
    if not once and _taken(port):
        raise click.ClickException(
            f"Port {port} is taken. Is the demo running in another window? Stop what uses it, or "
            "make a demo for another port with --port."
        )
    try:
        app = start.ready(instance(), prepare, click.echo, port)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    with app.app_context():
        if once:
            asked = crawl.every_page(app, click.echo)
            click.echo(f"{asked} pages asked, all well")
            return
        start.explain(app.config["BASE_URL"], click.echo, instance())
    serve_with_scheduler("127.0.0.1", port, 2, 30)


def _door() -> config.Door:
    try:
        return config.door()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _taken(port: int) -> bool:
    """Whether something on this machine listens there already."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _demo_application() -> Flask:
    app = application()
    if not app.config.get("DEMO"):
        raise click.ClickException("This works in a demo only.")
    return app


@main.command()
@click.argument("email")
@click.option("--name", default="")
@click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]))
def account(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Add somebody who signs in, and print the one-time link to set a password."""
    app = application()
    with app.app_context(), _sentences():
        chosen = [Role(role) for role in roles]
        _, secret = accounts.add(email, name or email, chosen, clock.now())
        audit.record(ACTOR, "add account", email)
        db.session.commit()
        link = f"{app.config['BASE_URL']}/sign-in/set-up/{secret}"
        click.echo(f"Give {email} this link. It works once, for three days:\n{link}")


@main.command()
@click.argument("email")
def code(email: str) -> None:
    """Demo only: the six digits that this account’s app would show now."""
    with _demo_application().app_context():
        click.echo(people.digits(email) or "This account signs in without digits.")


@main.command("open")
@click.argument("wave")
@click.option("--peeled", required=True, type=click.Path(exists=True, path_type=Path))
def open_(wave: str, peeled: Path) -> None:
    """Take what a witness sent back for WAVE, as in how-is-work/3. The next round opens it."""
    with application().app_context(), _sentences():
        slug, _, number = wave.rpartition("/")
        found = next(
            (w for w in authoring.programme_by_slug(slug).waves if str(w.number) == number), None
        )
        if found is None:
            raise Refusal(f"There is no pulse {wave}.")
        witnesses.prepare(found)
        made = witnesses.hand_in(found, data := peeled.read_bytes())
        audit.record(ACTOR, "handed in", f"wave {wave}", made.witness)
        db.session.commit()
        click.echo(f"{len(made.inner)} sealed answers taken. They are opened within a minute.")
        if unlike := witnesses.beside(made, data):
            click.echo(f"{unlike} Theirs came first and is used. See docs/witness.md.")


@main.command("import")
@click.argument("data", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--instrument", required=True, help="A file, or a name from the bank.")
@click.option("--programme", required=True, help="The programme’s name; made when it is new.")
@click.option("--organisation", default="", help="Whose data this is.")
def import_(data: tuple[Path, ...], instrument: str, programme: str, organisation: str) -> None:
    """Bring in earlier waves from files: same analysis, same rules, marked "imported"."""
    with application().app_context(), _sentences():
        chosen = find_instrument(instrument)
        pulses = load(data[0] if len(data) == 1 else list(data), chosen)
        home = _programme(programme, organisation)
        publishing.check_import(home, pulses.waves)
        for incoming in pulses.waves:
            wave = publishing.import_wave(home, incoming, chosen, Rule(), clock.now())
            jobs.summarise(wave, clock.now())
            jobs.publish(wave, clock.now())
            click.echo(f"{wave.label}: {len(incoming.responses)} responses imported and published")
        answers_session().commit()
        db.session.commit()


@main.command("mirror")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def mirror_(folder: Path) -> None:
    """Copy noticeboard, promises and results to a folder that any web server can show."""
    with application().app_context():
        changed = mirror.write(folder, clock.now())
        click.echo(f"{folder} is up to date. Files that changed: {changed}.")


@main.command("restored")
@click.argument("store", type=click.Choice(restored.STORES))
@click.argument("backup", type=click.DateTime(["%Y-%m-%d"]))
def restored_(store: str, backup: datetime) -> None:
    """Say in public that a database was put back from the backup of that day."""
    with application().app_context(), _sentences():
        for line in restored.announce(store, backup.date(), actor=ACTOR, now=clock.now()):
            name = line.body.get("name", "No pulse is open")
            click.echo(f"{name}: at most {line.body.get('doubles', 0)} people could answer twice")
        db.session.commit()


@main.command("new-noticeboard-key")
def new_noticeboard_key() -> None:
    """Let a fresh key sign the noticeboard; the old one signs that it does."""
    with application().app_context(), _sentences():
        line = noticeboard.rotate(on=local(clock.now()).date())
        audit.record(ACTOR, "rotated key", "noticeboard")
        db.session.commit()
        noticeboard_key.forget_others(str(line.body["ed25519"]))
        click.echo(f"Line {line.n} announces the new key {line.body['ed25519']}.")


def find_instrument(name: str) -> Instrument:
    """An instrument from a TOML file, or of the bank."""
    path = Path(name)
    return read(path) if path.suffix == ".toml" else bundled(name)


def _programme(name: str, organisation: str) -> Programme:
    known = db.session.scalar(db.select(Programme).where(Programme.name == name))
    return known or authoring.create_programme(name, organisation or name)


@contextmanager
def _sentences() -> Iterator[None]:
    """Turns a refusal into its sentence and exit code 2, without a traceback."""
    try:
        yield
    except CandourError as error:
        raise Refusal("\n".join([error.message, *error.details])) from error
    except (DataError, InstrumentError) as error:
        raise Refusal("\n".join(error.problems)) from error
