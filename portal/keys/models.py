"""Binding keys, the generations of their secrets, and the keys that sign the portal's tokens."""

from __future__ import annotations

import re
import secrets

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.route_names import route_label
from portal.scoping import TenantOwned


class Source(models.TextChoices):
    """Where a key was made. The use of a key from the portal is known exactly, of an imported one only ours."""

    PORTAL = "portal", _("Made here")
    BINDING_KEY = "binding_key", _("Imported binding key")
    TECHNICAL_USER = "technical_user", _("Imported technical user")
    APP_CREDENTIAL = "app_credential", _("Imported app credential")


class Incident(models.TextChoices):
    """What disables a key by itself. In words when it is read, in the language of whoever reads it."""

    LEAKED = "leaked", _("Its secret was found in %(where)s.")
    WRONG_PERSON = "wrong_person", _("Its hand-over link was opened by somebody for whom it was not.")
    SECOND_OPENING = "second_opening", _("Its hand-over link was opened a second time.")


class BindingKey(TenantOwned):
    """A named app connection: one clientID with its secret."""

    name = models.CharField(max_length=60)
    source = models.CharField(max_length=20, choices=Source, default=Source.PORTAL)
    client_id = models.CharField(max_length=255)
    # For imported keys, where the Hub issues their tokens; keys from the portal use the portal's TokenURL.
    token_url = models.URLField(blank=True)
    # The imported key with which the portal itself calls the Hub for this tenant.
    is_upstream = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # A copy, not a reference: the page says who made the key after that person has left.
    created_by = models.CharField(max_length=255)
    revoked_at = models.DateTimeField(null=True)
    # From this moment on it is refused; empty for keys that do not expire, and for imported ones.
    expires_at = models.DateTimeField(null=True)
    # Part of the names of the environment variables that override this key.
    constant_name = models.CharField(max_length=60)
    # Refused while it is set; an admin can lift it again.
    disabled_at = models.DateTimeField(null=True)
    # What a person wrote, or the place of a leak; `why_disabled` says it in words.
    disabled_because = models.CharField(max_length=300, blank=True)
    # Empty where a person disabled it.
    disabled_by_incident = models.CharField(max_length=20, choices=Incident, blank=True)
    # Refused until a second admin has approved it.
    approval_pending = models.BooleanField(default=False)
    approved_by = models.CharField(max_length=255, blank=True)
    # A brown-out: until then this share of its calls, in percent, is refused. It ends by itself.
    brownout_until = models.DateTimeField(null=True)
    brownout_share = models.PositiveSmallIntegerField(default=0)
    # What it may reach: names of proxy routes, none for all; networks it may come from, none for any.
    routes = models.JSONField(default=list)
    networks = models.JSONField(default=list)
    # For whoever must act on it: whom to ask, and where the secret is stored.
    contact_email = models.EmailField(max_length=254, blank=True)
    stored_where = models.CharField(max_length=200, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            # A revoked key stays listed but gives its names back.
            models.UniqueConstraint(fields=["tenant", "name"], condition=Q(revoked_at=None), name="keys_key_name"),
            models.UniqueConstraint(
                fields=["tenant", "constant_name"], condition=Q(revoked_at=None), name="keys_key_constant_name"
            ),
            # The token endpoint finds a key by nothing but its clientID.
            models.UniqueConstraint(
                fields=["client_id"], condition=Q(source="portal"), name="keys_portal_key_client_id"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_upstream=True, revoked_at=None), name="keys_one_upstream_key"
            ),
            models.CheckConstraint(
                condition=Q(is_upstream=False) | ~Q(source="portal"), name="keys_upstream_key_is_imported"
            ),
            models.CheckConstraint(
                condition=Q(source="portal", token_url="") | (~Q(source="portal") & ~Q(token_url="")),
                name="keys_imported_key_has_token_url",
            ),
            # When an imported key ends, the Hub decides.
            models.CheckConstraint(
                condition=Q(source="portal") | Q(expires_at=None), name="keys_imported_key_does_not_expire"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """How audit records refer to this key."""
        return f"key:{self.pk}"

    @property
    def is_active(self) -> bool:
        """Not revoked. It may have expired: then it is refused as well, but keeps its names and its place."""
        return self.revoked_at is None

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def why_disabled(self) -> str:
        """Why it is disabled, in the reader's language; empty when it is not."""
        if not self.disabled_by_incident:
            return self.disabled_because
        return str(Incident(self.disabled_by_incident).label) % {"where": self.disabled_because}

    @property
    def is_waiting(self) -> bool:
        """Whether a second admin still has to decide about it."""
        return self.approval_pending and self.is_active

    @property
    def standing(self) -> str:
        """Why neither of its secrets works now: a word for the audit log, empty when they do."""
        if not self.is_active:
            return "key_revoked"
        if self.tenant.closed:
            return f"tenant_{self.tenant.state}"
        if self.is_expired:
            return "key_expired"
        if self.disabled_at is not None:
            return "key_disabled"
        if self.approval_pending:
            return "approval_pending"
        return "brown_out" if self.is_browning_out and self.brownout_share >= 100 else ""

    @property
    def is_browning_out(self) -> bool:
        return self.brownout_until is not None and self.brownout_until > timezone.now()

    def occasion(self, reason: str) -> str:
        """What repeated refusals for this reason have in common: each brown-out reports its own."""
        return f"{reason} {self.brownout_until}" if reason == "brown_out" else reason

    def lot(self) -> str:
        """Drawn for each call while a brown-out refuses a share of them: "brown_out", or empty when this one passes."""
        return "brown_out" if self.is_browning_out and secrets.randbelow(100) < self.brownout_share else ""


class SecretGeneration(TenantOwned):
    """One secret of a key. A key has one, during a roll two."""

    key = models.ForeignKey(BindingKey, on_delete=models.PROTECT, related_name="generations")
    number = models.PositiveIntegerField()
    # The secret, sealed for this place (see `place`).
    sealed = models.BinaryField()
    # SHA-256 of a secret made here, to recognise it; empty for imported secrets, which nobody presents to us.
    verifier = models.CharField(max_length=64, blank=True)
    # What may be shown of it, such as "bnd_…a1B2".
    hint = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=255)
    # From this moment on it is refused: rolled out, finished, or handed to the wrong person.
    ends_at = models.DateTimeField(null=True)
    # Seconds from the first use of the next generation to the end of this one, where that was asked for.
    ends_after_next_use = models.PositiveIntegerField(null=True)
    first_used_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["key", "number"], name="keys_generation_number")]

    def __str__(self) -> str:
        return f"{self.key_id}/{self.number}"

    @property
    def hours_after_next_use(self) -> int | None:
        """`ends_after_next_use` in hours, as it was chosen."""
        return None if self.ends_after_next_use is None else self.ends_after_next_use // 3600

    @property
    def has_ended(self) -> bool:
        """Whether a roll, or something worse, put an end to this secret while its key goes on."""
        return self.ends_at is not None and self.ends_at <= timezone.now()

    @property
    def place(self) -> str:
        """What the ciphertext is bound to: it opens in this row only."""
        return f"tenant {self.tenant_id}|key {self.key_id}|generation {self.number}"


