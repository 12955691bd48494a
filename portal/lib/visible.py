"""Whether a text shows anything."""

from __future__ import annotations

import unicodedata

# Unicode calls these letters and signs, and fonts draw nothing: fillers of Hangul, an empty cell of Braille, an empty
# note head.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159")


def is_visible(text: str) -> bool:
    """Whether there is a letter, a digit or a sign to see in it."""
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK for sign in text)
