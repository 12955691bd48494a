"""What is in force for each constant of each key, and where it comes from: for the page and `manage.py constants`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import compare_digest

from django.db.models import Prefetch, QuerySet, TextChoices
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.hub import authenticator
from portal.hub.authenticator import Credential
from portal.keys.deployment import (
    CONSTANTS,
    PARTS,
    REVERSE_PROXY,
    ConstantUnreadable,
    Override,
    ValueSource,
    is_ambiguous,
    names_of,
    override,
    proxy_is_enabled,
    takes_effect,
    unknown_names,
    variable_name,
)
from portal.keys.models import BindingKey, SecretGeneration, in_somebodys_hands
from portal.keys.queries import token_url_of, with_last_use
from portal.keys.upstream import SecretSealed, opened_generation
from portal.lib import client_secret
from portal.lib.badge import Badge
from portal.lib.secret import Secret
from portal.tenants.models import Tenant

FINGERPRINT_LENGTH = 12
MASK = "••••••••"
AS_STORED = _("As stored")


class Finding(TextChoices):
    """What is wrong, or at least to be known, about a constant."""

    DIFFERS = "differs", _("Differs from what is stored")
    UNREADABLE = "unreadable", _("Cannot be read")
    AMBIGUOUS = "ambiguous", _("Set twice, as value and as file")
    WITHOUT_EFFECT = "without_effect", _("Set, but without effect: this key was made here")


class Seen(TextChoices):
    """What is known about the use of a value."""

    USED = "used", _("Used")
    NEVER = "never", _("Never")
    NOT_HERE = "not_by_this_process", _("Not by this process")
    NOT_COUNTED = "not_counted", _("Not counted")


@dataclass(frozen=True)
class ConstantRow:
    """One constant of one key. No part of it tells a secret."""

    tenant_name: str
    key_id: int
    key_name: str
    constant: str
    # The variable that speaks, or would speak.
    variable: str
    source: ValueSource
    value_shown: str
    fingerprint: str
    findings: tuple[Finding, ...]
    seen: Seen
    seen_at: datetime | None = None

    @property
    def badges(self) -> list[Badge]:
        """What there is to be known about it, in words."""
        found = [Badge("warn", "triangle-alert", finding.label) for finding in self.findings]
        return found or [Badge("ok", "check", AS_STORED)]


def keys_with_constants() -> QuerySet[BindingKey]:
    """The keys of the active tenant that have constants, with what their rows need."""
    newest_first = Prefetch("generations", SecretGeneration.objects.filter(in_somebodys_hands()).order_by("-number"))
    keys = BindingKey.objects.filter(revoked_at=None).order_by("-is_upstream", Lower("name"))
    return with_last_use(keys).prefetch_related(newest_first)


def rows_of(tenant: Tenant, keys: Iterable[BindingKey], environ: Mapping[str, str] = os.environ) -> list[ConstantRow]:
    """Four rows for each key."""
    return [row for key in keys for row in _KeyConstants(tenant, key, environ).rows()]


def unknown_in(tenant: Tenant, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that are meant for the active tenant and name none of its keys."""
    known = [name for key in BindingKey.objects.filter(revoked_at=None) for name in names_of(tenant.name, key)]
    return unknown_names(known, environ, tenant.name)


def fingerprint(value: str) -> str:
    """Tells two values apart.

    `sha256:…` for a secret made here: `printf %s "$SECRET" | sha256sum` begins like that anywhere, and 256 random bits
    are not found by trying. `keyed:…` for any other, which may be easy to guess: the same value has the same
    fingerprint in this portal, and nobody outside can compute it.
    """
    if client_secret.is_well_formed(value):
        return f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:FINGERPRINT_LENGTH]}"
    keyed = salted_hmac("portal.keys.constants", value, algorithm="sha256").hexdigest()
    return f"keyed:{keyed[:FINGERPRINT_LENGTH]}"


