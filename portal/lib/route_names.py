"""What the proxy's routes are called, for the slices below the proxy: a key may be narrowed to some of them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# In the order of `portal.proxy.routes.ROUTES`.
ROUTE_NAMES: dict[str, Promise] = {
    "assets": _("Assets with their types, aspects and variables"),
    "timeseries": _("Time series"),
}
