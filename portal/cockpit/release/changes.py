"""What is different from the version that was approved before: what a second pair of eyes looks at first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models import AppVersion


@dataclass(frozen=True)
class Change:
    """One thing that is different: the lines that are gone, and those that are new."""

    label: str | Promise
    gone: list[str]
    new: list[str]


def changes(before: AppVersion, now: AppVersion) -> list[Change]:
    """All that is different between two versions of an application; empty when only the version is."""
    lines = zip(_lines(before), _lines(now), strict=True)
    compared = [
        Change(label, [one for one in old if one not in fresh], [one for one in fresh if one not in old])
        for (label, old), (_label, fresh) in lines
    ]
    return [change for change in compared if change.gone or change.new]


def _lines(version: AppVersion) -> list[tuple[str | Promise, list[str]]]:
    told: list[tuple[str | Promise, list[str]]] = [
        (_("Display name"), [version.display_name]),
        (_("Description"), version.description.split("\n")),
        (_("Components"), [f"{one.name}: {one.url} {' '.join(one.endpoints)}" for one in version.component_list]),
        (_("Scopes"), version.full_scopes),
        (_("Roles"), [f"{one.name}: {', '.join(one.scopes + one.core_roles)}" for one in version.role_list]),
        ("content-security-policy", [version.content_security_policy]),
        ("cache-control", [version.cache_control]),
        (_("Description of the application"), version.release_description.split("\n")),
        (_("Health endpoint"), [version.health_url]),
        (_("App credentials"), [str(version.get_credentials_display())]),
    ]
    return [(label, [line for line in lines if line]) for label, lines in told]
