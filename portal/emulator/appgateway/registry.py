"""The registered applications by the names under which they are reached, each with its OAuth client."""

from __future__ import annotations

from collections.abc import Iterator

from portal.emulator.appgateway.applications import CALLBACK, Application
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.config import EmulatorConfig
from portal.emulator.identity.clients import AUTHORIZATION_CODE, Client, ClientRefused, ClientRegistry
from portal.emulator.seeding import stable_secret

CAPACITY = 330
"""The quota of applications of a tenant with the larger offerings; here of all tenants together."""
QUOTA = 30
"""Applications that the developers of one tenant may have registered: the quota of the smallest offering."""
PORT_HOSTS = ("localhost", "127.0.0.1")


TOLD = (
    "name",
    "tenant",
    "upstream",
    "provider",
    "display_name",
    "version",
    "scopes",
    "content_security_policy",
    "port",
)


class QuotaReached(WrongApplication):
    """The tenant has as many applications as its offering allows."""


class ApplicationExists(WrongApplication):
    """An application or an OAuth client of this name is registered already."""


class ApplicationRegistry:
    """All applications. Whoever changes it holds the Hub's lock."""

    def __init__(self, config: EmulatorConfig, clients: ClientRegistry) -> None:
        self._config = config
        self._clients = clients
        self._by_label: dict[str, Application] = {}
        for application in config.applications:
            self.add(application)

    def __iter__(self) -> Iterator[Application]:
        return iter(list({application.label: application for application in self._by_label.values()}.values()))

    def get(self, label: str) -> Application | None:
        """The application with this first label of a host name, with or without the provider."""
        return self._by_label.get(label)

    def at_port(self, port: int) -> Application | None:
        """The application that has this port of its own."""
        return next((application for application in self if application.port == port), None)

    def add(self, application: Application) -> None:
        """Register an application and the OAuth client with which the gateway signs people in to it.

        :raises ApplicationExists: one of its names is taken.
        :raises WrongApplication: there are too many.
        """
        taken = [label for label in application.labels if label in self._by_label]
        if taken:
            raise ApplicationExists(f"An application {taken[0]} is registered already. Remove it first.")
        if application.port is not None and self.at_port(application.port):
            raise ApplicationExists(f"Port {application.port} belongs to another application. Choose another one.")
        if len(list(self)) >= CAPACITY:
            raise WrongApplication(f"There are {CAPACITY} applications already. Remove one first.")
        try:
            self._clients.add(self._client(application))
        except ClientRefused as error:
            raise ApplicationExists(str(error)) from error
        self._by_label |= dict.fromkeys(application.labels, application)

    def put(self, application: Application) -> bool:
        """Register an application of a tenant's developers, or replace the registration of one; says if it is new.

        :raises ApplicationExists: the name belongs to an application that was there from the start.
        :raises QuotaReached: the tenant has too many.
        :raises WrongApplication: there are too many of all tenants.
        """
        present = self.get(application.label)
        if present is None:
            if sum(not other.is_for_all and other.tenant == application.tenant for other in self) >= QUOTA:
                raise QuotaReached(f"{application.tenant} has {QUOTA} applications already. Deregister one first.")
            self.add(application)
            return True
        if present.is_for_all:
            raise ApplicationExists(f"The application {application.name} is part of how the emulator was started.")
        self._by_label |= dict.fromkeys(application.labels, application)
        return False

    def remove(self, label: str) -> None:
        """Forget an application and its OAuth client.

        :raises KeyError: nobody registered it.
        """
        application = self._by_label[label]
        self._clients.remove(application.label)
        for name in application.labels:
            del self._by_label[name]

    def bases(self, application: Application) -> tuple[str, ...]:
        """All base URLs of an application: its host name, then its own port; no trailing slash."""
        by_host = self._config.host_addresses
        names = [by_host.application(label, application.owner.world) for label in application.labels]
        if application.port is not None:
            hosts = dict.fromkeys((*PORT_HOSTS, self._config.host_name))
            names += [f"{by_host.scheme}://{host}:{application.port}" for host in hosts]
        return tuple(names)

    def description(self, application: Application) -> dict[str, object]:
        """What the emulator tells about an application: its fields, client id and addresses."""
        values = {name: getattr(application, name) for name in TOLD}
        scopes = {"scopes": list(application.scopes)}
        return {
            "label": application.label,
            **values,
            **scopes,
            "client_id": application.label,
            "urls": [f"{base}/" for base in self.bases(application)],
        }

    def _client(self, application: Application) -> Client:
        bases = self.bases(application)
        return Client(
            client_id=application.label,
            secret=stable_secret(self._config.seed, f"application {application.label}"),
            grant_types=(AUTHORIZATION_CODE,),
            tenant=application.tenant,
            redirect_uris=tuple(f"{base}{CALLBACK}" for base in bases),
            post_logout_uris=tuple(f"{base}/" for base in bases),
        )
