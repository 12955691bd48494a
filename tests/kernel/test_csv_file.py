"""CSV for spreadsheets."""

from __future__ import annotations

import pytest

from portal.lib.csv_file import csv_file


def test_quotes_and_marks_its_encoding() -> None:
    assert csv_file(["a", "b"], [['say "ü"', 2]]) == b"\xef\xbb\xbf" + '"a","b"\r\n"say ""ü""","2"\r\n'.encode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  ="])
def test_text_is_never_a_formula(start: str) -> None:
    assert f'"\'{start}1"'.encode() in csv_file(["a"], [[f"{start}1"]])


def test_numbers_and_other_text_stay() -> None:
    assert b'"-1","a=b","\'"' in csv_file(["a", "b", "c"], [[-1, "a=b", "'"]])
