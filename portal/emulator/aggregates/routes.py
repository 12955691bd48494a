"""Every path of IoT TS Aggregates."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.aggregates import views
from portal.emulator.web import get


def aggregate_rules() -> Iterable[Rule]:
    """The site map of IoT TS Aggregates; v3 is also found where it was before it had a service of its own."""
    yield get("/gateway/api/iottsaggregates/v4/aggregates", views.aggregates_v4)
    for service in ("iottsaggregates", "iottimeseries"):
        yield get(f"/gateway/api/{service}/v3/aggregates/<asset_id>/<aspect>", views.aggregates_v3)
