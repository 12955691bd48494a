"""Which requests belong to an application: those whose Host header is one of an application's names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.emulator.addresses import GATEWAY_PATHS, Addresses
from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.registry import PORT_HOSTS
from portal.emulator.tenants import PROVIDER_ID, World
from portal.emulator.web import EmulatorRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from portal.emulator.hub import Hub

AUTHORITY = re.compile(r"(?P<host>[a-z0-9.-]+):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Entry:
    """Where a request for an application arrived.

    ``application`` is missing if none has this name. ``base`` is the base URL in the form in which the caller came,
    ``addresses`` are those of the Hub in this form.
    """

    label: str
    application: Application | None
    base: str
    addresses: Addresses

    @property
    def journal_path(self) -> str:
        """What stands for the host name in the journal and in the patterns of faults: ``/acme-demoapp-acme.app``."""
        return f"/{self.label}.app"


class ApplicationRequest(EmulatorRequest):
    """A request for an application. ``path`` starts with the entry's ``journal_path``; ``target`` is path and query
    exactly as the client wrote them."""

    def __init__(self, environ: WSGIEnvironment, entry: Entry) -> None:
        super().__init__(environ | {"PATH_INFO": entry.journal_path + environ.get("PATH_INFO", "")})
        self.entry = entry
        self.addresses = entry.addresses
        self.target = _raw_target(environ)


def entry_of(hub: Hub, authority: str) -> Entry | None:
    """The application's entry that a Host header names; nothing for any other name."""
    by_host = hub.config.host_addresses
    name = by_host.application_of(authority)
    if name is not None:
        label, world = name
        application = hub.applications.get(label)
        if application is not None and application.owner.world is not world:
            application = None
        return Entry(label, application, by_host.application(label, world), by_host)

    found = AUTHORITY.fullmatch(authority.lower())
    if found is None or found["host"] not in (*PORT_HOSTS, hub.config.host_name):
        return None
    application = hub.applications.at_port(int(found["port"]))
    if application is None:
        return None
    return Entry(application.label, application, f"{by_host.scheme}://{found[0]}", hub.config.addresses)


def platform_path(world: World, path: str) -> str:
    """The path at the platform's gateway of an ``/api/…`` path at an application.

    In the Xcelerator world the provider's id may stand behind the service's name or be left out.
    """
    service, slash, rest = path.removeprefix("/api/").partition("/")
    if world is World.XCELERATOR:
        service = f"{service.removesuffix(f'-{PROVIDER_ID}')}-{PROVIDER_ID}"
    return f"{GATEWAY_PATHS[world]}/api/{service}{slash}{rest}"


def is_navigation(request: EmulatorRequest) -> bool:
    """Whether a person's browser opens a page, in contrast to a script that calls."""
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return request.method == "GET" and not by_script and "text/html" in request.headers.get("Accept", "")


def _raw_target(environ: WSGIEnvironment) -> str:
    raw = str(environ["RAW_URI"])
    if raw.startswith("/"):
        return raw
    # A proxy is asked with the absolute form (RFC 9112, section 3.2.2).
    _, _, rest = raw.partition("://")
    _, slash, target = rest.partition("/")
    return f"{slash}{target}" or "/"
