"""Every path of the Technical Token Manager, and the emulator's own ones for app credentials."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.tokenmanager import control_views, views
from portal.emulator.web import get


def token_manager_rules() -> Iterable[Rule]:
    """The site map of the Technical Token Manager v3."""
    base = "/gateway/api/technicaltokenmanager/v3"
    yield Rule(f"{base}/oauth/token", endpoint=views.token, methods=["POST"])
    yield Rule(f"{base}/oauthTokens", endpoint=views.tokens, methods=["POST"])
    yield get(f"{base}/userTenants", views.user_tenants)
    # What the cockpits do at the Hub.
    yield get("/_emulator/app-credentials", control_views.show)
    yield Rule("/_emulator/app-credentials", endpoint=control_views.create, methods=["POST"])
    yield Rule("/_emulator/app-credentials", endpoint=control_views.revoke, methods=["DELETE"])
