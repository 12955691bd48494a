"""Statements that are made with every call: their SQL is built once, the database is asked each time.

Building the SQL of a query that joins three tables costs Django several times what the database needs to answer it.
Only that is saved here: nothing is kept of any row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import datetime
from functools import cached_property
from threading import local
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

ModelT = TypeVar("ModelT", bound=models.Model)


class Prepared(Generic[ModelT]):
    """`Prepared(lambda name: User.objects.filter(name=name), name="an example")`, then `.rows("Alice")`.

    The keywords are examples of the parameters, in their order, each other than all others of the query. A query that
    is bound to the active tenant is refused: its SQL holds a tenant.
    """

    def __init__(self, query: Callable[..., models.QuerySet[ModelT]], **examples: str | int) -> None:
        self._query, self._examples = query, examples
        # A compiler belongs to a connection, and a connection to a thread.
        self._built = local()

    def rows(self, *parameters: str | int) -> list[ModelT]:
        """The rows as they are in the database at this moment."""
        if not hasattr(self._built, "sql"):
            Context().run(self._build)  # no tenant is active in there
        with connection.cursor() as cursor:
            cursor.execute(
                self._built.sql, [parameters[at] if at is not None else own for at, own in self._built.params]
            )
            found = cursor.fetchall()
        return [self._instance(row) for row in self._built.compiler.apply_converters(found, self._built.converters)]

    def _build(self) -> None:
        compiler = self._query(**self._examples).query.get_compiler(connection=connection)
        sql, written = compiler.as_sql()
        places = {value: at for at, value in enumerate(self._examples.values())}
        params = [(places.get(value), value) for value in written]
        if sorted(at for at, _own in params if at is not None) != list(range(len(places))):
            raise ValueError("Each example must stand in the query once, and be no other value of it.")
        start, *_between = select = compiler.klass_info["select_fields"]
        self._built.columns = slice(start, select[-1] + 1)
        self._built.names = [column[0].target.attname for column in compiler.select[self._built.columns]]
        self._built.converters = compiler.get_converters([column[0] for column in compiler.select])
        related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
        self._built.related = related  # (the stubs are those of Django 6)
        self._built.sql, self._built.params, self._built.compiler = sql, params, compiler

    def _instance(self, row: Any) -> ModelT:
        """As `django.db.models.query.ModelIterable` does it."""
        built = self._built
        model: type[ModelT] = built.compiler.klass_info["model"]
        instance = model.from_db(connection.alias, built.names, row[built.columns])
        for related in built.related:
            related.populate(row, instance)
        for name, column in built.compiler.annotation_col_map.items():
            setattr(instance, name, row[column])
        return instance


class PreparedInsert:
    """`PreparedInsert(Log).add(rows)`: as `bulk_create` writes them, without asking for their ids.

    A row's tenant must be set. Not for upserts, database defaults and fields that are more than a value of a column.
    Call it inside a transaction that ends if it raises.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self._model = model

    @cached_property
    def _columns(self) -> dict[str, str]:
        """Columns by the names of their attributes."""
        fields = self._model._meta.concrete_fields
        return {
            field.attname: connection.ops.quote_name(str(field.column)) for field in fields if not field.primary_key
        }

    @cached_property
    def _sql(self) -> tuple[str, str]:
        """The statement up to the values, and the places of one row."""
        table, columns = connection.ops.quote_name(self._model._meta.db_table), ", ".join(self._columns.values())
        places = ", ".join("%s" for _column in self._columns)
        return f"INSERT INTO {table} ({columns}) VALUES ", f"({places})"  # noqa: S608 - names of our own

    def add(self, rows: Sequence[models.Model]) -> None:
        start, place = self._sql
        values = [[parameter(getattr(row, name)) for name in self._columns] for row in rows]
        with connection.cursor() as cursor:
            if len(values) == 1:
                cursor.execute(start + place, values[0])
            elif values and connection.vendor == "postgresql":
                # One statement; psycopg would take longer to find its hundreds of places than to fill them.
                with connection.wrap_database_errors:
                    written = ", ".join([cursor.mogrify(place, row) for row in values])
                cursor.execute(start + written)
            else:
                cursor.executemany(start + place, values)


def parameter(value: Any) -> Any:
    """A value as the database's driver takes it, for SQL that is written by hand."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
