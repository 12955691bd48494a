"""Every path of IoT Time Series."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.timeseries import views, write_views
from portal.emulator.web import get


def time_series_rules() -> Iterable[Rule]:
    """The site map of IoT Time Series v3."""
    base = "/gateway/api/iottimeseries/v3/timeseries"
    series = f"{base}/<asset_id>/<aspect>"
    yield get(series, views.time_series)
    yield Rule(series, endpoint=write_views.write, methods=["PUT"])
    yield Rule(series, endpoint=write_views.delete, methods=["DELETE"])
    yield Rule(base, endpoint=write_views.write_several, methods=["PUT"])
