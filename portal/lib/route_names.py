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

# Beside those of the proxy: the token endpoint, and a call refused before its route was known.
TOKEN, ANY_CALL = "token", "api"


def route_label(route: str) -> str:
    """A route as the uses of keys are counted by it; those of the proxy have the names of its documentation."""
    labels = {
        TOKEN: gettext("token"),
        ANY_CALL: gettext("refused call"),
        "introspect": gettext("introspection"),
        "revoke": gettext("revocation"),
    }
    return labels.get(route, route)
