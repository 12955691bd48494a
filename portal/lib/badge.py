"""`Badge`: a state as the pages show it."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Badge:
    """Tone (ok, warn, bad, muted), icon and word: never the colour alone."""

    tone: str
    icon: str
    label: str | Promise
