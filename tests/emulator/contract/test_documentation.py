"""docs/emulator.md says what the code and the contract table say."""

from __future__ import annotations

from .documentation import PAGE, written


def test_switches_and_support_matrix_are_those_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "Run python -m tests.emulator.contract.documentation."
