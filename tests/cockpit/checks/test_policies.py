"""Policies of content as browsers read them: what lets the bar work is not called broken."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
import trustme

from portal.cockpit.checks.report import Outcome
from tests.cockpit.checks.application import BAR, World
from tests.cockpit.checks.broken import policy
from tests.fetch.servers import HOST, server_context

SELF = "script-src 'self' https://static.eu1.mindsphere.io"
STYLE, IMG, CONNECT = "style-src 'unsafe-inline'", "img-src *", "connect-src 'self'"


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST))


@pytest.fixture
def world(context: ssl.SSLContext, ca_file: str, tmp_path: Path) -> World:
    world = World(context, str(shutil.copy(ca_file, tmp_path / "ca.pem")))
    world.page(f'src="{BAR}"', f'nonce="aBc" src="{BAR}"')
    return world


@pytest.mark.parametrize(
    "directives",
    [
        [SELF, STYLE, IMG, CONNECT],
        ["script-src 'self'", "script-src-elem 'self' https://static.eu1.mindsphere.io", STYLE, IMG, CONNECT],
        ["script-src 'self'", "SCRIPT-SRC-ELEM HTTPS://STATIC.EU1.MINDSPHERE.IO:443/osbar/", STYLE, IMG, CONNECT],
        ["script-src 'nonce-aBc' 'strict-dynamic'", STYLE, IMG, CONNECT],
        ["script-src 'self' 'NONCE-aBc'", STYLE, IMG, CONNECT],
        [SELF, "style-src 'self'", "style-src-elem 'unsafe-inline'", "style-src-attr 'unsafe-inline'", IMG, CONNECT],
        [SELF, STYLE, IMG, "connect-src https://*.eu1.mindsphere.io"],
        [SELF, STYLE, IMG, "connect-src *.mindsphere.io"],
        [SELF, STYLE, IMG, "connect-src https://acme-pumps-acme.eu1.mindsphere.io"],
        [f"{SELF}, {STYLE}, ", IMG, f"{CONNECT}, default-src *", "script-src *", "style-src 'unsafe-inline'"],
        ["frame-ancestors 'self'"],
    ],
)
def test_bar_works(directives: list[str], world: World) -> None:
    policy("; ".join(directives))(world)
    result = world.run().of("csp-allows-bar")
    assert result.outcome is Outcome.PASSED, [dict(finding.evidence) for finding in result.findings]


@pytest.mark.parametrize(
    ("directives", "told"),
    [
        (["script-src 'nonce-abc' 'strict-dynamic'", STYLE, IMG, CONNECT], "script-src"),
        (["script-src 'strict-dynamic' https://static.eu1.mindsphere.io", STYLE, IMG, CONNECT], "script-src"),
        ([SELF, "script-src-elem 'self'", STYLE, IMG, CONNECT], "script-src-elem"),
        ([SELF, STYLE, "style-src-attr 'none'", IMG, CONNECT], "style-src-attr"),
        ([SELF, STYLE, IMG, "connect-src https://static.eu1.mindsphere.io"], "connect-src"),
        ([SELF, STYLE, IMG, "connect-src https://*.evil.example https://acme-x.evil.example"], "connect-src"),
        ([SELF, STYLE, IMG, f"{CONNECT}, img-src 'self'"], "img-src"),
    ],
)
def test_bar_does_not_work(directives: list[str], told: str, world: World) -> None:
    policy("; ".join(directives))(world)
    findings = world.run().of("csp-allows-bar").findings
    assert [finding.evidence["directive"] for finding in findings] == [told]


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/ld+json", "text/template", "x-shader/x-vertex"]
)
def test_data_in_a_script_element_is_no_script(media_type: str, world: World) -> None:
    world.page("</head>", f'<script type="{media_type}">{{"a": 1}}</script></head>')
    assert world.run().of("csp-allows-bar").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "media_type", ["", "module", "text/javascript; charset=utf-8", "importmap", "SpeculationRules"]
)
def test_what_browsers_run_is_a_script(media_type: str, world: World) -> None:
    world.page("</head>", f'<script type="{media_type}">{{"a": 1}}</script></head>')
    assert world.run().of("csp-allows-bar").outcome is Outcome.FOUND


def test_eval_is_told_wherever_it_is_allowed(world: World) -> None:
    policy("script-src 'self' 'unsafe-eval'; script-src-elem 'self'")(world)
    assert "'unsafe-eval'" in world.run().of("csp-strict").findings[0].text
    policy("script-src 'nonce-x' 'strict-dynamic' https: 'unsafe-inline'")(world)
    assert world.run().of("csp-strict").outcome is Outcome.PASSED
