"""Each reason to refuse a client is told apart in the log, and by nothing in the answer: same bytes, same work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit import repeats
from portal.audit.models import AuditRecord, InstanceRecord
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from portal.tenants.models import Tenant
from portal.tokens import limits
from portal.tokens.events import REASONS
from tests.cast import Cast, get_token
from tests.tokens.conftest import KeyAndSecret
from tests.tokens.test_token import ask, body, form, misspelt

Change = Callable[[KeyAndSecret], object]


def sends(**changes: Any) -> tuple[Change, Callable[[KeyAndSecret], dict[str, str]]]:
    """The state of everything is good, but the client sends something else."""
    written = {name: value if callable(value) else (lambda k, value=value: value) for name, value in changes.items()}
    return lambda k: None, lambda k: {name: value(k) for name, value in written.items()}


def key_is(**fields: Any) -> tuple[Change, Callable[[KeyAndSecret], dict[str, str]]]:
    return lambda k: BindingKey.all_tenants.filter(pk=k.key.pk).update(**fields), lambda k: {}


def tenant_is(state: str) -> tuple[Change, Callable[[KeyAndSecret], dict[str, str]]]:
    return lambda k: Tenant.objects.filter(pk=k.key.tenant_id).update(state=state), lambda k: {}


NOW = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
# A new reason is a new row.
REFUSALS = {
    "credentials_missing": sends(client_secret=""),
    "secret_misspelt": sends(client_secret=lambda k: misspelt(k.secret)),
    "client_unknown": sends(client_id="acme-nobody"),
    "secret_wrong": sends(client_secret=lambda k: client_secret.generate().reveal()),
    "key_expired": key_is(expires_at=PAST),
    "secret_ended": (
        lambda k: SecretGeneration.all_tenants.filter(key=k.key).update(ends_at=PAST),
        lambda k: {},
    ),
    "key_disabled": key_is(disabled_at=PAST),
    "key_revoked": key_is(revoked_at=PAST),
    "approval_pending": key_is(approval_pending=True),
    "brown_out": key_is(brownout_until=FUTURE, brownout_share=100),
    "network_refused": key_is(networks=["192.0.2.0/24"]),
    "tenant_suspended": tenant_is("suspended"),
    "tenant_archived": tenant_is("archived"),
}
WITHOUT_THE_SECRET = {"credentials_missing", "secret_misspelt", "client_unknown", "secret_wrong"}
OWN = {"X-Request-Id"}


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Uses are counted by the hour: none ends while a test runs."""
    with time_machine.travel(NOW, tick=False):
        yield


def refuse(reason: str, k: KeyAndSecret) -> Any:
    change, sent = REFUSALS[reason]
    change(k)
    return ask(Client(), form(*body(k, **sent(k))))


def recorded() -> list[str]:
    rows = [*AuditRecord.all_tenants.filter(name="token.refused"), *InstanceRecord.objects.all()]
    return [str(row.facts["reason"]) for row in rows]


@pytest.mark.parametrize("reason", REFUSALS)
def test_reason_is_recorded_and_has_words(cast: Cast, gateway: KeyAndSecret, reason: str) -> None:
    answer = refuse(reason, gateway)
    assert recorded() == [reason]
    assert reason in REASONS
    assert reason not in answer.content.decode()


def test_without_any_credentials_it_is_recorded_as_well(db: None) -> None:
    ask(Client(), form(("grant_type", "client_credentials")))
    assert recorded() == ["credentials_missing"]


@pytest.mark.parametrize("reason", REFUSALS)
def test_answer_is_one_and_the_same(cast: Cast, gateway: KeyAndSecret, reason: str) -> None:
    answer = refuse(reason, gateway)
    headers = {name: value for name, value in answer.headers.items() if name not in OWN}
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "invalid_client", "error_description": "The client credentials are not valid."},
    )
    assert headers.pop("WWW-Authenticate") == 'Basic realm="Bindery"'
    usual = ask(Client(), form(*body(gateway, client_id="acme-nobody", client_secret="x")))
    assert headers == {name: value for name, value in usual.headers.items() if name not in OWN | {"WWW-Authenticate"}}


@pytest.mark.parametrize("reason", REFUSALS)
def test_it_takes_the_same_queries_when_repeated(
    cast: Cast, gateway: KeyAndSecret, reason: str, django_capture_on_commit_callbacks: Any
) -> None:
    """Whoever measures asks again and again, and then nothing is written: the look-up alone remains."""
    with django_capture_on_commit_callbacks(execute=True):
        refuse(reason, gateway)
    with CaptureQueriesContext(connection) as queries:
        refuse_again(reason, gateway)
    assert len(queries) == 1


def refuse_again(reason: str, k: KeyAndSecret) -> None:
    ask(Client(), form(*body(k, **REFUSALS[reason][1](k))))


@pytest.mark.parametrize("reason", REFUSALS)
def test_the_first_one_takes_the_same_writes(cast: Cast, gateway: KeyAndSecret, reason: str) -> None:
    ask(Client(), form(*body(gateway, client_id="acme-first", client_secret="x")))  # makes the portal's own log
    get_token(Client(), gateway.key, gateway.secret)  # and the tenant's
    repeats.forget()
    REFUSALS[reason][0](gateway)
    with CaptureQueriesContext(connection) as queries:
        refuse_again(reason, gateway)
    written = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
    # Whoever has the right secret uses it, though in vain, and that is counted. Who guesses never gets there.
    counted = [] if reason in WITHOUT_THE_SECRET else ["UPDATE", "INSERT", "UPDATE", "SELECT"]
    assert written == ["SELECT", *counted, "SELECT", "INSERT", "UPDATE"]


def test_rough_time_is_of_one_class(cast: Cast, gateway: KeyAndSecret, settings: Any) -> None:
    """The slowest kind of refusal takes less than twice the time of the fastest."""
    rounds: dict[str, list[float]] = {
        reason: [] for reason in ("client_unknown", "secret_misspelt", "secret_wrong", "credentials_missing")
    }
    for _ in range(18):
        for reason, measured in rounds.items():  # in turn: what else the machine does slows all of them
            limits.forget()
            started = time.thread_time()
            refuse_again(reason, gateway)
            measured.append(time.thread_time() - started)
    times = {reason: median(measured[3:]) for reason, measured in rounds.items()}
    assert max(times.values()) < 2 * min(times.values()), times
