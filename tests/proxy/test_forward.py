"""Reading the Hub through the portal: what comes back, and what the audit log tells of it."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3
from django.http import StreamingHttpResponse
from werkzeug import Response

from portal import constants
from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.audit.queries import matching, of_tenant
from portal.emulator.testing import RunningEmulator
from portal.keys.commands import import_key, revoke_key
from portal.keys.models import BindingKey, Source
from portal.lib.secret import Secret
from portal.proxy import upstream
from portal.proxy.upstream import UpstreamBody
from portal.scoping import tenant_scope
from tests.cast import Cast, client_secret, pump_of
from tests.environment import PORTAL_URL
from tests.faults import AnyServer, audit_refuses
from tests.proxy.conftest import Program, make_program, move, ok

ASSETS = "/api/assetmanagement/v3/assets"
SERIES = "/api/iottimeseries/v3/timeseries"
VARIABLE = "BINDING_KEY_ACME__HUB_ACCESS_CLIENT_SECRET"
DAY = "from=2026-11-19T12:00:00Z&to=2026-11-20T12:00:00Z"


def calls(program: Program) -> list[AuditRecord]:
    """What is recorded of the program's calls, oldest first."""
    rows = AuditRecord.all_tenants.filter(name__startswith="call.", actor_id=program.key.client_id)
    return list(rows.order_by("index"))


def told(program: Program) -> list[tuple[str, str]]:
    return [(row.name, row.outcome) for row in calls(program)]


def gateway_calls(hub: RunningEmulator) -> list[str]:
    return [request.path for request in hub.requests if request.path.startswith("/gateway/")]


def token_calls(hub: RunningEmulator) -> int:
    return sum(request.path.endswith("/oauth/token") for request in hub.requests)


def assert_fault(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer["X-Request-Id"]


class TestReading:
    def test_assets(self, program: Program) -> None:
        answer = program.get(f"{ASSETS}?size=5&sort=name,asc")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("application/hal+json")
        page = answer.json()
        assert len(page["_embedded"]["assets"]) == 5
        assert {asset["tenantId"] for asset in page["_embedded"]["assets"]} == {"acme"}

    def test_one_asset_with_its_aspects_and_variables(self, program: Program) -> None:
        pump = pump_of("acme")
        assert program.get(f"{ASSETS}/{pump}").json()["assetId"] == pump
        assert program.get(f"{ASSETS}/{pump}/aspects").json()["_embedded"]["aspects"]
        assert program.get(f"{ASSETS}/{pump}/variables").json()["_embedded"]["variables"]
        assert program.get(f"{ASSETS}/root").json()["name"] == "acme"

    def test_types(self, program: Program) -> None:
        for kind in ("assettypes", "aspecttypes"):
            page = program.get(f"/api/assetmanagement/v3/{kind}").json()
            first = page["_embedded"]["assetTypes" if kind == "assettypes" else "aspectTypes"][0]["id"]
            assert program.get(f"/api/assetmanagement/v3/{kind}/{first}").status_code == 200

    def test_values(self, program: Program) -> None:
        answer = program.get(f"{SERIES}/{pump_of('acme')}/Vibration?{DAY}&limit=3")
        assert answer.status_code == 200
        assert len(answer.json()) == 3
        assert all("_time" in record for record in answer.json())

    def test_the_next_page_is_on_this_portal(self, program: Program, hub: RunningEmulator) -> None:
        answer = program.get(f"{SERIES}/{pump_of('acme')}/Vibration?{DAY}&limit=3")
        assert answer["Link"].startswith(f"<{PORTAL_URL}/api/iottimeseries/v3/timeseries/")
        assert answer["Link"].endswith('>; rel="next"')
        assert hub.url not in answer["Link"]
        following = program.get(answer["Link"].partition(">")[0].removeprefix(f"<{PORTAL_URL}"))
        assert following.status_code == 200
        assert following.json()[0]["_time"] > answer.json()[-1]["_time"]

    def test_what_was_read_before_is_not_sent_again(self, program: Program) -> None:
        first = program.get(f"{ASSETS}/root")
        again = program.get(f"{ASSETS}/root", HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.getvalue(), again["ETag"]) == (304, b"", first["ETag"])

    def test_one_tenant_does_not_see_anothers_assets(self, cast: Cast, program: Program) -> None:
        stranger = make_program(cast.globex)
        ours, theirs = (
            {asset["assetId"] for asset in who.get(f"{ASSETS}?size=200").json()["_embedded"]["assets"]}
            for who in (program, stranger)
        )
        assert ours
        assert theirs
        assert not ours & theirs
        assert program.get(f"{ASSETS}/{pump_of('globex')}").status_code == 404
        assert program.get(f"{SERIES}/{pump_of('globex')}/Vibration").status_code in {400, 404}
        assert stranger.get(f"{ASSETS}/{pump_of('globex')}").status_code == 200

    def test_a_person_is_no_program(self, cast: Cast, alice: Any, program: Program) -> None:
        assert alice.get(ASSETS).status_code == 401

    @pytest.mark.parametrize(
        "path", ["/api/identitymanagement/v3/Users", "/api/assetmanagement/v3/files", "/api/x", "/api/iotfile/v3/files"]
    )
    def test_what_the_proxy_does_not_open(self, program: Program, hub: RunningEmulator, path: str) -> None:
        assert_fault(program.get(path), 404, "route_not_allowed")
        assert not len(hub.requests)

    @pytest.mark.parametrize(
        "method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"]
    )
    def test_it_only_reads(self, program: Program, hub: RunningEmulator, method: str) -> None:
        answer = program.send(method, ASSETS, body="{}", HTTP_X_HTTP_METHOD_OVERRIDE="GET")
        assert (answer.status_code, answer["Allow"]) == (405, "GET")
        assert not len(hub.requests)

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_who_may_not_call_is_not_told_what_is_allowed(self, program: Program, method: str) -> None:
        assert program.send(method, ASSETS, HTTP_AUTHORIZATION="Bearer x").status_code == 401


