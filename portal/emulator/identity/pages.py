"""The pages an identity host shows to people: account picker, problem, signed out.

Plain templates with every value escaped; no script and no inline style, so the policy can be strict.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from werkzeug import Response

from portal.emulator.config import EmulatorConfig
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.sign_ins import AuthorizationRequest
from portal.emulator.tenants import TENANTS
from portal.emulator.web import never_stored

_TEMPLATES = {
    path.stem: Template(path.read_text("utf-8")) for path in (Path(__file__).parent / "templates").glob("*.html")
}


def picker_page(
    config: EmulatorConfig,
    asked: AuthorizationRequest,
    pending_id: str,
    accounts: Sequence[Account],
    current_user_id: str | None,
) -> Response:
    """ "Sign in to Insights Hub": the accounts of the host, grouped by tenant, the current person marked."""
    groups = [
        _render(
            "group",
            tenant=escape(name),
            display_name=escape(tenant.display_name),
            people="".join(_person(a, a.user_id == current_user_id) for a in accounts if a.tenant == name),
        )
        for name, tenant in TENANTS.items()
        if any(account.tenant == name for account in accounts)
    ]
    body = _render(
        "picker",
        client=escape(asked.client_id),
        action=escape(f"{config.addresses.identity(asked.host)}/login.do"),
        pending=escape(pending_id),
        groups="".join(groups),
    )
    # Chromium applies form-action to the redirect that answers the form, too.
    return _page(config, "Sign in to Insights Hub", body, form_target=_origin(asked.redirect_uri))


def problem_page(config: EmulatorConfig, title: str, explanation: str) -> Response:
    """What went wrong and what to do; status 400."""
    body = _render("message", title=escape(title), text=escape(explanation))
    return _page(config, title, body, status=400)


def signed_out_page(config: EmulatorConfig) -> Response:
    """The end of a session when there is no registered address to return to."""
    text = "Your session at this identity host has ended. You can close this page."
    body = _render("message", title="You are signed out", text=text)
    return _page(config, "You are signed out", body)


def _person(account: Account, is_current: bool) -> str:
    return _render(
        "person",
        user_id=escape(account.user_id),
        initials=escape(account.given_name[0] + account.family_name[0]),
        label=escape(account.label),
        name=escape(account.name),
        email=escape(account.email),
        role=escape(f"{account.role} of {account.tenant}"),
        current=' aria-current="true"' if is_current else "",
        badge='<span class="badge">signed in here</span>' if is_current else "",
    )


def _page(
    config: EmulatorConfig,
    title: str,
    body: str,
    status: int = 200,
    form_target: str = "",
) -> Response:
    html = _render(
        "page",
        title=escape(title),
        stylesheet=escape(f"{config.url}/_emulator/static/identity.css"),
        body=body,
    )
    response = Response(html, status, content_type="text/html; charset=utf-8")
    own = _origin(config.url)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {own}; form-action {own} {form_target}".rstrip()
        + "; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    return never_stored(response)


def _render(template: str, **values: str) -> str:
    return _TEMPLATES[template].substitute(values)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
