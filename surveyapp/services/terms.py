"""A wave's public terms: what a ballot of it must look like, for whoever makes or checks one.

They are files beside the keys, not rows, so that the box and the opener need no other store. The
covenant lists their hashes; each key file is named by its own.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app

from surveyapp import keys
from surveyapp.crypto import blind, client, envelope
from surveyapp.crypto.canonical import canonical, parse

CLASSES = "classes.json"
ENVELOPES = "envelopes.json"


@dataclass(frozen=True)
class Terms:
    """The public key of each class, and the lid of a ballot."""

    classes: Mapping[str, blind.PublicKey]
    lid: client.Lid


_known: dict[tuple[str, uuid.UUID], Terms] = {}


def of(wave_id: uuid.UUID) -> Terms:
    """A wave's terms, read once a process. Raises :class:`keys.MissingKey` before commit."""
    place = _place(wave_id)
    if place not in _known:
        _known[place] = Terms(_classes(wave_id), _lid(wave_id))
    return _known[place]


def publish_classes(wave_id: uuid.UUID, classes: Mapping[str, blind.PublicKey]) -> dict[str, str]:
    """Write the classes' public keys; each class with the SHA-256 of its key."""
    folder = keys.directory("public", wave_id)
    hashes = {class_key: public.sha256() for class_key, public in sorted(classes.items())}
    _forget(wave_id)
    for class_key, public in classes.items():
        path = folder / f"{hashes[class_key]}.der"
        keys.destroy(path)
        keys.put(path, public.der)
    listed = [{"class": key, "sha256": value} for key, value in hashes.items()]
    keys.destroy(folder / CLASSES)
    keys.put(folder / CLASSES, canonical(listed))
    return hashes


def publish_envelopes(wave_id: uuid.UUID, envelopes: Mapping[str, object]) -> None:
    """Write the envelope keys and the size every ballot is padded to."""
    path = keys.directory("public", wave_id) / ENVELOPES
    _forget(wave_id)
    keys.destroy(path)
    keys.put(path, canonical(envelopes))


def _forget(wave_id: uuid.UUID) -> None:
    _known.pop(_place(wave_id), None)


def _place(wave_id: uuid.UUID) -> tuple[str, uuid.UUID]:
    return str(current_app.config["KEYS"]), wave_id


def _classes(wave_id: uuid.UUID) -> dict[str, blind.PublicKey]:
    folder = keys.directory("public", wave_id)
    found: dict[str, blind.PublicKey] = {}
    for entry in parse(keys.get(folder / CLASSES)):
        public = blind.PublicKey.from_der(keys.get(folder / f"{entry['sha256']}.der"))
        if public.sha256() != entry["sha256"]:
            raise keys.MissingKey("A class’s public key is not the one that was published.")
        found[entry["class"]] = public
    return found


def _lid(wave_id: uuid.UUID) -> client.Lid:
    raw = parse(keys.get(keys.directory("public", wave_id) / ENVELOPES))
    return client.Lid(
        wave=str(wave_id),
        inner=_point(raw["inner"]),
        outer=tuple(_point(key) for key in raw["outer"]),
        size=raw["size"],
    )


def _point(text: str) -> ec.EllipticCurvePublicKey:
    return envelope.load_public(bytes.fromhex(text))
