"""Deployment constants: what the page and `manage.py constants` say is what the portal does."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.deployment import ConstantUnreadable
from portal.keys.handover.commands import hand_over
from portal.keys.lifecycle.commands import OldEnd, roll_key
from portal.keys.models import BindingKey, SecretGeneration
from portal.keys.upstream import upstream_credential
from portal.lib.crypto import KeyRing
from portal.scoping import tenant_scope
from tests.cast import Cast, client_secret, get_token, make_key, make_upstream_key

HUB = "BINDING_KEY_ACME__HUB_ACCESS"
LINE = "BINDING_KEY_ACME__LINE_4_GATEWAY"
ASSETS = "/api/assetmanagement/v3/assets"


@pytest.fixture(autouse=True)
def no_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BINDING_KEY_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def hub_access(cast: Cast) -> BindingKey:
    return make_upstream_key(cast.acme)


def row(client: Client, constant: str, key: str = "Hub access") -> Any:
    groups = client.get("/t/acme/keys/constants/").context["groups"]
    rows = next(group["rows"] for group in groups if group["name"] == key)
    return next(row for row in rows if row.constant == constant)


def end(generation: SecretGeneration) -> None:
    SecretGeneration.all_tenants.filter(pk=generation.pk).update(ends_at=timezone.now())


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("constants", *arguments, stdout=output)
    return output.getvalue()


class TestPage:
    def test_all_from_the_database(self, alice: Client, hub_access: BindingKey) -> None:
        rows = alice.get("/t/acme/keys/constants/").context["groups"][0]["rows"]
        assert [(one.constant, one.source.value, one.findings) for one in rows] == [
            ("TokenURL", "database", ()),
            ("ClientID", "database", ()),
            ("ClientSecret", "database", ()),
            ("EnableMindSphereApiReverseProxy", "default", ()),
        ]
        assert rows[0].value_shown == hub_access.token_url

    @pytest.mark.parametrize("part", ["TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"])
    def test_what_it_names_is_what_the_portal_uses(
        self, part: str, alice: Client, cast: Cast, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{HUB}_{part}", "value-of-the-deployment")
        constant = {"TOKEN_URL": "TokenURL", "CLIENT_ID": "ClientID", "CLIENT_SECRET": "ClientSecret"}[part]
        found = row(alice, constant)
        assert (found.source, found.findings, found.variable) == ("environment", ("differs",), f"{HUB}_{part}")
        with tenant_scope(cast.acme.pk):
            credential = upstream_credential(cast.acme)
        used = {"TOKEN_URL": credential.token_url, "CLIENT_ID": credential.client_id}
        assert used.get(part, credential.secret.reveal()) == "value-of-the-deployment"

    def test_from_a_file(
        self, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "id"
        file.write_text("another-id\n")
        monkeypatch.setenv(f"{HUB}_CLIENT_ID_FILE", str(file))
        found = row(alice, "ClientID")
        assert (found.source, found.value_shown, found.findings) == ("file", "another-id", ("differs",))
        assert found.variable == f"{HUB}_CLIENT_ID_FILE"

    def test_same_as_stored(self, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch) -> None:
        before = row(alice, "ClientSecret")
        monkeypatch.setenv(f"{HUB}_CLIENT_SECRET", client_secret("acme-hub-reader"))
        found = row(alice, "ClientSecret")
        assert (found.source, found.findings, found.fingerprint) == ("environment", (), before.fingerprint)

    @pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
    def test_file_that_cannot_be_read(
        self,
        content: bytes | None,
        alice: Client,
        hub_access: BindingKey,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        if content is not None:
            (tmp_path / "x").write_bytes(content)
        monkeypatch.setenv(f"{HUB}_CLIENT_SECRET_FILE", str(tmp_path / "x"))
        found = row(alice, "ClientSecret")
        assert (found.source, found.findings, found.value_shown, found.fingerprint) == (
            "file",
            ("unreadable",),
            "",
            "",
        )

    def test_set_twice(self, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(f"{HUB}_CLIENT_ID", hub_access.client_id)
        monkeypatch.setenv(f"{HUB}_CLIENT_ID_FILE", "/anywhere")
        assert row(alice, "ClientID").findings == ("ambiguous",)

    def test_secret_under_a_lost_master_key(self, alice: Client, hub_access: BindingKey, settings: Any) -> None:
        settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))
        assert row(alice, "ClientSecret").findings == ("unreadable",)

    def test_key_made_here_counts_with_its_own_values(
        self, alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _key, secret = make_key(cast.acme)
        monkeypatch.setenv(f"{LINE}_CLIENT_SECRET", "canary-secret")
        found = row(alice, "ClientSecret", "Line 4 gateway")
        assert (found.source, found.findings) == ("database", ("without_effect",))
        assert found.value_shown == f"bnd_…{secret[-4:]}"
        assert found.fingerprint == f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}"

    def test_secret_in_force_is_the_newest_that_works(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        with tenant_scope(cast.acme.pk):
            newest, newest_secret = roll_key(key, old_ends=OldEnd(86400), by=SYSTEM)
        assert row(alice, "ClientSecret", key.name).value_shown == f"bnd_…{newest_secret.reveal()[-4:]}"
        end(newest)
        found = row(alice, "ClientSecret", key.name)
        assert found.value_shown == f"bnd_…{secret[-4:]}"
        assert found.fingerprint == f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:12]}"

    def test_secret_that_nobody_has_yet_is_not_in_force(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        first = SecretGeneration.all_tenants.get(key=key)
        with tenant_scope(cast.acme.pk):
            hand_over(key, email="sam@elsewhere.example", language="en", hours=24, old_ends_after=86400, by=SYSTEM)
        assert row(alice, "ClientSecret", key.name).value_shown == first.hint

    def test_key_without_a_secret_that_works_says_so(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        end(SecretGeneration.all_tenants.get(key=key))
        found = row(alice, "ClientSecret", key.name)
        assert (found.value_shown, found.fingerprint, found.findings) == ("No secret works", "", ())
        told = {one["constant"]: one for one in json.loads(run("--format=json"))["constants"]}["ClientSecret"]
        assert (told["value"], told["fingerprint"]) == ("No secret works", "")
        run("--check")

    def test_no_secret_is_told_and_none_can_be_guessed(
        self, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{HUB}_CLIENT_SECRET", "hunter2")
        page = alice.get("/t/acme/keys/constants/").content.decode() + run("--format=json") + run()
        assert "hunter2" not in page
        assert hashlib.sha256(b"hunter2").hexdigest()[:8] not in page
        assert row(alice, "ClientSecret").fingerprint.startswith("keyed:")

    def test_value_that_is_no_text_cannot_be_read(
        self, alice: Client, cast: Cast, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{HUB}_CLIENT_ID", os.fsdecode(b"caf\xe9"))
        found = row(alice, "ClientID")
        assert (found.source, found.findings, found.value_shown) == ("environment", ("unreadable",), "")
        with tenant_scope(cast.acme.pk), pytest.raises(ConstantUnreadable):
            upstream_credential(cast.acme)

    def test_used_once_a_token_was_fetched_with_exactly_these_values(
        self, alice: Client, cast: Cast, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert row(alice, "TokenURL").seen == "not_by_this_process"
        alice.get("/t/acme/assets/")
        found = row(alice, "TokenURL")
        assert found.seen == "used"
        assert found.seen_at is not None
        monkeypatch.setenv(f"{HUB}_CLIENT_SECRET", "another")
        assert row(alice, "TokenURL").seen == "not_by_this_process"

    def test_key_made_here_is_used_with_its_first_token(self, alice: Client, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        assert row(alice, "ClientID", key.name).seen == "never"
        get_token(Client(), key, secret)
        assert row(alice, "ClientID", key.name).seen == "used"

    @pytest.mark.parametrize(
        "name",
        [
            "BINDING_KEY_ACME__HUB_ACESS_CLIENT_ID",
            "BINDING_KEY_ACME_HUB_ACCESS_CLIENT_ID",
            "BINDING_KEY_ACME__HUB_ACCESS_CLIENTID",
            "binding_key_acme__HUB_ACCESS_CLIENT_ID",
            "BINDING_KEY_ACME__HUB_ACCESS_CLIENT_ID_FILE_FILE",
        ],
    )
    def test_misspelt_name_is_reported(
        self, name: str, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "canary-value")
        page = alice.get("/t/acme/keys/constants/").content.decode()
        assert name in page
        assert "canary-value" not in page

    def test_names_of_another_tenant_are_none_of_its_business(
        self, alice: Client, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BINDING_KEY_GLOBEX__NOTHING_CLIENT_ID", "x")
        monkeypatch.setenv("BINDING_KEY_ACMEX__NOTHING_CLIENT_ID", "x")
        assert alice.get("/t/acme/keys/constants/").context["unknown"] == []

    def test_list_of_keys_leads_here(self, alice: Client) -> None:
        assert 'href="/t/acme/keys/constants/"' in alice.get("/t/acme/keys/").content.decode()


class TestReverseProxy:
    @pytest.fixture
    def token(self, cast: Cast, hub_access: BindingKey) -> Iterator[str]:
        key, secret = make_key(cast.acme)
        return get_token(Client(), key, secret)

    def call(self, token: str) -> Any:
        return Client().get(ASSETS, headers={"Authorization": f"Bearer {token}"})

    def test_false_for_the_key_that_calls_the_hub_closes_it_for_the_tenant(
        self, token: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{HUB}_ENABLE_REVERSE_PROXY", "false")
        answer = self.call(token)
        assert (answer.status_code, answer.json()["code"]) == (403, "proxy_switched_off")
        record = AuditRecord.all_tenants.get(name="call.refused")
        assert record.facts["reason"] == "proxy_switched_off"
        assert "the deployment switches the proxy off" in record.sentence

    def test_false_for_a_key_made_here_closes_it_for_this_key(
        self, token: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{LINE}_ENABLE_REVERSE_PROXY", " False ")
        assert self.call(token).json()["code"] == "proxy_switched_off"
        other, secret = make_key(cast.acme, "Another")
        assert self.call(get_token(Client(), other, secret)).status_code == 200

    @pytest.mark.parametrize("name", [HUB, LINE])
    def test_true_changes_nothing(self, name: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(f"{name}_ENABLE_REVERSE_PROXY", "true")
        assert self.call(token).status_code == 200

    def test_another_tenants_switch_is_another_tenants(self, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BINDING_KEY_GLOBEX__HUB_ACCESS_ENABLE_REVERSE_PROXY", "false")
        assert self.call(token).status_code == 200

    @pytest.mark.parametrize("word", ["no", "0", "off", "true false"])
    def test_any_other_word_stops_the_calls_instead_of_being_guessed(
        self, word: str, token: str, alice: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{HUB}_ENABLE_REVERSE_PROXY", word)
        assert self.call(token).json()["code"] == "constant_unreadable"
        assert "unreadable" in row(alice, "EnableMindSphereApiReverseProxy").findings

    def test_page_says_so(self, token: str, alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(f"{HUB}_ENABLE_REVERSE_PROXY", "false")
        found = row(alice, "EnableMindSphereApiReverseProxy")
        assert (found.source, found.value_shown, found.findings) == ("environment", "false", ("differs",))


class TestCommand:
    def test_prints_the_rows_of_the_page(self, alice: Client, hub_access: BindingKey) -> None:
        told = json.loads(run("--format=json"))
        rows = alice.get("/t/acme/keys/constants/").context["groups"][0]["rows"]
        assert [(one["constant"], one["source"], one["value"], one["fingerprint"]) for one in told["constants"]] == [
            (one.constant, one.source.value, one.value_shown, one.fingerprint) for one in rows
        ]
        assert told["unknown_variables"] == []

    def test_table(self, cast: Cast, hub_access: BindingKey) -> None:
        lines = run().splitlines()
        assert lines[0].split() == ["tenant", "key", "constant", "source", "value", "fingerprint", "used", "findings"]
        assert len(lines) == 5
        assert lines[2].split()[:5] == ["acme", "Hub", "access", "ClientID", "database"]
        assert "see the page" in lines[2]

    def test_check_is_silent_when_all_is_as_stored(self, hub_access: BindingKey) -> None:
        run("--check")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            (f"{HUB}_CLIENT_ID", "another"),
            (f"{HUB}_CLIENT_ID_FILE", "/does/not/exist"),
            (f"{HUB}_ENABLE_REVERSE_PROXY", "perhaps"),
            ("BINDING_KEY_ACME__TYPO_CLIENT_ID", "x"),
            ("BINDING_KEY_NOBODY__HUB_CLIENT_ID", "x"),
        ],
    )
    def test_check_fails_with_one(
        self, name: str, value: str, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(CommandError) as failure:
            run("--check")
        assert failure.value.returncode == 1
        run()  # without --check it only tells

    def test_one_tenant_only(self, cast: Cast, hub_access: BindingKey, monkeypatch: pytest.MonkeyPatch) -> None:
        make_upstream_key(cast.globex)
        monkeypatch.setenv("BINDING_KEY_GLOBEX__HUB_ACCESS_CLIENT_ID", "another")
        run("--tenant=acme", "--check")
        told = json.loads(run("--tenant=globex", "--format=json"))
        assert {one["tenant"] for one in told["constants"]} == {"globex"}

    @pytest.mark.parametrize("name", ["nobody", "", " "])
    def test_unknown_tenant_is_wrong_usage(self, cast: Cast, name: str) -> None:
        with pytest.raises(CommandError) as failure:
            run(f"--tenant={name}")
        assert failure.value.returncode == 2
