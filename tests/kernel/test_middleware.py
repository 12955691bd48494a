"""What happens around every request."""

from __future__ import annotations

import ipaddress
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.test import Client

from portal.audit.models import InstanceRecord
from portal.lib import environment

FORM = "application/x-www-form-urlencoded"
WRONG = "grant_type=client_credentials&client_id=acme-x&client_secret=bnd_wrong"


def recorded_address(**meta: str) -> str:
    Client(**meta).post("/oauth/token", WRONG, content_type=FORM)
    return InstanceRecord.objects.latest("index").address


class TestAddress:
    """The address in the audit log is the caller's, not what the caller says it is."""

    def test_forwarded_header_of_anybody_is_not_believed(self, db: None) -> None:
        assert recorded_address(REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="10.0.0.1") == "192.0.2.7"

    @pytest.mark.parametrize(
        ("forwarded", "address"),
        [
            ("198.51.100.9", "198.51.100.9"),
            ("203.0.113.5, 198.51.100.9", "198.51.100.9"),
            ("203.0.113.5, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
            ("not an address", "10.0.0.1"),
            ("", "10.0.0.1"),
            ("2001:db8::7", "2001:db8::7"),
            ("fe80::7%eth0", "fe80::7"),
            ("fe80::7%" + "x" * 500, "fe80::7"),
            ("198.51.100.9%x", "10.0.0.1"),
        ],
    )
    def test_header_of_a_trusted_proxy_is_read_from_its_end(
        self, db: None, settings: Any, forwarded: str, address: str
    ) -> None:
        settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/24")]
        assert recorded_address(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == address

    @pytest.mark.parametrize("trusted", ["10.0.0.0/24", "::ffff:10.0.0.0/120"])
    def test_proxy_of_ipv4_may_come_to_a_socket_of_ipv6(self, db: None, settings: Any, trusted: str) -> None:
        settings.TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES", [trusted])
        for peer in ("::ffff:10.0.0.1", "10.0.0.1"):
            assert recorded_address(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="198.51.100.9") == "198.51.100.9"
            told = "198.51.100.9, ::ffff:10.0.0.2"
            assert recorded_address(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=told) == "198.51.100.9"
        assert recorded_address(REMOTE_ADDR="::ffff:10.0.1.1", HTTP_X_FORWARDED_FOR="198.51.100.9") == "10.0.1.1"


class TestHeaders:
    def test_every_answer_has_them(self, client: Client, db: None) -> None:
        for url in ("/sign-in/", "/health", "/nowhere/", "/api/x", "/.well-known/jwks.json"):
            answer = client.get(url)
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            assert answer["Cache-Control"] == "no-store"
            assert len(answer["X-Request-Id"]) == 32

    def test_request_id_is_ours(self, client: Client, db: None) -> None:
        assert client.get("/health", headers={"X-Request-Id": "mine"})["X-Request-Id"] != "mine"


class TestHead:
    def test_every_page_that_can_be_read_can_be_asked_for_its_head(self, alice: Client) -> None:
        for url in ("/", "/sign-in/", "/health", "/docs/", "/t/acme/", "/t/acme/keys/", "/t/acme/activity/"):
            assert alice.head(url).status_code in {200, 302}


class TestHttps:
    def test_program_hears_that_it_spoke_in_clear(self, client: Client, settings: Any, db: None) -> None:
        settings.HTTPS = True
        answer = client.post("/oauth/token", WRONG, content_type=FORM)
        assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
        assert client.get("/api/assetmanagement/v3/assets").status_code == 403
        assert client.get("/health").status_code == 200


class TestPrograms:
    def test_person_is_nobody_on_the_path_of_a_program(self, alice: Client, settings: Any) -> None:
        alice.cookies.load({settings.LANGUAGE_COOKIE_NAME: "de"})
        answer = alice.get("/oauth/x", headers={"Accept-Language": "de"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert answer.json()["detail"].startswith("There is nothing here")
        assert "Vary" not in answer
        assert not hasattr(answer.wsgi_request, "session")
        assert not hasattr(answer.wsgi_request, "user")

    @pytest.mark.parametrize("script", ["/api", "/oauth"])
    def test_path_is_the_one_by_which_the_view_is_found(self, client: Client, db: None, script: str) -> None:
        answer = client.get("/sign-in/", SCRIPT_NAME=script)
        assert answer.status_code == 200
        assert hasattr(answer.wsgi_request, "session")

    def test_answer_says_how_long_it_is(self, client: Client, db: None) -> None:
        for path in ("/.well-known/jwks.json", "/oauth/unknown", "/api/x"):
            answer = client.get(path)
            assert int(answer["Content-Length"]) == len(answer.content) > 100


class TestHosts:
    @pytest.mark.parametrize("path", ["/sign-in/", "/api/x"])
    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "[::1", "a b"]
    )
    def test_foreign_host_is_refused_and_never_repeated(self, client: Client, db: None, host: str, path: str) -> None:
        answer = client.get(path, HTTP_HOST=host)
        assert answer.status_code == 400
        assert "evil" not in answer.content.decode()

    def test_forwarded_host_is_not_used(self, client: Client, db: None) -> None:
        answer = client.get("/api/x", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.json()["type"].startswith("http://localhost:8000/docs/errors/")


def test_local_secrets_are_for_this_user_only() -> None:
    for name in ("master.keys", "secret.key"):
        assert stat.S_IMODE(Path(portal_settings.DATA_DIR, name).stat().st_mode) == 0o600
