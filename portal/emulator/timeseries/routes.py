"""Every path of IoT Time Series."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.timeseries import views
from portal.emulator.web import get


def time_series_rules() -> Iterable[Rule]:
    """The site map of IoT Time Series v3."""
    base = "/gateway/api/iottimeseries/v3/timeseries"
    yield get(f"{base}/<asset_id>/<aspect>", views.time_series)
