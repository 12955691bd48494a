"""Migration operation that makes the database refuse to change or delete the rows of a table.

A speed bump against mistakes and casual hands, not the guarantee: who owns the database can drop a trigger, and the
audit log's tree is what tells. One column may be set to NULL: the body of a record that must be erased.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class AppendOnly(Operation):
    """`AppendOnly("AuditRecord", erasable="body")`."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, erasable: str) -> None:
        self.model_name = model_name
        self.erasable = erasable

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in guard(model, self.erasable, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        for statement in unguard(model, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Rows of {self.model_name} are only ever added"


class WithoutAppendOnly(AppendOnly):
    """Takes the guard away; `AppendOnly` puts it back at the end of the same migration, with the new columns in it."""

    def database_forwards(self, *arguments: Any) -> None:
        super().database_backwards(*arguments)

    def database_backwards(self, *arguments: Any) -> None:
        super().database_forwards(*arguments)

    def describe(self) -> str:
        return f"Rows of {self.model_name} are not guarded while the table changes"


def guard(model: Any, erasable: str, vendor: str) -> list[str]:
    """The statements that put the triggers on the model's table."""
    table = model._meta.db_table
    fixed = [field.column for field in model._meta.local_concrete_fields if field.column != erasable]
    if vendor == "postgresql":
        changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in fixed)
        return [
            f'CREATE FUNCTION "{table}_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"IF TG_OP = 'UPDATE' AND NEW.\"{erasable}\" IS NULL AND NOT ({changed}) THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{table} is append-only'; END $$",
            f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{table}_append_only"()',
        ]
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in fixed)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}',
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE ON "{table}" '
        f'WHEN NEW."{erasable}" IS NOT NULL OR {changed} {refuse}',
    ]


def unguard(model: Any, vendor: str) -> list[str]:
    """The statements that remove the triggers."""
    table = model._meta.db_table
    if vendor == "postgresql":
        return [f'DROP TRIGGER "{table}_append_only" ON "{table}"', f'DROP FUNCTION "{table}_append_only"()']
    return [f'DROP TRIGGER "{table}_no_delete"', f'DROP TRIGGER "{table}_no_update"']
