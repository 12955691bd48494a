"""No order of events makes a secret work while its page says that it does not, or the reverse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal import constants
from portal.actor import SYSTEM
from portal.errors import Refusal
from portal.keys.commands import create_key, revoke_key
from portal.keys.lifecycle import commands as lifecycle_commands
from portal.keys.lifecycle.commands import BrownOut, OldEnd
from portal.keys.models import BindingKey
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.keys.test_roll import calls

BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)
# What the page says of a secret that works; of one about to expire it says when.
WORKING = {"Active", "Never used", "Expires today", "Works, and ends", "Works, not used yet"}
ENDS = [OldEnd(0), OldEnd(3600), OldEnd(24 * 3600), OldEnd(3600, after_first_use=True), OldEnd(None)]


class Key(RuleBasedStateMachine):
    """One key, everything that can be done with it, and time."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.clock.start()
        self.secrets: list[str] = []
        # Each with the number of the secret that got it, and the moment it expires.
        self.tokens: list[tuple[str, int, float]] = []

    def teardown(self) -> None:
        for number in range(1, len(self.secrets) + 1):
            self.use(number - 1)
        self.attempt(lambda: revoke_key(self.key, by=SYSTEM))  # gives its name and its place in the package back
        self.clock.stop()

    @initialize(hours=st.sampled_from([None, 5, 48]))
    def create(self, hours: int | None) -> None:
        expires_at = timezone.now() + timedelta(hours=hours) if hours else None
        with tenant_scope(self.cast.acme.pk):
            self.key, _, secret = create_key(name="Line 4 gateway", expires_at=expires_at, by=SYSTEM)
        self.secrets.append(secret.reveal())

    def attempt(self, what: Callable[[], Any]) -> Any:
        with tenant_scope(self.cast.acme.pk):
            try:
                return what()
            except Refusal:
                return None

    @rule(end=st.sampled_from(ENDS))
    def roll(self, end: OldEnd) -> None:
        rolled = self.attempt(lambda: lifecycle_commands.roll_key(self.key, old_ends=end, by=SYSTEM))
        if rolled:
            self.secrets.append(rolled[1].reveal())

    @precondition(lambda self: len(self.secrets) > 1)
    @rule()
    def finish(self) -> None:
        old = len(self.secrets) - 1
        self.attempt(lambda: lifecycle_commands.finish_roll(self.key, old=old, by=SYSTEM))

    @precondition(lambda self: len(self.secrets) > 1)
    @rule(end=st.sampled_from(ENDS))
    def change_end(self, end: OldEnd) -> None:
        old = len(self.secrets) - 1
        self.attempt(lambda: lifecycle_commands.change_old_end(self.key, old=old, old_ends=end, by=SYSTEM))

    @precondition(lambda self: len(self.secrets) > 1)
    @rule()
    def cancel(self) -> None:
        self.attempt(lambda: lifecycle_commands.cancel_roll(self.key, new=len(self.secrets), by=SYSTEM))

    @rule()
    def disable(self) -> None:
        self.attempt(lambda: lifecycle_commands.disable_key(self.key, why="Leaked", by=SYSTEM))

    @rule()
    def enable(self) -> None:
        self.attempt(lambda: lifecycle_commands.enable_key(self.key, by=SYSTEM))

    @rule()
    def brown_out(self) -> None:
        whole = BrownOut(100, 120)
        self.attempt(lambda: lifecycle_commands.start_brown_out(self.key, brown_out=whole, by=SYSTEM))

    @rule()
    def stop_brown_out(self) -> None:
        self.attempt(lambda: lifecycle_commands.stop_brown_out(self.key, by=SYSTEM))

    @precondition(lambda self: len(self.secrets) > 2)
    @rule()
    def revoke(self) -> None:
        self.attempt(lambda: revoke_key(self.key, by=SYSTEM))

    @rule(seconds=st.sampled_from([1, 119, 120, 600, 3599, 3600, 5 * 3600, 24 * 3600]))
    def wait(self, seconds: int) -> None:
        self.traveller.shift(seconds)

    @rule(number=st.integers(0, 5))
    def use(self, number: int) -> None:
        """Get a token with one of the secrets, where the page says that it works. It may begin the end of another."""
        number = number % len(self.secrets) + 1
        assert self.get_token(number) == (number in self.working()), number

    def get_token(self, number: int) -> bool:
        form = f"grant_type=client_credentials&client_id={self.key.client_id}&client_secret={self.secrets[number - 1]}"
        answer = Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in {200, 401}
        if answer.status_code == 200:
            ends = timezone.now().timestamp() + answer.json()["expires_in"]
            self.tokens = [token for token in self.tokens if token[1] != number]
            self.tokens.append((answer.json()["access_token"], number, ends))
        return answer.status_code == 200

    def working(self) -> set[int]:
        """Numbers of the secrets that work, as the page of the key says."""
        page = signed_in(self.cast.alice).get(f"/t/acme/keys/{self.key.pk}/")
        said = {row["number"]: str(row["state"].label) for row in page.context["secrets"]}
        assert len(said) == len(self.secrets)
        found = {number for number, label in said.items() if label in WORKING or label.startswith("Expires in")}
        assert len(found) <= 2, said
        return found

    @invariant()
    def tokens_work_where_the_page_says_so(self) -> None:
        now, working = timezone.now().timestamp(), self.working() if self.secrets else set()
        for token, number, ends in self.tokens:
            assert (calls(token) != 401) == (number in working and now < ends), number


@pytest.mark.usefixtures("hub")
def test_page_and_service_agree(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 10_000)
    machine = type("KeyOfAcme", (Key,), {"cast": cast})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=15,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert BindingKey.all_tenants.count() > 20
