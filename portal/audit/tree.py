"""Merkle tree hashing of RFC 6962 section 2.1, kept as a frontier so that appending costs a handful of hashes.

Pure: no Django, no database. The frontier of a tree of n leaves is the list of the roots of its perfect subtrees,
largest first: one for each 1 in the binary form of n.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import reduce

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(record: bytes) -> bytes:
    """SHA-256 of 0x00 and the record's bytes."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and the two hashes below."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """State of an append-only tree: how many leaves it has, and the roots of its perfect subtrees."""

    size: int = 0
    subtrees: tuple[bytes, ...] = ()

    @classmethod
    def load(cls, size: int, stored: bytes) -> Frontier:
        """Read what `stored` wrote; raises ValueError when the bytes do not fit the size."""
        if len(stored) != HASH_BYTES * size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} subtrees, not {len(stored)} bytes.")
        return cls(size, tuple(stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)))

    @property
    def stored(self) -> bytes:
        return b"".join(self.subtrees)

    @property
    def root(self) -> bytes:
        """Merkle tree hash of all leaves; of no leaves, the hash of nothing."""
        if not self.subtrees:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), reversed(self.subtrees))

    def append(self, leaf: bytes) -> Frontier:
        """The tree with one leaf more."""
        subtrees, carried = list(self.subtrees), leaf
        complete = self.size
        while complete & 1:
            carried = node_hash(subtrees.pop(), carried)
            complete >>= 1
        return Frontier(self.size + 1, (*subtrees, carried))
