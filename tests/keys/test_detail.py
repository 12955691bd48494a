"""The page of one key, and revoking it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.events import REGISTRY, Event
from portal.audit.models import AuditRecord
from portal.keys.events import EXPOSURES
from portal.keys.exports.commands import export_key
from portal.keys.lifecycle.commands import OldEnd, roll_key
from portal.keys.models import BindingKey, SecretGeneration
from portal.keys.queries import exposures_of
from portal.scoping import tenant_scope
from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in


def test_shows_how_to_use_it_without_the_secret(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    page = alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
    assert key.client_id in page
    assert f"bnd_…{secret[-4:]}" in page
    assert secret not in page
    assert "http://localhost:8000/oauth/token" in page


def test_shows_its_last_uses(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    for _ in range(7):
        get_token(Client(), key, secret)
    answer = alice.get(f"/t/acme/keys/{key.pk}/")
    assert [use.sentence for use in answer.context["uses"]] == ["got an access token"] * 5


def test_imported_key_says_where_its_values_come_from(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_upstream_key(cast.acme)
    monkeypatch.setenv("BINDING_KEY_ACME__HUB_ACCESS_CLIENT_SECRET", "canary-from-environment")
    answer = alice.get(f"/t/acme/keys/{key.pk}/")
    rows = {row["name"]: row for row in answer.context["settings_rows"]}
    assert str(rows["ClientSecret"]["source_label"]) == "Environment variable"
    assert rows["ClientSecret"]["note"] == "BINDING_KEY_ACME__HUB_ACCESS_CLIENT_SECRET"
    assert str(rows["ClientID"]["source_label"]) == "Database"
    assert "canary-from-environment" not in answer.content.decode()


class TestRevoke:
    def test_asks_for_the_name(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        answer = alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": "line"})
        assert answer.status_code == 422
        assert BindingKey.all_tenants.get().is_active

    def test_revokes_for_good_and_says_so(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        answer = alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name}, follow=True)
        assert "Line 4 gateway is revoked" in answer.content.decode()
        assert not BindingKey.all_tenants.get().is_active
        record = AuditRecord.all_tenants.get(name="key.revoked")
        assert (record.actor_name, record.subject) == ("Alice Adler", f"key:{key.pk}")

    def test_second_time_is_refused(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
        assert alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name}).status_code == 409

    def test_tells_what_will_stop(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        get_token(Client(), key, secret)
        answer = alice.get(f"/t/acme/keys/{key.pk}/revoke/")
        assert answer.context["uses_30_days"] == 1
        assert "Last use:" in answer.content.decode()

    def test_developer_has_no_button(self, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        assert "revoke" not in signed_in(cast.dev).get(f"/t/acme/keys/{key.pk}/").content.decode()


def test_fresh_key_was_not_used_yet(alice: Client, cast: Cast) -> None:
    """That it was created is no use of it."""
    key, _secret = make_key(cast.acme)
    answer = alice.get(f"/t/acme/keys/{key.pk}/")
    assert answer.context["uses"] == []
    assert "Not used yet. Send the lines" in answer.content.decode()


def test_links_to_everything_recorded_about_it(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    link = f"/t/acme/activity/?subject=key:{key.pk}"
    assert f'href="{link}"' in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
    assert alice.get(link).status_code == 200


def test_file_that_cannot_be_read_is_told_in_its_row(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_upstream_key(cast.acme)
    monkeypatch.setenv("BINDING_KEY_ACME__HUB_ACCESS_CLIENT_ID_FILE", "/nowhere/at-all")
    answer = alice.get(f"/t/acme/keys/{key.pk}/")
    assert answer.status_code == 200
    rows = {row["name"]: row for row in answer.context["settings_rows"]}
    assert rows["ClientID"]["note"] == "BINDING_KEY_ACME__HUB_ACCESS_CLIENT_ID_FILE names a file that cannot be read."
    assert str(rows["TokenURL"]["source_label"]) == "Database"
    assert "/nowhere/at-all" not in answer.content.decode()


class TestAfterYears:
    def test_newest_exposures_are_shown_and_the_rest_is_linked(
        self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.keys.detail_views.EXPOSURES_SHOWN", 2)
        key, _secret = make_key(cast.acme)
        with tenant_scope(cast.acme.pk):
            export_key(key, written_as="env", generation=1, by=SYSTEM)
            export_key(key, written_as="env", generation=None, by=SYSTEM)
        link = f'href="/t/acme/activity/?subject=key:{key.pk}&amp;kind=change"'
        answer = alice.get(f"/t/acme/keys/{key.pk}/")
        assert len(answer.context["exposures"]) == 2
        assert link not in answer.content.decode()
        with tenant_scope(cast.acme.pk):
            export_key(key, written_as="yaml", generation=1, by=SYSTEM)
        answer = alice.get(f"/t/acme/keys/{key.pk}/")
        told = [exposure.record.sentence for exposure in answer.context["exposures"]]
        assert [part in sentence for part, sentence in zip(("yaml", "env"), told, strict=True)] == [True, True]
        assert link in answer.content.decode()

    def test_secrets_that_ended_long_ago_are_only_counted(
        self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.keys.detail_views.SECRETS_SHOWN", 2)
        key, _secret = make_key(cast.acme)
        for _ in range(3):
            roll(key)
        SecretGeneration.all_tenants.filter(key=key, number=1).update(ends_at=None)
        answer = alice.get(f"/t/acme/keys/{key.pk}/")
        assert [secret["number"] for secret in answer.context["secrets"]] == [4, 3, 1]
        assert [number for number, _sums in answer.context["by_secret"]] == [4, 3, 1]
        assert answer.content.decode().count("1 older secret has ended.") == 2
        roll(key)
        assert "3 older secrets have ended." in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()


def roll(key: BindingKey) -> None:
    """Give the key another secret; the one before has ended."""
    with tenant_scope(key.tenant_id):
        SecretGeneration.objects.filter(key=key).update(ends_at=timezone.now())
        roll_key(key, old_ends=OldEnd(None), by=SYSTEM)


@pytest.mark.parametrize("page", ["", "revoke/"])
def test_key_of_the_portal_itself_says_what_it_is_for(alice: Client, cast: Cast, page: str) -> None:
    key = make_upstream_key(cast.acme)
    shown = alice.get(f"/t/acme/keys/{key.pk}/{page}").content.decode()
    assert "Without it, no app of this tenant can read data." in shown
    for text in ("Last used", "Last use:", "Never", "Not used yet", "not used in the last 30 days"):
        assert text not in shown


def test_each_success_counts(alice: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme)
    for _ in range(2):
        get_token(Client(), key, secret)
    assert "It was used 2 times in the last 30 days." in alice.get(f"/t/acme/keys/{key.pk}/revoke/").content.decode()


def test_uses_of_long_ago_do_not_count(alice: Client, cast: Cast) -> None:
    with time_machine.travel(datetime.now(UTC) - timedelta(days=31)):
        key, secret = make_key(cast.acme)
        get_token(Client(), key, secret)
    answer = alice.get(f"/t/acme/keys/{key.pk}/revoke/")
    assert answer.context["uses_30_days"] == 0
    assert "not used in the last 30 days" in answer.content.decode()


def test_every_event_of_the_ledger_is_one_that_is_recorded() -> None:
    assert set(EXPOSURES) <= set(REGISTRY)


def test_an_export_is_in_the_ledger_where_it_held_the_secret(alice: Client, cast: Cast) -> None:
    key, _secret = make_key(cast.acme)
    with tenant_scope(cast.acme.pk):
        for generation in (1, None):
            export_key(key, written_as="env", generation=generation, by=SYSTEM)
        told = [(exposure.record.sentence, exposure.generation) for exposure in exposures_of(key)]
    assert [(sentence, generation) for sentence, generation in told if "exported" in sentence] == [
        ("exported the values of the binding key Line 4 gateway (env, with the secret)", 1)
    ]


def test_an_export_from_before_its_secret_was_recorded_stays_in_the_ledger(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _secret = make_key(cast.acme)
    told = {"key_name": key.name, "client_id": key.client_id, "format": "env", "secret": "with"}
    with tenant_scope(cast.acme.pk), monkeypatch.context() as before:
        before.setattr(Event, "recorded", told)
        export_key(key, written_as="env", generation=1, by=SYSTEM)
    with tenant_scope(cast.acme.pk):
        assert exposures_of(key)[0].generation is None
    assert "(env, with the secret)" in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
