"""Applications, their versions, and each step of a version's life."""

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


class RegistrationState(models.TextChoices):
    """How far the Hub is told of what was decided here."""

    PENDING = "pending", _("On its way to the Hub")
    DONE = "done", _("Done at the Hub")
    FAILED = "failed", _("Failed at the Hub")
    REPLACED = "replaced", _("Replaced at the Hub by another version")


class Health(models.TextChoices):
    """How an application is, by what it says itself; the words are in `portal.cockpit.watch_rows`."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"


class Registration(TenantOwned):
    """What the Hub shall have of a version and what it has; `portal.cockpit.registrations` carries it there.

    Only where the environment of the tenant lets applications be registered by an API.
    """

    version = models.OneToOneField(AppVersion, on_delete=models.PROTECT, related_name="registration")
    # Whether the Hub shall have the version; otherwise it shall forget it.
    is_wanted = models.BooleanField()
    # Counts the decisions: an answer to an earlier one ends nothing.
    round = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=RegistrationState, default=RegistrationState.PENDING)
    # Why it failed: code of a refusal, and what its sentence cannot know.
    reason = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Until then the worker that tells the Hub is believed to be alive.
    lease_until = models.DateTimeField(null=True, blank=True)
    # When the worker tries again by itself.
    retry_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    # Which health the Hub was told last, and of which moment; `portal.cockpit.hub_health`.
    told_health = models.CharField(max_length=10, choices=Health, blank=True)
    told_health_at = models.DateTimeField(null=True, blank=True)
    # When a worker may look whether there is another one to tell; empty when there is none.
    health_due_at = models.DateTimeField(null=True, blank=True)
    # How often in a row the Hub could not be told.
    health_attempts = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RegistrationState.values), name="cockpit_registration_state")
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.version_id}"


class Move(TenantOwned):
    """One step of a version's life: who took it, when, and what was said. Rows are only ever added."""

    version = models.ForeignKey(AppVersion, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=20)
    target = models.CharField(max_length=20, choices=AppState)
    at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=255)
    by_name = models.CharField(max_length=255)
    note = models.TextField(max_length=2000, blank=True)
    # What the check returned: `{"item": …, "reason": …}`, the items of `portal.cockpit.review`.
    items = models.JSONField(default=list)
    # What an approval was made of, for good: alternate_email, notice and notice_language. None for other steps.
    approval = models.JSONField(null=True)

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.verb} {self.version_id}"


class MessageSide(models.TextChoices):
    """Who wrote a message."""

    TENANT = "tenant", _("Tenant")
    OPERATOR = "operator", _("Operator")


class ReleaseMessage(TenantOwned):
    """A message about a release, between the tenant and the operator. Rows are only ever added."""

    version = models.ForeignKey(AppVersion, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(max_length=10, choices=MessageSide)
    # Whether an answer is wanted.
    asks = models.BooleanField(default=False)
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=255)
    by_name = models.CharField(max_length=255)
    # Whether the other side got a mail for it; not each message is worth one.
    is_mailed = models.BooleanField(default=False)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(side__in=MessageSide.values), name="cockpit_message_side"),
        ]
        # The limit counts a person's last hour.
        indexes = [models.Index(fields=["tenant", "by_id", "at"], name="cockpit_message_by")]

    def __str__(self) -> str:
        return f"{self.side} {self.version_id}"


