"""Every path of an identity host."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.identity import authorize_views, discovery, session_views, technical_user_views, token_views
from portal.emulator.web import get


def identity_rules() -> Iterable[Rule]:
    """The site map of an identity host; ``zone`` is ``sws`` in the Xcelerator world."""
    base = "/<host>.<any(piam, sws):zone>"
    yield get(f"{base}/.well-known/openid-configuration", discovery.openid_configuration)
    yield get(f"{base}/token_keys", discovery.token_keys)
    yield get(f"{base}/jwks.json", discovery.jwk_set)
    yield get(f"{base}/resources/<name>", discovery.resource)
    yield Rule(
        f"{base}/oauth/authorize",
        endpoint=authorize_views.authorize,
        methods=["GET", "POST"],
    )
    yield Rule(f"{base}/login.do", endpoint=authorize_views.pick_account, methods=["POST"])
    yield Rule(f"{base}/oauth/token", endpoint=token_views.token, methods=["POST"])
    yield Rule(f"{base}/userinfo", endpoint=session_views.userinfo, methods=["GET", "POST"])
    yield Rule(f"{base}/logout.do", endpoint=session_views.logout, methods=["GET", "POST"])
    # What the Settings app does at the Hub.
    yield Rule("/_emulator/technical-users", endpoint=technical_user_views.create, methods=["POST"])
    yield Rule("/_emulator/technical-users", endpoint=technical_user_views.delete, methods=["DELETE"])
