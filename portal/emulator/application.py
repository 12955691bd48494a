"""The WSGI application: fault, route, handler, journal, in this order."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug import Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map

from portal.emulator.addresses import service_path
from portal.emulator.control.faults import Fault, drop_connection, half_of
from portal.emulator.control.journal import ReceivedRequest
from portal.emulator.gateway.errors import GatewayError, refusal
from portal.emulator.hub import Hub
from portal.emulator.routes import url_map
from portal.emulator.tenants import CORE_HOST, IDENTITY_HOSTS, World
from portal.emulator.web import EmulatorRequest, json_response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL_PREFIX = "/_emulator/"
_IDENTITY_ZONES = {f"{host}.{'sws' if world is World.XCELERATOR else 'piam'}" for host, world in IDENTITY_HOSTS.items()}


def make_application(hub: Hub) -> WSGIApplication:
    """The WSGI application of one hub."""
    routes = url_map()

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = _located(hub, environ)
        fault = _fault_for(hub, request)
        if fault is None:
            response = _answer(hub, routes, request)
            _record(hub, request, response.status_code, request.reason)
            return response(environ, start_response)

        time.sleep(fault.latency)
        if fault.drop:
            _record(hub, request, 0, "dropped by a fault")
            raise drop_connection(environ)
        response = _replacement(fault) or _answer(hub, routes, request)
        _record(hub, request, response.status_code, "fault")
        if fault.truncate:
            start_response(response.status, response.get_wsgi_headers(environ).to_wsgi_list())
            return half_of(response.get_data(), environ)
        return response(environ, start_response)

    return application


def _located(hub: Hub, environ: WSGIEnvironment) -> EmulatorRequest:
    """The request with the path that stands for the host name it was sent to, if it was one of ours."""
    by_host = hub.config.host_addresses
    base = by_host.path_of(environ.get("HTTP_HOST", ""))
    if base is not None:
        environ["PATH_INFO"] = base + environ.get("PATH_INFO", "")
    request = EmulatorRequest(environ)
    request.addresses = hub.config.addresses if base is None else by_host
    return request


def _answer(hub: Hub, routes: Map, request: EmulatorRequest) -> Response:
    """The answer of the handler for this path, or a refusal."""
    try:
        path = request.path
        service = service_path(path)
        if service is not None:
            path, request.world = service
        handler, found = routes.bind_to_environ(request.environ).match(path)
        arguments = dict(found)
        host, zone = arguments.get("host", CORE_HOST), arguments.pop("zone", "piam")
        if f"{host}.{zone}" not in _IDENTITY_ZONES:
            raise NotFound()
        response: Response = handler(hub, request, **arguments)
    except HTTPException as error:
        return _plain_refusal(request, error)
    return response


def _fault_for(hub: Hub, request: EmulatorRequest) -> Fault | None:
    """The fault in force; the control paths have none, else nobody could end it."""
    if request.path.startswith(CONTROL_PREFIX):
        return None
    return hub.faults.find(request.method, request.path)


def _replacement(fault: Fault) -> Response | None:
    """The answer the fault puts in place of the real one, if it does."""
    if fault.status is None and fault.body is None:
        return None
    return Response(fault.body or "", fault.status or 200, content_type="application/json")


def _plain_refusal(request: EmulatorRequest, error: HTTPException) -> Response:
    """Answer for a path or method that does not exist, in the dialect of the part it was sent to."""
    request.reason = request.reason or error.name
    if request.path.startswith(("/gateway/", "/api.app/")):
        return refusal(GatewayError.of_status(error.code or 500, error.description or error.name))
    answer = json_response(
        {
            "error": error.name.lower().replace(" ", "_"),
            "error_description": error.description,
        },
        error.code or 500,
    )
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _record(hub: Hub, request: EmulatorRequest, status: int, reason: str) -> None:
    if request.path.startswith(CONTROL_PREFIX):
        return
    hub.requests.record(ReceivedRequest(request.method, request.path, status, request.client, reason))
