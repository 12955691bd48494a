"""What the cockpit takes and what it does not, and that a refusal says what to write."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cockpit import rules
from portal.cockpit.rules import RuleBroken

TAKEN: list[tuple[Callable[[str], str], str]] = [
    (rules.display_name, "Pump Advisor 2.0 - Süd"),
    (rules.display_name, "مستشار المضخة"),
    (rules.display_name, "x" * 50),
    (rules.internal_name, "a"),
    (rules.internal_name, "pumpadvisor123456789"),
    (rules.version, "v1.0.0"),
    (rules.version, "1.0.0-rc_1+$;#@"),
    (rules.component_name, "web-2"),
    (rules.external_url, "https://app.acme.example/"),
    (rules.external_url, "https://app.acme.example:8443/base/"),
    (rules.external_url, "https://mindsphere.io.acme.example/"),
    (rules.external_url, "https://notmindsphere.io/"),
    (rules.endpoint, "/**"),
    (rules.endpoint, "/"),
    (rules.endpoint, "/data/*/x?.json"),
    (rules.endpoint, "/apis/**"),
    (rules.endpoint, "/api-x/*"),
    (rules.endpoint, "/*"),
    (rules.endpoint, "/*.html"),
    (rules.endpoint, "/logins"),
    (rules.endpoint, "/a/**/b"),
    (rules.path, "/health"),
    (rules.scope, "default"),
    (rules.scope, "Read.All-2_x"),
    (rules.role, "plant-manager_2"),
    (rules.content_security_policy, ""),
    (rules.content_security_policy, "default-src 'self'; img-src * data:;"),
    (rules.cache_control, "no-store"),
]
REFUSED: list[tuple[Callable[[str], str], str]] = [
    *[
        (rules.display_name, name)
        for name in ("", " a", "x" * 51, "<b>Pump</b>", "Pump & Co", "a\u202egnp", "a\x00", "_a", "\u3164\u3164")
    ],
    *[
        (rules.internal_name, name)
        for name in ("", "1a", "Pump", "pump-advisor", "pump.x", "a" * 21, "pümp", "a\n", "a/b")
    ],
    *[(rules.version, name) for name in ("", "V1", "1 0", "x" * 31, "1/0", "1.0\n", "v1.0.ä")],
    *[(rules.component_name, name) for name in ("", "Web", "2web", "a" * 21, "a_b", "a/b")],
    *[
        (rules.external_url, url)
        for url in (
            "http://app.acme.example/",
            "https://app.eu1.mindsphere.io/",
            "https://mindsphere.io/",
            "https://APP.eu1.MindSphere.IO/",
            "https://x.mindsphere-in.cn/",
            "https://x.siemens.app/",
            "https://acme.eu1.sws.siemens.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://app.acme.example./",
            "https://user@app.acme.example/",
            "https://user:pw@app.acme.example/",
            "https://app.acme.example/?a=1",
            "https://app.acme.example/#a",
            "https://app.acme.example/?",
            "https://app.acme.example/a b",
            "https://app.acme.example//x",
            "https://app.acme.example:99999/",
            "https://app.acme.example:x/",
            "https://app.acme.exam ple/",
            "https://аpp.acme.example/",
            "https://[",
            "https:///x",
            "app.acme.example",
            "javascript:alert(1)",
            "https://" + "a." * 200 + "example/",
            "https://app.acme.example/" + "a" * 200,
        )
    ],
    *[
        (rules.endpoint, pattern)
        for pattern in (
            "",
            "data",
            "/api",
            "/api/**",
            "/API/x",
            "/api*",
            "/a*/**",
            "/?pi",
            "/login",
            "/Login/**",
            "/log*",
            "/*/v3/**",
            "/a**",
            "/**x/y",
            "//x",
            "/../x",
            "/a/./b",
            "/a b",
            "/<script>",
            "/a\\b",
            "/%zz",
            "/" + "x" * 200,
        )
    ],
    *[(rules.path, path) for path in ("", "health", "/health?x=1", "/*", "/../x", "//evil.example/", "/a b")],
    *[(rules.scope, name) for name in ("", "a b", "a/b", "x" * 65, "a:b", "ä")],
    *[(rules.role, name) for name in ("", "Admin", "1a", "a.b", "a b", "a/b", "a:b", "x" * 41)],
    *[(rules.content_security_policy, text) for text in ("1 2", "default-src 'self'\r\nX: y", "<b>", "ä 'self'")],
    *[(rules.cache_control, text) for text in ("a\r\nSet-Cookie: x=y", "ä", "a\x00")],
]


def named(value: object) -> str:
    """The same in each process: no address of a function."""
    return str(getattr(value, "__name__", repr(value)[:40]))


@pytest.mark.parametrize(("rule", "written"), TAKEN, ids=named)
def test_taken_as_it_is(rule: Callable[[str], str], written: str) -> None:
    assert rule(written) == written


@pytest.mark.parametrize(("rule", "written"), REFUSED, ids=named)
def test_refused_with_what_to_write(rule: Callable[[str], str], written: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        rule(written)
    assert len(str(broken.value)) < 250


def test_address_is_kept_in_one_form() -> None:
    assert rules.external_url("https://App.ACME.example:443") == "https://app.acme.example/"


@pytest.mark.parametrize(
    ("display_name", "proposed"),
    [
        ("Pump Advisor", "pumpadvisor"),
        ("4 Jahre Süd-Öl", "jahresudol"),
        ("Pump Advisor for the whole plant", "pumpadvisorforthewho"),
        ("مستشار", ""),
        ("2026", ""),
    ],
)
def test_proposed_internal_name(display_name: str, proposed: str) -> None:
    assert rules.internal_name_from(display_name) == proposed


@given(st.text(max_size=80))
def test_what_is_proposed_is_taken(written: str) -> None:
    proposed = rules.internal_name_from(written)
    assert proposed == "" or rules.internal_name(proposed) == proposed


@pytest.mark.parametrize(("version", "risky"), [("v1.0.0", False), ("1@2", False), ("1.0-rc", True), ("A", False)])
def test_version_that_may_break_the_provisioning(version: str, risky: bool) -> None:
    assert rules.is_risky_version(version) is risky


@given(st.text(max_size=60).map(lambda text: f"https://{text}/"))
def test_whatever_is_taken_leads_to_no_address_of_the_platform(written: str) -> None:
    try:
        kept = rules.external_url(written)
    except RuleBroken:
        return
    host = kept.removeprefix("https://").partition("/")[0].partition(":")[0]
    assert "." in host
    assert not host.endswith(rules.PLATFORM_DOMAINS)
