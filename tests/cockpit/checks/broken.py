"""One broken application for each check: what is changed, and what the finding must tell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from ipaddress import IPv4Address

from cryptography.hazmat.primitives.asymmetric import ec

from portal.cockpit.checks.subject import Picture
from tests.cockpit.checks.application import APP_INFO, BAR, World, health, jwt
from tests.fetch import hostile
from tests.fetch.servers import GOOD

Break = Callable[[World], None]


def certified(**how: object) -> Break:
    """The server has a certificate of an authority that is believed, but for its dates or names."""

    def broken(world: World) -> None:
        key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = hostile.certificate("root", key, is_ca=True)
        leaf = hostile.certificate("leaf", leaf_key, (root, key), **how)  # type: ignore[arg-type]
        world.context = hostile.context_for(leaf, key=leaf_key)
        with open(world.ca_file, "ab") as file:  # noqa: PTH123 - a copy of the test's own
            file.write(root.public_bytes(hostile.serialization.Encoding.PEM))

    return broken


def self_signed(world: World) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    world.context = hostile.context_for(hostile.certificate("app.example.com", key), key=key)


def old_protocol(world: World) -> None:
    assert world.context
    world.context = None
    world.handler = lambda connection: connection.sendall(GOOD)


def slow(world: World) -> None:
    world.deadline, world.handler = 0.4, hostile.silent


def answers(path: str, **changed: object) -> Break:
    def broken(world: World) -> None:
        for name, value in changed.items():
            setattr(world.answers[path], name, value)

    return broken


def header(name: str, value: str | None) -> Break:
    """The front page with another header, or without it."""

    def broken(world: World) -> None:
        kept = [pair for pair in world.answers["/"].headers if pair[0] != name]
        world.answers["/"].headers = kept + ([(name, value)] if value is not None else [])

    return broken


def page(old: str, new: str) -> Break:
    return lambda world: world.page(old, new)


def registered(**changed: object) -> Break:
    return lambda world: world.registered(**changed)


def subject(**changed: object) -> Break:
    return lambda world: world.changes.update(changed)


def attribute(**changed: object) -> Break:
    def broken(world: World) -> None:
        for name, value in changed.items():
            setattr(world, name, value)

    return broken


def information(**changed: object) -> Break:
    return answers("/app-info.json", body=json.dumps(APP_INFO | changed).encode())


def told_time(written: str) -> Break:
    return answers("/health/", body=json.dumps({"healthStatus": "green", "time": written}).encode())


def form_without_script(world: World) -> None:
    world.page("<h1>", '<form method="post"></form><h1>')
    world.answers["/app.js"].body = b"// nothing"


def without_health(world: World) -> None:
    del world.answers["/health/"]


def policy(written: str) -> Break:
    def broken(world: World) -> None:
        world.registered(content_security_policy="")
        header("Content-Security-Policy", written)(world)

    return broken


PRIVATE = [IPv4Address("93.184.216.34"), IPv4Address("10.0.0.1")]
WITHOUT_INLINE = "default-src 'self'; script-src 'self' static.eu1.mindsphere.io; img-src *; style-src *"

BROKEN: dict[str, list[tuple[Break, str]]] = {
    "url-form": [
        (attribute(host="127.0.0.1"), "127.0.0.1"),
        (subject(components=()), "no component"),
    ],
    "platform-domain": [(attribute(host="acme-pumps-acme.eu1.mindsphere.io"), "belongs to the Hub")],
    "public-address": [(attribute(resolve=lambda _host, _seconds: PRIVATE), "not public")],
    "answers": [
        (slow, "in time"),
        (attribute(stopped=True), "Nothing answers"),
        (attribute(handler=lambda connection: connection.sendall(b"SSH-2.0\r\n\r\n")), "no HTTP"),
    ],
    "firewall": [
        (attribute(stopped=True), "192.0.2.10"),
        (answers("/health/", status=403), "192.0.2.10"),
    ],
    "tls": [(old_protocol, "TLS 1.2")],
    "certificate-trusted": [
        (self_signed, "CN=app.example.com"),
        (attribute(ca_file=""), "No public authority"),
    ],
    "certificate-name": [(certified(names=("other.example.com",)), "other.example.com")],
    "certificate-dates": [
        (certified(starts=timedelta(days=-9), ends=timedelta(days=-1)), "has expired"),
        (certified(starts=timedelta(days=1), ends=timedelta(days=9)), "not valid yet"),
    ],
    "certificate-expires-soon": [(certified(ends=timedelta(days=6, hours=1)), "ends in 6 days")],
    "hsts": [
        (attribute(every=[]), "sends no"),
        (attribute(every=[("Strict-Transport-Security", "max-age=600")]), "600 seconds"),
    ],
    "redirects": [
        (
            answers("/", status=302, needs_token=False, headers=[("Location", "http://other.example/")]),
            "http://other.example/",
        )
    ],
    "cookies": [
        (header("Set-Cookie", "pumps=1; HttpOnly; SameSite=Lax"), "Secure"),
        (header("Set-Cookie", "pumps=1; Secure; SameSite=Lax"), "HttpOnly"),
        (header("Set-Cookie", "pumps=1; Secure; HttpOnly; SameSite=None"), "SameSite"),
        (header("Set-Cookie", "csrf=1; HttpOnly; SameSite=Lax"), "Secure"),
        (header("Set-Cookie", "SESSION=1; Secure; HttpOnly; SameSite=Lax"), "gateway"),
    ],
    "cache-control": [
        (header("Cache-Control", "public, max-age=600"), "public, max-age=600"),
        (header("Cache-Control", None), "Cache-Control is -"),
    ],
    "health-url": [(subject(health_url="https://other.example.com/health/"), "no component")],
    "health-answers": [
        (answers("/health/", status=401), "401"),
        (answers("/health/", status=301, headers=[("Location", "/health")]), "301"),
        (without_health, "404"),
    ],
    "health-body": [
        (answers("/health/", body=b"<p>green</p>"), "JSON"),
        (answers("/health/", body=b'["green"]'), "JSON"),
        (answers("/health/", body=b'{"status": "green"}'), "healthStatus"),
        (answers("/health/", body=b'{"healthStatus": ["green"]}'), "healthStatus"),
        (answers("/health/", body=b"[" * 60_000), "JSON"),
        (answers("/health/", media_type="text/html"), "text/html"),
    ],
    "health-status": [(answers("/health/", body=lambda: health("red")), "red")],
    "health-yellow": [(answers("/health/", body=lambda: health("yellow")), "yellow")],
    "health-time": [
        (told_time("2023-12-11T10:00:00Z"), "not written like"),
        (told_time("2023-12-11T10:00:00.000+01:00"), "not written like"),
        (told_time("2023-13-41T10:00:00.000Z"), "not written like"),
        (answers("/health/", body=b'{"healthStatus": "green", "time": 1702288800}'), "not written like"),
    ],
    "clock": [
        (answers("/health/", body=lambda: health(late=120)), "120 seconds"),
        (told_time("2023-12-11T10:00:00.000Z"), "seconds"),
    ],
    "refuses-without-token": [
        (answers("/", needs_token=False), "200"),
        (answers("/", needs_token=False, status=500), "500"),
    ],
    "refuses-forged-token": [(attribute(accepts_all=True), "nobody made")],
    "hub-token": [
        (attribute(token="secret"), "no token"),
        (attribute(token=jwt(ten="globex")), "globex"),
        (attribute(token=jwt(exp=int(time.time()) - 60)), "has ended"),
    ],
    "accepts-hub-token": [(attribute(accepted="another"), "401")],
    "bar-script": [
        (page(BAR, "/own-bar.js"), "does not load"),
        (page("osbar/v4", "osbar/v3"), "v3"),
        (page(BAR, "https://static.evil.example/osbar/v4/js/main.min.js"), "does not load"),
    ],
    "bar-init": [
        (answers("/bar.js", body=b"// nothing"), "_mdsp.init"),
        (answers("/bar.js", body=b'_mdsp.init({title: "Pumps"});'), "lacks"),
    ],
    "bar-content": [(page('id="_mdspcontent"', 'id="content"'), "_mdspcontent")],
    "app-info": [
        (answers("/app-info.json", status=404), "404"),
        (answers("/app-info.json", body=b"[]"), "JSON"),
        (information(appCopyright=""), "appCopyright"),
        (information(links={}), "links.default"),
        (information(links={"default": [{"type": "fax", "name": "Fax", "value": "1"}]}), "default"),
        (information(links={"default": [], "de": [{"type": "mail", "name": "x", "value": "nobody"}]}), "de"),
    ],
    "csp-allows-bar": [
        (policy("default-src 'self'"), "static.eu1.mindsphere.io"),
        (policy(WITHOUT_INLINE), "'unsafe-inline'"),
        (policy("default-src * 'unsafe-inline'; connect-src api.example.com"), "'self'"),
        (registered(content_security_policy="default-src 'none'"), "registration"),
        (page("</head>", "<script>start()</script></head>"), "put them into a file"),
    ],
    "csp-strict": [
        (policy("default-src * 'unsafe-inline'"), "*"),
        (policy("default-src 'self'; script-src 'self' 'unsafe-eval'"), "'unsafe-eval'"),
        (policy("img-src 'self'"), "neither"),
    ],
    "xsrf-header": [
        (answers("/app.js", body=b'fetch("/pumps", {method: "POST"})'), "/app.js"),
        (answers("/app.js", body=b'x.open("DELETE", "/pumps")'), "/app.js"),
        (form_without_script, "1 forms"),
    ],
    "rfc3986-links": [
        (page("%5Brunning%5D", "[running]"), "[running]"),
        (registered(links=("https://acme.example/a b",)), "a b"),
        (answers("/app.js", body=b"""get('/api/assetmanagement/v3/assets?filter={"name":"x"}')"""), "filter="),
    ],
    "mixed-content": [(page("<h1>", '<img src="http://acme.example/x.png"><h1>'), "http://acme.example/x.png")],
    "core-roles": [(registered(core_roles=()), "assetmanagement.standarduser")],
    "core-roles-unused": [
        (registered(core_roles=("mdsp:core:assetmanagement.admin", "mdsp:core:em.eventviewer")), "em.eventviewer")
    ],
    "display-name": [
        (registered(name="x" * 51), "xxx"),
        (registered(name="Pumps <b>"), "<b>"),
        (registered(name=""), "special"),
    ],
    "internal-name": [
        (registered(internal_name="1pumps"), "1pumps"),
        (registered(internal_name="Pumps"), "Pumps"),
        (registered(internal_name="p" * 21), "ppp"),
    ],
    "version": [
        (registered(version="V1.0.0"), "V1.0.0"),
        (registered(version="1.0.0" + "1" * 30), "111"),
    ],
    "version-signs": [
        (registered(version="1.0;b"), "1.0;b"),
        (registered(version="1.0.0+build"), "+build"),
    ],
    "description": [(registered(description=""), "missing"), (registered(description="Pumps of Acme"), "again")],
    "components": [
        (subject(endpoints=()), "no endpoint"),
        (subject(endpoints=("**",)), "no endpoint"),
    ],
    "reserved-paths": [
        (subject(endpoints=("/api/**",)), "/api/**"),
        (subject(endpoints=("/login",)), "/login"),
        (subject(endpoints=("/*/v3/**",)), "/*/v3/**"),
        (subject(health_url="BASE/api/health"), "/api/health"),
    ],
    "roles-and-scopes": [
        (registered(roles=()), "0 roles"),
        (registered(roles=tuple("abcdef")), "6 roles"),
        (registered(scopes=()), "no scope"),
        (registered(scopes=("other.read",)), "other.read"),
    ],
    "icon": [
        (registered(icon=None), "no icon"),
        (registered(icon=Picture("image/png", 256, 128, 10)), "256"),
        (registered(icon=Picture("image/svg+xml", 256, 256, 10)), "image/svg+xml"),
    ],
    "screenshot": [
        (registered(screenshot=None), "no screenshot"),
        (registered(screenshot=Picture("image/png", 800, 600, 10)), "800"),
        (registered(screenshot=Picture("image/png", 1920, 1080, 10, blank=True)), "one colour"),
    ],
}
