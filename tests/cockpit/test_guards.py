"""What the database refuses whoever asks: wrong steps, changes in the wrong state, rows of another tenant."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from portal.cockpit.models import Application, AppVersion, Move
from portal.cockpit.states import APPROVED, TRANSITIONS, AppState
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app

# A way to each state, in steps that the table knows.
WAYS = {
    AppState.IN_DEVELOPMENT: [],
    AppState.REGISTERED: ["registered"],
    AppState.PREPARATION: ["registered", "preparation"],
    AppState.WAITING: ["registered", "preparation", "waiting"],
    AppState.CHECK: ["registered", "preparation", "waiting", "check"],
    AppState.READY: ["registered", "preparation", "waiting", "check", "ready"],
    AppState.REMEDIATION: ["registered", "preparation", "waiting", "check", "remediation"],
}
APPROVAL = {"approved_by": "Dana", "alternate_email": "sub@acme.example", "notice": "Read.", "notice_language": "en"}
CLEARED = dict.fromkeys(APPROVAL, "")
# What goes along with a step.
TOLD = {(AppState.WAITING, AppState.CHECK): APPROVAL, (AppState.REMEDIATION, AppState.PREPARATION): CLEARED}
CHANGES: dict[str, Any] = {
    "display_name": "Other",
    "description": "Other",
    "icon": b"x",
    "content_security_policy": "x",
    "cache_control": "x",
    "components": [],
    "scopes": [],
    "roles": [],
    "release_description": "Other",
    "health_component": "other",
    "health_path": "/x",
    "credentials": "write",
    "screenshot": b"x",
    "screenshot_facts": {"blank": True},
    "approved_by": "Other",
    "alternate_email": "other@acme.example",
    "notice": "Other",
    "notice_language": "de",
    "version": "v9",
    "created_by": "Other",
    "created_at": timezone.now(),
}
CONFIGURATION = ("display_name", "description", "icon", "content_security_policy", "cache_control")
PARTS = ("components", "scopes", "roles")
RELEASE = ("release_description", "health_component", "health_path", "credentials", "screenshot", "screenshot_facts")
MAY_CHANGE = {
    **{name: {AppState.IN_DEVELOPMENT} for name in (*CONFIGURATION, *PARTS)},
    **{name: {AppState.PREPARATION} for name in RELEASE},
}


@pytest.fixture
def rows(app: AppVersion) -> Any:
    """The one version, to be updated as SQL does it, past every command."""
    return AppVersion.all_tenants.filter(pk=app.pk)


def bring(rows: Any, state: AppState) -> None:
    for step in WAYS[state]:
        rows.update(state=step, **(APPROVAL if step == "check" else {}))


def refused(act: Any) -> bool:
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("source", AppState)
def test_steps_are_those_of_the_table(rows: Any, source: AppState) -> None:
    legal = {line.target for line in TRANSITIONS if line.source == source} | {source}
    for target in AppState:
        with transaction.atomic():
            bring(rows, source)
            told = TOLD.get((source, target), {})
            assert refused(lambda target=target, told=told: rows.update(state=target, **told)) == (target not in legal)
            transaction.set_rollback(True)


@pytest.mark.parametrize("state", AppState)
def test_columns_change_in_their_state_only(rows: Any, state: AppState) -> None:
    bring(rows, state)
    for column, value in CHANGES.items():
        with transaction.atomic():
            was_refused = refused(lambda column=column, value=value: rows.update(**{column: value}))
            assert was_refused == (state not in MAY_CHANGE.get(column, set())), column
            transaction.set_rollback(True)


def test_every_column_is_tried() -> None:
    columns = {field.name for field in AppVersion._meta.local_concrete_fields}
    assert columns - CHANGES.keys() == {"id", "tenant", "application", "state", "state_since"}


@pytest.mark.parametrize("state", sorted(APPROVED))
def test_nothing_of_an_approved_version_changes(rows: Any, state: AppState) -> None:
    bring(rows, state)
    assert all(refused(lambda told=told: rows.update(**dict([told]))) for told in CHANGES.items())


@pytest.mark.parametrize("state", [state for state in AppState if state != AppState.IN_DEVELOPMENT])
def test_version_neither_begins_late_nor_disappears(rows: Any, app: AppVersion, state: AppState) -> None:
    with tenant_scope(app.tenant_id):
        late = AppVersion(application_id=app.application_id, version="v9", state=state, display_name="x", **APPROVAL)
        assert refused(late.save)
        bring(rows, state)
        assert refused(rows.delete)


@pytest.mark.parametrize("missing", APPROVAL)
def test_approval_ends_with_the_preparation_that_follows_a_remediation(rows: Any, missing: str) -> None:
    bring(rows, AppState.REMEDIATION)
    assert refused(lambda: rows.update(**CLEARED))
    assert refused(lambda: rows.update(state="preparation"))
    kept = {name: "" for name in APPROVAL if name != missing}
    assert refused(lambda: rows.update(state="preparation", **kept))
    rows.update(state="preparation", **CLEARED)
    rows.update(state="waiting")
    assert refused(lambda: rows.update(state="check"))
    rows.update(state="check", **APPROVAL)


@pytest.mark.parametrize("column", APPROVAL)
def test_nothing_is_approved_before_its_approval(rows: Any, app: AppVersion, column: str) -> None:
    with tenant_scope(app.tenant_id):
        late = AppVersion(
            application_id=app.application_id, version="v9", display_name="x", **{column: APPROVAL[column]}
        )
        assert refused(late.save)
    for state in ("registered", "preparation", "waiting"):
        assert refused(lambda state=state: rows.update(state=state, **{column: APPROVAL[column]}))
        rows.update(state=state)


def test_approval_is_whole(rows: Any) -> None:
    bring(rows, AppState.WAITING)
    for missing in ("approved_by", "alternate_email", "notice"):
        told = {name: value for name, value in APPROVAL.items() if name != missing}
        assert refused(lambda told=told: rows.update(state="check", **told))


def test_steps_are_only_added(app: AppVersion) -> None:
    with tenant_scope(app.tenant_id):
        move = Move.objects.create(version=app, verb="register", target="registered", by_id="1", by_name="Dev")
    for act in (
        lambda: Move.all_tenants.update(by_name="Nobody"),
        lambda: Move.all_tenants.update(note=""),
        lambda: Move.all_tenants.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Move.all_tenants.get() == move


@pytest.mark.parametrize("model", [AppVersion, Move])
def test_row_of_one_tenant_does_not_point_into_another(cast: Cast, model: Any) -> None:
    foreign = make_app(cast.globex)
    with tenant_scope(cast.acme.pk), pytest.raises(IntegrityError), transaction.atomic():
        if model is AppVersion:
            AppVersion(application_id=foreign.application_id, version="v9", display_name="x").save()
        else:
            Move(version_id=foreign.pk, verb="register", target="registered", by_id="1", by_name="x").save()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_same_internal_name_once_in_a_tenant(app: AppVersion) -> None:
    with tenant_scope(app.tenant_id):
        assert refused(Application(internal_name="pumpadvisor").save)