class AlternateContact(TenantOwned):
    """Who stands in for the approver of a version, and whether that person has said so.

    Each naming is a row of its own; the one that nothing replaced counts. The e-mail in `AppVersion` stays what the
    approval said.
    """

    version = models.ForeignKey(AppVersion, on_delete=models.PROTECT, related_name="contacts")
    email = models.EmailField(max_length=254)
    # In which the mails to this address are written.
    language = models.CharField(max_length=8)
    named_at = models.DateTimeField(default=timezone.now)
    named_by = models.CharField(max_length=255)
    named_by_id = models.CharField(max_length=255)
    # The mails that asked for the confirmation: how many, when the last one, how long its link holds.
    mails = models.PositiveIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            # Two requests at once must not name two.
            models.UniqueConstraint(
                fields=["version"], condition=Q(replaced_at=None), name="cockpit_contact_one_that_counts"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(declined_at=None), name="cockpit_contact_one_answer"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        """Whether its link can be answered."""
        unanswered = not (self.confirmed_at or self.declined_at or self.replaced_at)
        return unanswered and self.expires_at > timezone.now()


class DossierKey(models.Model):
    """A key pair that signs dossiers (`portal.cockpit.dossier`); the newest signs, all verify."""

    kid = models.CharField(max_length=64, unique=True)
    # Private key (PKCS 8, PEM), sealed for this kid.
    sealed = models.BinaryField()
    public_pem = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # True for the first key, else empty: of several processes that start together, one makes it.
    is_first = models.BooleanField(null=True, unique=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.kid

    @property
    def place(self) -> str:
        return f"dossier key {self.kid}"


def as_json(rows: list[Component] | list[AppRole]) -> list[dict[str, Any]]:
    """As the columns keep them."""
    return [asdict(row) for row in rows]


class CheckReason(models.TextChoices):
    """Why the checks of a version run."""

    DRAFT = "draft", _("The version was made")
    CHANGE = "change", _("Something was changed")
    DEMAND = "demand", _("Somebody asked for it")
    APPROVAL = "approval", _("The release was approved")
    WATCH = "watch", _("Its time had come")


class RunState(models.TextChoices):
    """How far a run of the checks is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


# Runs whose end opens and closes tickets of a version that is ready for assignment.
WATCHING = frozenset({CheckReason.WATCH, CheckReason.DEMAND})


class CheckRun(TenantOwned):
    """One run of the readiness checks over a version: what it looked at, how far it is, what it found."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="check_runs")
    why = models.CharField(max_length=10, choices=CheckReason)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=255)
    # Which configuration it looked at: `portal.cockpit.subjects.fingerprint`. Empty before it began.
    fingerprint = models.CharField(max_length=64, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    # Until then the worker that claimed it is at it; each progress renews it.
    lease_until = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    what = models.CharField(max_length=200, blank=True)

    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    blocking = models.PositiveSmallIntegerField(default=0)
    warnings = models.PositiveSmallIntegerField(default=0)
    hints = models.PositiveSmallIntegerField(default=0)
    # `portal.cockpit.watched.health_of`; empty before its end.
    health = models.CharField(max_length=10, choices=Health, blank=True)
    # `portal.cockpit.kept.as_kept`; empty before its end.
    results = models.JSONField(default=dict)

    class Meta(TenantOwned.Meta):
        constraints = [
            # One worker at a time, and one more in the queue: a change while it runs is looked at afterwards.
            models.UniqueConstraint(fields=["version"], condition=Q(state="running"), name="cockpit_run_one_running"),
            models.UniqueConstraint(fields=["version"], condition=Q(state="waiting"), name="cockpit_run_one_waiting"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="cockpit_run_state"),
            models.CheckConstraint(condition=Q(why__in=CheckReason.values), name="cockpit_run_why"),
        ]
        # The limit counts a tenant's last hour.
        indexes = [models.Index(fields=["tenant", "asked_at"], name="cockpit_run_asked")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in OPEN_RUNS


OPEN_RUNS = frozenset({RunState.WAITING, RunState.RUNNING})


class VisitorToken(TenantOwned):
    """A person's token of the Hub that a run visits the application with, sealed; removed when the run ends."""

    run = models.OneToOneField(CheckRun, on_delete=models.CASCADE, related_name="visitor_token")
    sealed = models.BinaryField()

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"token of run {self.run_id}"

    @property
    def place(self) -> str:
        """What the ciphertext is bound to: it opens in this row only."""
        return f"tenant {self.tenant_id}|check run {self.run_id}"


class Capture(TenantOwned):
    """A picture of a version's first page that the portal takes itself, beside the screenshot that was sent."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="captures")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.CharField(max_length=255)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Until then the worker that claimed it is at it.
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Which page it is about; empty before it began.
    url = models.CharField(max_length=2000, blank=True)

    # Once it is done: a PNG that `portal.lib.images` made, until a newer one takes its place; what is to be seen on it
    # (`pictures.facts_as_json`); the page's HTTP status; other hosts that the page wanted in vain.
    picture = models.BinaryField(null=True)
    facts = models.JSONField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    refused = models.JSONField(default=list)
    # If it failed, why: a finding, `what` and `evidence`.
    failure = models.JSONField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state__in=["waiting", "running"]), name="cockpit_capture_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="cockpit_capture_state"),
            # A picture without what is on it could not be shown.
            models.CheckConstraint(condition=Q(picture=None) | Q(facts__isnull=False), name="cockpit_capture_whole"),
        ]
        # The limit counts a tenant's last hour.
        indexes = [models.Index(fields=["tenant", "asked_at"], name="cockpit_capture_asked")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in OPEN_RUNS


class Waiver(TenantOwned):
    """A reason why what a check of warning severity finds is accepted for one version, until a day."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="waivers")
    check_id = models.CharField(max_length=60)
    reason = models.TextField(max_length=1000)
    # The last day on which it holds.
    ends_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=255)
    by_name = models.CharField(max_length=255)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["version", "check_id"], condition=Q(withdrawn_at=None), name="cockpit_waiver_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.check_id}"


class TicketEnd(models.TextChoices):
    """Why a ticket is closed."""

    GONE = "gone", _("No longer found")
    ACCEPTED = "accepted", _("Accepted")
    REPLACED = "replaced", _("A newer version took its place")


class Ticket(TenantOwned):
    """Something that was found of a version after its release, with the day until which it is put right."""

    version = models.ForeignKey(AppVersion, on_delete=models.CASCADE, related_name="tickets")
    check_id = models.CharField(max_length=60)
    severity = models.CharField(max_length=10)
    # The first finding as a run keeps it: `what` and `evidence`.
    finding = models.JSONField()
    opened_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    # The last day on which it is not overdue.
    due_on = models.DateField()
    # When the mail about its being overdue was written.
    overdue_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=10, choices=TicketEnd, blank=True)
    # Who accepted it, and why; still found, it opens no other.
    closed_by_id = models.CharField(max_length=255, blank=True)
    closed_by = models.CharField(max_length=255, blank=True)
    reason = models.TextField(max_length=1000, blank=True)
    holds = models.BooleanField(default=False)

    class Meta(TenantOwned.Meta):
        constraints = [
            # Two runs that end at once must not open two.
            models.UniqueConstraint(
                fields=["version", "check_id"], condition=Q(closed_at=None), name="cockpit_ticket_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="")
                | Q(closed_at__isnull=False, closed_because__in=TicketEnd.values),
                name="cockpit_ticket_end",
            ),
            # Nobody accepts without a name and a reason.
            models.CheckConstraint(
                condition=~Q(closed_because="accepted") | ~(Q(closed_by="") | Q(reason="")),
                name="cockpit_ticket_accepted_whole",
            ),
        ]
        # The home page asks for a tenant's open ones, the sweep for those that are late.
        indexes = [models.Index(fields=["tenant", "due_on"], condition=Q(closed_at=None), name="cockpit_ticket_open")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.check_id}"

    @property
    def is_overdue(self) -> bool:
        return not self.closed_at and self.due_on < timezone.localdate()
