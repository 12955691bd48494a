"""What an approver reads and accepts. The text that was accepted is kept with the release."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib.notice import Notice


def notice(language: str = "") -> Notice:
    """The IMPORTANT NOTICE as it is now, in this language of the portal, else in that of the reader."""
    if language not in dict(settings.LANGUAGES):
        language = get_language() or "en"
    with translation.override(language):
        lines = (
            _("The approval cannot be taken back. Afterwards nothing of this version changes unless the check fails."),
            _("You state that your company may offer this application and keeps to the rules of Insights Hub."),
            _("Operating the application may cost money, as your company agreed for its tenant."),
            _("The check may find that something is missing. You and your substitute are told in a mail."),
        )
    return Notice("\n".join(lines), language)
