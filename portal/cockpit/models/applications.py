"""Applications and their versions: what a developer wrote down of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.cockpit.rules import CACHE_LENGTH, INTERNAL_NAME_LENGTH, POLICY_LENGTH
from portal.cockpit.states import APPROVED, AppState
from portal.scoping import TenantOwned


class Application(TenantOwned):
    """A self-hosted application of a tenant. Its internal name, part of addresses, scopes and roles, never changes."""

    internal_name = models.CharField(max_length=INTERNAL_NAME_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "internal_name"], name="cockpit_application_internal_name")
        ]

    def __str__(self) -> str:
        return self.internal_name


class Credentials(models.TextChoices):
    """What the application may do at the Hub without a person."""

    NONE = "none", _("None")
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


@dataclass(frozen=True)
class Component:
    """A part of the application with an address of its own, and the paths under which the gateway calls it."""

    name: str
    url: str
    endpoints: list[str]


@dataclass(frozen=True)
class AppRole:
    """A role of the application: which of its scopes it gives, and which roles of the platform."""

    name: str
    scopes: list[str]
    core_roles: list[str]


class AppVersion(TenantOwned):
    """One version of an application: what it consists of, how far it is, and what was submitted and approved.

    Which column may change in which state, `portal/cockpit/migrations/0008_approval_ends.py` says to the database.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=30)
    state = models.CharField(max_length=20, choices=AppState, default=AppState.IN_DEVELOPMENT)
    state_since = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)

    # The configuration: changes while the version is in development.
    display_name = models.CharField(max_length=50)
    description = models.CharField(max_length=500, blank=True)
    # A PNG that `portal.lib.images` made, for the Launchpad.
    icon = models.BinaryField(null=True)
    content_security_policy = models.CharField(max_length=POLICY_LENGTH, blank=True)
    cache_control = models.CharField(max_length=CACHE_LENGTH, blank=True)
    # `Component`, scopes without the application's name, `AppRole`.
    components = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    roles = models.JSONField(default=list)

    # The release: changes while it is prepared.
    release_description = models.CharField(max_length=2000, blank=True)
    health_component = models.CharField(max_length=20, blank=True)
    health_path = models.CharField(max_length=200, blank=True)
    credentials = models.CharField(max_length=10, choices=Credentials, default=Credentials.NONE)
    # A PNG that `portal.lib.images` made, of the first page with the Hub's bar.
    screenshot = models.BinaryField(null=True)
    # What was to be seen on it as it was sent: `pictures.facts_as_json`.
    screenshot_facts = models.JSONField(null=True)

    # The approval, APPROVAL_FIELDS: written with it, and taken away when a remediation is prepared anew. Every approval
    # that there was stands with its `Move`.
    approved_by = models.CharField(max_length=255, blank=True)
    alternate_email = models.EmailField(max_length=254, blank=True)
    # The text that was accepted, as it was read.
    notice = models.TextField(blank=True)
    notice_language = models.CharField(max_length=8, blank=True)

    # Told by `queries.versions`, which leaves out the pictures themselves.
    has_icon: bool = False

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="cockpit_version_once"),
            models.CheckConstraint(condition=Q(state__in=AppState.values), name="cockpit_version_state"),
            models.CheckConstraint(condition=Q(credentials__in=Credentials.values), name="cockpit_version_credentials"),
            # What an approval is without: who, whom else to tell, and what was accepted.
            models.CheckConstraint(
                condition=~Q(state__in=APPROVED) | ~(Q(approved_by="") | Q(alternate_email="") | Q(notice="")),
                name="cockpit_version_approved_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.internal_name} {self.version}"

    @property
    def subject(self) -> str:
        """How audit records refer to this version."""
        return f"app:{self.pk}"

    @property
    def is_editable(self) -> bool:
        """Whether its configuration can change."""
        return self.state == AppState.IN_DEVELOPMENT

    @property
    def is_approved(self) -> bool:
        return self.state in APPROVED

    @property
    def component_list(self) -> list[Component]:
        return [Component(**told) for told in self.components]

    @property
    def role_list(self) -> list[AppRole]:
        return [AppRole(**told) for told in self.roles]

    @property
    def roles_digest(self) -> str:
        """The same for the same scopes and roles: the matrix carries it, so that no save undoes another one unseen."""
        told = json.dumps([self.scopes, self.roles], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def full_scopes(self) -> list[str]:
        """As tokens carry them: `pumpadvisor.default`."""
        return [f"{self.application.internal_name}.{name}" for name in self.scopes]

    @property
    def health_url(self) -> str:
        """Where the Hub will ask whether the application is well; empty while no component of it is chosen."""
        chosen = next((one for one in self.component_list if one.name == self.health_component), None)
        return chosen.url.rstrip("/") + self.health_path if chosen and self.health_path else ""

    def full_role(self, name: str) -> str:
        """As the Hub's Settings list it: `mdsp:acme:pumpadvisor.admin`."""
        return f"mdsp:{self.tenant.name}:{self.application.internal_name}.{name}"


# Empty unless the version is approved.
APPROVAL_FIELDS = ("approved_by", "alternate_email", "notice", "notice_language")


def as_json(rows: list[Component] | list[AppRole]) -> list[dict[str, Any]]:
    """As the columns keep them."""
    return [asdict(row) for row in rows]
