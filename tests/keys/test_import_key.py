"""Importing the key with which the portal calls the Hub."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.audit.models import AuditRecord
from portal.emulator.testing import RunningEmulator
from portal.keys.models import BindingKey, SecretGeneration
from portal.keys.upstream import SecretSealed, upstream_credential
from portal.lib.crypto import KeyRing
from portal.scoping import tenant_scope
from tests.cast import Cast, client_secret, make_upstream_key

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
