"""What people set for themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from portal.identity.models import Scheme, User
from portal.lib import zones

# Written in forms for the empty setting: an empty value would be the same as a field that was not sent.
AUTOMATIC = "auto"
REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}


class LanguageSelect(forms.Select):
    """Each language in its own words, and marked as such for readers."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value != AUTOMATIC:
            option["attrs"]["lang"] = value
        return option


def languages() -> list[tuple[str, Any]]:
    """The portal's languages, each named in itself."""
    named = [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]
    return [(AUTOMATIC, _("As the browser asks")), *named]


def time_zones() -> list[tuple[Any, Any]]:
    """UTC, then all places by region."""
    places = zones.by_region(timezone.now())
    return [(zones.UTC, zones.UTC), *((REGIONS[region], found) for region, found in places.items())]


class SettingsForm(forms.Form):
    """A person's own settings."""

    language = forms.ChoiceField(label=_("Language"), choices=languages, widget=LanguageSelect)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Open the list and type the first letters of a city. Exports and the API stay in UTC."),
    )
    scheme = forms.ChoiceField(
        label=_("Colour scheme"),
        choices=[(AUTOMATIC, _("As the system says")), *Scheme.choices],
        widget=forms.RadioSelect,
    )

    @staticmethod
    def of(user: User) -> dict[str, str]:
        """The person's settings as the form writes them."""
        return {
            "language": user.language or AUTOMATIC,
            "time_zone": user.time_zone or zones.UTC,
            "scheme": user.scheme or AUTOMATIC,
        }

    def clean_language(self) -> str:
        return self._stored("language")

    def clean_scheme(self) -> str:
        return self._stored("scheme")

    def _stored(self, name: str) -> str:
        written: str = self.cleaned_data[name]
        return "" if written == AUTOMATIC else written
