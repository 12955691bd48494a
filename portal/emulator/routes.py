"""The site map: every path the emulator answers, and its handler.

Paths stand for host names, so that plain localhost is enough: ``/<host>.piam/`` is an identity host,
``/gateway/api/`` the API gateway. A handler is called with the hub, the request and the path's arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from werkzeug import Response
from werkzeug.routing import Map, Rule

from portal.emulator import control
from portal.emulator.assets import asset_views, type_views
from portal.emulator.identity import (
    authorize_views,
    discovery,
    session_views,
    token_views,
)
from portal.emulator.timeseries import views as timeseries_views

Handler = Callable[..., Response]

ASSET_MANAGEMENT = "/gateway/api/assetmanagement/v3"
TIME_SERIES = "/gateway/api/iottimeseries/v3/timeseries"


def url_map() -> Map:
    """All routes. Slashes matter, as at the Hub; only the billboard is found with and without one."""
    rules = [*_identity(), *_asset_management(), *_time_series(), *_control()]
    return Map(rules, strict_slashes=True, redirect_defaults=False, merge_slashes=False)


def _identity() -> Iterable[Rule]:
    base = "/<host>.piam"
    yield _get(f"{base}/.well-known/openid-configuration", discovery.openid_configuration)
    yield _get(f"{base}/token_keys", discovery.token_keys)
    yield _get(f"{base}/jwks.json", discovery.jwk_set)
    yield Rule(
        f"{base}/oauth/authorize",
        endpoint=authorize_views.authorize,
        methods=["GET", "POST"],
    )
    yield Rule(f"{base}/login.do", endpoint=authorize_views.pick_account, methods=["POST"])
    yield Rule(f"{base}/oauth/token", endpoint=token_views.token, methods=["POST"])
    yield Rule(f"{base}/userinfo", endpoint=session_views.userinfo, methods=["GET", "POST"])
    yield Rule(f"{base}/logout.do", endpoint=session_views.logout, methods=["GET", "POST"])


def _asset_management() -> Iterable[Rule]:
    base = ASSET_MANAGEMENT
    yield _get(base, asset_views.billboard)
    yield _get(f"{base}/", asset_views.billboard)
    yield _get(f"{base}/assets", asset_views.assets)
    yield _get(f"{base}/assets/root", asset_views.root_asset)
    yield _get(f"{base}/assets/<asset_id>", asset_views.asset)
    yield _get(f"{base}/assets/<asset_id>/aspects", asset_views.asset_aspects)
    yield _get(f"{base}/assets/<asset_id>/variables", asset_views.asset_variables)
    yield _get(f"{base}/assettypes", type_views.asset_types)
    yield _get(f"{base}/assettypes/<type_id>", type_views.asset_type)
    yield _get(f"{base}/aspecttypes", type_views.aspect_types)
    yield _get(f"{base}/aspecttypes/<type_id>", type_views.aspect_type)


def _time_series() -> Iterable[Rule]:
    yield _get(f"{TIME_SERIES}/<asset_id>/<aspect>", timeseries_views.time_series)


def _control() -> Iterable[Rule]:
    yield _get("/_emulator/health", control.health)
    yield _get("/_emulator/banner", control.show_banner)
    yield _get("/_emulator/static/<name>", control.static_file)
    yield Rule("/_emulator/faults", endpoint=control.add_fault, methods=["POST"])
    yield Rule("/_emulator/faults", endpoint=control.clear_faults, methods=["DELETE"])
    yield Rule("/_emulator/clock", endpoint=control.set_clock, methods=["POST"])


def _get(path: str, handler: Handler) -> Rule:
    return Rule(path, endpoint=handler, methods=["GET"])
