"""What a first start puts into the database, and what `make run` says when everything is up.

The data comes from the emulator's own banner: tenants, credentials and people are the emulator's, not invented here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from assets_app.sharing import commands as sharing
from assets_app.sharing.notice import notice
from assets_app.sharing.queries import of_both
from portal.actor import SYSTEM
from portal.cockpit.commands import create_app
from portal.cockpit.component_commands import save_component
from portal.cockpit.models import Application, AppVersion, Component
from portal.cockpit.registration import registrations
from portal.cockpit.role_commands import give_scopes
from portal.cockpit.states import AppState
from portal.keys.commands import create_key
from portal.keys.models import BindingKey
from portal.keys.queries import token_url_of
from portal.keys.upstream import upstream_key
from portal.lib.secret import Secret
from portal.ops.demo import DIRECT
from portal.ops.demo_example import HOST, PICTURE
from portal.ops.orders import UPSTREAM_NAME, place_order
from portal.scoping import tenant_scope
from portal.tenants import provisioning
from portal.tenants.models import Package, Tenant

DEMO_KEY = "Demo line"
READS_ASSETS = "mdsp:core:assetmanagement.standarduser"


@dataclass(frozen=True)
class Banner:
    """What the emulator says of itself."""

    url: str
    content: dict[str, Any]

    def client_secret(self, client_id: str) -> str:
        """The secret of one of the emulator's clients; they exist on this machine only."""
        clients = {client["client_id"]: client for client in self.content["clients"]}
        return str(clients[client_id]["client_secret"])

    @property
    def tenants(self) -> list[dict[str, Any]]:
        """The tenants of the classic world, whose people all sign in at one identity host."""
        return [tenant for tenant in self.content["tenants"] if tenant["world"] == "classic"]

    def token_url(self, tenant: str) -> str:
        return f"{self.url}/{tenant}.piam/oauth/token"


def read_banner(hub_url: str) -> Banner:
    """The banner of a running emulator."""
    with DIRECT.open(f"{hub_url}/_emulator/banner", timeout=10) as response:
        return Banner(hub_url, json.load(response))


def seed(hub: Banner) -> None:
    """The classic tenants of the emulator, provisioned as an operator does it; a key, an application, an offer to try.

    What is there already stays. The tenant of the other world is left for the operator to provision.
    """
    for told in hub.tenants:
        tenant = Tenant.objects.filter(name=told["name"]).first() or _provisioned(told, hub)
        with tenant_scope(tenant.pk):
            _follow_emulator(tenant, hub)
            registrations.tell_anew()  # the emulator began anew as well
            if tenant.name == "acme" and not BindingKey.objects.filter(name=DEMO_KEY).exists():
                key, _generation, secret = create_key(name=DEMO_KEY, by=SYSTEM)
                _keep(f"ClientID={key.client_id}\nClientSecret={secret.reveal()}\n")
            if tenant.name == "acme":
                _draft(hub)
    pair = Tenant.objects.filter(name__in=("acme", "globex")).order_by("name")
    if len(pair) == 2:  # an emulator that was started with other tenants has no such pair
        _collaborate(*pair)


def _collaborate(acme: Tenant, globex: Tenant) -> None:
    """One collaboration of the two that has ended, and an offer that waits for Alice."""
    with tenant_scope(acme.pk):
        if of_both().exists():
            return
        trial = sharing.offer_collaboration(
            name=globex.name, message="A trial with the pumps of line 4", notice=notice(), by=SYSTEM
        )
    with tenant_scope(globex.pk):
        sharing.accept_collaboration(trial, by=SYSTEM)
        sharing.end_collaboration(trial, reason="The trial is over.", by=SYSTEM)
        sharing.offer_collaboration(name=acme.name, message="Turbines cooled by your pumps", notice=notice(), by=SYSTEM)


def _provisioned(told: dict[str, Any], hub: Banner) -> Tenant:
    client_id = f"{told['name']}-hub-developer"
    accounts = [account for account in hub.content["accounts"] if account["tenant"] == told["name"]]
    tenant = place_order(
        name=told["name"],
        display_name=told["display_name"],
        company_name=told["display_name"],
        company_domain=f"{told['name']}.example",
        environment="emulator",
        numeric_id=told["numeric_id"],
        package=Package.S,
        first_admin_email=next(one["email"] for one in accounts if one["role"] == "tenant admin"),
        first_admin_language="en",
        client_id=client_id,
        secret=Secret(hub.client_secret(client_id)),
        by=SYSTEM,
    )
    provisioning.run(tenant.pk, by=SYSTEM)
    return tenant


