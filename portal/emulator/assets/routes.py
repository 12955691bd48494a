"""Every path of Asset Management."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.assets import asset_views, type_views
from portal.emulator.web import get


def asset_rules() -> Iterable[Rule]:
    """The site map of Asset Management v3."""
    base = "/gateway/api/assetmanagement/v3"
    yield get(base, asset_views.billboard)
    yield get(f"{base}/", asset_views.billboard)
    yield get(f"{base}/assets", asset_views.assets)
    yield get(f"{base}/assets/root", asset_views.root_asset)
    yield get(f"{base}/assets/<asset_id>", asset_views.asset)
    yield get(f"{base}/assets/<asset_id>/aspects", asset_views.asset_aspects)
    yield get(f"{base}/assets/<asset_id>/variables", asset_views.asset_variables)
    yield get(f"{base}/assettypes", type_views.asset_types)
    yield get(f"{base}/assettypes/<type_id>", type_views.asset_type)
    yield get(f"{base}/aspecttypes", type_views.aspect_types)
    yield get(f"{base}/aspecttypes/<type_id>", type_views.aspect_type)
