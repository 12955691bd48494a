"""An application that developers register: API, roles, Settings, Launchpad, entrance, tokens, snapshot."""

from __future__ import annotations

import base64
from typing import Any

import jwt
import pytest
import requests

from portal.emulator.appgateway.registry import QUOTA
from portal.emulator.control import snapshots
from portal.emulator.testing import RunningEmulator

from .cockpit import HTML, SECONDS, Person, png, register, registration, send

DEV, ALICE = "dev@acme.example", "alice@acme.example"
STANDARD, DEVELOPER, ADMIN = "mdsp:core:StandardUser", "mdsp:core:Developer", "mdsp:core:TenantAdmin"
USER = "mdsp:acme:pumpadvisor.user"
TILE = ">Pump Advisor</a>"


@pytest.fixture
def emulator(emulator: RunningEmulator) -> RunningEmulator:
    emulator.hub.reset()
    return emulator


@pytest.fixture
def alice(emulator: RunningEmulator) -> Person:
    person = Person(emulator, ALICE)
    assert person.sign_in().status_code == 200
    return person


def open_application(emulator: RunningEmulator, email: str) -> tuple[int, list[str]]:
    """Open the application in a fresh browser: the status of its front page, and the scope of the session's token."""
    account = emulator.hub.directory.by_email(email)
    answer = requests.post(
        f"{emulator.url}/_emulator/application-sessions",
        json={"label": "acme-pumpadvisor-acme", "email": account.email},
        timeout=SECONDS,
    )
    if answer.status_code != 201:
        return answer.status_code, []
    session = emulator.hub.application_sessions.use(
        answer.json()["SESSION"], answer.json()["REGION-SESSION"], "acme-pumpadvisor-acme"
    )
    assert session is not None
    return 201, jwt.decode(session.token, options={"verify_signature": False})["scope"]


def test_from_the_registration_to_the_tile(emulator: RunningEmulator, alice: Person) -> None:
    register(emulator)
    dev = Person(emulator, DEV)
    assert TILE not in dev.sign_in().text
    assert open_application(emulator, DEV) == (403, [])
    saved = alice.assign(DEV, STANDARD, DEVELOPER, USER)
    assert "Saved. Dev Dietrich has these roles from the next sign-in on." in saved.text
    assert TILE not in dev.launchpad()  # the roles are those of the sign-in
    assert TILE in dev.sign_in().text
    port = emulator.url.rpartition(":")[2]
    assert f'href="http://acme-pumpadvisor-acme.eu1.localhost:{port}/"' in dev.launchpad()
    assert dev.get(f"{dev.base}icons/pumpadvisor").content == png()
    status, scope = open_application(emulator, DEV)
    assert status == 201
    assert {USER, "pumpadvisor.default", "mdsp:core:assetmanagement.standarduser", DEVELOPER} <= set(scope)
    assert "mdsp:core:assetmanagement.standarduser" not in dev.account.scope


def test_a_role_that_is_taken_away_takes_tile_and_entrance(emulator: RunningEmulator, alice: Person) -> None:
    register(emulator)
    alice.assign(DEV, STANDARD, USER)
    dev = Person(emulator, DEV)
    assert TILE in dev.sign_in().text
    alice.assign(DEV, STANDARD)
    assert TILE not in dev.sign_in().text
    assert open_application(emulator, DEV) == (403, [])


def test_deregistered_gives_nothing_and_keeps_who_was_assigned(emulator: RunningEmulator, alice: Person) -> None:
    register(emulator)
    alice.assign(DEV, STANDARD, USER)
    dev = Person(emulator, DEV)
    dev.sign_in()
    assert send(emulator, "DELETE", "pumpadvisor").status_code == 204
    assert TILE not in dev.launchpad()
    assert dev.get(f"{dev.base}icons/pumpadvisor").status_code == 404
    assert open_application(emulator, DEV)[0] == 400
    page = alice.get(f"{alice.base}settings/users/{dev.account.user_id}").text
    assert "The application is not registered: this role gives nothing now." in page
    register(emulator)
    assert TILE in dev.launchpad()


def test_sessions_end_with_the_registration_and_with_another_one(emulator: RunningEmulator, alice: Person) -> None:
    register(emulator)
    alice.assign(DEV, STANDARD, USER)
    ended = []
    for change in (lambda: register(emulator), lambda: register(emulator, cacheControl="no-store")):
        account = emulator.hub.directory.by_email(DEV)
        application = emulator.hub.applications.get("acme-pumpadvisor-acme")
        assert application is not None
        sessions = emulator.hub.application_sessions
        session = sessions.start(application.label, account, emulator.hub.config.addresses, "token")
        change()
        ended.append(sessions.use(session.session_id, session.region_session, application.label) is None)
    assert ended == [False, True]


