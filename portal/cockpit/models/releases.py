"""Each step of a version's life, who answers for it, what is said about it, and the key of its dossier."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.cockpit.models.applications import AppVersion
from portal.cockpit.states import AppState
from portal.scoping import TenantOwned


class Move(TenantOwned):
    """One step of a version's life: who took it, when, and what was said. Rows are only ever added."""

    version = models.ForeignKey(AppVersion, on_delete=models.PROTECT, related_name="moves")
    verb = models.CharField(max_length=20)
    target = models.CharField(max_length=20, choices=AppState)
    at = models.DateTimeField(default=timezone.now)
    by_id = models.CharField(max_length=255)
    by_name = models.CharField(max_length=255)
    note = models.TextField(max_length=2000, blank=True)
    # What the check returned: `{"item": …, "reason": …}`, the items of `portal.cockpit.release.review`.
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
    """A key pair that signs dossiers (`portal.cockpit.release.dossier`); the newest signs, all verify."""

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
