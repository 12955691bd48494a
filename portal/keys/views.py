"""The pages that make, import and revoke keys."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import TenantRequest, tenant_page
from portal.errors import BadRequest, Refusal
from portal.hub.authenticator import Credential
from portal.hub.errors import HubError
from portal.keys import commands, queries
from portal.keys.forms import CreateKeyForm, ImportKeyForm, RevokeKeyForm, SecretForm
from portal.keys.models import BindingKey, Source
from portal.keys.queries import uses_since, with_state
from portal.keys.rows import key_row, key_url
from portal.lib import client_secret
from portal.lib.secret import Secret
from portal.permissions import Permission
from portal.tenants.quotas import QuotaReached


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
    return render(request, template, {"form": form, "cancel_url": key_url(request, "list")}, status=status)


def _reveal(request: TenantRequest, key: BindingKey, secret: Secret) -> HttpResponse:
    context = {
        "key": key_row(request, key),
        "client_id": key.client_id,
        "token_url": token_url_of(key),
        "client_secret": secret.reveal(),
        "env_url": key_url(request, "env", key.pk),
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


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    """Revoke a key for good, after its name was typed."""
    key = get_object_or_404(with_state(BindingKey.objects.all()), pk=key_id)
    form = RevokeKeyForm(key, request.POST or None)
    if form.is_valid():
        commands.revoke_key(key, by=request.actor)
        messages.success(request, _revoked_text(key) % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    row = key_row(request, key)
    context = {
        "key": row,
        "uses_30_days": 0 if key.is_upstream else uses_since(key, 30),
        "most_counted": queries.MOST_COUNTED,
        "last_used_at": row["last_used_at"],
        "form": form,
        "cancel_url": key_url(request, "detail", key.pk),
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
        credential = Credential(written["token_url"], written["client_id"], Secret(written["client_secret"]))
        try:
            commands.try_credential(request.tenant, credential)
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
            messages.success(request, _("%(name)s is imported and used from now on.") % {"name": key.name})
            return redirect("keys:detail", request.tenant.name, key.pk)
    context = {"form": form, "cancel_url": key_url(request, "list")}
    return render(request, "keys/import_key.html", context, status=422 if form.is_bound else 200)


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
