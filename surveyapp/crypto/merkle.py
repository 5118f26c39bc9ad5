"""The Merkle tree of RFC 9162 (Certificate Transparency 2.0) over SHA-256."""

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry), RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root(entries: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of the entries, in the order given (RFC 9162 section 2.1.1)."""
    return _root([leaf_hash(entry) for entry in entries])


def grown(peaks: Sequence[bytes], size: int, entry: bytes) -> list[bytes]:
    """The peaks of a tree of ``size`` entries after one more: the roots of its perfect subtrees,
    largest first, which is all that is needed to let it grow."""
    found = [*peaks, leaf_hash(entry)]
    while size & 1:
        right = found.pop()
        found[-1] = _node(found[-1], right)
        size >>= 1
    return found


def root_of(peaks: Sequence[bytes]) -> bytes:
    """The root of the tree that has these peaks: :func:`root` of the same entries."""
    if not peaks:
        return _root([])
    found = peaks[-1]
    for left in reversed(peaks[:-1]):
        found = _node(left, found)
    return found


def inclusion_proof(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """The path that shows that entry ``index`` is in the tree (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < len(entries):
        raise IndexError("There is no entry of that number.")
    return _path(index, [leaf_hash(entry) for entry in entries])


def inclusion_proofs(entries: Sequence[bytes]) -> list[list[bytes]]:
    """The path of every entry, in the order given, for little more than the root costs."""
    return _paths([leaf_hash(entry) for entry in entries])[1] if entries else []


def verify_inclusion(
    entry: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Whether the path leads from the entry to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf_hash(entry)
    for step in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = _node(step, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = _node(found, step)
        first, last = first >> 1, last >> 1
    return last == 0 and found == expected


def consistency_proof(first: int, entries: Sequence[bytes]) -> list[bytes]:
    """Shows that the tree of the ``first`` entries is the beginning of this one (2.1.4.1)."""
    if not 0 < first <= len(entries):
        raise IndexError("The earlier tree must have between one entry and all of them.")
    return _subproof(first, [leaf_hash(entry) for entry in entries], complete=True)


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof leads from the earlier root to the later one (RFC 9162 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    low, high = first - 1, second - 1
    while low & 1:
        low, high = low >> 1, high >> 1
    old = new = path[0]
    for step in path[1:]:
        if high == 0:
            return False
        if low & 1 or low == high:
            old, new = _node(step, old), _node(step, new)
            while not low & 1 and low:
                low, high = low >> 1, high >> 1
        else:
            new = _node(new, step)
        low, high = low >> 1, high >> 1
    return high == 0 and old == first_root and new == second_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    at = _split(len(leaves))
    return _node(_root(leaves[:at]), _root(leaves[at:]))


def _paths(leaves: list[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """The root, and each leaf's path to it."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    at = _split(len(leaves))
    (left, before), (right, after) = _paths(leaves[:at]), _paths(leaves[at:])
    return _node(left, right), [
        *([*path, right] for path in before),
        *([*path, left] for path in after),
    ]


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    at = _split(len(leaves))
    if index < at:
        return [*_path(index, leaves[:at]), _root(leaves[at:])]
    return [*_path(index - at, leaves[at:]), _root(leaves[:at])]


def _subproof(first: int, leaves: list[bytes], *, complete: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if complete else [_root(leaves)]
    at = _split(len(leaves))
    if first <= at:
        return [*_subproof(first, leaves[:at], complete=complete), _root(leaves[at:])]
    return [*_subproof(first - at, leaves[at:], complete=False), _root(leaves[:at])]
