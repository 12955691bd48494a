"""What the Hub holds, as sections of the emulator's page: people, clients, assets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markupsafe import Markup

from portal.emulator.addresses import service_url
from portal.emulator.assets.model import Asset
from portal.emulator.control.html import joined, render
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import Client
from portal.emulator.tenantmanagement.registry import TenantRecord
from portal.emulator.tenants import IDENTITY_HOSTS, TENANTS

if TYPE_CHECKING:
    from portal.emulator.hub import Hub

SHOWN = 300
"""Entries of one list; the API has them all."""
DEEPEST = 6
"""Levels that are drawn further to the right than the one above."""


def people_section(hub: Hub) -> Markup:
    """All people by tenant, with their roles."""
    return render("people", url=hub.config.url, tenants=joined(_people_of(hub, tenant) for tenant in hub.tenants))


def _people_of(hub: Hub, tenant: TenantRecord) -> Markup:
    people = hub.directory.people(tenant.name)
    entries = joined(map(_person, people[:SHOWN])) + _rest(len(people))
    return render("people_of_tenant", tenant=tenant.name, display_name=tenant.display_name, entries=entries)


def _person(account: Account) -> Markup:
    return render(
        "account",
        name=account.name,
        role=account.role if account.active else "removed, cannot sign in",
        email=account.email,
        roles=joined(render("role", name=name) for name in account.scope),
        count=len(account.scope),
    )


def clients_section(hub: Hub) -> Markup:
    """All OAuth clients with their secrets and where each gets tokens."""
    clients = list(hub.clients)
    return render("clients", entries=joined(_client(hub, client) for client in clients[:SHOWN]) + _rest(len(clients)))


def _client(hub: Hub, client: Client) -> Markup:
    hosts = [TENANTS[client.tenant].identity_host] if client.tenant else list(IDENTITY_HOSTS)
    return render(
        "client",
        id=client.client_id,
        owner=f"of {client.tenant}" if client.tenant else "for all tenants",
        grants=", ".join(client.grant_types),
        secret=client.secret,
        urls=joined(render("token_url", url=hub.tokens.issuer(host)) for host in hosts),
    )


def assets_section(hub: Hub) -> Markup:
    """The asset tree of each tenant."""
    return render("assets", tenants=joined(_assets_of(hub, tenant) for tenant in hub.tenants))


def _assets_of(hub: Hub, tenant: TenantRecord) -> Markup:
    assets = [asset for asset in hub.inventory.assets(tenant.name) if asset.deleted is None]
    base = f"{service_url(hub.config.addresses, tenant.world, 'assetmanagement')}/v3/assets"
    entries = [
        render(
            "asset",
            depth=min(depth, DEEPEST),
            name=asset.name,
            type=asset.type_id,
            id=asset.asset_id,
            url=f"{base}/{asset.asset_id}",
        )
        for depth, asset in list(_as_tree(assets))[:SHOWN]
    ]
    return render(
        "assets_of_tenant",
        tenant=tenant.name,
        display_name=tenant.display_name,
        count=len(assets),
        entries=joined(entries) + _rest(len(assets)),
    )


def _as_tree(assets: list[Asset]) -> Iterator[tuple[int, Asset]]:
    """Each asset with its depth, every one right below its parent and sorted by name; an own stack, as trees may be
    deeper than Python's."""
    children: defaultdict[str, list[Asset]] = defaultdict(list)
    for asset in sorted(assets, key=lambda asset: asset.name, reverse=True):
        children[asset.parent_id].append(asset)
    waiting = [(0, asset) for asset in children[""]]
    while waiting:
        depth, asset = waiting.pop()
        yield depth, asset
        waiting += [(depth + 1, child) for child in children[asset.asset_id]]


def _rest(count: int) -> Markup:
    return render("more", count=count - SHOWN) if count > SHOWN else Markup("")