def test_the_roles_are_groups_of_identity_management(emulator: RunningEmulator) -> None:
    register(emulator)
    client = emulator.hub.clients.by_id("acme-hub-admin")
    token = emulator.hub.tokens.for_technical_user(client, "acme", client.scope).value
    answer = requests.get(
        f"{emulator.url}/gateway/api/identitymanagement/v3/Groups?count=500",
        headers={"Authorization": f"Bearer {token}"},
        timeout=SECONDS,
    )
    names = {group["displayName"] for group in answer.json()["resources"]}
    assert {USER, "mdsp:acme:pumpadvisor.admin"} <= names


def test_a_snapshot_keeps_registrations_and_assignments(emulator: RunningEmulator, alice: Person) -> None:
    register(emulator, contentSecurityPolicy="img-src *")
    alice.assign(DEV, STANDARD, USER)
    text = snapshots.dump_text(emulator.hub)
    emulator.hub.reset()
    assert emulator.hub.applications.get("acme-pumpadvisor-acme") is None
    snapshots.load_text(emulator.hub, text)
    restored = emulator.hub.applications.get("acme-pumpadvisor-acme")
    assert restored is not None
    assert (restored.icon, restored.content_security_policy) == (png(), "img-src *")
    assert restored.lets_in(emulator.hub.directory.by_email(DEV).scope)
    assert snapshots.dump_text(emulator.hub) == text


def test_the_quota_of_a_tenant(emulator: RunningEmulator) -> None:
    for number in range(QUOTA):
        register(emulator, f"app{number}")
    refused = send(emulator, "PUT", "more", registration("more"))
    assert (refused.status_code, "has 30 applications already" in refused.text) == (409, True)
    register(emulator, "app0", displayName="Still possible")
    assert emulator.hub.applications.get("acme-more-acme") is None
    assert all(group.name != "mdsp:acme:more.user" for group in emulator.hub.directory.groups("acme"))


def test_an_application_of_the_start_stays(emulator: RunningEmulator) -> None:
    started = {"tenant": "acme", "name": "demoapp", "upstream": "http://127.0.0.1:5000"}
    requests.post(f"{emulator.url}/_emulator/applications", json=started, timeout=SECONDS)
    assert send(emulator, "PUT", "demoapp", registration("demoapp")).status_code == 409
    assert send(emulator, "DELETE", "demoapp").status_code == 404
    assert emulator.hub.applications.get("acme-demoapp-acme") is not None


def test_another_tenants_application_stays(emulator: RunningEmulator) -> None:
    register(emulator)
    for method, status in (("GET", 404), ("DELETE", 404)):
        assert send(emulator, method, "pumpadvisor", client="globex-hub-developer").status_code == status
    mine = registration(displayName="Mine")
    assert send(emulator, "PUT", "pumpadvisor", mine, client="globex-hub-developer").status_code == 201
    acme = emulator.hub.applications.get("acme-pumpadvisor-acme")
    assert acme is not None
    assert acme.display_name == "Pump Advisor"


