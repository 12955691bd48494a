"""What a newcomer needs to know to use the emulator: URLs, people, credentials with their secrets, an asset."""

from __future__ import annotations

from typing import Any

from portal.emulator.addresses import service_url
from portal.emulator.hub import Hub
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.clients import ADMIN_SCOPE, AUTHORIZATION_CODE, READER_SCOPE, Client
from portal.emulator.seeding import stable_secret
from portal.emulator.tenants import IDENTITY_HOSTS, TENANTS, Tenant, World, serves
from portal.emulator.tokenmanager.credentials import AppCredential


def banner(hub: Hub) -> dict[str, Any]:
    """The banner as data.

    ``url``, ``gateway_url``, ``tenants``, ``accounts``, ``clients``, ``examples``, and the addresses of both worlds in
    both forms: ``gateways``, ``identity_hosts``; and ``app_credentials``. Secrets are those that follow from the seed;
    what was created later showed its secret once and is listed without.
    """
    return {
        "url": hub.config.url,
        "gateway_url": f"{hub.config.addresses.gateway(World.CLASSIC)}/api",
        "gateways": [_gateway(hub, world) for world in World],
        "identity_hosts": [_identity_host(hub, host) for host in IDENTITY_HOSTS],
        "tenants": [_tenant(hub, tenant) for tenant in TENANTS.values()],
        "accounts": [_account(account) for account in hub.directory],
        "clients": [_client(hub, client) for client in hub.clients],
        "app_credentials": [_app_credential(hub, credential) for credential in hub.app_credentials],
        "examples": list(filter(None, (_example(hub, name) for name in TENANTS))),
    }


def banner_text(hub: Hub) -> str:
    """The banner for a terminal."""
    facts = banner(hub)
    return "\n\n".join(
        [
            f"Insights Hub emulator at {facts['url']} (API gateway {facts['gateway_url']})",
            _section("API gateways", [_both_forms(g["world"], g) for g in facts["gateways"]]),
            _section("Identity hosts", [_both_forms(", ".join(h["tenants"]), h) for h in facts["identity_hosts"]]),
            _section(
                "People, who sign in without a password",
                [f"{a['email']:<24} {a['role']} of {a['tenant']}" for a in facts["accounts"]],
            ),
            _section("OAuth clients", [line for client in facts["clients"] for line in _client_lines(client)]),
            _section(
                "App credentials, for the Technical Token Manager",
                [line for credential in facts["app_credentials"] for line in _credential_lines(credential)],
            ),
            _section(
                "Assets to start with",
                [f"{e['tenant']}: {e['asset_name']} {e['asset_id']} aspect {e['aspect']}" for e in facts["examples"]],
            ),
        ]
    )


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def _both_forms(name: str, addresses: dict[str, Any]) -> str:
    return f"{name:<14} {addresses['by_path']}  or  {addresses['by_host']}"


def _client_lines(client: dict[str, Any]) -> list[str]:
    return [
        f"{client['client_id']:<20} {client['purpose']}",
        f"  secret     {client['client_secret'] or 'shown once, when it was made'}",
        f"  token URL  {client['token_urls'][0]}",
    ]


def _credential_lines(credential: dict[str, Any]) -> list[str]:
    application = f"{credential['app_name']} {credential['app_version']} of {credential['host_tenant']}"
    return [
        f"{credential['client_id']:<20} {application}, for {', '.join(credential['user_tenants'])}",
        f"  secret     {credential['client_secret'] or 'shown once, when it was made'}",
        f"  token URL  {credential['token_url']}",
    ]


def _gateway(hub: Hub, world: World) -> dict[str, Any]:
    return {
        "world": world,
        "by_path": hub.config.addresses.gateway(world),
        "by_host": hub.config.host_addresses.gateway(world),
    }


def _identity_host(hub: Hub, host: str) -> dict[str, Any]:
    return {
        "host": host,
        "world": IDENTITY_HOSTS[host],
        "tenants": [tenant for tenant in TENANTS if serves(host, tenant)],
        "by_path": hub.config.addresses.identity(host),
        "by_host": hub.config.host_addresses.identity(host),
    }


def _tenant(hub: Hub, tenant: Tenant) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "display_name": hub.tenants.get(tenant.name).display_name,
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
        "client_secret": _seeded_secret(hub, client),
        "purpose": _purpose(client),
        "tenant": client.tenant,
        "grant_types": list(client.grant_types),
        "scope": list(client.scope),
        "redirect_uris": list(client.redirect_uris),
        "token_urls": [hub.tokens.issuer(host) for host in hosts],
    }


def _purpose(client: Client) -> str:
    """What a client is there for, in a few words."""
    if AUTHORIZATION_CODE in client.grant_types:
        return f"signs in people of {client.tenant or 'all tenants'}"
    what = {READER_SCOPE: "reads assets and time series", ADMIN_SCOPE: "reads and writes everything"}
    return f"technical user of {client.tenant}, {what.get(client.scope, 'with scopes of its own')}"


def _app_credential(hub: Hub, credential: AppCredential) -> dict[str, Any]:
    application = credential.application
    world = TENANTS[application.host_tenant].world
    service = service_url(hub.config.addresses, world, "technicaltokenmanager")
    return {
        "client_id": credential.client_id,
        "client_secret": _seeded_secret(hub, credential),
        "host_tenant": application.host_tenant,
        "app_name": application.name,
        "app_version": application.version,
        "access_level": credential.access_level,
        "user_tenants": list(credential.user_tenants),
        "token_url": f"{service}/v3/oauth/token",
    }


def _seeded_secret(hub: Hub, holder: Client | AppCredential) -> str | None:
    """The secret that follows from the seed, if it is still the holder's one."""
    seeded = stable_secret(hub.config.seed, holder.client_id)
    return seeded if holder.has_secret(seeded) else None


def _example(hub: Hub, tenant: str) -> dict[str, Any] | None:
    """Something to read at first; a tenant may have deleted all that has time series."""
    found = hub.inventory.example(tenant)
    if found is None:
        return None
    asset, aspect, variable = found
    return {
        "tenant": tenant,
        "asset_id": asset.asset_id,
        "asset_name": asset.name,
        "aspect": aspect,
        "variable": variable,
    }
