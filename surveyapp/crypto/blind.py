"""Blind signatures: RSABSSA-SHA384-PSS-Randomized of RFC 9474.

The signer (:func:`blind_sign`) never sees what it signs and cannot recognise it later; the client
(:func:`prepare`, :func:`blind`, :func:`finalize`) obtains a signature that anybody can
:func:`verify`. Times depend on nothing secret where gmpy2 says so (``powmod_sec``).
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache

import gmpy2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from gmpy2 import mpz

E = 65537
SALT_BYTES = HASH_BYTES = 48
PREFIX_BYTES = 32
SMALLEST = 3072

Random = Callable[[int], bytes]
_HASH = hashes.SHA384()
_PSS = padding.PSS(mgf=padding.MGF1(_HASH), salt_length=SALT_BYTES)


class BlindError(ValueError):
    """A message, key or signature that the protocol refuses."""


@dataclass(frozen=True)
class PublicKey:
    """A class's public key. The covenant lists the SHA-256 of its SubjectPublicKeyInfo, ``der``."""

    n: int
    e: int

    @property
    def size(self) -> int:
        return (self.n.bit_length() + 7) // 8

    @cached_property
    def der(self) -> bytes:
        return _loaded(self.n, self.e).public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @classmethod
    def from_der(cls, der: bytes) -> "PublicKey":
        key = serialization.load_der_public_key(der)
        if not isinstance(key, rsa.RSAPublicKey):
            raise BlindError("This is no RSA public key.")
        numbers = key.public_numbers()
        return cls(numbers.n, numbers.e)


@dataclass(frozen=True)
class SigningKey:
    """A class's signing key: the public numbers and the halves for the Chinese remainder."""

    n: int
    e: int
    p: int
    q: int
    dp: int
    dq: int
    qinv: int

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.n, self.e)

    def to_bytes(self) -> bytes:
        return json.dumps({name: f"{value:x}" for name, value in asdict(self).items()}).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SigningKey":
        return cls(**{name: int(value, 16) for name, value in json.loads(data).items()})

    @classmethod
    def from_primes(cls, p: int, q: int, e: int = E) -> "SigningKey":
        d = pow(e, -1, (p - 1) * (q - 1))
        return cls(p * q, e, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))


def generate(bits: int = SMALLEST) -> SigningKey:
    """A fresh signing key."""
    numbers = rsa.generate_private_key(public_exponent=E, key_size=bits).private_numbers()
    return SigningKey.from_primes(numbers.p, numbers.q)


def prepare(message: bytes, random: Random = secrets.token_bytes) -> bytes:
    """PrepareRandomize (RFC 9474 section 4.1): 32 random bytes, then the message."""
    return random(PREFIX_BYTES) + message


def blind(
    key: PublicKey, prepared: bytes, random: Random = secrets.token_bytes
) -> tuple[bytes, int]:
    """Blind (RFC 9474 section 4.2): the blinded message and the inverse that undoes it.

    ``random`` gives the salt and then, until one is in range, the candidates for r.
    """
    encoded = _emsa_pss_encode(prepared, key.n.bit_length() - 1, random(SALT_BYTES))
    m, n = mpz(int.from_bytes(encoded)), mpz(key.n)
    if gmpy2.gcd(m, n) != 1:
        raise BlindError("The message shares a factor with the key.")
    r = _below(key.n, random)
    try:
        inverse = int(gmpy2.invert(r, n))
    except ZeroDivisionError as error:
        raise BlindError("The blinding factor shares a factor with the key.") from error
    blinded = m * gmpy2.powmod(r, key.e, n) % n
    return int(blinded).to_bytes(key.size), inverse


def blind_sign(key: SigningKey, blinded: bytes) -> bytes:
    """BlindSign (RFC 9474 section 4.3), with a fresh base blinding and a check of the result.

    A fault in either half would give the key away, so nothing leaves that does not verify.
    """
    size = key.public.size
    if len(blinded) != size:
        raise BlindError("The blinded message has the wrong length.")
    m, n, p, q = mpz(int.from_bytes(blinded)), mpz(key.n), mpz(key.p), mpz(key.q)
    if not 0 < m < n:
        raise BlindError("The blinded message is out of range.")
    r = _below(key.n, secrets.token_bytes)
    masked = m * gmpy2.powmod(r, key.e, n) % n
    # Two milliseconds in which the other threads of the process need not stand still.
    with gmpy2.context(allow_release_gil=True):
        left = gmpy2.powmod_sec(masked % p, key.dp, p)
        right = gmpy2.powmod_sec(masked % q, key.dq, q)
    joined = right + q * ((left - right) * key.qinv % p)
    s = joined * gmpy2.invert(r, n) % n
    if gmpy2.powmod(s, key.e, n) != m:
        raise BlindError("The signature does not verify and was not released.")
    return int(s).to_bytes(size)


def finalize(key: PublicKey, prepared: bytes, signed: bytes, inverse: int) -> bytes:
    """Finalize (RFC 9474 section 4.4): the signature on ``prepared``, verified first."""
    if len(signed) != key.size:
        raise BlindError("The signature has the wrong length.")
    signature = (int.from_bytes(signed) * inverse % key.n).to_bytes(key.size)
    if not verify(key, prepared, signature):
        raise BlindError("The signer’s answer does not verify.")
    return signature


def verify(key: PublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether this is the key's RSASSA-PSS signature (SHA-384, salt of 48 bytes)."""
    try:
        _loaded(key.n, key.e).verify(signature, prepared, _PSS, _HASH)
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=4096)
def _loaded(n: int, e: int) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(e, n).public_key()


def _below(limit: int, random: Random) -> int:
    """A uniform number from 1 to ``limit`` − 1, by rejection."""
    size = (limit.bit_length() + 7) // 8
    surplus = 8 * size - limit.bit_length()
    while True:
        candidate = int.from_bytes(random(size)) >> surplus
        if 0 < candidate < limit:
            return candidate


def _emsa_pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 and MGF1 (RFC 8017 section 9.1.1)."""
    size = (bits + 7) // 8
    if size < HASH_BYTES + len(salt) + 2:
        raise BlindError("The key is too short for this signature.")
    inner = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(size - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    mask = _mgf1(inner, len(block))
    masked = bytearray((int.from_bytes(block) ^ int.from_bytes(mask)).to_bytes(len(block)))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + inner + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // HASH_BYTES)
    parts = (hashlib.sha384(seed + count.to_bytes(4)).digest() for count in range(blocks))
    return b"".join(parts)[:length]
