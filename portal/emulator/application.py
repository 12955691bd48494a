"""The WSGI application: fault, route, handler, journal, in this order."""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug import Response
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.routing import Map

from portal.emulator.addresses import GATEWAY_PATHS, service_path
from portal.emulator.appgateway.routing import ApplicationRequest, entry_of
from portal.emulator.appgateway.views import answer_application
from portal.emulator.control.disturbed_answers import altered, replacement
from portal.emulator.control.faults import FaultInForce, drop_connection, half_of, reset_connection
from portal.emulator.control.journal import LONGEST_TEXT, ReceivedRequest
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.gateway.limits import check_limits
from portal.emulator.hub import Hub
from portal.emulator.routes import url_map
from portal.emulator.tenants import CORE_HOST, IDENTITY_HOSTS, World
from portal.emulator.web import MAX_BODY, EmulatorRequest, json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL_PREFIX = "/_emulator/"
AT_A_GATEWAY = tuple(f"{path}/" for path in GATEWAY_PATHS.values())
_PHRASES = {status.value: status.phrase for status in HTTPStatus if status in HTTP_STATUS_CODES}
_IDENTITY_ZONES = {f"{host}.{'sws' if world is World.XCELERATOR else 'piam'}" for host, world in IDENTITY_HOSTS.items()}


def make_application(hub: Hub) -> WSGIApplication:
    """The WSGI application of one hub."""
    routes = url_map()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        started = time.perf_counter()
        request = _located(hub, environ)
        struck = _fault_for(hub, request)
        if struck is None:
            response = _with_phrase(_answer(hub, routes, request))
            _record(hub, request, response.status_code, started)
            return response(environ, start_response)

        fault = struck.fault
        time.sleep(fault.latency)
        if fault.drop or fault.reset:
            request.reason = "reset by a fault" if fault.reset else "dropped by a fault"
            _record(hub, request, 0, started, struck)
            raise reset_connection(environ) if fault.reset else drop_connection(environ)
        replaced = replacement(hub, request, fault)
        response = _with_phrase(altered(replaced or _answer(hub, routes, request), fault))
        request.reason = "answered by a fault" if replaced else request.reason
        _record(hub, request, response.status_code, started, struck)
        if fault.truncate:
            start_response(response.status, response.get_wsgi_headers(environ).to_wsgi_list())
            return half_of(response.get_data(), environ)
        return response(environ, start_response)

    return application


def _located(hub: Hub, environ: WSGIEnvironment) -> EmulatorRequest:
    """The request with the path that stands for the host name it was sent to, if it was one of ours."""
    by_host = hub.config.host_addresses
    authority = environ.get("HTTP_HOST", "")
    entry = entry_of(hub, authority)
    if entry is not None:
        return ApplicationRequest(environ, entry)
    base = by_host.path_of(authority)
    if base is not None:
        environ["PATH_INFO"] = base + environ.get("PATH_INFO", "")
    request = EmulatorRequest(environ)
    request.addresses = hub.config.addresses if base is None else by_host
    return request


def _answer(hub: Hub, routes: Map, request: EmulatorRequest) -> Response:
    """The answer of the handler for this path, or a refusal."""
    try:
        if isinstance(request, ApplicationRequest):
            return answer_application(hub, request, lambda call: _answer(hub, routes, call))
        path = request.path
        if path.startswith(AT_A_GATEWAY):
            check_limits(hub, request)
        elif "Transfer-Encoding" in request.headers:
            _read_chunks(request)
        service = service_path(path)
        if service is not None:
            path, request.world = service
        handler, found = routes.bind_to_environ(request.environ).match(path)
        arguments = dict(found)
        host, zone = arguments.get("host", CORE_HOST), arguments.pop("zone", "piam")
        if f"{host}.{zone}" not in _IDENTITY_ZONES:
            raise NotFound()
        response: Response = handler(hub, request, **arguments)
    except GatewayError as error:
        request.reason = error.message
        return refusal(error)
    except HTTPException as error:
        return _plain_refusal(request, error)
    return response


def _read_chunks(request: EmulatorRequest) -> None:
    """Read a chunked body. Nobody else tells when it is too large: werkzeug cuts it at the maximum without a word."""
    request.max_content_length = MAX_BODY + 1
    if len(request.get_data()) > MAX_BODY:
        raise RequestEntityTooLarge()


def _fault_for(hub: Hub, request: EmulatorRequest) -> FaultInForce | None:
    """The fault that strikes; the control paths have none, else nobody could end it."""
    return None if _is_control(request) else hub.faults.find(request.method, request.path)


def _plain_refusal(request: EmulatorRequest, error: HTTPException) -> Response:
    """Answer for a path or method that does not exist, in the dialect of the part it was sent to."""
    request.reason = request.reason or error.name
    status = error.code or 500
    if request.path.startswith(AT_A_GATEWAY):
        answer = refusal(GatewayError.of_status(status, error.description or error.name))
    else:
        name = error.name.lower().replace(" ", "_")
        answer = json_response({"error": name, "error_description": error.description}, status)
    for header, value in error.get_headers(request.environ):
        if header == "Allow":
            answer.headers[header] = value
    return answer


def _with_phrase(response: Response) -> Response:
    """The response with the usual phrase behind its status, "404 Not Found"; werkzeug writes "404 NOT FOUND"."""
    code = response.status_code
    if code in _PHRASES and response.status == f"{code} {HTTP_STATUS_CODES[code].upper()}":
        response.status = f"{code} {_PHRASES[code]}"
    return response


def _is_control(request: EmulatorRequest) -> bool:
    """Whether the request is for the emulator itself; the paths of applications start with their name."""
    return request.path.startswith(CONTROL_PREFIX)


def _record(
    hub: Hub, request: EmulatorRequest, status: int, started: float, struck: FaultInForce | None = None
) -> None:
    if _is_control(request):
        return
    hub.requests.record(
        ReceivedRequest(
            request.method[:LONGEST_TEXT],
            request.path[:LONGEST_TEXT],
            status,
            request.client,
            (request.reason or _usual_reason(status))[:LONGEST_TEXT],
            tenant=request.tenant,
            limit=request.limit,
            fault=struck.id if struck else "",
            time=hub.clock.now(),
            duration_ms=round((time.perf_counter() - started) * 1000, 2),
        )
    )


def _usual_reason(status: int) -> str:
    """What the journal says where the handler noted nothing."""
    return "allowed, no role is needed" if status < 400 else HTTP_STATUS_CODES.get(status, f"status {status}")
