"""The table of states: nothing gets past the registration or the approval, and after it nothing changes."""

from __future__ import annotations

import importlib
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from portal.actor import SYSTEM
from portal.cockpit.models import AppVersion
from portal.cockpit.registration.commands import deregister, register
from portal.cockpit.release.approval_commands import approve_release, send_back_release
from portal.cockpit.release.check_commands import fail_check, pass_check
from portal.cockpit.release.commands import prepare_release, submit_release, withdraw_release
from portal.cockpit.release.notice import notice
from portal.cockpit.rules import CORE_ROLES
from portal.cockpit.states import (
    APPROVED,
    MAIN_PATH,
    TRANSITIONS,
    AppState,
    StateForbids,
    Verb,
    target_of,
    verbs_of,
)
from portal.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.scoping import tenant_scope
from tests.cockpit.test_guards import bring

GUARDS = importlib.import_module("portal.cockpit.migrations.0002_guards")
EVERYTHING = frozenset(Permission)
VERBS = [value for name, value in vars(Verb).items() if name.isupper()]


def lives() -> st.SearchStrategy[list[str]]:
    """Verbs that somebody tries one after the other, legal or not."""
    return st.lists(st.sampled_from(VERBS), max_size=40)


def lived(verbs: list[str]) -> list[tuple[str, AppState]]:
    """The verbs that were legal, each with the state that it led to."""
    state, path = AppState.IN_DEVELOPMENT, []
    for verb in verbs:
        try:
            state = target_of(state, verb)
        except StateForbids:
            continue
        path.append((verb, state))
    return path


@given(lives())
def test_no_way_past_registration_or_approval(verbs: list[str]) -> None:
    path = lived(verbs)
    for index, (_verb, state) in enumerate(path):
        before = [verb for verb, _state in path[: index + 1]]
        registered = (
            before[len(before) - before[::-1].index(Verb.DEREGISTER) :] if Verb.DEREGISTER in before else before
        )
        if state != AppState.IN_DEVELOPMENT:
            assert Verb.REGISTER in registered
        if state in APPROVED:
            since = registered[len(registered) - registered[::-1].index(Verb.SUBMIT) :]
            assert since[0] == Verb.APPROVE
        if state == AppState.READY:
            assert before[-2:] == [Verb.APPROVE, Verb.PASS]


@given(lives())
def test_configuration_opens_in_development_only_and_never_between_approval_and_end(verbs: list[str]) -> None:
    path = lived(verbs)
    for (_verb, state), (following, _state) in itertools.pairwise(path):
        if state in APPROVED:
            assert following in {Verb.PASS, Verb.FAIL, Verb.PREPARE}
    for columns, states in ((GUARDS.CONFIGURATION, {"in_development"}), (GUARDS.RELEASE, {"preparation"})):
        assert columns
        assert not states & {state.value for state in APPROVED}


def test_ready_is_the_end() -> None:
    assert verbs_of(AppState.READY, EVERYTHING) == []


def test_every_state_is_reached_and_each_verb_is_meant_once_for_a_state() -> None:
    assert {line.target for line in TRANSITIONS} | {AppState.IN_DEVELOPMENT} == set(AppState)
    pairs = [(line.source, line.verb) for line in TRANSITIONS]
    assert len(pairs) == len(set(pairs))
    assert {line.verb for line in TRANSITIONS} == set(VERBS)


def test_main_path_is_a_way_through_the_table() -> None:
    legal = {(line.source, line.target) for line in TRANSITIONS}
    path = list(MAIN_PATH)
    assert all(step in legal for step in itertools.pairwise(path))


def test_database_keeps_the_same_table() -> None:
    assert set(GUARDS.MOVES) == {(line.source.value, line.target.value) for line in TRANSITIONS}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER, Role.ADMIN])
def test_who_does_not_develop_has_no_verb(role: Role) -> None:
    assert [verbs_of(state, ROLE_PERMISSIONS[role]) for state in AppState] == [[]] * len(AppState)


def test_a_developer_does_not_approve() -> None:
    assert verbs_of(AppState.WAITING, ROLE_PERMISSIONS[Role.DEVELOPER]) == [Verb.WITHDRAW]
    assert verbs_of(AppState.WAITING, ROLE_PERMISSIONS[Role.DEVELOPER_ADMIN]) == [
        Verb.WITHDRAW,
        Verb.SEND_BACK,
        Verb.APPROVE,
    ]


def test_page_of_the_documentation_has_the_same_table() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "cockpit.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| `?([\w.]+)`? \|$", text, re.MULTILINE)
    assert rows == [(one.source.value, one.verb, one.target.value, one.right or "operator") for one in TRANSITIONS]
    assert dict.fromkeys(re.findall(r"^\| `(mdsp:core:[^`]+)` \|", text, re.MULTILINE)) == dict.fromkeys(CORE_ROLES)


ACTS: dict[str, Callable[[AppVersion], object]] = {
    Verb.REGISTER: lambda app: register(app, by=SYSTEM),
    Verb.DEREGISTER: lambda app: deregister(app, by=SYSTEM),
    Verb.PREPARE: lambda app: prepare_release(app, by=SYSTEM),
    Verb.SUBMIT: lambda app: submit_release(app, by=SYSTEM),
    Verb.WITHDRAW: lambda app: withdraw_release(app, by=SYSTEM),
    Verb.SEND_BACK: lambda app: send_back_release(app, reason="x", by=SYSTEM),
    Verb.APPROVE: lambda app: approve_release(
        app, submission=0, alternate_email="x@y.example", notice=notice(), by=SYSTEM
    ),
    Verb.PASS: lambda app: pass_check(app, approval=0, by=SYSTEM),
    Verb.FAIL: lambda app: fail_check(app, approval=0, reason="x", by=SYSTEM),
}


def test_every_verb_has_a_command() -> None:
    assert set(ACTS) == set(VERBS)


@pytest.mark.parametrize("state", AppState)
def test_commands_ask_the_table_themselves(app: AppVersion, state: AppState) -> None:
    """Whoever calls them, and whatever a page asked before."""
    bring(AppVersion.all_tenants.filter(pk=app.pk), state)
    legal = {line.verb for line in TRANSITIONS if line.source == state}
    # Saving a release once more is no step.
    legal |= {Verb.PREPARE} if state == AppState.PREPARATION else set()
    with tenant_scope(app.tenant_id):
        for verb in set(VERBS) - legal:
            with pytest.raises(StateForbids):
                ACTS[verb](app)
    assert AppVersion.all_tenants.get(pk=app.pk).state == state
