"""What an approver reads and accepts. The text that was accepted is kept with the release."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Notice:
    """The text, one statement on each line, and its language."""

    text: str
    language: str


def notice() -> Notice:
    """The IMPORTANT NOTICE in the reader's language."""
    text = "\n".join(
        (
            _("The approval cannot be taken back. Afterwards nothing of this version changes unless its check fails."),
            _("You state that your company may offer this application and keeps to the rules of Insights Hub."),
            _("Operating the application may cost money, as your company agreed for its tenant."),
            _("The check may find that something is missing. You and your substitute are told in a mail."),
        )
    )
    return Notice(text, get_language() or "en")