def _follow_emulator(tenant: Tenant, hub: Banner) -> None:
    """If the emulator took another port than when it was seeded: the deployment's word wins over the database."""
    upstream = upstream_key()
    if upstream and upstream.name == UPSTREAM_NAME and upstream.token_url != hub.token_url(tenant.name):
        os.environ[f"BINDING_KEY_{tenant.name.upper()}__HUB_ACCESS_TOKEN_URL"] = hub.token_url(tenant.name)


def _draft(hub: Banner) -> None:
    """The example application, written down up to its registration; if it runs on another port now, there."""
    web = Component("web", settings.EXAMPLE_URL, ["/**"])
    if not Application.objects.exists():
        version = create_app(
            internal_name="pumpboard",
            version="v1.0.0",
            display_name="Pump board",
            description="Shows the assets of the plant. An example that runs with this demo, for trying the whole way. "
            f"Health endpoint: /health/. A screenshot to send: {hub.url}{PICTURE}",
            component=web,
            by=SYSTEM,
        )
        reader = [replace(role, core_roles=[READS_ASSETS]) for role in version.role_list]
        give_scopes(version, roles=reader, seen=version.roles_digest, by=SYSTEM)
    for version in AppVersion.objects.filter(state=AppState.IN_DEVELOPMENT).defer("icon", "screenshot"):
        for held in version.component_list:
            if urlsplit(held.url).hostname == HOST and held.url != web.url:
                save_component(version, replace(held, url=web.url), before=held.name, by=SYSTEM)


def _keep(lines: str) -> None:
    path = _env_file()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(lines)


def _env_file() -> Path:
    return Path(settings.DATA_DIR) / "demo.env"


def welcome(hub: Banner) -> str:
    """The banner: where to go, who can sign in, three lines to paste."""
    return "\n".join(
        [
            "",
            f"  Bindery is ready:  {settings.PORTAL_URL}",
            f"  Its mails:         {settings.PORTAL_URL}{reverse('notify:outbox')}",
            f"  Behind the Hub:    {settings.HUB_GATEWAY_URL}  (through the Hub's gateway, with its bar)",
            f"  Hub emulator:      {hub.url}/_emulator/",
            f"  An application:    {settings.EXAMPLE_URL}  (to register and release: Dev Dietrich has a draft)",
            "",
            "  Sign in as one of these people (the emulator asks for no password):",
            *_people(hub),
            "",
            "  Or read a pump from another terminal, here in this folder:",
            *(f"    {line}" for line in _lines(hub)),
            "",
            f"  Data is kept in {settings.DATA_DIR}. Ctrl-C stops everything.",
            "",
        ]
    )


def _people(hub: Banner) -> list[str]:
    here = set(Tenant.objects.values_list("name", flat=True))
    elsewhere = {tenant["name"] for tenant in hub.content["tenants"] if tenant["world"] == "xcelerator"}
    return [
        f"    {person['name']:<14} {person['role']} of {person['tenant']}"
        + (", no tenant here yet" if person["tenant"] not in here else "")
        + (" (second button)" if person["tenant"] in elsewhere else "")
        for person in hub.content["accounts"]
    ]


def _lines(hub: Banner) -> list[str]:
    example = next(example for example in hub.content["examples"] if example["tenant"] == "acme")
    api, bearer = f"{settings.PORTAL_URL}/api", 'curl -s -H "Authorization: Bearer $TOKEN"'
    env_file = os.path.relpath(_env_file())
    series = f"{api}/iottimeseries/v3/timeseries/{example['asset_id']}/{example['aspect']}"
    token_url = token_url_of(BindingKey())
    return [
        f'TOKEN=$(. ./{env_file}; curl -s -u "$ClientID:$ClientSecret" -d grant_type=client_credentials {token_url} '
        '| sed \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/\')',
        f"{bearer} {api}/assetmanagement/v3/assets/{example['asset_id']}",
        f"{bearer} {series}",
    ]
