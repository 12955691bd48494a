"""What the audit log tells of people signing in and out."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event
from portal.identity.models import Scheme
from portal.lib import zones
from portal.permissions import roles_in_words


@event("sign_in.succeeded", _("signed in as {roles}"), Kind.SIGN_IN)
class SignInSucceeded(Event):
    tenant: str
    roles: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return recorded | {"roles": roles_in_words(recorded["roles"])}


@event("sign_in.refused", _("was refused at sign-in ({reason})"), Kind.SIGN_IN)
class SignInRefused(Event):
    reason: str
    # The same refusal, from the same address, so often since it was last recorded.
    repeated: int = 0


@event("sign_in.ended", _("signed out"), Kind.SIGN_IN)
class SignedOut(Event):
    pass


@event("person.settings_changed", _("has the language {language}, the time zone {time_zone}, the colours {scheme}"))
class SettingsChanged(Event):
    """An empty language or scheme leaves it to the browser, an empty time zone is UTC."""

    language: str
    time_zone: str
    scheme: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        languages, schemes = dict(settings.LANGUAGES), dict(Scheme.choices)
        return {
            "language": languages.get(recorded["language"], recorded["language"]) or _("of the browser"),
            "time_zone": recorded["time_zone"] or zones.UTC,
            "scheme": schemes.get(recorded["scheme"], recorded["scheme"]) or _("of the system"),
        }


@event("operator.appointed", _("is now operator of this portal, as the Hub says"))
class OperatorAppointed(Event):
    pass


@event("operator.dismissed", _("is operator of this portal no more, as the Hub says"))
class OperatorDismissed(Event):
    pass
