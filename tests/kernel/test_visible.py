"""A text that shows nothing is no name."""

from __future__ import annotations

import pytest

from portal.lib.visible import is_visible


@pytest.mark.parametrize("text", ["a", "7", "-", "ü", "泵", "م", "😀", "\u3164x", "한", "⠇", " a "])
def test_one_sign_is_enough(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\u00a0",
        "\u3164\u3164",
        "\u2800",
        "\u115f\u1160",
        "\uffa0",
        "\u200b\u200d",
        "\u00ad",
        "\ufe0f",
        "\u202e",
    ],
)
def test_nothing_to_see(text: str) -> None:
    assert not is_visible(text)
