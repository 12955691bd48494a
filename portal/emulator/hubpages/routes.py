"""Every path of the Hub's own pages."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.hubpages import views
from portal.emulator.web import get


def hub_page_rules() -> Iterable[Rule]:
    """The site map of a tenant's pages; by host name they stand at the root of the tenant's own name."""
    base = "/<tenant>.launchpad"
    yield get(f"{base}/", views.launchpad)
    yield get(f"{base}/icons/<name>", views.icon)
    yield get(f"{base}/sign-in", views.sign_in)
    yield get(f"{base}/sign-in/callback", views.signed_in)
    yield get(f"{base}/sign-out", views.sign_out)
    yield get(f"{base}/settings/", views.users)
    yield get(f"{base}/settings/users/<user_id>", views.roles)
    yield Rule(f"{base}/settings/users/<user_id>", endpoint=views.save_roles, methods=["POST"])
