"""The pages about binding keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import TenantRequest, tenant_page
from portal.audit.events import Kind
from portal.audit.queries import shown, uses_of
from portal.errors import BadRequest, Refusal
from portal.hub.authenticator import Credential
from portal.hub.errors import HubError
from portal.keys import commands, deployment, import_commands, queries
from portal.keys.forms import CreateKeyForm, ImportKeyForm, KeyFilterForm, RevokeKeyForm, SecretForm
from portal.keys.models import BindingKey, Source
from portal.keys.queries import find_keys, state_of, uses_since, with_last_use
from portal.lib import client_secret
from portal.lib.paging import page_of
from portal.lib.secret import Secret
from portal.permissions import Permission
from portal.tenants import quotas
from portal.tenants.quotas import Quota, QuotaReached


@require_safe
@tenant_page(Permission.KEYS_READ)
def list_keys(request: TenantRequest) -> HttpResponse:
    """All keys of the tenant, with search, state and quota."""
    form = KeyFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    usage = quotas.usage(request.tenant, Quota.KEYS)
    keys, pages = page_of(request, find_keys(wanted.get("q", ""), wanted.get("state", "")))
    context = {
        "keys": [_row(request, key) for key in keys],
        "pages": pages,
        "form": form,
        "usage": usage,
        "quota_refusal": QuotaReached(usage) if usage.is_reached else None,
        "package_url": reverse("tenants:package", args=[request.tenant.name]),
        "can_write": Permission.KEYS_WRITE in request.permissions,
        "create_url": _url(request, "create"),
        "import_url": _url(request, "import_key"),
    }
    return render(request, "keys/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def create(request: TenantRequest) -> HttpResponse:
    """Make a key. The answer to the POST is the one page that shows its secret: no redirect, nothing kept."""
    form = CreateKeyForm(request.tenant.key_max_days, request.POST or None)
    if form.is_valid():
        name, expires_at = form.cleaned_data["name"], form.expires_at
        try:
            key, _generation, secret = commands.create_key(name=name, expires_at=expires_at, by=request.actor)
        except commands.NameTaken as refusal:
            refused(form, "name", refusal)
        except commands.LifetimeTooLong as refusal:
            refused(form, "expires", refusal)
        except QuotaReached as refusal:
            refused(form, None, refusal)
        else:
            return _reveal(request, key, secret)
    template = "keys/_create_form.html" if request.htmx else "keys/create.html"  # type: ignore[attr-defined]
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, "cancel_url": _url(request, "list")}, status=status)


def _reveal(request: TenantRequest, key: BindingKey, secret: Secret) -> HttpResponse:
    context = {
        "key": _row(request, key),
        "client_id": key.client_id,
        "token_url": token_url_of(key),
        "client_secret": secret.reveal(),
        "env_url": _url(request, "env", key.pk),
        "try_lines": try_lines(key),
    }
    template = "keys/_reveal.html" if request.htmx else "keys/reveal.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_POST
@tenant_page(Permission.KEYS_WRITE)
def env(request: TenantRequest, key_id: int) -> HttpResponse:
    """The three values as a `.env` file. The browser brings the secret along: the portal does not open it again."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    form = SecretForm(request.POST)
    generation = key.generations.order_by("-number").first()
    if generation is None or not form.is_valid():
        raise BadRequest
    secret = form.cleaned_data["client_secret"]
    if not client_secret.matches(secret, generation.verifier):
        raise BadRequest
    lines = f"TokenURL={token_url_of(key)}\nClientID={key.client_id}\nClientSecret={secret}\n"
    headers = {"Content-Disposition": f'attachment; filename="{key.constant_name.lower()}.env"'}
    return HttpResponse(lines, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
@tenant_page(Permission.KEYS_READ)
def detail(request: TenantRequest, key_id: int) -> HttpResponse:
    """One key: what it is, how to use it, where its values come from, its last uses."""
    key = get_object_or_404(with_last_use(BindingKey.objects.all()), pk=key_id)
    row = _row(request, key)
    may_revoke = Permission.KEYS_WRITE in request.permissions and key.is_active
    context = {
        "key": row | {"token_url": token_url_of(key)},
        "generations": [
            {
                "number": generation.number,
                "created_at": generation.created_at,
                "created_by": generation.created_by,
                "hint": generation.hint,
                "state": row["state"],
            }
            for generation in key.generations.order_by("-number")
        ],
        "calls_hub": key.is_upstream and key.is_active,
        "settings_rows": _settings_rows(request, key),
        "try_lines": try_lines(key) if key.source == Source.PORTAL else [],
        "activity_url": f"{reverse('audit:activity', args=[request.tenant.name])}?subject={key.subject}",
        "revoke_url": _url(request, "revoke", key.pk) if may_revoke else None,
        "uses": [shown(record) for record in uses_of(key.subject).filter(kind=Kind.KEY_USE)[:5]],
    }
    return render(request, "keys/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    """Revoke a key for good, after its name was typed."""
    key = get_object_or_404(with_last_use(BindingKey.objects.all()), pk=key_id)
    form = RevokeKeyForm(key, request.POST or None)
    if form.is_valid():
        commands.revoke_key(key, by=request.actor)
        messages.success(request, _revoked_text(key) % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    row = _row(request, key)
    context = {
        "key": row,
        "uses_30_days": 0 if key.is_upstream else uses_since(key, 30),
        "most_counted": queries.MOST_COUNTED,
        "last_used_at": row["last_used_at"],
        "form": form,
        "cancel_url": _url(request, "detail", key.pk),
    }
    return render(request, "keys/revoke.html", context, status=422 if form.is_bound else 200)


def _revoked_text(key: BindingKey) -> str:
    if key.is_upstream:
        return _("%(name)s is revoked. Bindery no longer calls Insights Hub for this tenant.")
    return _("%(name)s is revoked. Its next call is refused.")


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def import_key(request: TenantRequest) -> HttpResponse:
    """Import the key with which the portal calls the Hub for this tenant."""
    form = ImportKeyForm(request.POST or None)
    if form.is_valid():
        written = form.cleaned_data
        credential = Credential(
            _token_url_written(request, written), written["client_id"], Secret(written["client_secret"])
        )
        try:
            trial = import_commands.try_credential(request.tenant, credential)
            key = commands.import_key(
                name=written["name"],
                source=Source(written["source"]),
                token_url=credential.token_url,
                client_id=credential.client_id,
                secret=credential.secret,
                by=request.actor,
            )
        except commands.NameTaken as refusal:
            refused(form, "name", refusal)
        except commands.ForeignTokenUrl as refusal:
            refused(form, "token_url", refusal)
        except commands.CredentialRefused as refusal:
            refused(form, "client_secret", refusal)
        except HubError as refusal:
            refused(form, None, refusal)
        else:
            messages.success(request, _imported_text(key, trial))
            return redirect("keys:detail", request.tenant.name, key.pk)
    context = {"form": form, "cancel_url": _url(request, "list")}
    return render(request, "keys/import_key.html", context, status=422 if form.is_bound else 200)


def _token_url_written(request: TenantRequest, written: dict[str, Any]) -> str:
    """The TokenURL; that of an app credential says as well which application asks and for which tenant."""
    base: str = written["token_url"]
    if written["source"] != Source.APP_CREDENTIAL:
        return base
    return import_commands.token_url_of_app(
        request.tenant,
        base=base.partition("?")[0],
        host_tenant=written["host_tenant"] or request.tenant.name,
        app_name=written["app_name"],
        app_version=written["app_version"],
    )


def _imported_text(key: BindingKey, trial: import_commands.Trial) -> str:
    words = _(
        "%(name)s is imported and used from now on. Insights Hub gave a token in %(token)d ms and the first of "
        "%(assets)d assets in %(read)d ms."
    )
    told = {"token": trial.token_milliseconds, "read": trial.read_milliseconds, "assets": trial.assets}
    return words % (told | {"name": key.name})


def refused(form: Form, field: str | None, refusal: Refusal) -> None:
    """Show at the field, or above all fields, what was refused and what to do instead."""
    form.add_error(field, " ".join(str(text) for text in (refusal.message, refusal.advice) if text))


def token_url_of(key: BindingKey) -> str:
    """Where programs get tokens for this key: at the portal, or for an imported key at the Hub."""
    return key.token_url or settings.PORTAL_URL + reverse("tokens:token")


def try_lines(key: BindingKey) -> list[tuple[str, str]]:
    """Lines to paste into a shell. The secret is typed, not written: a shell keeps what is written in its history."""
    extract = """python3 -c 'import json,sys; print(json.load(sys.stdin)["access_token"])'"""
    token = f'curl -s -u "{key.client_id}:$SECRET" -d grant_type=client_credentials {token_url_of(key)}'
    return [
        (_("Enter the clientSecret; it is not shown"), "read -rs SECRET"),
        (_("Get a token"), f"TOKEN=$({token} | {extract})"),
        (
            _("List the assets"),
            f'curl -H "Authorization: Bearer $TOKEN" {settings.PORTAL_URL}/api/assetmanagement/v3/assets',
        ),
    ]


def _row(request: TenantRequest, key: BindingKey) -> dict[str, Any]:
    last_used_at = getattr(key, "last_used_at", None)  # of `with_last_use`; a key just made has none
    return {
        "url": _url(request, "detail", key.pk),
        "name": key.name,
        "client_id": key.client_id,
        "source_label": key.get_source_display(),
        "is_upstream": key.is_upstream,
        "state": state_of(key, last_used_at),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "is_from_portal": key.source == Source.PORTAL,
        "is_active": key.is_active,
        "last_used_at": last_used_at,
    }


def _settings_rows(request: TenantRequest, key: BindingKey) -> list[dict[str, Any]]:
    """Where TokenURL, ClientID and ClientSecret come from; only the key that calls the Hub is ever overridden."""
    if not key.is_upstream or not key.is_active:
        return []
    stored = {"TOKEN_URL": key.token_url, "CLIENT_ID": key.client_id, "CLIENT_SECRET": "***"}
    names = {"TOKEN_URL": "TokenURL", "CLIENT_ID": "ClientID", "CLIENT_SECRET": "ClientSecret"}
    rows = []
    for part in deployment.PARTS:
        note = deployment.variable_name(request.tenant.name, key, part)
        try:
            word = deployment.override(request.tenant.name, key, part)
        except deployment.ConstantUnreadable:
            source, value = deployment.ValueSource.FILE, ""
            note = _("%(variable)s names a file that cannot be read.") % {"variable": f"{note}_FILE"}
        else:
            source = word.source if word else deployment.ValueSource.DATABASE
            value = word.value if word and part != "CLIENT_SECRET" else stored[part]
        rows.append({"name": names[part], "source_label": source.label, "value_shown": value, "note": note})
    return rows


def _url(request: TenantRequest, page: str, *args: int) -> str:
    return reverse(f"keys:{page}", args=[request.tenant.name, *args])
