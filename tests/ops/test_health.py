"""Health for machines, and the operator's page about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client

from portal.emulator.testing import RunningEmulator
from portal.keys.signing import signers
from portal.lib.crypto import KeyRing
from tests.cast import Cast, signed_in


def test_health_answers_in_the_hubs_form(client: Client, db: None, hub: RunningEmulator) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"healthStatus", "time"}
    assert body["healthStatus"] == "green"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["time"])


def test_ready(client: Client, db: None, hub: RunningEmulator) -> None:
    checks = dict.fromkeys(["database", "database_writes", "migrations", "master_keys", "hub_identity"], "ok")
    assert client.get("/readyz").json() == {"ready": True, "checks": checks}


def test_missing_identity_is_yellow_but_ready(client: Client, db: None, hub: RunningEmulator) -> None:
    hub.faults.add("/core.piam/*", drop=True)
    assert client.get("/health").json()["healthStatus"] == "yellow"
    assert client.get("/readyz").status_code == 200


def test_missing_master_key_is_red_and_not_ready(
    client: Client, db: None, hub: RunningEmulator, settings: object
) -> None:
    signers()
    settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))  # type: ignore[attr-defined]
    assert client.get("/health").json()["healthStatus"] == "red"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["master_keys"]) == (503, "failed")


class TestDatabaseIsAway:
    @pytest.fixture(autouse=True)
    def away(self, alice: Client) -> Iterator[None]:
        def fail(*arguments: object) -> NoReturn:
            raise OperationalError("the connection to the server is lost")

        with connection.execute_wrapper(fail):
            yield

    def test_health_is_red_and_still_answers(self, alice: Client) -> None:
        assert alice.get("/health").json()["healthStatus"] == "red"
        assert alice.get("/readyz").json()["checks"]["database"] == "failed"

    @pytest.mark.parametrize("url", ["/t/acme/", "/"])
    def test_pages_say_so_and_tell_when_to_come_back(self, alice: Client, url: str) -> None:
        alice.raise_request_exception = False
        answer = alice.get(url)
        assert answer.status_code == 503
        assert answer["Retry-After"] == "5"
        assert "cannot reach its database" in answer.content.decode()
        assert "connection to the server" not in answer.content.decode()


def test_operator_is_told_what_to_do(cast: Cast, hub: RunningEmulator) -> None:
    hub.faults.add("/core.piam/*", drop=True)
    answer = signed_in(cast.olga).get("/operator/")
    assert answer.context["colour"] == "yellow"
    assert "Check OIDC_IDENTITY_URL" in answer.content.decode()


def test_patterns_and_docs_are_public(client: Client, db: None) -> None:
    for url in ("/patterns/", "/docs/", "/docs/emulator/"):
        assert client.get(url).status_code == 200
    assert client.get("/docs/nothing/").status_code == 404
