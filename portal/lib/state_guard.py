"""Migration operation that makes the database keep a table of states: which state may follow which, and which column
may change in which state.

A speed bump against mistakes, as `portal.lib.append_only` is: a command that forgets to look is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.migrations.operations.base import Operation


class StateGuard(Operation):
    """`StateGuard("AppVersion", first="draft", moves=[("draft", "sent")], editable={"name": ["draft"]})`.

    A row begins in the first state; its column `state` follows the moves, `state_since` goes along. A column of
    `editable` changes only while the row was in one of those states. A text column of `filled` is empty in every state
    but those: it is written with the step into them, stays while the row is in them, and is emptied with the step out
    of them. Every other column never changes. Only rows in the first state can be deleted.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        model_name: str,
        first: str,
        moves: Iterable[tuple[str, str]],
        editable: Mapping[str, Iterable[str]],
        filled: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.model_name = model_name
        self.first = first
        self.moves = list(moves)
        self.editable = {column: list(states) for column, states in editable.items()}
        self.filled = {column: list(states) for column, states in (filled or {}).items()}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The state of the models does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in self.statements(model, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        postgresql = schema_editor.connection.vendor == "postgresql"
        for statement in POSTGRESQL_BACK if postgresql else SQLITE_BACK:
            schema_editor.execute(statement.format(table=table), params=None)

    def describe(self) -> str:
        return f"{self.model_name} follows its table of states"

    def statements(self, model: Any, vendor: str) -> list[str]:
        """What puts the triggers on the model's table."""
        table, wrong = model._meta.db_table, self._wrong_update(model, vendor)
        begun_wrong = " OR ".join([f"NEW.state <> '{self.first}'", *map(self._filled_too_early, self.filled)])
        first = f"'{self.first}'"
        if vendor == "postgresql":
            return [
                f'CREATE FUNCTION "{table}_states"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f"IF TG_OP = 'INSERT' THEN IF {begun_wrong} THEN {_raised(table)} END IF; RETURN NEW; END IF; "
                f"IF TG_OP = 'DELETE' THEN IF OLD.state <> {first} THEN {_raised(table)} END IF; RETURN OLD; END IF; "
                f"IF {wrong} THEN {_raised(table)} END IF; RETURN NEW; END $$",
                f'CREATE TRIGGER "{table}_states" BEFORE INSERT OR UPDATE OR DELETE ON "{table}" '
                f'FOR EACH ROW EXECUTE FUNCTION "{table}_states"()',
            ]
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_said(table)}'); END"
        return [
            f'CREATE TRIGGER "{table}_states_insert" BEFORE INSERT ON "{table}" WHEN {begun_wrong} {refuse}',
            f'CREATE TRIGGER "{table}_states_delete" BEFORE DELETE ON "{table}" WHEN OLD.state <> {first} {refuse}',
            f'CREATE TRIGGER "{table}_states_update" BEFORE UPDATE ON "{table}" WHEN {wrong} {refuse}',
        ]

    def _wrong_update(self, model: Any, vendor: str) -> str:
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        moved = " OR ".join(f"(OLD.state = '{source}' AND NEW.state = '{target}')" for source, target in self.moves)
        wrong = [f"(NEW.state <> OLD.state AND NOT ({moved}))"]
        for field in model._meta.local_concrete_fields:
            column = field.column
            changed = f'NEW."{column}" {differs} OLD."{column}"'
            states = self.editable.get(column)
            if column in {"state", "state_since"}:
                continue
            if column in self.filled:
                kept = _listed(self.filled[column])
                wrong.append(f"({changed} AND OLD.state IN {kept} AND NEW.state IN {kept})")
                wrong.append(self._filled_too_early(column))
            elif states is None:
                wrong.append(f"({changed})")
            else:
                wrong.append(f"({changed} AND OLD.state NOT IN {_listed(states)})")
        return " OR ".join(wrong)

    def _filled_too_early(self, column: str) -> str:
        return f"(NEW.\"{column}\" <> '' AND NEW.state NOT IN {_listed(self.filled[column])})"


class StateGuardRemoved(StateGuard):
    """Takes away the guard with these arguments, so that a migration can put one with another table in its place."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"{self.model_name} follows no table of states"


def _listed(states: Iterable[str]) -> str:
    quoted = ", ".join(f"'{state}'" for state in states)
    return f"({quoted})"


def _said(table: str) -> str:
    return f"{table} does not change like this in this state"


def _raised(table: str) -> str:
    # integrity_constraint_violation: Django knows it as an IntegrityError, as the one of SQLite.
    return f"RAISE EXCEPTION '{_said(table)}' USING ERRCODE = '23000';"


POSTGRESQL_BACK = ('DROP TRIGGER "{table}_states" ON "{table}"', 'DROP FUNCTION "{table}_states"()')
SQLITE_BACK = (
    'DROP TRIGGER "{table}_states_insert"',
    'DROP TRIGGER "{table}_states_delete"',
    'DROP TRIGGER "{table}_states_update"',
)