class TestHubSays:
    """An error of the Hub about the call itself is the caller's to read."""

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 429, 500, 503])
    def test_status_and_body_are_passed_on(self, program: Program, hub: RunningEmulator, status: int) -> None:
        hub.faults.add("/gateway/*", status=status, body='{"errors": [{"logref": "x"}]}')
        answer = program.get(ASSETS)
        assert (answer.status_code, answer.json()) == (status, {"errors": [{"logref": "x"}]})
        outcome = "denied" if status == 403 else "error"
        assert told(program) == [("call.admitted", "admitted"), ("call.answered", outcome)]

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(self, cast: Cast, program: Program, hostile: AnyServer, status: int) -> None:
        move(cast.acme, "hostile")
        hostile.answers[f"/gateway{ASSETS}"] = lambda request: Response("", status, headers={"Location": "/elsewhere"})
        answer = program.get(ASSETS)
        assert_fault(answer, 502, "hub_error")
        assert "Location" not in answer
        assert len(hostile.seen) == 1


class TestHubFails:
    def test_nobody_listens(self, cast: Cast, program: Program, hostile: AnyServer) -> None:
        move(cast.acme, "closed")
        assert_fault(program.get(ASSETS), 502, "hub_unavailable")
        assert told(program) == [("call.admitted", "admitted"), ("call.failed", "error")]

    @pytest.mark.parametrize("where", ["/gateway/*", "/acme.piam/oauth/token"])
    def test_it_hangs_up(self, program: Program, hub: RunningEmulator, where: str) -> None:
        hub.faults.add(where, drop=True)
        assert_fault(program.get(ASSETS), 502, "hub_unavailable")
        assert calls(program)[-1].facts["reason"] == "hub_unavailable"

    def test_it_is_slow(
        self, cast: Cast, program: Program, hostile: AnyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        be_impatient(monkeypatch)
        move(cast.acme, "hostile")
        hostile.otherwise = hostile.say_nothing
        assert_fault(program.get(ASSETS), 504, "hub_timeout")
        assert calls(program)[-1].facts["reason"] == "hub_timeout"

    def test_its_identity_is_slow(
        self, program: Program, hostile: AnyServer, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        be_impatient(monkeypatch)
        monkeypatch.setenv("BINDING_KEY_ACME__HUB_ACCESS_TOKEN_URL", f"{hostile.url}/oauth/token")
        hostile.otherwise = hostile.say_nothing
        assert_fault(program.get(ASSETS), 504, "hub_timeout")
        assert calls(program)[-1].facts["reason"] == "hub_timeout"
        assert gateway_calls(hub) == []

    def test_it_hangs_up_within_a_small_body(self, program: Program, hub: RunningEmulator) -> None:
        hub.faults.add("/gateway/*", truncate=True)
        assert_fault(program.get(f"{ASSETS}/root"), 502, "hub_unavailable")

    def test_it_hangs_up_within_a_large_body(self, program: Program, hub: RunningEmulator) -> None:
        """Half an answer must not look like a whole one: the connection breaks."""
        hub.faults.add("/gateway/*", truncate=True)
        answer = program.get(f"{SERIES}/{pump_of('acme')}/Vibration?{DAY}")
        with pytest.raises(Exception, match=r"(?i)incomplete|broken|reset"):
            b"".join(answer.streaming_content)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 abc OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 2",
            b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n{}",
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n{}",
            b"HTTP/1.1 100 Continue\r\n\r\n",
        ],
    )
    def test_it_speaks_nonsense(self, cast: Cast, program: Program, hostile: AnyServer, raw: bytes) -> None:
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: raw
        answer = program.get(ASSETS)
        if answer.streaming:  # too late for a status: the connection breaks
            with pytest.raises(Exception, match=r"(?i)incomplete|invalid|broken|reset"):
                b"".join(answer.streaming_content)
        else:
            assert_fault(answer, 502, answer.json()["code"])

    def test_it_forgot_our_token(self, program: Program, hub: RunningEmulator) -> None:
        assert program.get(ASSETS).status_code == 200
        hub.clock.shift(2000)
        assert program.get(ASSETS).status_code == 200
        assert token_calls(hub) == 2
        assert len(gateway_calls(hub)) == 3

    def test_it_refuses_every_token(self, program: Program, hub: RunningEmulator) -> None:
        hub.faults.add("/gateway/*", status=401)
        assert_fault(program.get(ASSETS), 502, "hub_credential_refused")
        assert (token_calls(hub), len(gateway_calls(hub))) == (2, 2)
        assert calls(program)[-1].facts["reason"] == "hub_credential_refused"

    def test_one_token_serves_many_calls(self, program: Program, hub: RunningEmulator) -> None:
        for _ in range(4):
            assert program.get(f"{ASSETS}/root").status_code == 200
        assert (token_calls(hub), len(gateway_calls(hub))) == (1, 4)


