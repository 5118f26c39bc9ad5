"""Key files: small, outside every database, readable only by their owner.

    registrar/<wave>/   signing keys of a wave's classes, destroyed at close
    opener/<wave>/      the inner key (and the platform's own outer key), destroyed after opening
    desk/<wave>/        how many credentials were issued, from the registrar to the opener
    names/<wave>/       the name set that redaction asks and its key, destroyed after opening
    review/<wave>/      what unlocks the comments at the reviewers' desk, and how what was decided
                        of them last stood, until the results are out
    publisher/<wave>/   what unlocks a wave's answers, destroyed at the end of retention
    office/             keys of the installation
    public/<wave>/      the public halves, for whoever checks a ballot

Leave ``registrar``, ``opener``, ``names`` and ``review`` out of backups: a copy of the first two
undoes what sealing does, one of the third tells who is on the roster, and with one of the fourth an
old copy of the office database shows comments, and which reviewer decided what, for good.

Where each door runs under an account of its own, an area's folder belongs to the group of those who
need it, and ``KEYS_SHARED`` lets that group use the files. Without it they are their owner's only.
"""

import os
import secrets
import stat
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Literal

from flask import current_app

from surveyapp.config import write_private
from surveyapp.crypto import blocks

Area = Literal[
    "registrar", "opener", "desk", "names", "review", "publisher", "office", "public"
]  # fmt: skip


class MissingKey(LookupError):
    """The key was never made, or has been destroyed."""


def directory(area: Area, wave_id: uuid.UUID | None = None) -> Path:
    """Where the keys of an area, and of one wave in it, lie."""
    path = Path(current_app.config["KEYS"]) / area
    return path / str(wave_id) if wave_id else path


def put(path: Path, data: bytes) -> None:
    """Write a new key file, durable before this returns; never over an old one.

    Its mode is 0400; a public half may be read by every account of this machine.
    """
    draft = _draft(path, data)
    # A link appears whole or not at all: nobody reads half a key.
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    _make_durable(path)


def replace(path: Path, data: bytes) -> None:
    """Write a file in the place of an older one, durable before this returns: whoever reads finds
    one or the other, whole."""
    os.replace(_draft(path, data), path)
    _make_durable(path)


def _make_durable(path: Path) -> None:
    # A file is durable only once its directory knows of it.
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft(path: Path, data: bytes) -> Path:
    """The file under another name, with the mode that it will have."""
    draft = path.with_name(f".{secrets.token_hex(8)}")
    for_all = directory("public") in path.parents
    write_private(draft, data, for_all=for_all)
    if current_app.config["KEYS_SHARED"] and not for_all:
        # Writable too: whoever destroys a key overwrites it first.
        draft.chmod(0o660)
        with suppress(PermissionError):  # the folder is another account's, shared with this one
            path.parent.chmod(0o2770)
    return draft


def get(path: Path) -> bytes:
    """A key file's content. Raises :class:`MissingKey`."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingKey(f"There is no key {path.name}.") from error


def destroy(path: Path) -> None:
    """Overwrite a key file and remove it; nothing happens if it is gone already.

    A copying file system or a flash disk may keep the old bytes: that is why these directories
    belong on an encrypted disk and in no backup.
    """
    try:
        with suppress(PermissionError):  # another account's, shared with this one
            path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return


def destroy_all(area: Area, wave_id: uuid.UUID) -> None:
    """Destroy every key of one wave in one area."""
    destroy_folder(directory(area, wave_id))


def destroy_folder(folder: Path) -> None:
    """Destroy every file in a folder, then the folder. Of two at once one finds nothing left."""
    with suppress(FileNotFoundError):
        for path in sorted(folder.iterdir()):
            destroy(path)
        folder.rmdir()


def wrapping_key(wave_id: uuid.UUID, *, make: bool = False) -> bytes:
    """The key that wraps the keys of one wave's answers. Raises :class:`MissingKey` unless it is to
    be made where there is none."""
    path = directory("publisher", wave_id) / "answers.key"
    try:
        return get(path)
    except MissingKey:
        if not make:
            raise
        try:
            put(path, blocks.new_key())
        except FileExistsError:
            # Another process made it in between; its key is the key.
            return get(path)
        return get(path)


def pairs_key(wave_id: uuid.UUID, *, make: bool = False) -> bytes:
    """The key that wraps that of a wave's pair records. It lies with the opener's keys, which are
    in no backup. Raises :class:`MissingKey` unless it is to be made."""
    if make:
        put(_pairs(wave_id), blocks.new_key())
    return get(_pairs(wave_id))


def destroy_pairs_key(wave_id: uuid.UUID) -> None:
    """Make every copy of a wave's pair records noise."""
    destroy(_pairs(wave_id))


def _pairs(wave_id: uuid.UUID) -> Path:
    return directory("opener") / "pairs" / f"{wave_id}.key"
