"""At the same moment, in true transactions: offers that cross, answers that race, both logs in one order."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.apps import apps
from django.db import connection

from assets_app.sharing import commands
from assets_app.sharing.models import Collaboration
from assets_app.sharing.states import StateForbids
from portal.actor import SYSTEM
from portal.audit.models import AuditLog, AuditRecord
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import make_tenant
from tests.sharing.making import make_accepted, make_offer

GUARD = importlib.import_module("assets_app.sharing.migrations.0002_guards").Migration.operations[0]


@pytest.fixture
def pair(erasable_log: None) -> Iterator[tuple[Tenant, Tenant]]:
    yield make_tenant("acme", "Acme Pumps GmbH"), make_tenant("globex", "Globex Energy")
    AuditLog.objects.all().delete()
    # A collaboration that went on cannot be deleted: the guard goes away for the clean-up.
    with connection.schema_editor() as editor:
        GUARD.database_backwards("sharing", editor, Apps, Apps)
    Collaboration.all_tenants.all().delete()
    with connection.schema_editor() as editor:
        GUARD.database_forwards("sharing", editor, Apps, Apps)


class Apps:
    """The models as they are now, where a migration has those of its time."""

    apps = apps


def together(*acts: Callable[[], object]) -> list[type[BaseException] | None]:
    """Start all at once; what each raised."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        ended = [pool.submit(one, act).exception for act in acts]
        return [type(error) if (error := exception()) else None for exception in ended]


def names(errors: list[type[BaseException] | None]) -> list[str]:
    return sorted(error.__name__ for error in errors if error)


def in_scope(tenant: Tenant, act: Callable[[], object]) -> Callable[[], None]:
    def inside() -> None:
        with tenant_scope(tenant.pk):
            act()

    return inside


def indexes(tenant: Tenant) -> list[int]:
    return list(AuditRecord.all_tenants.filter(tenant=tenant).order_by("index").values_list("index", flat=True))


def test_of_offers_that_cross_one_is_made(pair: tuple[Tenant, Tenant]) -> None:
    acme, globex = pair
    for _ in range(5):
        ended = together(lambda: make_offer(acme, globex), lambda: make_offer(globex, acme))
        assert names(ended) == ["OfferedByPartner"]
        made = Collaboration.all_tenants.get(state="offered")
        with tenant_scope(made.tenant_id):
            commands.revoke_collaboration(made, by=SYSTEM)


def test_of_the_same_offers_one_is_made(pair: tuple[Tenant, Tenant]) -> None:
    acme, globex = pair
    ended = together(*[lambda: make_offer(acme, globex)] * 4)
    assert names(ended) == ["CollaborationExists"] * 3
    assert Collaboration.all_tenants.count() == 1


def test_one_of_two_answers_counts(pair: tuple[Tenant, Tenant]) -> None:
    acme, globex = pair
    made = make_offer(acme, globex)
    ended = together(
        in_scope(globex, lambda: commands.accept_collaboration(made, by=SYSTEM)),
        in_scope(globex, lambda: commands.decline_collaboration(made, reason="x", by=SYSTEM)),
        in_scope(acme, lambda: commands.revoke_collaboration(made, by=SYSTEM)),
    )
    assert names(ended) == [StateForbids.__name__] * 2


def test_acts_in_both_directions_never_wait_in_a_circle(pair: tuple[Tenant, Tenant]) -> None:
    """A ring of tenants, each act in two logs: locked in the order of who acts, this would be a deadlock."""
    tenants = [*pair, *(make_tenant(f"hooli{number}", "Hooli") for number in range(4))]
    ring = list(zip(tenants, tenants[1:] + tenants[:1], strict=True))
    made = [
        make_accepted(one, other) if place % 2 else make_accepted(other, one) for place, (one, other) in enumerate(ring)
    ]
    acts = [
        in_scope(side, lambda one=one: commands.end_collaboration(one, by=SYSTEM))  # type: ignore[misc]
        for one, (_left, side) in zip(made, ring, strict=True)
    ]
    assert together(*acts) == [None] * len(acts)
    assert set(Collaboration.all_tenants.values_list("state", flat=True)) == {"ended"}
    for tenant in tenants:
        assert indexes(tenant) == list(range(6))
