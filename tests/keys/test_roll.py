"""Rolling a key: two secrets work until the old one ends, and the page says who still uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey, SecretGeneration
from tests.cast import Cast, expire, get_token, make_key, make_upstream_key, signed_in

NOW = "2026-11-20T12:00:00Z"


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def roll(browser: Client, key: BindingKey, ends: str = "86400", **more: Any) -> str:
    """Roll the key on its page; the new secret."""
    answer = browser.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": ends, **more})
    assert answer.status_code == 200, answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    found = re.search(r'id="reveal-client-secret" value="(bnd_\w+)"', answer.content.decode())
    assert found
    return found[1]


def asks(key: BindingKey, secret: str, agent: str = "Line 4") -> int:
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    kind = "application/x-www-form-urlencoded"
    return Client().post("/oauth/token", form, content_type=kind, headers={"user-agent": agent}).status_code


def calls(token: str) -> int:
    """404 for a token that works: the proxy does not open this path."""
    return Client().get("/api/none", headers={"authorization": f"Bearer {token}"}).status_code


def first(key: BindingKey) -> SecretGeneration:
    return SecretGeneration.all_tenants.get(key=key, number=1)


def facts(name: str) -> dict[str, str | int]:
    return AuditRecord.all_tenants.filter(name=name).order_by("-index")[0].facts


class TestRoll:
    def test_asks_one_thing_and_says_what_follows(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        page = alice.get(f"/t/acme/keys/{key.pk}/roll/").content.decode()
        assert "When does the old secret end?" in page
        assert "shows it once, on the next page" in page
        assert '<meta http-equiv="refresh"' not in page

    def test_both_work_until_the_old_one_ends(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        new = roll(alice, key, "3600")
        assert old != new
        assert (asks(key, old), asks(key, new)) == (200, 200)
        noon.shift(3599)
        token = get_token(Client(), key, old)
        assert calls(token) == 404
        noon.shift(1)
        assert (asks(key, old), asks(key, new), calls(token)) == (401, 200, 401)
        refused = AuditRecord.all_tenants.filter(outcome="denied").order_by("index")
        assert [record.facts["reason"] for record in refused] == ["secret_ended", "secret_ended"]

    def test_is_recorded_without_a_secret(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        new = roll(alice, key)
        record = AuditRecord.all_tenants.get(name="key.rolled")
        assert record.facts == {
            "key_name": "Line 4 gateway",
            "client_id": key.client_id,
            "generation": 2,
            "old": 1,
            "ends_at": "2026-11-21T12:00:00Z",
            "ends_after_next_use": 0,
        }
        assert (record.actor_name, record.subject) == (cast.alice.name, key.subject)
        assert new not in bytes(record.body or b"").decode()
        assert new not in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()

    def test_now_ends_the_old_one_with_its_tokens(self, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        token = get_token(Client(), key, old)
        new = roll(alice, key, "0")
        assert (asks(key, old), calls(token), asks(key, new)) == (401, 401, 200)

    def test_some_hours_after_the_new_one_is_used(
        self, noon: time_machine.Traveller, alice: Client, cast: Cast
    ) -> None:
        key, old = make_key(cast.acme)
        new = roll(alice, key, "after", hours="2")
        noon.shift(timedelta(days=300))
        assert asks(key, old) == 200
        assert asks(key, new) == 200
        noon.shift(timedelta(hours=2, seconds=-1))
        assert asks(key, old) == 200
        noon.shift(1)
        assert (asks(key, old), asks(key, new)) == (401, 200)

    @pytest.mark.parametrize(
        "sent", [{}, {"ends": "1"}, {"ends": "after", "hours": ""}, {"ends": "after", "hours": "0"}]
    )
    def test_invalid_choice_is_shown_again(self, alice: Client, cast: Cast, sent: dict[str, str]) -> None:
        key, _ = make_key(cast.acme)
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/", sent)
        assert answer.status_code == 422
        assert SecretGeneration.all_tenants.count() == 1

    def test_while_two_work_a_third_is_refused(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key)
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "0"})
        assert answer.status_code == 422
        assert "Finish that roll, which ends the older one" in answer.content.decode()
        assert SecretGeneration.all_tenants.count() == 2

    def test_again_once_the_old_one_has_ended(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        second = roll(alice, key, "0")
        third = roll(alice, key, "3600")
        assert (asks(key, second), asks(key, third)) == (200, 200)
        assert facts("key.rolled")["old"] == 2

    def test_expired_key_is_refused(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        expire(key)
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "0"})
        assert answer.status_code == 422
        assert "has expired" in answer.content.decode()

    def test_is_not_offered_for_an_expired_key_and_says_why_before_anything_is_chosen(
        self, alice: Client, cast: Cast
    ) -> None:
        key, _ = make_key(cast.acme)
        expire(key)
        page = alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
        assert f"/t/acme/keys/{key.pk}/roll/" not in page
        assert "a new secret of it would not work either" in page
        answer = alice.get(f"/t/acme/keys/{key.pk}/roll/")
        assert answer.status_code == 409
        assert "Create another key, and revoke this one." in answer.content.decode()

    def test_roll_that_outlives_its_key_is_still_shown(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key)
        expire(key)
        assert f"/t/acme/keys/{key.pk}/roll/" in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
        assert alice.get(f"/t/acme/keys/{key.pk}/roll/").status_code == 200

    def test_revoked_key_is_refused(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
        assert "revoked already" in alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "0"}).content.decode()
        assert SecretGeneration.all_tenants.count() == 1

    def test_disabled_key_can_be_rolled_before_it_is_enabled(self, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        alice.post(f"/t/acme/keys/{key.pk}/disable/", {"why": "Leaked"})
        new = roll(alice, key, "0")
        assert (asks(key, old), asks(key, new)) == (401, 401)
        alice.post(f"/t/acme/keys/{key.pk}/enable/")
        assert (asks(key, old), asks(key, new)) == (401, 200)

    def test_page_that_reveals_leads_to_the_roll(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "3600"})
        assert f'href="/t/acme/keys/{key.pk}/roll/"' in answer.content.decode()


class TestProgress:
    def test_says_who_still_uses_the_old_one(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        asks(key, old, "Pump 1")
        asks(key, old, "Pump 2")
        new = roll(alice, key)
        noon.shift(60)
        asks(key, new, "Pump 1")
        noon.shift(60)
        asks(key, old, "Pump 2")
        answer = alice.get(f"/t/acme/keys/{key.pk}/roll/")
        seen = [(who.address, who.agent, who.routes, bool(who.moved_at)) for who in answer.context["callers"]]
        assert seen == [
            ("127.0.0.1", "Pump 2", ["token"], False),
            ("127.0.0.1", "Pump 1", ["token"], True),
        ]
        assert "In use" in answer.content.decode()
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in answer.content.decode()

    def test_finish_turns_green_after_the_chosen_silence(
        self, noon: time_machine.Traveller, alice: Client, cast: Cast
    ) -> None:
        key, old = make_key(cast.acme)
        asks(key, old)
        roll(alice, key)
        page = f"/t/acme/keys/{key.pk}/roll/"
        noon.shift(timedelta(minutes=59, seconds=59))
        alice = signed_in(cast.alice)  # half an hour of silence ends a session
        assert not alice.get(page).context["is_quiet"]
        assert alice.get(f"{page}?quiet=5").context["is_quiet"]
        noon.shift(1)
        assert alice.get(page).context["is_quiet"]
        assert not alice.get(f"{page}?quiet=1440").context["is_quiet"]
        assert not alice.get(f"{page}?quiet=nonsense").context["form"].is_valid()
        assert "Silent" in alice.get(page).content.decode()

    def test_panel_alone_for_htmx_and_away_when_the_roll_is_over(
        self, noon: time_machine.Traveller, alice: Client, cast: Cast
    ) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key, "3600")
        page, htmx = f"/t/acme/keys/{key.pk}/roll/", {"HX-Request": "true"}
        panel = alice.get(page, headers=htmx).content.decode()
        assert panel.lstrip().startswith('<section class="panel" id="roll-panel"')
        noon.shift(3600)
        signed = signed_in(cast.alice)
        assert signed.get(page, headers=htmx)["HX-Redirect"] == f"/t/acme/keys/{key.pk}/"

    def test_page_of_the_key_leads_there(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key, "3600")
        assert "Go on with the roll" in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()


class TestFinish:
    def test_ends_the_old_one_at_once(self, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        token = get_token(Client(), key, old)
        new = roll(alice, key)
        page = alice.get(f"/t/acme/keys/{key.pk}/roll/finish/").content.decode()
        assert "ends at once" in page
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/finish/", {"old": "1"}, follow=True)
        assert "The old secret of Line 4 gateway has ended." in answer.content.decode()
        assert (asks(key, old), calls(token), asks(key, new)) == (401, 401, 200)
        assert facts("key.roll_finished")["old"] == 1

    @pytest.mark.parametrize("old", ["2", "7"])
    def test_page_of_another_roll_ends_nothing(self, alice: Client, cast: Cast, old: str) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key)
        assert alice.post(f"/t/acme/keys/{key.pk}/roll/finish/", {"old": old}).status_code == 409
        assert not first(key).has_ended

    def test_without_a_roll(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        assert alice.get(f"/t/acme/keys/{key.pk}/roll/finish/").status_code == 409
        assert alice.post(f"/t/acme/keys/{key.pk}/roll/finish/", {"old": "1"}).status_code == 409
        assert asks(key, secret) == 200


class TestCancel:
    def test_ends_the_new_one_and_the_old_one_works_on(
        self, noon: time_machine.Traveller, alice: Client, cast: Cast
    ) -> None:
        key, old = make_key(cast.acme)
        new = roll(alice, key, "3600")
        token = get_token(Client(), key, new)
        cancel = f"/t/acme/keys/{key.pk}/roll/cancel/"
        assert cancel in alice.get(f"/t/acme/keys/{key.pk}/roll/").content.decode()
        assert "Who used the new secret" in alice.get(cancel).content.decode()
        answer = alice.post(cancel, {"new": "2"}, follow=True)
        assert "The roll of Line 4 gateway is cancelled" in answer.content.decode()
        noon.shift(timedelta(days=300))
        assert (asks(key, old), asks(key, new), calls(token)) == (200, 401, 401)
        assert (facts("key.roll_cancelled")["new"], facts("key.roll_cancelled")["old"]) == (2, 1)

    def test_then_it_can_be_rolled_again(self, alice: Client, cast: Cast) -> None:
        """The way back of somebody who lost the new secret, as the page that showed it says."""
        key, _ = make_key(cast.acme)
        page = alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "86400"}).content.decode()
        assert "cancel the roll, then roll the key again" in page
        assert "cancel it, which ends the newer one" in str(
            alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "0"}).content
        )
        alice.post(f"/t/acme/keys/{key.pk}/roll/cancel/", {"new": "2"})
        assert asks(key, roll(alice, key)) == 200

    @pytest.mark.parametrize("new", ["1", "3", ""])
    def test_page_of_another_roll_cancels_nothing(self, alice: Client, cast: Cast, new: str) -> None:
        key, old = make_key(cast.acme)
        made = roll(alice, key)
        assert alice.post(f"/t/acme/keys/{key.pk}/roll/cancel/", {"new": new}).status_code in {409, 422}
        assert (asks(key, old), asks(key, made)) == (200, 200)

    def test_without_a_roll(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        cancel = f"/t/acme/keys/{key.pk}/roll/cancel/"
        assert (alice.get(cancel).status_code, alice.post(cancel, {"new": "1"}).status_code) == (409, 409)
        made = roll(alice, key, "3600")
        noon.shift(3600)
        assert signed_in(cast.alice).post(cancel, {"new": "2"}).status_code == 409
        assert asks(key, made) == 200


class TestEnd:
    def change(self, browser: Client, key: BindingKey, ends: str, **more: str) -> int:
        sent = {"old": "1", "ends": ends, **more}
        return browser.post(f"/t/acme/keys/{key.pk}/roll/end/", sent).status_code

    def test_is_postponed(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        roll(alice, key, "3600")
        noon.shift(1800)
        assert self.change(alice, key, "604800") == 302
        assert first(key).ends_at == timezone.now() + timedelta(days=7)
        assert facts("key.roll_changed")["ends_at"] == "2026-11-27T12:30:00Z"
        noon.shift(3600)
        assert asks(key, old) == 200

    def test_is_cancelled(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, old = make_key(cast.acme)
        roll(alice, key, "3600")
        assert self.change(alice, key, "open") == 302
        assert "When somebody finishes the roll" in alice.get(f"/t/acme/keys/{key.pk}/roll/").content.decode()
        noon.shift(timedelta(days=300))
        assert asks(key, old) == 200

    def test_waits_for_the_new_one_unless_it_is_used(
        self, noon: time_machine.Traveller, alice: Client, cast: Cast
    ) -> None:
        key, _ = make_key(cast.acme)
        new = roll(alice, key, "3600")
        self.change(alice, key, "after", hours="3")
        assert (first(key).ends_at, first(key).ends_after_next_use) == (None, 3 * 3600)
        asks(key, new)
        noon.shift(60)
        self.change(alice, key, "after", hours="5")
        assert first(key).ends_at == timezone.now() + timedelta(hours=5)

    def test_form_begins_with_the_end_as_it_is(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key, "after", hours="48")
        said = "48 hours after the next secret is first used"
        assert said in alice.get(f"/t/acme/keys/{key.pk}/roll/").content.decode()
        page, begins = f"/t/acme/keys/{key.pk}/roll/end/", []
        for ends in ("open", "604800"):
            begins.append({name: alice.get(page).context["form"][name].value() for name in ("ends", "hours")})
            self.change(alice, key, ends)
        begins.append({name: alice.get(page).context["form"][name].value() for name in ("ends", "hours")})
        assert [(begin["ends"], begin["hours"]) for begin in begins] == [("after", 48), ("open", 1), ("", 1)]

    def test_now_is_no_choice_here(self, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key, "3600")
        assert self.change(alice, key, "0") == 422

    def test_nothing_comes_back_to_life(self, noon: time_machine.Traveller, alice: Client, cast: Cast) -> None:
        key, _ = make_key(cast.acme)
        roll(alice, key, "3600")
        noon.shift(3600)
        assert self.change(signed_in(cast.alice), key, "604800") == 409
        assert first(key).has_ended


def test_imported_key_is_not_rolled(alice: Client, cast: Cast) -> None:
    key = make_upstream_key(cast.acme)
    for page in ("roll", "disable", "enable", "brown-out"):
        assert alice.get(f"/t/acme/keys/{key.pk}/{page}/").status_code == 404
