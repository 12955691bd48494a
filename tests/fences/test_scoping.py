"""The tenant scope: every table, every way to read and write, and the few places that may pass it by."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Model
from django.utils import timezone

from portal.actor import SYSTEM
from portal.cockpit.models import AlternateContact, Capture, ReleaseMessage, Ticket, Waiver
from portal.cockpit.readiness.commands import start_run
from portal.cockpit.registration.commands import register
from portal.keys.models import BindingKey, HandOver, KeyCaller, SecretGeneration, UseHour
from portal.lib.secret import Secret
from portal.scoping import CrossTenantWrite, NoActiveTenant, TenantOwned, tenant_scope
from tests.cast import Cast, make_app, make_key

# Tables that belong to no tenant, each for its reason.
SHARED = {
    "identity.User": "a person may be a member of several tenants",
    "tenants.Tenant": "it is the tenant",
    "tenants.TenantRequest": "asked for by people who have no tenant yet",
    "keys.SigningKey": "the portal's own key pairs",
    "cockpit.DossierKey": "the portal's own key pairs",
    "audit.AuditLog": "heads of all logs, read by their tenant's id under lock",
    "audit.InstanceRecord": "the portal's own log",
    "notify.OutgoingMail": "the portal's post, delivered by the worker for all tenants",
}
OUR_APPS = {"audit", "notify", "identity", "tenants", "keys", "cockpit", "ops", "assets", "sharing"}
OUR_MODELS = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
OWNED = [model for model in OUR_MODELS if issubclass(model, TenantOwned)]

# Modules that may read across tenants: they find out which tenant it is.
ALL_TENANTS = {
    "portal/scoping.py",
    "portal/tenants/models/people.py",
    "portal/tenants/invitation_commands.py",
    "portal/tenants/provisioning.py",
    "portal/tenants/queries.py",
    "portal/keys/handover/commands.py",
    "portal/keys/notices.py",
    "portal/tokens/clients.py",
    "portal/tokens/commands.py",
    "portal/tokens/bearer.py",
    "portal/keys/leaks/report.py",
    "portal/keys/rekey.py",
    "portal/cockpit/queries.py",
    "portal/cockpit/registration/hub_health.py",
    "portal/cockpit/registration/registrations.py",
    "portal/cockpit/release/contact_commands.py",
    "portal/cockpit/release/captures.py",
    "portal/cockpit/readiness/runs.py",
    "portal/cockpit/watching/watch.py",
    "portal/cockpit/watching/ticket_commands.py",
    # Where a tenant reads what another one offered it, and the portal finds what is due.
    "assets_app/sharing/queries.py",
}
# Modules with SQL of their own, which no scope binds: it names the tenant itself.
WRITES_SQL = {
    "portal/lib/prepared.py",
    "portal/audit/commands.py",
    "portal/keys/uses.py",
    # Touches no tenant's table.
    "portal/ops/readiness.py",
}
# Modules that may open a scope.
OPENS_SCOPE = {
    "portal/scoping.py",
    "portal/access.py",
    "portal/tenants/commands.py",
    "portal/tenants/invitation_commands.py",
    "portal/tenants/member_commands.py",
    "portal/tenants/provisioning.py",
    "portal/keys/tasks.py",
    "portal/cockpit/release/captures.py",
    "portal/cockpit/readiness/runs.py",
    "portal/cockpit/watching/watch.py",
    "portal/cockpit/watching/ticket_commands.py",
    "portal/keys/handover/commands.py",
    "portal/keys/handover/views.py",
    "portal/keys/notices.py",
    "portal/tokens/clients.py",
    "portal/tokens/commands.py",
    "portal/tokens/single.py",
    "portal/tokens/bearer.py",
    "portal/keys/leaks/report.py",
    "portal/cockpit/registration/hub_health.py",
    "portal/cockpit/registration/registrations.py",
    "portal/cockpit/release/contact_commands.py",
    "portal/ops/orders.py",
    "portal/ops/tenant_views.py",
    "portal/ops/release_views.py",
    "portal/ops/tenant_acts.py",
    "portal/ops/management/commands/tenant.py",
    "portal/ops/management/commands/constants.py",
    "portal/ops/demo_data.py",
    # A row of the offerer, both logs, the mails of both sides.
    "assets_app/sharing/moves.py",
    "assets_app/sharing/letters.py",
    "assets_app/sharing/due_commands.py",
}

QUERIES: dict[str, Callable[[Any], Any]] = {
    "all": lambda model: list(model.objects.all()),
    "first": lambda model: model.objects.first(),
    "get": lambda model: model.objects.get(pk=1),
    "exists": lambda model: model.objects.exists(),
    "count": lambda model: model.objects.count(),
    "values": lambda model: list(model.objects.values("pk")),
    "iterator": lambda model: list(model.objects.iterator()),
    "in_bulk": lambda model: model.objects.in_bulk([1]),
    "aggregate": lambda model: model.objects.aggregate(models.Max("pk")),
    "subquery": lambda model: list(model.all_tenants.filter(pk__in=model.objects.values("pk"))),
    "union": lambda model: list(model.objects.values("pk").union(model.objects.values("pk"))),
    "update": lambda model: model.objects.update(id=1),
    "delete": lambda model: model.objects.all().delete(),
    "explain": lambda model: model.objects.all().explain(),
    "base_manager": lambda model: list(model._base_manager.all()),
    "default_manager": lambda model: list(model._default_manager.all()),
    "create": lambda model: model.objects.create(),
    "bulk_create": lambda model: model.objects.bulk_create([model()]),
}


def test_every_table_is_owned_by_a_tenant_or_listed() -> None:
    assert {model._meta.label for model in OUR_MODELS if model not in OWNED} == set(SHARED)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_nothing_is_answered_without_a_scope(model: type[Model], query: Callable[[Any], Any], db: None) -> None:
    with pytest.raises(NoActiveTenant):
        query(model)


def test_a_query_sees_the_tenant_of_the_moment_it_runs(cast: Cast) -> None:
    make_key(cast.acme, "Acme line")
    make_key(cast.globex, "Globex line")
    with tenant_scope(cast.acme.pk):
        query = BindingKey.objects.values_list("name", flat=True)
        assert list(query) == ["Acme line"]
    with tenant_scope(cast.globex.pk):
        assert list(query.all()) == ["Globex line"]


def test_related_rows_stay_in_the_scope(cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    with tenant_scope(cast.globex.pk):
        assert list(key.generations.all()) == []
        generation = SecretGeneration.all_tenants.get(key_id=key.pk)
        with pytest.raises(BindingKey.DoesNotExist):
            _ = generation.key


class TestWritesInAForeignScope:
    @pytest.fixture
    def key(self, cast: Cast) -> BindingKey:
        return make_key(cast.acme)[0]

    def test_save(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            key.save()

    def test_save_with_a_forged_tenant_overwrites_nothing(self, cast: Cast, key: BindingKey) -> None:
        key.tenant, key.name = cast.globex, "Stolen"
        with tenant_scope(cast.globex.pk), pytest.raises(IntegrityError), transaction.atomic():
            key.save()
        assert BindingKey.all_tenants.get(pk=key.pk).name != "Stolen"

    def test_delete(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            key.delete()

    def test_delete_with_a_forged_tenant_deletes_nothing(self, cast: Cast, key: BindingKey) -> None:
        key.tenant = cast.globex
        with tenant_scope(cast.globex.pk):
            key.delete()
        assert BindingKey.all_tenants.filter(name=key.name).exists()

    def test_create_for_another_tenant(self, cast: Cast) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.create(tenant=cast.acme, name="x", client_id="x", constant_name="X")

    def test_bulk_create_for_another_tenant(self, cast: Cast) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.bulk_create([BindingKey(tenant=cast.acme, name="x", client_id="x", constant_name="X")])

    def test_upsert(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.bulk_create(
                [BindingKey(name="x", client_id=key.client_id, constant_name="X")],
                update_conflicts=True,
                update_fields=["name"],
                unique_fields=["client_id"],
            )

    def test_bulk_update(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.globex.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.bulk_update([key], ["name"])

    def test_update_of_the_tenant(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.acme.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.update(tenant=cast.globex)

    def test_update_and_delete_reach_the_own_rows_only(self, cast: Cast, key: BindingKey) -> None:
        with tenant_scope(cast.globex.pk):
            assert BindingKey.objects.update(name="Stolen") == 0
            assert BindingKey.objects.all().delete()[0] == 0
        assert BindingKey.all_tenants.get(pk=key.pk).name == key.name

    def test_raw(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk), pytest.raises(CrossTenantWrite):
            BindingKey.objects.raw("SELECT * FROM keys_bindingkey")


def foreign_keys_between_owned() -> list[Any]:
    fields = [field for model in OWNED for field in model._meta.local_fields]
    return [field for field in fields if field.related_model in OWNED]


def test_there_are_foreign_keys_to_guard() -> None:
    assert {str(field) for field in foreign_keys_between_owned()} == {
        "keys.SecretGeneration.key",
        "keys.UseHour.key",
        "keys.KeyCaller.key",
        "keys.HandOver.key",
        "cockpit.AppVersion.application",
        "cockpit.Registration.version",
        "cockpit.Move.version",
        "cockpit.ReleaseMessage.version",
        "cockpit.AlternateContact.version",
        "cockpit.CheckRun.version",
        "cockpit.VisitorToken.run",
        "cockpit.Capture.version",
        "cockpit.Waiver.version",
        "cockpit.Ticket.version",
    }


@pytest.mark.parametrize("field", foreign_keys_between_owned(), ids=str)
def test_database_refuses_a_foreign_key_into_another_tenant(field: Any, cast: Cast) -> None:
    """The raw id that the scope cannot see: SQL that moves the row away from the tenant of what it points to."""
    key, _secret = make_key(cast.acme)
    with tenant_scope(cast.acme.pk):
        now = timezone.now()
        UseHour.objects.create(key=key, generation=1, hour=now)
        KeyCaller.objects.create(key=key, generation=1, succeeded=True, first_at=now, last_at=now)
        HandOver.objects.create(key=key, generation=1, email="dev@acme.example", expires_at=now)
        app = make_app(cast.acme)
        Waiver.objects.create(version=app, check_id="hsts", reason="x", ends_on=now, by_id="1", by_name="x")
        Capture.objects.create(version=app, asked_by="Dev")
        Ticket.objects.create(version=app, check_id="hsts", severity="warning", finding={}, due_on=now)
        register(app, by=SYSTEM)
        start_run(app, token=Secret("a.b.c"), by=SYSTEM)
        ReleaseMessage.objects.create(version=app, side="tenant", text="x", by_id="1", by_name="Dev")
        AlternateContact.objects.create(version=app, email="sub@acme.example", language="en", expires_at=now)
    table = field.model._meta.db_table
    # Of tables that refuse any such change, tests/cockpit/test_guards.py tries the row that is new.
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET tenant_id = %s', [cast.globex.pk])  # noqa: S608
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if connection.vendor == "postgresql" else None


def modules_that_say(pattern: str) -> set[str]:
    base = Path(settings.BASE_DIR)
    files = [path for root in ("portal", "assets_app") for path in (base / root).rglob("*.py")]
    return {path.relative_to(base).as_posix() for path in files if re.search(pattern, path.read_text())}


def test_all_tenants_is_used_where_listed_only() -> None:
    assert modules_that_say(r"\ball_tenants\b") == ALL_TENANTS


def test_a_scope_is_opened_where_listed_only() -> None:
    assert modules_that_say(r"\btenant_scope\(") == OPENS_SCOPE


def test_sql_is_written_by_hand_where_listed_only() -> None:
    assert modules_that_say(r"\.cursor\(") == WRITES_SQL
