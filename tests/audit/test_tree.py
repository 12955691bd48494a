"""The Merkle tree against an independent way to compute it: the recursive definition of RFC 6962 section 2.1."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.tree import EMPTY_ROOT, Frontier, leaf_hash


def root_by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])).digest()


def grown(records: list[bytes]) -> Frontier:
    tree = Frontier()
    for record in records:
        tree = tree.append(leaf_hash(record))
    return tree


# RFC 6962 test vectors as Certificate Transparency implementations publish them: the leaves of the reference tree.
REFERENCE = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip


def test_reference_root() -> None:
    expected = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert grown(REFERENCE).root.hex() == expected


@pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 1000])
def test_root_is_the_definitions(size: int) -> None:
    records = [str(number).encode() for number in range(size)]
    assert grown(records).root == root_by_definition([leaf_hash(record) for record in records])


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_stored_frontier_goes_on_where_it_was(records: list[bytes]) -> None:
    tree = grown(records)
    loaded = Frontier.load(tree.size, tree.stored)
    assert loaded == tree
    assert loaded.append(leaf_hash(b"next")).root == grown([*records, b"next"]).root


def test_frontier_of_another_size_is_refused() -> None:
    tree = grown([b"1", b"2", b"3"])
    with pytest.raises(ValueError, match="subtrees"):
        Frontier.load(4, tree.stored)


def test_empty_tree() -> None:
    assert Frontier().root == EMPTY_ROOT