def be_impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the Hub a tenth of a second instead of 15 seconds."""
    short = urllib3.Timeout(connect=1, read=0.1)
    monkeypatch.setitem(upstream._POOL.connection_pool_kw, "timeout", short)
    monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)


class TestCredential:
    def give(self, cast: Cast, secret: str) -> None:
        """Replace acme's credential at the Hub."""
        with tenant_scope(cast.acme.pk):
            import_key(
                name="Other access",
                source=Source.TECHNICAL_USER,
                token_url=BindingKey.objects.get(is_upstream=True, revoked_at=None).token_url,
                client_id="acme-hub-reader",
                secret=Secret(secret),
                by=SYSTEM,
            )

    def test_a_wrong_one(self, cast: Cast, program: Program, hub: RunningEmulator) -> None:
        self.give(cast, "not-the-secret")
        answer = program.get(ASSETS)
        assert_fault(answer, 502, "hub_credential_refused")
        assert "not-the-secret" not in answer.content.decode()
        assert gateway_calls(hub) == []
        assert calls(program)[-1].facts["reason"] == "hub_credential_refused"

    def test_none(self, cast: Cast, program: Program, hub: RunningEmulator) -> None:
        with tenant_scope(cast.acme.pk):
            revoke_key(BindingKey.objects.get(is_upstream=True), by=SYSTEM)
        assert_fault(program.get(ASSETS), 502, "no_hub_credential")
        assert not len(hub.requests)
        assert told(program) == [("call.admitted", "admitted"), ("call.failed", "error")]

    def test_another_tenants_is_not_used_instead(self, cast: Cast, program: Program, hub: RunningEmulator) -> None:
        make_program(cast.globex)
        hub.requests.clear()
        with tenant_scope(cast.acme.pk):
            revoke_key(BindingKey.objects.get(is_upstream=True), by=SYSTEM)
        assert_fault(program.get(ASSETS), 502, "no_hub_credential")
        assert not len(hub.requests)

    def test_the_deployments_word_wins(self, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, "not-the-secret")
        assert_fault(program.get(ASSETS), 502, "hub_credential_refused")
        monkeypatch.setenv(VARIABLE, client_secret("acme-hub-reader"))
        assert program.get(ASSETS).status_code == 200

    def test_the_deployments_word_in_a_file(
        self, cast: Cast, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        BindingKey.all_tenants.filter(is_upstream=True).update(client_id="nobody")
        assert program.get(ASSETS).status_code == 502
        (tmp_path / "id").write_text("acme-hub-reader\n")
        (tmp_path / "secret").write_text(client_secret("acme-hub-reader") + "\n")
        monkeypatch.setenv("BINDING_KEY_ACME__HUB_ACCESS_CLIENT_ID_FILE", str(tmp_path / "id"))
        monkeypatch.setenv(f"{VARIABLE}_FILE", str(tmp_path / "secret"))
        assert program.get(ASSETS).status_code == 200

    @pytest.mark.parametrize("content", [None, b"", b"  \n", b"\xff\xfe"])
    def test_a_file_that_cannot_be_read(
        self,
        program: Program,
        hub: RunningEmulator,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Any,
        content: bytes | None,
    ) -> None:
        """The stored secret is not used instead: the deployment said otherwise."""
        if content is not None:
            (tmp_path / "secret").write_bytes(content)
        monkeypatch.setenv(f"{VARIABLE}_FILE", str(tmp_path / "secret"))
        answer = program.get(ASSETS)
        assert_fault(answer, 503, "constant_unreadable")
        assert str(tmp_path) not in answer.content.decode()
        assert not len(hub.requests)
        assert told(program) == [("call.admitted", "admitted"), ("call.failed", "error")]

    def test_the_word_for_another_tenants_key_is_not_ours(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BINDING_KEY_GLOBEX__HUB_ACCESS_CLIENT_SECRET", "not-the-secret")
        monkeypatch.setenv("BINDING_KEY_HUB_ACCESS_CLIENT_SECRET", "not-the-secret")
        assert program.get(ASSETS).status_code == 200


def watch_closing(monkeypatch: pytest.MonkeyPatch) -> list[UpstreamBody]:
    """The bodies that were closed, as long as the test runs."""
    closed: list[UpstreamBody] = []
    close = UpstreamBody.close

    def watched(body: UpstreamBody) -> None:
        closed.append(body)
        close(body)

    monkeypatch.setattr(UpstreamBody, "close", watched)
    return closed


class TestLargeBodies:
    def test_are_streamed(self, program: Program) -> None:
        answer = program.get(f"{SERIES}/{pump_of('acme')}/Vibration?{DAY}")
        assert isinstance(answer, StreamingHttpResponse)
        body = b"".join(answer.streaming_content)
        assert len(body) > constants.PROXY_BUFFER
        assert answer["Content-Length"] == str(len(body))
        assert told(program) == [("call.admitted", "admitted"), ("call.answered", "ok")]

    def test_a_small_one_is_not(self, program: Program) -> None:
        assert not program.get(f"{ASSETS}/root").streaming

    @pytest.mark.parametrize("size", [constants.PROXY_BUFFER, constants.PROXY_BUFFER + 1, 3_000_000])
    def test_arrive_whole(self, cast: Cast, program: Program, hostile: AnyServer, size: int) -> None:
        move(cast.acme, "hostile")
        sent = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
        hostile.otherwise = lambda request: Response(sent[:size], content_type="application/json")
        answer = program.get(ASSETS)
        assert answer.streaming == (size > constants.PROXY_BUFFER)
        assert answer.getvalue() == sent[:size]

    def test_of_unknown_length_are_streamed(self, cast: Cast, program: Program, hostile: AnyServer) -> None:
        move(cast.acme, "hostile")
        pieces = [b"a" * 1000, b"b" * 1000]
        hostile.otherwise = lambda request: Response(iter(pieces), content_type="application/json")
        answer = program.get(ASSETS)
        assert answer.streaming
        assert answer.getvalue() == b"".join(pieces)
        assert "Content-Length" not in answer

    def test_compressed_ones_stay_compressed(self, cast: Cast, program: Program, hostile: AnyServer) -> None:
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(b"\x1f\x8bxyz", headers={"Content-Encoding": "gzip"})
        answer = program.get(ASSETS, HTTP_ACCEPT_ENCODING="gzip")
        assert (answer.content, answer["Content-Encoding"]) == (b"\x1f\x8bxyz", "gzip")
        assert hostile.seen[-1].headers["accept-encoding"] == "gzip"

    def test_who_hangs_up_gives_the_connection_back(
        self, cast: Cast, program: Program, hostile: AnyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(b"x" * 1_000_000)
        closed = watch_closing(monkeypatch)
        answer = program.get(ASSETS)
        assert answer.streaming
        assert not closed
        answer.close()
        assert len(closed) == 1
        assert closed[0]._answer.closed


class TestRecords:
    def test_a_call_is_recorded_before_and_after(self, cast: Cast, program: Program) -> None:
        answer = program.get(f"{ASSETS}?size=1&filter=%7B%7D", REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="plc/1")
        admitted, answered = calls(program)
        assert (admitted.name, admitted.outcome) == ("call.admitted", "admitted")
        assert admitted.facts == {"method": "GET", "path": ASSETS, "route": "assets", "generation": 1}
        assert (answered.name, answered.outcome, answered.answers) == ("call.answered", "ok", admitted.index)
        assert answered.facts == {"method": "GET", "path": ASSETS, "route": "assets", "status": 200}
        for row in (admitted, answered):
            assert row.tenant_id == cast.acme.pk
            assert (row.address, row.request_id) == ("192.0.2.7", answer["X-Request-Id"])
            assert (row.actor_id, row.subject) == (program.key.client_id, program.key.subject)
            assert row.content["actor"]["agent"] == "plc/1"

    def test_the_route_of_time_series(self, program: Program) -> None:
        path = f"{SERIES}/{pump_of('acme')}/Vibration"
        program.get(path)
        assert [row.facts["route"] for row in calls(program)] == ["timeseries", "timeseries"]
        assert calls(program)[1].facts["path"] == path

    def test_what_was_not_admitted_is_not_recorded_as_a_call(self, program: Program) -> None:
        program.get("/api/x")
        program.get(f"{ASSETS}/../files")
        program.send("POST", ASSETS)
        assert calls(program) == []

    def test_neither_tokens_nor_query_are_recorded(self, program: Program, hub: RunningEmulator) -> None:
        program.get(f"{ASSETS}?filter=%22of-a-person%22")
        bodies = b"".join(bytes(row.body) for row in AuditRecord.all_tenants.all())
        assert b"of-a-person" not in bodies
        assert program.token.encode() not in bodies
        assert client_secret("acme-hub-reader").encode() not in bodies

    def test_activity_shows_the_end_and_hides_the_admission_that_it_answers(self, cast: Cast, program: Program) -> None:
        program.get(ASSETS)
        with tenant_scope(cast.acme.pk):
            shown = list(matching(of_tenant(), kind="key_use"))
        assert [row.name for row in shown] == ["call.answered", "token.issued"]

    def test_activity_shows_an_admission_without_an_end(self, cast: Cast, program: Program) -> None:
        with audit_refuses("call.answered"):
            program.get(ASSETS)
        with tenant_scope(cast.acme.pk):
            shown = list(matching(of_tenant(), kind="key_use"))
        assert [(row.name, row.outcome) for row in shown[:1]] == [("call.admitted", "admitted")]

    def test_one_tenants_call_ends_no_admission_of_another(self, cast: Cast, program: Program) -> None:
        """Both logs count from 0: an answer of globex must not hide an open admission of acme."""
        stranger = make_program(cast.globex)
        with audit_refuses("call.answered"):
            program.get(ASSETS)
        stranger.get(ASSETS)
        with tenant_scope(cast.acme.pk):
            assert [row.name for row in matching(of_tenant(), outcome="admitted")] == ["call.admitted"]


class TestAuditLogFails:
    """No record, no effect: the Hub is not asked, and of what it answered nothing goes out."""

    @pytest.mark.parametrize("names", [("call.admitted",), ()])
    def test_before_the_call(self, program: Program, hub: RunningEmulator, names: tuple[str, ...]) -> None:
        with audit_refuses(*names):
            answer = program.get(ASSETS)
        assert_fault(answer, 503, "audit_unavailable")
        assert "Retry-After" in answer
        assert not len(hub.requests)
        assert calls(program) == []

    @pytest.mark.parametrize("target", [f"{ASSETS}/root", f"{ASSETS}?size=200"])
    def test_after_the_call(self, program: Program, hub: RunningEmulator, target: str) -> None:
        with audit_refuses("call.answered"):
            answer = program.get(target)
        assert_fault(answer, 503, "audit_unavailable")
        assert "assetId" not in answer.content.decode()
        assert "ETag" not in answer
        assert len(gateway_calls(hub)) == 1
        assert told(program) == [("call.admitted", "admitted")]

    def test_after_the_call_with_a_large_body(
        self, cast: Cast, program: Program, hostile: AnyServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        move(cast.acme, "hostile")
        hostile.otherwise = lambda request: Response(b"x" * 1_000_000)
        closed = watch_closing(monkeypatch)
        with audit_refuses("call.answered"):
            answer = program.get(ASSETS)
        assert_fault(answer, 503, "audit_unavailable")
        assert [body._answer.closed for body in closed][:1] == [True]

    def test_while_the_hub_fails_too(self, program: Program, hub: RunningEmulator) -> None:
        hub.faults.add("/gateway/*", drop=True)
        with audit_refuses("call.failed"):
            assert_fault(program.get(ASSETS), 503, "audit_unavailable")

    def test_and_afterwards_all_is_well(self, program: Program) -> None:
        with audit_refuses():
            assert program.get(ASSETS).status_code == 503
        assert program.get(ASSETS).status_code == 200


def test_the_caller_does_not_choose_the_host(cast: Cast, program: Program, hostile: AnyServer, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    move(cast.acme, "hostile")
    hostile.otherwise = ok
    answer = program.get(
        ASSETS,
        HTTP_HOST="evil.example",
        HTTP_X_FORWARDED_HOST="evil.example",
        HTTP_X_ORIGINAL_URL="/api/identitymanagement/v3/Users",
        HTTP_X_REWRITE_URL="/api/identitymanagement/v3/Users",
        HTTP_FORWARDED="host=evil.example",
    )
    assert answer.status_code == 200
    (seen,) = hostile.seen
    assert seen.headers["host"] == hostile.url.removeprefix("http://")
    assert seen.target == f"/gateway{ASSETS}"
    assert "evil.example" not in str(answer.headers)
