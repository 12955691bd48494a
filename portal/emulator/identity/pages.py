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

from portal.emulator.addresses import Addresses
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.sign_ins import AuthorizationRequest
from portal.emulator.tenantmanagement.registry import TenantRegistry
from portal.emulator.web import never_stored

_TEMPLATES = {
    path.stem: Template(path.read_text("utf-8")) for path in (Path(__file__).parent / "templates").glob("*.html")
}


def picker_page(
    addresses: Addresses,
    asked: AuthorizationRequest,
    pending_id: str,
    accounts: Sequence[Account],
    current_user_id: str | None,
    tenants: TenantRegistry,
) -> Response:
    """ "Sign in to Insights Hub": the accounts of the host, grouped by tenant.

    The person of the browser's session is marked, the one of ``login_hint`` is marked and one Enter away.
    """
    body = _render(
        "picker",
        client=escape(asked.client_id),
        action=escape(f"{addresses.identity(asked.host)}/login.do"),
        pending=escape(pending_id),
        groups="".join(_groups(tenants, accounts, current_user_id, asked.login_hint)),
    )
    # Chromium applies form-action to the redirect that answers the form, too.
    return _page(addresses, asked.host, "Sign in to Insights Hub", body, form_target=_origin(asked.redirect_uri))


def problem_page(addresses: Addresses, host: str, title: str, explanation: str) -> Response:
    """What went wrong and what to do; status 400."""
    body = _render("message", title=escape(title), text=escape(explanation))
    return _page(addresses, host, title, body, status=400)


def signed_out_page(addresses: Addresses, host: str) -> Response:
    """The end of a session when there is no registered address to return to."""
    text = "Your session at this identity host has ended. You can close this page."
    body = _render("message", title="You are signed out", text=text)
    return _page(addresses, host, "You are signed out", body)


def framed(part: str, title: str, stylesheet: str, body: str) -> str:
    """A whole page of the Hub for people; ``part`` says of which of its hosts, ``body`` is HTML."""
    return _render("page", part=escape(part), title=escape(title), stylesheet=escape(stylesheet), body=body)


def _groups(
    tenants: TenantRegistry, accounts: Sequence[Account], current_user_id: str | None, hinted_email: str
) -> list[str]:
    return [
        _render(
            "group",
            tenant=escape(tenant.name),
            display_name=escape(tenant.display_name),
            people="".join(
                _person(a, a.user_id == current_user_id, a.email.lower() == hinted_email)
                for a in accounts
                if a.tenant == tenant.name
            ),
        )
        for tenant in tenants
        if any(account.tenant == tenant.name for account in accounts)
    ]


def _person(account: Account, is_current: bool, is_hinted: bool) -> str:
    badge = "signed in here" if is_current else "suggested" if is_hinted else ""
    return _render(
        "person",
        user_id=escape(account.user_id),
        initials=escape((account.given_name[:1] + account.family_name[:1]) or "?"),
        label=escape(account.label),
        name=escape(account.name),
        email=escape(account.email),
        role=escape(f"{account.role} of {account.tenant}"),
        current=' aria-current="true"' if is_current else "",
        focus=" autofocus" if is_hinted else "",
        badge=f'<span class="badge">{badge}</span>' if badge else "",
    )


def _page(
    addresses: Addresses,
    host: str,
    title: str,
    body: str,
    status: int = 200,
    form_target: str = "",
) -> Response:
    html = framed("Identity", title, f"{addresses.identity(host)}/resources/identity.css", body)
    response = Response(html, status, content_type="text/html; charset=utf-8")
    own = _origin(addresses.identity(host))
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
    """What a policy calls the place a URL leads to; of a mobile app's own scheme there is nothing but the scheme."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.netloc}"
