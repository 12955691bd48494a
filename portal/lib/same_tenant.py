"""Migration operation that makes the database refuse a foreign key into another tenant.

The one hole of the tenant scope is a raw foreign-key id. PostgreSQL gets a composite foreign key, SQLite (which
cannot add one to a table) a pair of triggers. `tests/fences/test_scoping.py` tries every such foreign key.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class SameTenant(Operation):
    """`SameTenant("SecretGeneration", "key")`: the row and the row it points to belong to one tenant."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, field_name: str) -> None:
        self.model_name = model_name
        self.field_name = field_name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        names = self._names(app_label, to_state)
        template = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
        for statement in template:
            schema_editor.execute(statement.format(**names), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        names = self._names(app_label, from_state)
        postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in POSTGRESQL_BACK if postgresql else SQLITE_BACK:
            schema_editor.execute(statement.format(**names), params=None)

    def describe(self) -> str:
        return f"{self.model_name}.{self.field_name} stays within its tenant"

    def _names(self, app_label: str, state: Any) -> dict[str, str]:
        model = state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.field_name)
        return {
            "table": model._meta.db_table,
            "column": field.column,
            "target": field.related_model._meta.db_table,
            "name": f"{model._meta.db_table}_{field.column}_same_tenant",
        }


class WithoutSameTenant(SameTenant):
    """Takes the guard away; `SameTenant` puts it back at the end of the same migration.

    SQLite rebuilds a table to change its constraints, and does not rename one that a trigger names.
    """

    def database_forwards(self, *arguments: Any) -> None:
        super().database_backwards(*arguments)

    def database_backwards(self, *arguments: Any) -> None:
        super().database_forwards(*arguments)

    def describe(self) -> str:
        return f"{self.model_name}.{self.field_name} is not guarded while its target changes"


POSTGRESQL = (
    'CREATE UNIQUE INDEX IF NOT EXISTS "{target}_tenant_and_id" ON "{target}" (tenant_id, id)',
    'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (tenant_id, "{column}") '
    'REFERENCES "{target}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED',
)
POSTGRESQL_BACK = ('ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',)

_SQLITE_BODY = (
    'WHEN NEW."{column}" IS NOT NULL AND NOT EXISTS '
    '(SELECT 1 FROM "{target}" WHERE id = NEW."{column}" AND tenant_id = NEW.tenant_id) '
    "BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed: {name}'); END"
)
SQLITE = (
    'CREATE TRIGGER "{name}_insert" BEFORE INSERT ON "{table}" ' + _SQLITE_BODY,
    'CREATE TRIGGER "{name}_update" BEFORE UPDATE OF tenant_id, "{column}" ON "{table}" ' + _SQLITE_BODY,
)
SQLITE_BACK = ('DROP TRIGGER "{name}_insert"', 'DROP TRIGGER "{name}_update"')
