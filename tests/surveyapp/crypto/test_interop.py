"""Our signer and client against another people's: npm’s @cloudflare/blindrsa-ts, in tests only."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from surveyapp.crypto import blind
from tests.needed import need

ROOT = Path(__file__).resolve().parents[3]
NODE = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv/bin"))
STEP = Path(__file__).with_name("blindrsa.mjs")
MESSAGE = bytes(range(32))
# Their signer takes eight seconds for the largest key.
SIZES = (2048, 3072, 4096) if os.environ.get("CI") else (2048,)


@pytest.fixture(scope="module")
def node():
    """Takes one step with the other library."""
    need(ROOT / "node_modules/@cloudflare/blindrsa-ts", Path(NODE or "node"))

    def step(name, **given):
        done = subprocess.run(
            [NODE, str(STEP)],
            input=json.dumps({"step": name, **given}),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            timeout=60,
        )
        return {name: bytes.fromhex(value) for name, value in json.loads(done.stdout).items()}

    return step


@pytest.fixture(scope="module", params=SIZES)
def key(request):
    """One key in our form, and its private half in theirs."""
    made = rsa.generate_private_key(public_exponent=blind.E, key_size=request.param)
    numbers = made.private_numbers()
    pkcs8 = made.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return blind.SigningKey.from_primes(numbers.p, numbers.q), pkcs8.hex()


def test_their_client_gets_a_signature_from_our_signer(node, key):
    ours, _ = key
    spki = ours.public.der.hex()
    wish = node("blind", spki=spki, message=MESSAGE.hex())
    signed = blind.blind_sign(ours, wish["blinded"])
    found = node(
        "finalize",
        spki=spki,
        prepared=wish["prepared"].hex(),
        signed=signed.hex(),
        inverse=wish["inverse"].hex(),
    )
    assert wish["prepared"][blind.PREFIX_BYTES :] == MESSAGE
    assert blind.verify(ours.public, wish["prepared"], found["signature"])


def test_our_client_gets_a_signature_from_their_signer(node, key):
    ours, pkcs8 = key
    prepared = blind.prepare(MESSAGE)
    blinded, inverse = blind.blind(ours.public, prepared)
    signed = node("sign", pkcs8=pkcs8, blinded=blinded.hex())["signed"]
    assert signed == blind.blind_sign(ours, blinded)
    signature = blind.finalize(ours.public, prepared, signed, inverse)
    assert blind.verify(ours.public, prepared, signature)
