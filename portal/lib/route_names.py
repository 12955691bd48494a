"""What routes are called, for the slices below the proxy: a key may be narrowed to some, and is used on them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# In the order of `portal.proxy.routes.ROUTES`.
ROUTE_NAMES: dict[str, Promise] = {
    "assets": _("Assets with their types, aspects and variables"),
    "timeseries": _("Time series"),
}


def route_label(route: str) -> str:
    """A route as the uses of keys are counted by it; those of the proxy have the names of its documentation."""
    # Beside those of the proxy: endpoints of the token service, and calls refused before their route was known.
    labels = {
        "token": gettext("token"),
        "api": gettext("refused call"),
        "introspect": gettext("introspection"),
        "revoke": gettext("revocation"),
    }
    return labels.get(route, route)
