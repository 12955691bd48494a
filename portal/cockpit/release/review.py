"""What a release is checked for, item by item, and what the last check said about each."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models import AppVersion, Move
from portal.cockpit.states import APPROVED, AppState, Verb


class ReviewItem(TextChoices):
    """What can be returned with a reason of its own."""

    CONFIGURATION = "configuration", _("Configuration")
    COMPONENTS = "components", _("Components")
    ROLES = "roles", _("Roles and scopes")
    DESCRIPTION = "description", _("Description of the application")
    HEALTH = "health", _("Health endpoint")
    SCREENSHOT = "screenshot", _("Screenshot")
    CREDENTIALS = "credentials", _("App credentials")
    CHECKS = "checks", _("Checks")
    CONTACT = "contact", _("Alternate contact")


def as_items(reasons: dict[str, str]) -> list[dict[str, str]]:
    """As the step keeps them, in the order of `ReviewItem`, without those about which nothing is said."""
    return [{"item": item.value, "reason": reasons[item]} for item in ReviewItem if reasons.get(item)]


def in_words(step: Move) -> list[tuple[str, str]]:
    """Each returned item of a step with its reason, in the reader's language."""
    labels = dict(ReviewItem.choices)
    return [(str(labels.get(told["item"], told["item"])), told["reason"]) for told in step.items]


def returned(version: AppVersion) -> dict[str, str]:
    """What the last check returned, until the release is submitted anew: each item with its reason."""
    if version.state in APPROVED - {AppState.REMEDIATION} or version.state == AppState.WAITING:
        return {}
    end = version.moves.filter(verb__in=[Verb.PASS, Verb.FAIL]).order_by("-pk").first()
    return {told["item"]: told["reason"] for told in end.items} if end else {}