class _KeyConstants:
    """The constants of one key, each read once."""

    def __init__(self, tenant: Tenant, key: BindingKey, environ: Mapping[str, str]) -> None:
        self.tenant, self.key, self.environ = tenant, key, environ
        # The newest that works, of those that somebody has.
        self.generation = next((one for one in key.generations.all() if not one.has_ended), None)
        self.said: dict[str, Override | None] = {}
        self.unreadable: set[str] = set()
        for part in CONSTANTS:
            try:
                self.said[part] = override(tenant.name, key, part, environ) if takes_effect(key, part) else None
            except ConstantUnreadable:
                self.unreadable.add(part)
        self.stored = {"TOKEN_URL": token_url_of(key), "CLIENT_ID": key.client_id, "CLIENT_SECRET": self._opened()}
        self.seen, self.seen_at = self._seen()

    def _opened(self) -> str | None:
        """The stored secret of an imported key, to compare it; those made here stay sealed."""
        if not self.key.is_upstream or self.generation is None:
            return None
        try:
            return opened_generation(self.generation).reveal()
        except SecretSealed:
            return None

    def _effective(self, part: str) -> str | None:
        said = self.said.get(part)
        return said.value if said else self.stored[part]

    def _seen(self) -> tuple[Seen, datetime | None]:
        if not self.key.is_upstream:
            at = getattr(self.key, "last_used_at", None)
            return (Seen.USED if at else Seen.NEVER), at
        token_url, client_id, secret = map(self._effective, PARTS)
        if self.unreadable.intersection(PARTS) or token_url is None or client_id is None or secret is None:
            return Seen.NOT_HERE, None
        fetched = authenticator.fetched_at(Credential(token_url, client_id, Secret(secret)))
        return (Seen.USED, datetime.fromtimestamp(fetched, UTC)) if fetched else (Seen.NOT_HERE, None)

    def rows(self) -> list[ConstantRow]:
        return [*(self._row(part) for part in PARTS), self._switch()]

    def _row(self, part: str) -> ConstantRow:
        findings = self._findings(part)
        value = None if part in self.unreadable else self._effective(part)
        if part == "CLIENT_SECRET":
            shown, mark = self._secret_shown(value)
            if self.key.is_upstream and value is None and Finding.UNREADABLE not in findings:
                findings = (*findings, Finding.UNREADABLE)  # sealed under a master key that is gone
        else:
            shown, mark = value or "", fingerprint(value) if value else ""
        return self._made(part, shown, mark, findings, self.seen, self.seen_at)

    def _secret_shown(self, value: str | None) -> tuple[str, str]:
        if not self.key.is_upstream:
            if self.generation is None:
                return gettext("No secret works"), ""
            return self.generation.hint, f"sha256:{self.generation.verifier[:FINGERPRINT_LENGTH]}"
        return (MASK, fingerprint(value)) if value else ("", "")

    def _switch(self) -> ConstantRow:
        findings, shown = self._findings(REVERSE_PROXY), ""
        try:
            shown = "true" if proxy_is_enabled(self.tenant.name, self.key, self.environ) else "false"
        except ConstantUnreadable:
            findings = tuple(dict.fromkeys((*findings, Finding.UNREADABLE)))
        return self._made(REVERSE_PROXY, shown, "", findings, Seen.NOT_COUNTED, None)

    def _findings(self, part: str) -> tuple[Finding, ...]:
        name, said = variable_name(self.tenant.name, self.key, part), self.said.get(part)
        is_set = bool(self.environ.get(name) or self.environ.get(f"{name}_FILE"))
        stored = "true" if part == REVERSE_PROXY else self.stored[part]
        found = {
            Finding.UNREADABLE: part in self.unreadable,
            Finding.AMBIGUOUS: is_ambiguous(name, self.environ),
            Finding.WITHOUT_EFFECT: is_set and not takes_effect(self.key, part),
            Finding.DIFFERS: said is not None and not _same(said.value, stored, part),
        }
        return tuple(finding for finding, holds in found.items() if holds)

    def _made(
        self, part: str, shown: str, mark: str, findings: tuple[Finding, ...], seen: Seen, at: datetime | None
    ) -> ConstantRow:
        said = self.said.get(part)
        variable = variable_name(self.tenant.name, self.key, part)
        stored_in = ValueSource.DEFAULT if part == REVERSE_PROXY else ValueSource.DATABASE
        unread = ValueSource.ENVIRONMENT if self.environ.get(variable) else ValueSource.FILE
        source = said.source if said else unread if part in self.unreadable else stored_in
        return ConstantRow(
            tenant_name=self.tenant.name,
            key_id=self.key.pk,
            key_name=self.key.name,
            constant=CONSTANTS[part],
            variable=f"{variable}_FILE" if source is ValueSource.FILE else variable,
            source=source,
            value_shown=shown,
            fingerprint=mark,
            findings=findings,
            seen=seen,
            seen_at=at,
        )


def _same(said: str, stored: str | None, part: str) -> bool:
    if stored is None:
        return False
    said = said.strip().lower() if part == REVERSE_PROXY else said
    return compare_digest(said.encode(), stored.encode())
