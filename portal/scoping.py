"""The tenant scope: no query on a tenant's table is answered without it, none sees another tenant's rows.

How it holds: the filter is part of every query of a `TenantOwned` model from the start, and its value is read when
the SQL is compiled. There is no state in which a query is "not yet filtered", and without an open scope the query
raises instead of answering. Writes claim the scope's tenant and refuse any other. What an application cannot see, a
raw foreign-key id into another tenant, is refused by the database (`portal.lib.same_tenant`).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models.sql.compiler import SQLCompiler

_active_tenant: ContextVar[int | None] = ContextVar("active_tenant", default=None)


class NoActiveTenant(RuntimeError):
    """A tenant's table was touched while no tenant scope was open."""


class CrossTenantWrite(RuntimeError):
    """A row of one tenant was about to be written inside the scope of another."""


class tenant_scope:
    """Within this block, tenant-owned tables hold the rows of this one tenant.

    Opened by `@tenant_page` and `@key_endpoint`, and by the few commands that find out the tenant themselves;
    `tests/fences/test_scoping.py` lists them. Every call of a program opens one, hence no generator.
    """

    def __init__(self, tenant_id: int) -> None:
        self._tenant_id = tenant_id

    def __enter__(self) -> None:
        self._before = _active_tenant.set(self._tenant_id)

    def __exit__(self, *_raised: object) -> None:
        _active_tenant.reset(self._before)


def active_tenant_id() -> int:
    """Id of the tenant whose scope is open; raises `NoActiveTenant` when none is."""
    tenant_id = _active_tenant.get()
    if tenant_id is None:
        raise NoActiveTenant("Open tenant_scope(tenant.pk) before you read or write a tenant's table.")
    return tenant_id


def scope_is_open() -> bool:
    """Whether tenant-owned tables can be read at all at this moment."""
    return _active_tenant.get() is not None


class ActiveTenant(models.Expression):
    """SQL parameter whose value is the active tenant at the moment the statement is built."""

    def __init__(self) -> None:
        super().__init__(output_field=models.BigIntegerField())

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [active_tenant_id()]


RowT = TypeVar("RowT", bound="TenantOwned", covariant=True)


class TenantQuerySet(models.QuerySet[RowT]):
    """A queryset that cannot move rows between tenants, whichever way it writes."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[RowT]:
        if kwargs.get("update_conflicts") or len(args) > 2:
            raise CrossTenantWrite("An upsert could overwrite a row that this scope cannot see.")
        claimed = [obj.claim() for obj in objs]
        return super().bulk_create(claimed, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        _refuse_tenant_change(fields)
        return super().bulk_update([obj.claim() for obj in objs], fields, batch_size)

    def update(self, **values: Any) -> int:
        _refuse_tenant_change(values)
        return super().update(**values)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise CrossTenantWrite("Raw SQL passes by the tenant scope.")


def _refuse_tenant_change(names: Iterable[str]) -> None:
    if {"tenant", "tenant_id"} & set(names):
        raise CrossTenantWrite("A row does not change its tenant.")


class TenantManager(models.Manager[RowT]):
    """The manager of tenant-owned models: everything it hands out is bound to the active tenant."""

    def get_queryset(self) -> TenantQuerySet[RowT]:
        return TenantQuerySet(self.model, using=self._db).filter(tenant_id=ActiveTenant())


class TenantOwned(models.Model):
    """Base of every model whose rows belong to one tenant.

    `objects` (also Django's base manager) sees the active tenant only. `all_tenants` is the escape hatch, allowed in
    the modules that `tests/fences/test_scoping.py` lists.
    """

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+")

    objects = TenantManager()
    all_tenants = models.Manager()  # noqa: DJ012 - a manager, whatever its name

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        # Through the scoped queryset: a delete by primary key alone would trust this instance's own tenant_id.
        self.claim()
        return type(self).objects.filter(pk=self.pk).delete()

    def claim(self) -> Self:
        """Make the row the active tenant's, or refuse when it already is another's."""
        if self.tenant_id is None:
            self.tenant_id = active_tenant_id()
        if self.tenant_id != active_tenant_id():
            raise CrossTenantWrite(f"{self._meta.label} of tenant {self.tenant_id} in tenant {active_tenant_id()}.")
        return self
