"""What an approver reads and accepts. The text that was accepted is kept with the release."""

from __future__ import annotations

from django.utils.translation import gettext as _


def notice() -> str:
    """The IMPORTANT NOTICE in the reader's language, one statement on each line."""
    return "\n".join(
        (
            _("The approval cannot be taken back. Nothing of this version can be changed afterwards."),
            _("You state that your company may offer this application and keeps to the rules of Insights Hub."),
            _("Operating the application may cost money, as your company agreed for its tenant."),
            _("The check may find that something is missing. You and your substitute are told in a mail."),
        )
    )
