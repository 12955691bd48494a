"""POST /oauth/introspect: RFC 7662, for keys of the token's own tenant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord, InstanceRecord
from portal.keys.commands import revoke_key
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from portal.scoping import tenant_scope
from tests.cast import Cast, get_token, make_key
from tests.environment import PORTAL_URL
from tests.faults import audit_refuses
from tests.tokens.conftest import KeyAndSecret
from tests.tokens.test_token import FORM, assert_secret_is_nowhere, basic

INTROSPECT, REVOKE = "/oauth/introspect", "/oauth/revoke"


@pytest.fixture
def resource_server(cast: Cast) -> KeyAndSecret:
    """Another key of the tenant: an API that wants to know what the tokens that it is sent are worth."""
    return KeyAndSecret(*make_key(cast.acme, "API of the plant"))


@pytest.fixture
def token(gateway: KeyAndSecret) -> str:
    return get_token(Client(), gateway.key, gateway.secret)


def ask(who: KeyAndSecret, token: str, path: str = INTROSPECT, **changes: str) -> Any:
    form = {"client_id": who.id, "client_secret": who.secret, "token": token} | changes
    return Client(enforce_csrf_checks=True).post(path, urlencode(form), content_type=FORM)


def answers() -> list[str]:
    rows = AuditRecord.all_tenants.filter(name="token.introspected").order_by("index")
    return [str(row.facts["answer"]) for row in rows]


def test_an_active_token_is_described(gateway: KeyAndSecret, resource_server: KeyAndSecret, token: str) -> None:
    answer = ask(resource_server, token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert answer.status_code == 200
    assert answer.json() == {"active": True, "token_type": "Bearer"} | claims
    assert (claims["iss"], claims["client_id"]) == (PORTAL_URL, gateway.id)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
    assert not answer.cookies


def test_a_key_may_ask_about_its_own(gateway: KeyAndSecret, token: str) -> None:
    answer = Client().post(
        INTROSPECT,
        urlencode({"token": token, "token_type_hint": "refresh_token"}),
        content_type=FORM,
        headers={"Authorization": basic(gateway.id, gateway.secret)},
    )
    assert answer.json()["active"] is True


def test_it_is_recorded_with_the_tokens_id_and_not_the_token(
    cast: Cast, resource_server: KeyAndSecret, token: str
) -> None:
    answer = ask(resource_server, token)
    (row,) = AuditRecord.all_tenants.filter(name="token.introspected")
    assert row.facts == {"client_id": resource_server.id, "jti": answer.json()["jti"], "answer": "active"}
    assert (row.tenant_id, row.actor_id, row.subject) == (
        cast.acme.pk,
        resource_server.id,
        resource_server.key.subject,
    )
    assert token.encode() not in bytes(row.body)


@pytest.mark.usefixtures("token")
class TestInactive:
    """One and the same answer, whatever the reason; the tenant's own log has it."""

    def assert_inactive(self, answer: Any, reason: str) -> None:
        assert (answer.status_code, answer.content) == (200, b'{"active": false}')
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/json", "no-store")
        assert answers() == [reason]

    @pytest.mark.parametrize("written", ["x", "a.b.c", "é", "\x00", "x" * 100_000, "e30.e30.", "bnd_" + "a" * 49])
    def test_what_is_no_token(self, resource_server: KeyAndSecret, written: str) -> None:
        self.assert_inactive(ask(resource_server, written), "token_unknown")

    def test_a_changed_one(self, resource_server: KeyAndSecret, token: str) -> None:
        self.assert_inactive(ask(resource_server, token[:-5] + "AAAAA"), "token_unknown")

    def test_an_expired_one(self, resource_server: KeyAndSecret, token: str) -> None:
        with time_machine.travel(jwt.decode(token, options={"verify_signature": False})["exp"]):
            self.assert_inactive(ask(resource_server, token), "token_expired")

    def test_a_revoked_one(self, gateway: KeyAndSecret, resource_server: KeyAndSecret, token: str) -> None:
        ask(gateway, token, REVOKE)
        self.assert_inactive(ask(resource_server, token), "token_revoked")

    def test_of_a_revoked_key(
        self, cast: Cast, gateway: KeyAndSecret, resource_server: KeyAndSecret, token: str
    ) -> None:
        with tenant_scope(cast.acme.pk):
            revoke_key(gateway.key, by=SYSTEM)
        self.assert_inactive(ask(resource_server, token), "key_revoked")

    def test_of_a_disabled_key(self, gateway: KeyAndSecret, resource_server: KeyAndSecret, token: str) -> None:
        BindingKey.all_tenants.filter(pk=gateway.key.pk).update(disabled_at=timezone.now())
        self.assert_inactive(ask(resource_server, token), "key_disabled")

    def test_of_a_secret_that_was_rolled_out(
        self, gateway: KeyAndSecret, resource_server: KeyAndSecret, token: str
    ) -> None:
        SecretGeneration.all_tenants.filter(key=gateway.key).update(ends_at=timezone.now())
        self.assert_inactive(ask(resource_server, token), "secret_ended")

    def test_of_another_tenant_not_even_its_id_is_recorded(self, cast: Cast, token: str) -> None:
        """Else acme's token would be known to be one in globex's log."""
        foreign = KeyAndSecret(*make_key(cast.globex))
        self.assert_inactive(ask(foreign, token), "token_unknown")
        assert AuditRecord.all_tenants.get(name="token.introspected").facts["jti"] == ""


