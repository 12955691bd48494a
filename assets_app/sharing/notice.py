"""What is read and accepted with an offer. The text that was accepted is kept with the collaboration."""

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
            _("You state that your company may work together with the company of the other tenant."),
            _("If its admins accept, both tenants see each other's account name and display name."),
            _("A collaboration shares no asset and opens no data by itself."),
            _("Each side can end an accepted collaboration at any time, without the other's consent."),
        )
    return Notice("\n".join(lines), language)
