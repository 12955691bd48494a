"""The table of states: whatever is tried, by whichever side, code and database keep it alike."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assets_app.sharing import commands
from assets_app.sharing.models import Collaboration, today
from assets_app.sharing.queries import find_collaborations, of_both, waiting
from assets_app.sharing.states import (
    OPEN,
    TRANSITIONS,
    CollaborationState,
    Side,
    StateForbids,
    Verb,
    target_of,
    verbs_of,
)
from portal.actor import SYSTEM
from portal.scoping import NoActiveTenant, tenant_scope
from tests.cast import Cast, make_tenant
from tests.sharing.making import again, make_accepted, make_offer

GUARDS = importlib.import_module("assets_app.sharing.migrations.0002_guards")
VERBS = [value for name, value in vars(Verb).items() if name.isupper()]
WAYS = {
    CollaborationState.OFFERED: [],
    CollaborationState.ACCEPTED: ["accepted"],
    CollaborationState.DECLINED: ["declined"],
    CollaborationState.REVOKED: ["revoked"],
    CollaborationState.ENDED: ["accepted", "ended"],
}


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.sampled_from(Side)), max_size=20))
def test_nobody_collaborates_whom_the_receiver_did_not_accept(tried: list[tuple[str, Side]]) -> None:
    state, path = CollaborationState.OFFERED, []
    for verb, side in tried:
        try:
            state = target_of(state, verb, side)
        except StateForbids:
            continue
        path.append((verb, side, state))
    assert len(path) <= 2
    for verb, side, reached in path:
        assert verb in verbs_of("offered" if reached != "ended" else "accepted", side)
        assert (side is Side.PORTAL) == (verb in {Verb.EXPIRE, Verb.RUN_OUT, Verb.CLOSE})
    if state in {CollaborationState.ACCEPTED, CollaborationState.ENDED}:
        assert path[0][:2] == (Verb.ACCEPT, Side.RECEIVER)


@pytest.mark.parametrize("state", sorted(set(CollaborationState) - OPEN))
def test_nothing_leads_out_of_an_end(state: CollaborationState) -> None:
    assert [verbs_of(state, side) for side in Side] == [[]] * len(Side)


def test_every_state_is_reached() -> None:
    assert {line.target for line in TRANSITIONS} | {CollaborationState.OFFERED} == set(CollaborationState)
    assert {line.verb for line in TRANSITIONS} == set(VERBS)


def test_database_keeps_the_same_table() -> None:
    assert set(GUARDS.MOVES) == {(line.source.value, line.target.value) for line in TRANSITIONS}


def test_page_of_the_documentation_has_the_same_table() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "collaborations.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| ([\w ]+) \|", text, re.MULTILINE)
    who = {(Side.OFFERER, Side.RECEIVER): "both sides", (Side.PORTAL,): "the portal"}
    who |= {(Side.OFFERER,): "offerer", (Side.RECEIVER,): "receiver"}
    assert rows == [(one.source.value, one.verb, one.target.value, who[one.sides]) for one in TRANSITIONS]


ACTS: dict[str, Callable[[Collaboration], object]] = {
    Verb.ACCEPT: lambda one: commands.accept_collaboration(one, by=SYSTEM),
    Verb.DECLINE: lambda one: commands.decline_collaboration(one, reason="x", by=SYSTEM),
    Verb.REVOKE: lambda one: commands.revoke_collaboration(one, by=SYSTEM),
    Verb.END: lambda one: commands.end_collaboration(one, by=SYSTEM),
}


@pytest.fixture
def rows(offered: Collaboration) -> Any:
    """The one collaboration, to be updated as SQL does it, past every command."""
    return Collaboration.all_tenants.filter(pk=offered.pk)


def bring(rows: Any, state: CollaborationState) -> None:
    for step in WAYS[state]:
        rows.update(state=step)


@pytest.mark.parametrize("state", CollaborationState)
def test_commands_ask_the_table_themselves(offered: Collaboration, rows: Any, state: CollaborationState) -> None:
    bring(rows, state)
    for side, tenant in ((Side.OFFERER, offered.tenant), (Side.RECEIVER, offered.receiver)):
        with tenant_scope(tenant.pk):
            for verb in ACTS.keys() - set(verbs_of(state, side)):
                with pytest.raises(StateForbids):
                    ACTS[verb](offered)
    assert again(offered).state == state


def refused(act: Any) -> bool:
    try:
        with transaction.atomic():
            act()
    except IntegrityError:
        return True
    return False


class TestDatabase:
    @pytest.mark.parametrize("source", CollaborationState)
    def test_steps_are_those_of_the_table(self, rows: Any, source: CollaborationState) -> None:
        legal = {line.target for line in TRANSITIONS if line.source == source} | {source}
        for target in CollaborationState:
            with transaction.atomic():
                bring(rows, source)
                assert refused(lambda target=target: rows.update(state=target)) == (target not in legal)
                transaction.set_rollback(True)

    @pytest.mark.parametrize("state", CollaborationState)
    def test_columns_change_in_their_state_only(self, rows: Any, state: CollaborationState) -> None:
        bring(rows, state)
        other = make_tenant("hooli", "Hooli Wind")
        is_accepted = state == CollaborationState.ACCEPTED
        for told, may_change in (
            ({"receiver": other}, False),
            ({"tenant": other}, False),
            ({"message": "Other"}, False),
            ({"notice": "Other"}, False),
            ({"notice_digest": "0"}, False),
            ({"notice_language": "de"}, False),
            ({"offered_at": timezone.now()}, False),
            ({"expires_at": timezone.now()}, False),
            ({"reason": "Because"}, False),
            ({"agreed_end": today()}, is_accepted),
            ({"reminded": 7}, is_accepted),
            ({"proposed_end": today(), "proposed_by": "receiver"}, is_accepted),
        ):
            with transaction.atomic():
                assert refused(lambda told=told: rows.update(**told)) != may_change, told
                transaction.set_rollback(True)

    def test_reason_stays(self, rows: Any) -> None:
        rows.update(state="declined", reason="Not now.")
        assert refused(lambda: rows.update(reason=""))
        assert refused(rows.delete)

    @pytest.mark.parametrize(
        "told",
        [
            {"proposed_end": today()},
            {"proposed_by": "offerer"},
            {"proposed_end": today(), "proposed_by": "portal"},
        ],
    )
    def test_proposal_is_whole(self, accepted: Collaboration, told: dict[str, Any]) -> None:
        assert refused(lambda: Collaboration.all_tenants.filter(pk=accepted.pk).update(**told))

    @pytest.mark.parametrize("swapped", [False, True])
    def test_one_of_a_pair_in_either_direction(self, offered: Collaboration, cast: Cast, swapped: bool) -> None:
        offerer, receiver = (cast.globex, cast.acme) if swapped else (cast.acme, cast.globex)
        with tenant_scope(offerer.pk):
            second = Collaboration(receiver=receiver, expires_at=timezone.now(), notice="x")
            assert refused(second.save)
            Collaboration.all_tenants.filter(pk=offered.pk).update(state="revoked")
            assert not refused(second.save)

    def test_not_with_oneself(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk):
            assert refused(Collaboration(receiver=cast.acme, expires_at=timezone.now(), notice="x").save)

    def test_begins_as_an_offer(self, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk):
            begun = {"receiver": cast.globex, "expires_at": timezone.now(), "notice": "x"}
            assert refused(Collaboration(**begun, state="accepted").save)


class TestReviewedQuery:
    def test_needs_a_scope(self, offered: Collaboration) -> None:

        for query in (lambda: list(of_both()), lambda: list(find_collaborations(q="x")), waiting):
            with pytest.raises(NoActiveTenant):
                query()

    def test_shows_each_side_its_own(self, cast: Cast) -> None:

        hooli, umbrella = make_tenant("hooli", "Hooli Wind"), make_tenant("umbrella", "Umbrella")
        ours, theirs, foreign = (
            make_offer(cast.acme, cast.globex),
            make_accepted(hooli, cast.acme),
            make_offer(hooli, umbrella),
        )
        for tenant, expected in (
            (cast.acme, {ours, theirs}),
            (cast.globex, {ours}),
            (hooli, {theirs, foreign}),
            (umbrella, {foreign}),
        ):
            with tenant_scope(tenant.pk):
                assert set(of_both()) == expected