@pytest.mark.parametrize("path", [INTROSPECT, REVOKE])
class TestBothEndpoints:
    def test_want_a_right_secret_and_record_a_wrong_one(
        self, cast: Cast, gateway: KeyAndSecret, token: str, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = ask(gateway, token, path, client_secret=client_secret.generate().reveal())
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer["WWW-Authenticate"] == 'Basic realm="Bindery"'
        (row,) = AuditRecord.all_tenants.filter(name="client.refused")
        assert row.facts == {"client_id": gateway.id, "endpoint": path, "reason": "secret_wrong", "repeated": 0}
        assert ask(gateway, token).json()["active"] is True
        assert_secret_is_nowhere(token, answer, caplog)

    @pytest.mark.parametrize("changes", [{"client_secret": ""}, {"client_id": ""}, {"client_id": "acme-nobody"}])
    def test_answer_all_wrong_credentials_alike(
        self, gateway: KeyAndSecret, token: str, path: str, changes: dict[str, str]
    ) -> None:
        answer = ask(gateway, token, path, **changes)
        usual = ask(gateway, token, path, client_secret="x")
        assert (answer.status_code, answer.content) == (401, usual.content)
        assert InstanceRecord.objects.count() + AuditRecord.all_tenants.filter(name="client.refused").count() == 2

    def test_know_no_token_in_the_address(self, gateway: KeyAndSecret, token: str, path: str) -> None:
        answer = ask(gateway, token, f"{path}?token={token}")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert ask(gateway, token).json()["active"] is True

    def test_want_one_token(self, gateway: KeyAndSecret, token: str, path: str) -> None:
        for body in ({"token": ""}, {}):
            answer = ask(gateway, **{"token": "", "path": path} | body)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        form = urlencode([("client_id", gateway.id), ("client_secret", gateway.secret), ("token", "a"), ("token", "b")])
        assert Client().post(path, form, content_type=FORM).status_code == 400

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    def test_post_only(self, db: None, path: str, method: str) -> None:
        answer = Client().generic(method, path)
        assert (answer.status_code, answer["Allow"], answer["Cache-Control"]) == (405, "POST", "no-store")

    def test_without_a_record_there_is_no_answer(self, gateway: KeyAndSecret, token: str, path: str) -> None:
        with audit_refuses():
            answer = ask(gateway, token, path)
        assert (answer.status_code, answer.json()["code"]) == (503, "audit_unavailable")
        assert ask(gateway, token).json()["active"] is True