HOSTILE: list[dict[str, Any]] = [
    {"icon": base64.b64encode(b"<svg onload=alert(1)>").decode()},
    {"icon": base64.b64encode(png(100 * 1024 + 1)).decode()},
    {"icon": "%%%"},
    {"icon": 5},
    {"version": 1},
    {"displayName": "<script>alert(1)</script>"},
    {"displayName": "x" * 51},
    {"contentSecurityPolicy": "img-src *\r\nSet-Cookie: SESSION=x"},
    {"cacheControl": "no-store\nX: y"},
    {"components": []},
    {"components": "web"},
    {"components": [{"name": "web", "url": "http://pumps.localhost/", "endpoints": ["/**"]}]},
    {"components": [{"name": "web", "url": "https://user@pumps.localhost/", "endpoints": ["/**"]}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost/../x/", "endpoints": ["/**"]}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost:99999/", "endpoints": ["/**"]}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost/", "endpoints": []}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost/", "endpoints": ["/api/**"]}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost/", "endpoints": ["/**"], "port": 1}]},
    {"components": [{"name": "web", "url": "https://pumps.localhost/", "endpoints": ["/**"]}] * 2},
    {"scopes": []},
    {"scopes": ["other.default"]},
    {"scopes": [f"pumpadvisor.s{number}" for number in range(21)]},
    {"roles": []},
    {"roles": [{"name": "user", "scopes": ["pumpadvisor.more"]}]},
    {"roles": [{"name": "user", "scopes": [], "coreRoles": ["mdsp:core:TenantAdmin"]}]},
    {"roles": [{"name": "user", "scopes": [], "coreRoles": ["mdsp:core:DeveloperAdmin"]}]},
    {"roles": [{"name": "user", "scopes": [], "coreRoles": ["bindery.operator"]}]},
    {"roles": [{"name": "User.admin", "scopes": []}]},
    {"roles": [{"name": f"r{number}", "scopes": []} for number in range(6)]},
    {"upstream": "http://127.0.0.1:1"},
]


@pytest.mark.parametrize("changed", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_registrations_leave_nothing(emulator: RunningEmulator, changed: dict[str, Any]) -> None:
    before = snapshots.dump_text(emulator.hub)
    assert send(emulator, "PUT", "pumpadvisor", registration(**changed)).status_code == 400
    assert snapshots.dump_text(emulator.hub) == before


@pytest.mark.parametrize("name", ["Pump", "a" * 21, "1pump", "pump_x", "%2e%2e", "pump%00"])
def test_names_that_are_none(emulator: RunningEmulator, name: str) -> None:
    assert send(emulator, "PUT", name, registration("pump")).status_code in (400, 404)
    assert not [one for one in emulator.hub.applications if not one.is_for_all]


def test_settings_are_for_admins_of_this_tenant(emulator: RunningEmulator, alice: Person) -> None:
    dev = Person(emulator, DEV)
    dev.sign_in()
    refused = dev.get(f"{dev.base}settings/")
    assert (refused.status_code, "Settings are for admins of the tenant" in refused.text) == (403, True)
    assert dev.assign(DEV, STANDARD, ADMIN).status_code == 403
    assert alice.get(f"{alice.base}settings/?q=dev").status_code == 200
    charlie = emulator.hub.directory.by_email("charlie@globex.example").user_id
    assert alice.get(f"{alice.base}settings/users/{charlie}").status_code == 404
    assert alice.get(f"{emulator.url}/globex.launchpad/settings/").url.partition("?")[0].endswith("/oauth/authorize")
    alice.assign("audrey@acme.example", STANDARD, ADMIN)
    alice.assign(ALICE, STANDARD)  # an admin of an old sign-in is none any more
    assert alice.get(f"{alice.base}settings/").status_code == 403


def test_settings_refuse_what_would_leave_nobody(emulator: RunningEmulator, alice: Person) -> None:
    refused = alice.assign(ALICE, STANDARD)
    assert (refused.status_code, "Nothing was changed. Nobody would be left" in refused.text) == (409, True)
    assert ADMIN in emulator.hub.directory.by_email(ALICE).scope


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_settings_take_only_their_own_form(emulator: RunningEmulator, alice: Person, origin: str) -> None:
    assert alice.assign(DEV, STANDARD, ADMIN, origin=origin).status_code == 403
    assert ADMIN not in emulator.hub.directory.by_email(DEV).scope


def test_settings_escape_what_people_are_called(emulator: RunningEmulator, alice: Person) -> None:
    page = alice.get(f"{alice.base}settings/?q=%22%3E%3Cscript%3E").text
    assert "<script>" not in page and "Nobody has this name or address." in page


def test_who_is_not_signed_in_is_sent_to_do_so(emulator: RunningEmulator) -> None:
    somebody = Person(emulator, ALICE)
    page = somebody.sign_in("settings/")
    assert page.url == f"{somebody.base}settings/"
    somebody.get(f"{somebody.base}sign-out")
    assert "Sign in" in somebody.launchpad()


def test_a_sign_in_of_another_browser_is_not_finished(emulator: RunningEmulator) -> None:
    started = requests.get(f"{emulator.url}/acme.launchpad/sign-in", allow_redirects=False, timeout=SECONDS)
    state = started.headers["Location"].partition("state=")[2]
    answer = requests.get(
        f"{emulator.url}/acme.launchpad/sign-in/callback?code=x&state={state}", headers=HTML, timeout=SECONDS
    )
    assert (answer.status_code, "began elsewhere" in answer.text) == (400, True)
