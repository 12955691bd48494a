"""Reports of scanners: who signed one, and what becomes of the secrets in it, across all tenants."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor, ActorKind
from portal.errors import Refusal
from portal.keys.leaks import commands
from portal.keys.leaks.commands import FoundSecret, recordable
from portal.keys.links import key_link
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from portal.lib.leak_scanners import Scanner
from portal.notify import mails
from portal.scoping import tenant_scope
from portal.tenants import contacts
from portal.tenants.models import Tenant

HEADER = "Leak-Signature"
SIGNED = re.compile(r"scanner=([a-z0-9-]{1,40}), ?t=([0-9]{1,12}), ?signature=([A-Za-z0-9+/=]{1,200})")
MOST_SECRETS = 100


class ReportNotSigned(Refusal):
    """Which of the reasons it was is not told: whoever forges a report learns nothing."""

    code = "report_not_signed"
    status = 401
    message = _("The report is not signed by a scanner that this portal knows, or its time is not now.")
    advice = _("Sign it as docs/leaks says, with the key that the operator has in PORTAL_LEAK_SCANNERS.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": HEADER})


class ReportUnreadable(Refusal):
    code = "report_unreadable"
    status = 422
    message = _("The report is not a JSON list of at most 100 objects with token and url.")
    advice = _('Send [{"token": "bnd_…", "url": "https://…"}].')


def reporter(request: HttpRequest) -> Scanner:
    """The scanner that signed the request a short time ago; raises `ReportNotSigned`."""
    matched = SIGNED.fullmatch(request.headers.get(HEADER, ""))
    if matched is None:
        raise ReportNotSigned
    scanner = settings.LEAK_SCANNERS.get(matched[1])
    try:
        signature = base64.b64decode(matched[3], validate=True)
    except binascii.Error:
        raise ReportNotSigned from None
    if abs(time.time() - int(matched[2])) > constants.LEAK_REPORT_AGE:
        raise ReportNotSigned
    if scanner is None or not scanner.has_signed(matched[2].encode() + b"." + request.body, signature):
        raise ReportNotSigned
    known: Scanner = scanner
    return known


def places_of(body: bytes) -> list[tuple[str, str]]:
    """Verifier and place of each secret in a report, in its order; raises `ReportUnreadable`."""
    try:
        entries = json.loads(body)
    except (ValueError, RecursionError):
        raise ReportUnreadable from None
    if not isinstance(entries, list) or len(entries) > MOST_SECRETS:
        raise ReportUnreadable
    return [_place(entry) for entry in entries]


def _place(entry: Any) -> tuple[str, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("token"), str):
        raise ReportUnreadable
    # JSON can hold half a character, which no bytes stand for.
    token = entry["token"].encode("utf-8", "replace").decode()
    return client_secret.verifier(token), recordable(str(entry.get("url") or ""))


def take(reported: Iterable[tuple[str, str]], scanner: Scanner, *, by: Actor) -> set[str]:
    """Record, disable and tell, for each key whose secret was reported. Returns the verifiers that are known here.

    Of a secret that never works again nothing else is done, and the same report again changes nothing. A key that is
    disabled, suspended or waiting may work again: each place is recorded, and the first is told.
    """
    places: dict[str, list[str]] = defaultdict(list)
    for verifier, place in reported:
        places[verifier] += [place] * (place not in places[verifier])
    actor = Actor(ActorKind.SYSTEM, f"scanner:{scanner.name}", scanner.name, by.address, by.agent, by.request_id)
    generations = SecretGeneration.all_tenants.select_related("key", "key__tenant")
    known = list(generations.filter(verifier__in=[*places]).order_by("tenant_id", "pk"))
    for generation in known:
        with tenant_scope(generation.tenant_id):
            _take_one(FoundSecret(generation, recordable(", ".join(places[generation.verifier]))), scanner, by=actor)
    return {generation.verifier for generation in known}


@transaction.atomic(durable=True)
def _take_one(one: FoundSecret, scanner: Scanner, *, by: Actor) -> None:
    # Under the key's lock and read again: two reports of the same secret must not both be the first.
    BindingKey.objects.select_for_update(no_key=True).get(pk=one.key.pk)
    fresh = SecretGeneration.objects.select_related("key", "key__tenant").get(pk=one.generation.pk)
    one = FoundSecret(fresh, one.where)
    if one.is_over or one.is_recorded:
        return
    disables = settings.LEAK_REPORT_DISABLES and one.key.disabled_at is None
    if disables:
        commands.mark_leaked(one.key, one.where)
    _tell(one.key.tenant, one, scanner)
    commands.record_found(one, by)
    if disables:
        commands.record_disabled(one.key, one.where, by)


def _tell(tenant: Tenant, one: FoundSecret, scanner: Scanner) -> None:
    for recipient in contacts.for_incidents(tenant):
        with suppress(*mails.NOT_POSTED):
            mails.key_leaked(
                # One mail for each secret and state of its key: enabled and reported again, it is told again.
                key=f"leak:{one.generation.pk}:{one.key.disabled_at or ''}:{recipient.digest}",
                to=recipient.email,
                language=recipient.language,
                tenant_name=tenant.name,
                key_name=one.key.name,
                reporter=scanner.name,
                where=one.where,
                disabled=one.key.disabled_at is not None,
                url=key_link(one.key),
            )
