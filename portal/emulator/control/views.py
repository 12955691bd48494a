"""The emulator's own paths for programs: health, banner, state, reset, snapshots, tokens, the journal and switches.

The real Hub has none of them. All but health and stylesheets answer only callers on this machine (``guards.py``).
"""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from werkzeug import Response
from werkzeug.exceptions import BadRequest, NotFound

from portal.emulator.banner import banner
from portal.emulator.config import WrongSetting
from portal.emulator.control import snapshots
from portal.emulator.control.clock import utc_text
from portal.emulator.control.guards import json_object, local_only, only, require_json
from portal.emulator.control.journal import CAPACITY
from portal.emulator.control.switches import Switches, UnknownSwitch
from portal.emulator.hub import Hub
from portal.emulator.tenants import IDENTITY_HOSTS, TENANTS, serves
from portal.emulator.web import EmulatorRequest, json_response, never_stored

STATIC = Path(__file__).parents[1] / "static"
TYPES = {".css": "text/css; charset=utf-8", ".png": "image/png"}
FILES = {path.name: (path.read_bytes(), TYPES[path.suffix]) for path in STATIC.iterdir() if path.suffix in TYPES}


def health(hub: Hub, request: EmulatorRequest) -> Response:
    """The health contract of self-hosted applications: ``{"healthStatus","time"}``."""
    return json_response({"healthStatus": "green", "time": utc_text(hub.clock.now())})


def static_file(hub: Hub, request: EmulatorRequest, name: str) -> Response:
    """A stylesheet of the sign-in pages or of the emulator's own page, or the picture of the example application."""
    if name not in FILES:
        raise NotFound()
    content, media_type = FILES[name]
    response = Response(content, content_type=media_type)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@local_only
def show_banner(hub: Hub, request: EmulatorRequest) -> Response:
    """Everything one needs to call the emulator, demo secrets included."""
    return never_stored(json_response(banner(hub)))


@local_only
def show_state(hub: Hub, request: EmulatorRequest) -> Response:
    """What there is, in numbers, and the settings in force."""
    return json_response(state(hub))


def state(hub: Hub) -> dict[str, Any]:
    """Counts of what the Hub keeps, with seed, clock and whether it is strict."""
    inventory = hub.inventory
    return {
        "seed": hub.config.seed,
        "now": hub.clock.now_datetime().isoformat(),
        "frozen": hub.clock.is_frozen,
        "strict": hub.switches == Switches(),
        "tenants": {
            tenant: {"assets": len(inventory.assets(tenant)), "people": len(hub.directory.people(tenant))}
            for tenant in TENANTS
        },
        "assetTypes": len(inventory.all_asset_types()),
        "aspectTypes": len(inventory.all_aspect_types()),
        "files": len(list(hub.files)),
        "clients": len(list(hub.clients)),
        "appCredentials": len(list(hub.app_credentials)),
        "applications": len(list(hub.applications)),
        "faults": len(list(hub.faults)),
        "requests": len(hub.requests),
    }


@local_only
def reset(hub: Hub, request: EmulatorRequest) -> Response:
    """Everything as at the start, or with ``{"seed": "…"}`` as another seed has it; the clock shows real time."""
    wanted = json_object(request, may_be_empty=True)
    only(wanted, "seed")
    seed = wanted.get("seed", hub.config.seed)
    if not isinstance(seed, str) or len(seed) > snapshots.LONGEST_SEED or not seed.isprintable():
        raise BadRequest(f"seed: write a word of at most {snapshots.LONGEST_SEED} characters.")
    try:
        hub.reset(seed)
    except WrongSetting as error:
        raise BadRequest(str(error)) from error
    return json_response(state(hub))


@local_only
def save_snapshot(hub: Hub, request: EmulatorRequest) -> Response:
    """The whole state as one JSON file; it contains the demo secrets of technical users."""
    response = never_stored(Response(snapshots.dump_text(hub), content_type="application/json"))
    response.headers["Content-Disposition"] = 'attachment; filename="insights-hub-snapshot.json"'
    return response


@local_only
def load_snapshot(hub: Hub, request: EmulatorRequest) -> Response:
    """Replace the whole state by that of the snapshot in the body; nothing changes if it is wrong."""
    request.max_content_length = snapshots.LARGEST
    require_json(request)
    try:
        snapshots.load_text(hub, request.get_data())
    except snapshots.WrongSnapshot as error:
        raise BadRequest(str(error)) from error
    return json_response(state(hub))


@local_only
def expire_tokens(hub: Hub, request: EmulatorRequest) -> Response:
    """Refuse all access tokens that were issued until now."""
    only(json_object(request, may_be_empty=True))
    hub.tokens.expire_all()
    return Response(status=204)


@local_only
def user_token(hub: Hub, request: EmulatorRequest) -> Response:
    """The token of a person without the sign-in: ``{"email": "…", "host": "acme", "client": "bindery"}``.

    ``host`` is the identity host that issues it, its tenant's own unless given; ``client`` the OAuth client.
    """
    wanted = json_object(request)
    only(wanted, "email", "host", "client")
    email, client_id = wanted.get("email"), wanted.get("client", "bindery")
    if not isinstance(email, str):
        raise BadRequest("email: write the address of a person. GET /_emulator/banner lists all people.")
    account = next((person for person in hub.directory if person.email == email), None)
    if account is None:
        raise NotFound("Nobody has this email. GET /_emulator/banner lists all people.")
    host = wanted.get("host", TENANTS[account.tenant].identity_host)
    if not isinstance(host, str) or host not in IDENTITY_HOSTS or not serves(host, account.tenant):
        raise BadRequest(f"host: write {TENANTS[account.tenant].identity_host}, which speaks for {account.tenant}.")
    if not isinstance(client_id, str) or hub.clients.get(client_id) is None:
        raise BadRequest("client: write the id of a client. GET /_emulator/banner lists them.")
    token = hub.tokens.for_person(account, client_id, host)
    return never_stored(json_response(token.response()))


@local_only
def list_requests(hub: Hub, request: EmulatorRequest) -> Response:
    """The journal, newest first: ``?limit=&path=&status=&client=``; ``path`` is any part of it."""
    wanted = request.args
    limit, status = _number(wanted.get("limit", "100"), "limit", CAPACITY), wanted.get("status")
    found = hub.requests.newest(
        limit,
        path=wanted.get("path", ""),
        status=None if status is None else _number(status, "status", 999),
        client=wanted.get("client", ""),
    )
    return json_response({"requests": [entry.description() for entry in found]})


@local_only
def clear_requests(hub: Hub, request: EmulatorRequest) -> Response:
    """Forget the journal."""
    hub.requests.clear()
    return Response(status=204)


@local_only
def show_switches(hub: Hub, request: EmulatorRequest) -> Response:
    """All switches with their values, defaults and meanings."""
    values = asdict(hub.switches)
    return json_response(
        {
            switch.name: {
                "value": values[switch.name],
                "default": switch.default,
                "meaning": switch.metadata["meaning"],
            }
            for switch in fields(Switches)
        }
    )


@local_only
def set_switches(hub: Hub, request: EmulatorRequest) -> Response:
    """Change some switches: ``{"max_page_size": 2000}``; all or none of them."""
    wanted = json_object(request)
    try:
        with hub.lock:
            hub.switches = hub.switches.changed(wanted)
    except UnknownSwitch as error:
        raise BadRequest(str(error)) from error
    return json_response(asdict(hub.switches))


def _number(text: str, name: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= most):
        raise BadRequest(f"{name}: write a number from 0 to {most}.")
    return int(text)