def in_somebodys_hands() -> Combinable:
    """Of generations: all but those whose hand-over link nobody has opened. They work, but nobody can use them."""
    unopened = HandOver.objects.filter(key=OuterRef("key"), generation=OuterRef("number"), opened_at=None)
    return ~Exists(unopened)


class UseHour(TenantOwned):
    """How often one secret was used within one hour (UTC), with success and without."""

    key = models.ForeignKey(BindingKey, on_delete=models.PROTECT, related_name="+")
    generation = models.PositiveIntegerField()
    hour = models.DateTimeField()
    calls = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["key", "generation", "hour"], name="keys_use_hour_once")]

    def __str__(self) -> str:
        return f"{self.key_id}/{self.generation} at {self.hour}"


class KeyCaller(TenantOwned):
    """Who uses a secret: one row for each address, agent, route and outcome, with the last time."""

    key = models.ForeignKey(BindingKey, on_delete=models.PROTECT, related_name="+")
    generation = models.PositiveIntegerField()
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
    route = models.CharField(max_length=60)
    succeeded = models.BooleanField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["key", "generation", "address", "agent", "route", "succeeded"], name="keys_caller_once"
            )
        ]
        indexes = [models.Index(fields=["key", "last_at"], name="keys_caller_last")]

    def __str__(self) -> str:
        return f"{self.key_id}/{self.generation} from {self.address}"

    @property
    def called(self) -> str:
        """The route, as people read it."""
        return route_label(self.route)


class HandOver(TenantOwned):
    """A secret that waits behind a link for one person; whoever made it never saw it."""

    key = models.ForeignKey(BindingKey, on_delete=models.PROTECT, related_name="+")
    generation = models.PositiveIntegerField()
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, default="en")
    created_by = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=255, blank=True)
    # A wrong person or a second opening: the key was disabled.
    spoiled_at = models.DateTimeField(null=True)
    spoiled_by = models.CharField(max_length=255, blank=True)

    class Meta(TenantOwned.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.key_id}/{self.generation} to {self.email}"


class RevokedToken(TenantOwned):
    """A single access token that its client revoked: refused until it would have expired anyway."""

    jti = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        # Looked up with every call of a key.
        constraints = [models.UniqueConstraint(fields=["tenant", "jti"], name="keys_revoked_token_once")]

    def __str__(self) -> str:
        return self.jti


class SigningKey(models.Model):
    """A key pair that signs the portal's access tokens (`portal.keys.signing` says which of them)."""

    kid = models.CharField(max_length=64, unique=True)
    algorithm = models.CharField(max_length=10)
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
        return f"signing key {self.kid}"


def constant_name(name: str) -> str:
    """`Line 4 gateway` → `LINE_4_GATEWAY`."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
