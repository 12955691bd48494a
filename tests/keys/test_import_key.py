"""Importing the key with which the portal calls the Hub."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys.models import BindingKey, SecretGeneration
from portal.keys.upstream import SecretSealed, upstream_credential
from portal.lib.crypto import KeyRing
from portal.permissions import Role
from portal.scoping import tenant_scope
from tests.cast import Cast, client_secret, make_member, make_tenant, make_upstream_key, signed_in

IMPORT = "/t/acme/keys/import/"


def written(hub: RunningEmulator, **changed: str) -> dict[str, str]:
    return {
        "name": "Hub access",
        "source": "technical_user",
        "token_url": f"{hub.url}/acme.piam/oauth/token",
        "client_id": "acme-hub-reader",
        "client_secret": client_secret("acme-hub-reader"),
    } | changed


def test_becomes_the_way_to_the_hub(alice: Client, cast: Cast, hub: RunningEmulator) -> None:
    answer = alice.post(IMPORT, written(hub), follow=True)
    assert "Hub access is imported" in answer.content.decode()
    with tenant_scope(cast.acme.pk):
        assert upstream_credential(cast.acme).secret.reveal() == client_secret("acme-hub-reader")
    assert "Pump P-101" in alice.get("/t/acme/assets/").content.decode()


def test_secret_is_sealed_and_in_no_record(alice: Client, hub: RunningEmulator) -> None:
    alice.post(IMPORT, written(hub))
    secret = client_secret("acme-hub-reader").encode()
    assert secret not in bytes(SecretGeneration.all_tenants.get().sealed)
    assert all(secret not in bytes(record.body or b"") for record in AuditRecord.all_tenants.all())


def test_replaces_the_one_before(alice: Client, cast: Cast, hub: RunningEmulator) -> None:
    before = make_upstream_key(cast.acme, "Old access")
    alice.post(IMPORT, written(hub))
    assert not BindingKey.all_tenants.get(pk=before.pk).is_active
    assert BindingKey.all_tenants.get(name="Hub access").is_upstream


@pytest.mark.parametrize(
    "token_url",
    [
        "https://evil.example/oauth/token",
        "http://169.254.169.254/oauth/token",
        "{hub}/globex.piam/oauth/token",
        "{hub}/acme.piam/oauth/token/../../x",
        "{hub}@evil.example/acme.piam/oauth/token",
        "file:///etc/passwd",
        "",
    ],
)
def test_secret_is_sent_nowhere_else(alice: Client, hub: RunningEmulator, token_url: str) -> None:
    answer = alice.post(IMPORT, written(hub, token_url=token_url.replace("{hub}", hub.url)))
    assert answer.status_code == 422
    assert client_secret("acme-hub-reader") not in answer.content.decode()
    assert BindingKey.all_tenants.count() == 0


def test_a_tenant_of_the_xcelerator_world_imports_from_its_own_host(db: None, hub: RunningEmulator) -> None:
    initech = make_tenant("initech", "Initech Drives")
    initech.environment, initech.numeric_id = "emulatorx", "1000001703"
    initech.save()
    iris = signed_in(make_member(initech, "iris@initech.example", Role.ADMIN))
    own = {"client_id": "initech-hub-reader", "client_secret": client_secret("initech-hub-reader")}
    for elsewhere in ("initech.piam", "1000001701.sws", "acme.piam"):
        answer = iris.post(
            "/t/initech/keys/import/", written(hub, **own, token_url=f"{hub.url}/{elsewhere}/oauth/token")
        )
        assert f"The TokenURL of this tenant is {hub.url}/1000001703.sws/oauth/token" in answer.content.decode()
    iris.post("/t/initech/keys/import/", written(hub, **own, token_url=f"{hub.url}/1000001703.sws/oauth/token"))
    assert BindingKey.all_tenants.get().is_upstream
    assert "Detroit Plant" in iris.get("/t/initech/assets/").content.decode()


def test_lost_master_key_is_told_not_replaced(cast: Cast, settings: object) -> None:
    make_upstream_key(cast.acme)
    settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))  # type: ignore[attr-defined]
    with tenant_scope(cast.acme.pk), pytest.raises(SecretSealed):
        upstream_credential(cast.acme)


def test_ciphertext_of_another_tenant_does_not_open(cast: Cast) -> None:
    make_upstream_key(cast.acme)
    make_upstream_key(cast.globex)
    foreign = SecretGeneration.all_tenants.get(tenant=cast.globex).sealed
    SecretGeneration.all_tenants.filter(tenant=cast.acme).update(sealed=foreign)
    with tenant_scope(cast.acme.pk), pytest.raises(SecretSealed):
        upstream_credential(cast.acme)


def test_replaces_the_one_before_under_the_same_name(alice: Client, cast: Cast, hub: RunningEmulator) -> None:
    before = make_upstream_key(cast.acme)
    alice.post(IMPORT, written(hub))
    assert BindingKey.all_tenants.get(name="Hub access", revoked_at=None).pk != before.pk


def test_records_come_after_all_writes(alice: Client, cast: Cast, hub: RunningEmulator) -> None:
    """The first record takes the lock of the log's head: everything else is written before."""
    make_upstream_key(cast.acme, "Old access")
    with CaptureQueriesContext(connection) as queries:
        alice.post(IMPORT, written(hub))
    tables = [
        matched[1]
        for matched in (re.match(r'(?:INSERT INTO|UPDATE) "(\w+)"', query["sql"]) for query in queries)
        if matched and matched[1].startswith(("keys_", "audit_auditrecord"))
    ]
    assert tables == ["keys_bindingkey"] * 2 + ["keys_secretgeneration"] + ["audit_auditrecord"] * 2
    names = AuditRecord.all_tenants.order_by("index").values_list("name", flat=True)
    assert list(names)[-2:] == ["key.revoked", "key.imported"]


class TestTriedFirst:
    """A credential that does not work never replaces the one that does."""

    @pytest.fixture
    def before(self, cast: Cast) -> BindingKey:
        return make_upstream_key(cast.acme, "Old access")

    def refused(self, alice: Client, before: BindingKey, form: dict[str, str]) -> str:
        answer = alice.post(IMPORT, form)
        assert answer.status_code == 422
        assert BindingKey.all_tenants.get(pk=before.pk).is_active
        assert BindingKey.all_tenants.count() == 1
        assert form["client_secret"] not in answer.content.decode()
        return answer.content.decode()

    def test_wrong_secret(self, alice: Client, hub: RunningEmulator, before: BindingKey) -> None:
        page = self.refused(alice, before, written(hub, client_secret="not-the-secret"))
        assert "does not accept this clientID with this clientSecret" in page
        assert "Copy both again" in page

    @pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"status": 200, "body": "<html>"}])
    def test_hub_that_does_not_answer(
        self, alice: Client, hub: RunningEmulator, before: BindingKey, fault: dict[str, Any]
    ) -> None:
        hub.faults.add("/acme.piam/*", **fault)
        page = self.refused(alice, before, written(hub))
        assert "Try again in a few minutes" in page
        assert "Traceback" not in page

    def test_secret_is_tried_nowhere_else(self, alice: Client, hub: RunningEmulator, before: BindingKey) -> None:
        hub.requests.clear()
        self.refused(alice, before, written(hub, token_url=f"{hub.url}/globex.piam/oauth/token"))
        assert not [seen for seen in hub.requests if seen.path == "/globex.piam/oauth/token"]
