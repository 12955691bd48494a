"""A wrong setting refuses to start, with one sentence that says what to write. Each case is a true start."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.production import environment

# A secret that somebody wrote where none belongs: no sentence may repeat it.
CANARY = "k7Qz-canary-secret"


def providers(**changed: object) -> str:
    """A list of one further identity provider."""
    entry = {
        "name": "second",
        "label": "Second",
        "environment": "eu1x",
        "identity_url": "https://1000001700.eu1.sws.siemens.com",
        "client_id": "bindery",
        "client_secret_variable": "OIDC_CLIENT_SECRET",
    }
    return json.dumps([entry | changed])


WRONG = {
    "PORTAL_MODE": [("prod", "PORTAL_MODE=production")],
    "PORTAL_URL": [
        ("", "PORTAL_URL=https://"),
        ("bindery.example.com", "PORTAL_URL=https://"),
        ("http://bindery.example.com", "write https://"),
        ("https://user@bindery.example.com", "PORTAL_URL=https://"),
        ("https://[", "PORTAL_URL=https://"),
        ("https://host:port", "PORTAL_URL=https://"),
    ],
    "PORTAL_SECRET_KEY": [("", "PORTAL_SECRET_KEY"), ("short", "50 or more random characters")],
    "PORTAL_MASTER_KEYS": [("", "PORTAL_MASTER_KEYS=<id>:"), ("first:AAAA", "PORTAL_MASTER_KEYS=<id>:")],
    "DATABASE_URL": [
        ("mysql://host/db", "write DATABASE_URL=postgres://"),
        ("postgres//host", "write DATABASE_URL=postgres://"),
        ("postgres://host:port/db", "write DATABASE_URL=postgres://"),
    ],
    "OIDC_IDENTITY_URL": [("", "OIDC_IDENTITY_URL=https://"), ("core.piam", "OIDC_IDENTITY_URL=https://")],
    "OIDC_ISSUER": [("issuer", "OIDC_ISSUER=https://"), ("https://issuer/?x=1", "OIDC_ISSUER=https://")],
    "OIDC_CLIENT_SECRET": [("", "OIDC_CLIENT_SECRET=")],
    "OIDC_ENVIRONMENT": [("mars", "write one of eu1, eu2, cn1")],
    "HUB_ENVIRONMENTS": [
        ("{}", "HUB_ENVIRONMENTS is not a JSON list"),
        ('[{"name": "eu9"}]', "write an object with text for"),
    ],
    "OIDC_PROVIDERS": [
        ("x", "OIDC_PROVIDERS is not a JSON list"),
        (providers(environment="mars"), "gives 'second' the environment 'mars', write one of eu1, eu2, cn1, eu1x"),
        (providers(client_secret_variable="NOT_SET"), "NOT_SET is not set, write NOT_SET="),
        (providers(client_secret=CANARY), "OIDC_PROVIDERS cannot read 'second', write an object with text for"),
    ],
    "PORTAL_LOG_LEVEL": [("loud", "write DEBUG, INFO, WARNING")],
    "PORTAL_PAGE_SIZE": [("500", "at most 200")],
    "PORTAL_SMTP_URL": [
        ("mail.example.com", "write PORTAL_SMTP_URL=smtp+tls://"),
        ("http://mail.example.com", "write PORTAL_SMTP_URL=smtp+tls://"),
        ("smtp+tls://mail.example.com:port", "write PORTAL_SMTP_URL=smtp+tls://"),
        ("smtp+tls://mail.example.com?ssl=0", "write PORTAL_SMTP_URL=smtp+tls://"),
        ("smtp+tls://user@mail.example.com", "has a user without a password"),
        ("smtp://user:hidden@mail.example.com", "write smtp+tls://"),
    ],
    "PORTAL_MAIL_FROM": [
        ("Bindery", "write PORTAL_MAIL_FROM='Bindery <bindery@example.com>'"),
        ("a@b.example, c@d.example", "write PORTAL_MAIL_FROM="),
        ("Bindery <a@b.example>\nBcc: c@d.example", "write PORTAL_MAIL_FROM="),
    ],
    "PORTAL_OPERATOR_EMAIL": [("operator", "write one address such as PORTAL_OPERATOR_EMAIL=")],
    "PORTAL_MAIL_TIMEOUT": [("301", "at most 300")],
    "TRUSTED_PROXIES": [("10.0.0.300", "TRUSTED_PROXIES=10.0.0.7")],
    "PORTAL_READINESS_PORTS": [
        ("https", "PORTAL_READINESS_PORTS=8443,9443"),
        ("443,65536", "PORTAL_READINESS_PORTS=8443,9443"),
    ],
    "PORTAL_READINESS_NETWORKS": [("10.20.0.1/16", "write addresses such as PORTAL_READINESS_NETWORKS=10.0.0.7")],
    "PORTAL_READINESS_CA_FILE": [
        ("/nowhere/ca.pem", "write the path of a file in PEM"),
        ("manage.py", "write the path of a file in PEM"),
    ],
    "PORTAL_BROWSER": [
        ("chromium", "write a path such as PORTAL_BROWSER=/usr/bin/chromium"),
        ("/nowhere/chromium", "write a path such as PORTAL_BROWSER=/usr/bin/chromium"),
        ("/etc/passwd", "is no program"),
    ],
    "HUB_OUTBOUND_ADDRESSES": [("gateway", "write addresses such as HUB_OUTBOUND_ADDRESSES=10.0.0.7")],
    "PORTAL_TOKEN_ALGORITHM": [("none", "write ES256 or RS256")],
    "PORTAL_TOKEN_LIFETIME": [("15m", "PORTAL_TOKEN_LIFETIME=900"), ("0", "at least 1"), ("٣", "whole number")],
}
CASES = [(name, value, told) for name, cases in WRONG.items() for value, told in cases]


def start(changed: dict[str, str]) -> subprocess.CompletedProcess[str]:
    variables = environment() | changed
    return subprocess.run([sys.executable, "manage.py", "check"], env=variables, capture_output=True, text=True)


@pytest.fixture(scope="module")
def answers() -> dict[tuple[str, str], subprocess.CompletedProcess[str]]:
    with ThreadPoolExecutor(4) as pool:
        started = pool.map(lambda case: start({case[0]: case[1]}), CASES)
    return {(name, value): answer for (name, value, _), answer in zip(CASES, started, strict=True)}


@pytest.mark.parametrize(("name", "value", "told"), CASES)
def test_wrong_value_refuses_to_start(
    name: str, value: str, told: str, answers: dict[tuple[str, str], subprocess.CompletedProcess[str]]
) -> None:
    answer = answers[name, value]
    assert answer.returncode != 0
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "hidden" not in answer.stderr  # a password in a wrong value
    assert CANARY not in answer.stderr


def test_production_settings_start() -> None:
    assert start({}).returncode == 0
    assert start({"OIDC_PROVIDERS": providers()}).returncode == 0


def test_forms_may_lead_to_the_end_of_every_session() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "from portal.settings import SECURE_CSP; print(SECURE_CSP['form-action'])"],
        env=environment() | {"OIDC_PROVIDERS": providers()},
        capture_output=True,
        text=True,
    )
    assert shown.stdout == "'self' https://core.piam.eu1.mindsphere.io https://1000001700.eu1.sws.siemens.com\n"


def test_a_refused_start_is_told_by_the_server_too() -> None:
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-c", "python:portal.server", "portal.wsgi"]
    answer = subprocess.run(
        command,
        env=environment() | {"PORTAL_MASTER_KEYS": "", "PORTAL_BIND": "127.0.0.1:0"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert answer.returncode != 0
    assert "Bindery does not start: PORTAL_MASTER_KEYS" in answer.stderr
