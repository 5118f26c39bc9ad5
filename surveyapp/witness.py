"""The commands of a witness: on a machine of their own, without a server or a network.

A bundle is opened only when it is whole and lawful, and only one bundle a pulse: a note beside the
key remembers which.
"""

import argparse
import hashlib
import os
import re
import secrets
import zipfile
from pathlib import Path
from typing import Any

import click

from surveyapp import clock, progress, verify, witness_page
from surveyapp.config import write_private
from surveyapp.crypto import bundle, envelope, peeled, witness_key
from surveyapp.crypto.canonical import NotCanonical, canonical, parse

BOARD = "noticeboard.jsonl"
PASSPHRASE = "Passphrase (nothing shows as you type)"


class Refused(click.ClickException):
    """The bundle must not be opened, or a file is not what it should be."""

    exit_code = 2


@click.group()
def witness() -> None:
    """For a witness: make keys, and open a pulse's sealed ballots. Needs no network."""


@witness.command()
@click.argument("name")
@click.option("--folder", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--passphrase/--no-passphrase", default=True, help="Lock the private file.")
def key(name: str, folder: Path, passphrase: bool) -> None:
    """Make your keys: a private file to keep, and a public file to send to whoever asked you.

    NAME is how people will read of you, such as "Unison, Riverside branch".
    """
    try:
        mine = witness_key.WitnessKey.new(name)
    except witness_key.KeyFileError as error:
        raise Refused(str(error)) from error
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "witness"
    private, public = folder / f"{stem}.key", folder / f"{stem}.public.json"
    if private.exists() or public.exists():
        raise Refused(f"There are keys of this name already: {private}")
    word = click.prompt(PASSPHRASE, hide_input=True, confirmation_prompt=True) if passphrase else ""
    write_private(private, mine.to_bytes(word))
    private.chmod(0o600)
    public.write_bytes(mine.public().to_bytes())
    click.echo(f"Keep, and show to nobody: {private}")
    click.echo(f"Send to whoever asked you: {public}")
    click.echo(f"Fingerprint, to compare by telephone: {mine.public().fingerprint()}")
    click.echo("Keep a copy of the private file on paper or on a stick, in a safe place.")


@witness.command("open")
@click.argument("sealed", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--board",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The record or noticeboard.jsonl as you fetched it yourself, without signing in.",
)
@click.option("--words", help="Twelve words from anybody's message, in quotes.")
def open_(sealed: Path, key_file: Path, out: Path, board: Path, words: str | None) -> None:
    """Check a bundle of sealed ballots, take your lock off, shuffle, and write what to send back.

    You see no answer: each is still locked with the platform's key. The noticeboard tells these
    ballots from a few that somebody picked out to read them apart.
    """
    mine = _key(key_file)
    try:
        closed = bundle.Bundle.from_bytes(sealed.read_bytes())
        click.echo(f"{closed.name}: {len(closed.records)} sealed ballots")
        lines = _on_board(closed, board, words)
        if mine.public().entry() not in closed.terms.get("witnesses", ()):
            raise Refused("You are not a witness of this pulse, or not with this key.")
        if wrong := bundle.weak(closed):
            raise Refused("\n".join(["Do not open these ballots.", *wrong]))
        with progress.watched():
            made = peeled.make(closed, mine.outer, mine.name, mine.signs)
    except bundle.BundleError as error:
        raise Refused(f"Do not open these ballots.\n{error}") from error
    _remember(key_file.with_name(f"{key_file.name}.opened"), made)
    _write_whole(out, made.to_bytes())
    click.echo(f"Opened and shuffled: {len(made.inner)}")
    for reason, number in made.rejected.items():
        click.echo(f"Set aside ({reason}): {number}")
    click.echo(f"Root of the closing line: {made.closed_root}")
    click.echo(f"Send this back: {out}")
    for line in lines:
        if line.type == "OPENED" and line.body.get("wave") == made.wave:
            _held_against(line.body.get("witness", {}), made)


@witness.command()
@click.argument("sealed", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def results(sealed: Path, key_file: Path, out: Path) -> None:
    """Open your sealed copy of the results. Its SHA-256 is the one in the PUBLISHED line."""
    mine = _key(key_file)
    head, _, body = sealed.read_bytes().partition(b"\n")
    try:
        summary = mine.unseal(str(parse(head)["wave"]), body)
    except (NotCanonical, KeyError, TypeError, envelope.EnvelopeError) as error:
        raise Refused("This is no copy of results that your key opens.") from error
    _write_whole(out, summary)
    click.echo(f"SHA-256 of the results: {hashlib.sha256(summary).hexdigest()}")


@witness.command()
@click.argument("sealed", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def audit(sealed: Path, key_file: Path, out: Path) -> None:
    """Open the auditor's file, to count every answer once more: see check --deep.

    It holds everybody's answers without names. Keep it to yourself, and delete it afterwards.
    """
    mine = _key(key_file)
    head, _, body = sealed.read_bytes().partition(b"\n")
    try:
        opened = envelope.unseal(body, mine.outer, envelope.audit_info(str(parse(head)["wave"])))
    except (NotCanonical, KeyError, TypeError, envelope.EnvelopeError) as error:
        raise Refused("This is no auditor's file that your key opens.") from error
    _write_whole(out, opened)
    click.echo(f"Opened: {out}")


@witness.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def check(arguments: tuple[str, ...]) -> None:
    """Check a downloaded record, as verify.py does: the same program with the same options."""
    raise SystemExit(verify.main(arguments))


@witness.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def page(file: Path) -> None:
    """Write the page that does all of this in a browser, as one FILE that needs no network."""
    file.write_text(witness_page.page(), encoding="utf-8")
    click.echo(f"Open it in a browser: {file}")


def _key(file: Path) -> witness_key.WitnessKey:
    data = file.read_bytes()
    try:
        locked = witness_key.is_locked(data)
        word = click.prompt(PASSPHRASE, hide_input=True) if locked else ""
        return witness_key.WitnessKey.from_bytes(data, word)
    except witness_key.KeyFileError as error:
        raise Refused(str(error)) from error


def _on_board(closed: bundle.Bundle, record: Path, words: str | None) -> list[verify.Line]:
    """Refuse a bundle whose closing line the noticeboard that everybody sees does not have; the
    noticeboard's lines."""
    options = argparse.Namespace(words=words, checkpoint=None)
    report = verify.Report()
    try:
        one_file = record.suffix == ".jsonl"
        files = {BOARD: record.read_bytes()} if one_file else verify.read(record)
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(f"The noticeboard cannot be read: {record}") from error
    lines = verify.check_board(files, clock.now().date(), options, report)
    if canonical(dict(closed.notice)) not in [line.raw for line in lines]:
        raise Refused("The noticeboard has no such closing line. Do not open these ballots.")
    if wrong := report.problems[verify.TAMPERED]:
        raise Refused("\n".join(["The noticeboard is not sound. Open nothing.", *wrong]))
    for said in report.lines:
        click.echo(said)
    return lines


def _held_against(said: dict[str, Any], made: peeled.Peeled) -> None:
    """Another witness was first: say whether they opened the very same ballots."""
    if "statement" not in said:
        return
    if unlike := peeled.unlike(said["statement"], made):
        raise Refused(
            f"{unlike} One voter can cause one such difference, and no more. Keep your file and "
            "the sealed ballots, and tell the people you witness for: both statements are signed."
        )
    click.echo(f"{said['statement']['witness']} opened the very same ballots.")


def _remember(note: Path, made: peeled.Peeled) -> None:
    """Note what was opened, before anything is handed out; refuse a second, different opening."""
    try:
        known = parse(note.read_bytes()) if note.exists() else {}
    except NotCanonical as error:
        raise Refused(f"The note of what you opened is damaged: {note}") from error
    if known.get(made.wave, made.closed_root) != made.closed_root:
        raise Refused(
            "You have opened this pulse already, with other ballots. Somebody is showing you two "
            "versions. Do not open a second one, and tell the people you witness for."
        )
    _write_whole(note, canonical(known | {made.wave: made.closed_root}))


def _write_whole(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_private(draft, data)
    draft.chmod(0o600)
    os.replace(draft, path)
