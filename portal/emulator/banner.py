"""What a newcomer needs to know to use the emulator: URLs, people, clients with their secrets, an asset."""

from __future__ import annotations

from typing import Any

from portal.emulator.hub import Hub
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import Client
from portal.emulator.tenants import IDENTITY_HOSTS, TENANTS, Tenant, World


def banner(hub: Hub) -> dict[str, Any]:
    """The banner as data: ``url``, ``gateway_url``, ``tenants``, ``accounts``, ``clients``, ``examples``."""
    return {
        "url": hub.config.url,
        "gateway_url": f"{hub.config.addresses.gateway(World.CLASSIC)}/api",
        "tenants": [_tenant(tenant) for tenant in TENANTS.values()],
        "accounts": [_account(account) for account in hub.directory],
        "clients": [_client(hub, client) for client in hub.clients],
        "examples": [_example(hub, name) for name in TENANTS],
    }


def banner_text(hub: Hub) -> str:
    """The banner for a terminal."""
    facts = banner(hub)
    lines = [
        f"Insights Hub emulator at {facts['url']} (API gateway {facts['gateway_url']})",
        "",
    ]
    lines += [f"  {a['email']:<24} {a['role']} of {a['tenant']}" for a in facts["accounts"]]
    for client in facts["clients"]:
        lines += [
            "",
            f"  client {client['client_id']}  secret {client['client_secret']}",
        ]
        lines += [f"    token URL {url}" for url in client["token_urls"]]
    lines += [""]
    lines += [f"  {e['tenant']}: {e['asset_name']} {e['asset_id']} aspect {e['aspect']}" for e in facts["examples"]]
    return "\n".join(lines)


def _tenant(tenant: Tenant) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "display_name": tenant.display_name,
        "numeric_id": tenant.numeric_id,
        "region": tenant.region,
        "world": tenant.world,
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "user_id": account.user_id,
        "name": account.name,
        "email": account.email,
        "tenant": account.tenant,
        "role": account.role,
        "scope": list(account.scope),
    }


def _client(hub: Hub, client: Client) -> dict[str, Any]:
    hosts = [TENANTS[client.tenant].identity_host] if client.tenant else list(IDENTITY_HOSTS)
    return {
        "client_id": client.client_id,
        "client_secret": client.secret,
        "tenant": client.tenant,
        "grant_types": list(client.grant_types),
        "scope": list(client.scope),
        "redirect_uris": list(client.redirect_uris),
        "token_urls": [hub.tokens.issuer(host) for host in hosts],
    }


def _example(hub: Hub, tenant: str) -> dict[str, Any]:
    asset, aspect, variable = hub.inventory.example(tenant)
    return {
        "tenant": tenant,
        "asset_id": asset.asset_id,
        "asset_name": asset.name,
        "aspect": aspect,
        "variable": variable,
    }
