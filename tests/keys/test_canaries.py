"""Canary secrets: made, used, replaced, revoked and failed in every way, and afterwards nowhere to be found."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.views.debug import get_exception_reporter_class

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditLog
from portal.keys.leaks import views as leak_views
from portal.keys.lifecycle.commands import OldEnd, roll_key
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib import client_secret
from portal.lib.logs import JsonLines
from portal.scoping import tenant_scope
from portal.tokens import commands as token_commands
from tests.cast import Cast, get_token, signed_in
from tests.faults import audit_refuses
from tests.fences.pages import all_pages
from tests.fences.test_access import make_things

CREATE = "/t/acme/keys/create/"
IMPORT = "/t/acme/keys/import/"
FORM = "application/x-www-form-urlencoded"
# Secrets of others have signs that ours never have, and that each encoding writes in its own way.
FOREIGN = 'can+ary/{}"<&é>=% x'


def needles(secret: str) -> Iterator[bytes]:
    """The secret in clear, base64, hexadecimal, URL-encoded, and as HTML, JSON, Python and UTF-16 write it."""
    plain = secret.encode()
    yield from (plain, secret.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode())
    yield from (
        text.encode() for text in (quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret))
    )
    yield from (json.dumps(secret)[1:-1].encode(), repr(secret)[1:-1].encode())
    for before in range(3):
        # Without the characters at both ends, which depend on the neighbours.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"x" * before + plain)[before + 1 : -4]


class Witnesses:
    """All that a process says and keeps, by name."""

    def __init__(self) -> None:
        self.seen: dict[str, bytes] = {}

    def add(self, name: str, content: str | bytes) -> None:
        content = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
        self.seen[name] = self.seen.get(name, b"") + b"\n" + content

    def holding(self, secret: str) -> list[str]:
        wanted = set(needles(secret))
        return [name for name, content in self.seen.items() if any(needle in content for needle in wanted)]


@pytest.fixture
def witnesses() -> Iterator[Witnesses]:
    """Listens to the log, down to its last detail, and to the error reports that Django would send."""
    heard = Witnesses()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.add("log", self.format(record))

    def report(sender: object, request: Any, **_named: Any) -> None:
        reporter = get_exception_reporter_class(request)(request, *sys.exc_info())
        heard.add("error report", reporter.get_traceback_html() + reporter.get_traceback_text())

    ear, root = Ear(), logging.getLogger()
    ear.setFormatter(JsonLines())
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    got_request_exception.connect(report)
    yield heard
    got_request_exception.disconnect(report)
    root.setLevel(level)
    root.removeHandler(ear)


def made(alice: Client, name: str) -> tuple[BindingKey, str]:
    """A key made on the page, as people make it; the answer is the one place where its secret may be."""
    page = alice.post(CREATE, {"name": name, "expires": "30"}).content.decode()
    return BindingKey.all_tenants.get(name=name), re.findall(client_secret.PATTERN.pattern, page)[0]


def token_request(key: BindingKey, secret: str, **changed: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": key.client_id, "client_secret": secret} | changed
    return "&".join(f"{name}={quote_plus(value)}" for name, value in form.items())


def basic(key: BindingKey, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key.client_id}:{secret}".encode()).decode()}


def used(key: BindingKey, secret: str) -> None:
    token = get_token(Client(), key, secret)
    Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    Client().post("/oauth/token", "grant_type=client_credentials", content_type=FORM, headers=basic(key, secret))


def rolled(key: BindingKey, cast: Cast) -> str:
    """The secret after a roll, while the one before works as well."""
    with tenant_scope(cast.acme.pk):
        _generation, secret = roll_key(key, old_ends=OldEnd(3600), by=SYSTEM)
    return secret.reveal()


def misused(client: Client, key: BindingKey, secret: str) -> None:
    """Sent in every wrong way to the token endpoint and the APIs."""
    whole = token_request(key, secret)
    client.post("/oauth/token", whole + "x", content_type=FORM)
    client.post("/oauth/token", token_request(key, secret, client_id="nobody"), content_type=FORM)
    client.post("/oauth/token", token_request(key, secret, scope="everything"), content_type=FORM)
    client.post("/oauth/token", token_request(key, secret, grant_type=secret), content_type=FORM)
    client.post("/oauth/token", whole, content_type=FORM, headers=basic(key, secret))
    client.post("/oauth/token", json.dumps({"client_secret": secret}), content_type="application/json")
    client.post(f"/oauth/token?{whole}", whole, content_type=FORM)
    client.get(f"/oauth/token?{whole}")
    client.get(f"/t/acme/keys/?q={quote_plus(secret)}")
    client.get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {secret}"})
    client.get("/api/assetmanagement/v3/assets", headers=basic(key, secret))
    client.post("/leaks/report", json.dumps([{"token": secret, "url": secret}]), content_type="application/json")
    client.post(f"/t/acme/keys/{key.pk}/export/file/", {"client_secret": secret + "x", "format": "env"})


def failing(alice: Client, monkeypatch: pytest.MonkeyPatch, secrets: list[str], key: BindingKey, hub_url: str) -> None:
    """Mistakes of the portal while it holds the secret: status 500 with the secret in variables and messages."""

    def broken(*given: Any, **named: Any) -> None:
        held = [part.reveal() if hasattr(part, "reveal") else part for part in (*given, *named.values())]
        raise RuntimeError(f"what broke held {len(held)} values")

    alice.raise_request_exception = False
    for secret in secrets:
        with monkeypatch.context() as patched:
            patched.setattr(token_commands.client_secret, "verifier", broken)
            answer = alice.post("/oauth/token", token_request(key, secret), content_type=FORM)
            assert answer.status_code == 500
        with monkeypatch.context() as patched:
            patched.setattr(leak_views, "look", broken)
            assert alice.post("/t/acme/keys/leaks/", {"text": secret}).status_code == 500
            patched.setattr("portal.keys.import_commands.try_credential", broken)
            form = imported(hub_url, secret)
            assert alice.post(IMPORT, form).status_code == 500
    with audit_refuses():
        assert alice.post(CREATE, {"name": "Never made", "expires": "30"}).status_code == 503
    alice.raise_request_exception = True


def imported(hub_url: str, secret: str) -> dict[str, str]:
    token_url = f"{hub_url}/acme.piam/oauth/token"
    return {
        "name": "Other access",
        "source": "technical_user",
        "token_url": token_url,
        "client_id": "acme-hub-reader",
        "client_secret": secret,
    }


def look_everywhere(witnesses: Witnesses, cast: Cast, names: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            for row in cursor.fetchall():
                values = (
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                )
                witnesses.add(f"table {table}", b"|".join(values))
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        for part in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            if part.exists():
                witnesses.add(part.suffix, part.read_bytes())
    for person in (cast.alice, cast.audrey, cast.olga):
        client = signed_in(person)
        for page in all_pages():
            answer = client.get(page.url(**names | {"rest": "assetmanagement/v3/assets", "page": "keys"}))
            witnesses.add(f"page {page}", str(answer.headers) + b"".join(answer).decode("utf-8", "replace"))


@pytest.mark.usefixtures("erasable_log")
def test_no_canary_is_found_anywhere(
    cast: Cast,
    hub: Any,
    witnesses: Witnesses,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = make_things(cast)["acme"]
    monkeypatch.setitem(constants.PACKAGES["S"], "keys", 100)
    alice, canaries = signed_in(cast.alice), []
    for number in range(20):
        key, secret = made(alice, f"Canary {number}")
        used(key, secret)
        canaries += [secret, rolled(key, cast)]
        misused(alice, key, secret)
        alice.post("/t/acme/keys/leaks/", {"text": f"{secret} {key.client_id}"})
        if number % 2:
            alice.post(f"/t/acme/keys/{key.pk}/revoke/", {"name_typed": key.name})
            misused(Client(), key, secret)
    foreign = [FOREIGN.format(number) for number in range(20)]
    for secret in foreign[:10]:
        assert alice.post(IMPORT, imported(hub.url, secret)).status_code == 422
        assert alice.post(IMPORT, imported("https://evil.example", secret)).status_code == 422
        monkeypatch.setenv("BINDING_KEY_ACME__HUB_ACCESS_CLIENT_SECRET", secret)
        signed_in(cast.alice).get("/t/acme/assets/")
    monkeypatch.delenv("BINDING_KEY_ACME__HUB_ACCESS_CLIENT_SECRET")
    for secret in foreign[10:]:
        misused(alice, key, secret)
    failing(alice, monkeypatch, [canaries[0], canaries[-1], *foreign[:5]], key, hub.url)
    canaries += foreign
    assert len(canaries) >= 40

    look_everywhere(witnesses, cast, names)
    assert connection.vendor != "sqlite" or any(name.endswith("-wal") for name in witnesses.seen)
    assert {"log", "error report", "table keys_secretgeneration", "table audit_auditrecord"} <= set(witnesses.seen)
    found = {secret: witnesses.holding(secret) for secret in canaries}
    assert {secret: places for secret, places in found.items() if places} == {}
    SecretGeneration.all_tenants.all().delete()
    AuditLog.objects.all().delete()


@pytest.mark.parametrize(
    "write",
    [
        str.encode,
        lambda secret: base64.b64encode(b"id:" + secret.encode()),
        lambda secret: secret.encode().hex().encode(),
        lambda secret: quote_plus(secret).encode(),
        lambda secret: html.escape(secret).encode(),
        lambda secret: json.dumps({"x": secret}).encode(),
    ],
    ids=["clear", "base64", "hexadecimal", "URL", "HTML", "JSON"],
)
@pytest.mark.parametrize("secret", [client_secret.generate().reveal(), FOREIGN.format(1)], ids=["ours", "foreign"])
def test_the_search_would_find_one(write: Callable[[str], bytes], secret: str) -> None:
    witnesses = Witnesses()
    witnesses.add("place", b"before " + write(secret) + b" behind")
    assert witnesses.holding(secret) == ["place"]
