"""The pages that make and import keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.hub.authenticator import Credential
from portal.hub.errors import HubError
from portal.keys import commands, import_commands
from portal.keys.exports.formats import KNOWN_MODULES
from portal.keys.exports.forms import ExportForm
from portal.keys.forms import CreateKeyForm, ImportKeyForm
from portal.keys.links import key_url
from portal.keys.models import BindingKey, Source
from portal.keys.queries import token_url_of
from portal.lib.secret import Secret
from portal.permissions import Permission
from portal.tenants.quotas import QuotaReached


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def create(request: TenantRequest) -> HttpResponse:
    """Make a key. The answer to the POST is the one page that shows its secret: no redirect, nothing kept."""
    form = CreateKeyForm(request.tenant.key_max_days, request.POST or None)
    if form.is_valid():
        told = {"name": form.cleaned_data["name"], "expires_at": form.expires_at, "options": form.options}
        try:
            key, _generation, secret = commands.create_key(**told, by=request.actor)
        except commands.NameTaken as refusal:
            refusal.show_in(form, "name")
        except commands.LifetimeTooLong as refusal:
            refusal.show_in(form, "expires")
        except QuotaReached as refusal:
            refusal.show_in(form)
        else:
            return reveal(request, key, secret)
    template = "keys/_create_form.html" if request.htmx else "keys/create.html"  # type: ignore[attr-defined]
    status = 422 if form.is_bound else 200
    context = {"form": form, "cancel_url": key_url(request, "list"), "needs_approval": request.tenant.key_approval}
    return render(request, template, context, status=status)


def reveal(request: TenantRequest, key: BindingKey, secret: Secret, *, rolling: bool = False) -> HttpResponse:
    """The one answer that shows a new secret. It leads to the page of the key, or of its roll that is under way."""
    page_of_key = key_url(request, "detail", key.pk)
    context = shown_secret(key, secret, key_url(request, "export_file", key.pk)) | {
        "key_url": page_of_key,
        "next_url": key_url(request, "roll", key.pk) if rolling else page_of_key,
        "rolling": rolling,
        "is_waiting": key.is_waiting,
    }
    template = "keys/_reveal.html" if request.htmx else "keys/reveal.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def shown_secret(key: BindingKey, secret: Secret, export_url: str) -> dict[str, Any]:
    """For `keys/_secret.html`: the three values, as text and as a file, and what to try with them."""
    return {
        "key": key,
        "token_url": token_url_of(key),
        "client_secret": secret.reveal(),
        "export_url": export_url,
        "export_form": ExportForm(),
        "modules": KNOWN_MODULES,
        "try_lines": try_lines(key),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def import_key(request: TenantRequest) -> HttpResponse:
    """Import the key with which the portal calls the Hub for this tenant."""
    form = ImportKeyForm(request.tenant.name, request.POST or None)
    if form.is_valid():
        written = form.cleaned_data
        credential = Credential(form.full_token_url, written["client_id"], Secret(written["client_secret"]))
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
            refusal.show_in(form, "name")
        except commands.ForeignTokenUrl as refusal:
            refusal.show_in(form, "token_url")
        except commands.CredentialRefused as refusal:
            refusal.show_in(form, "client_secret")
        except HubError as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _imported_text(key, trial))
            return redirect("keys:detail", request.tenant.name, key.pk)
    context = {"form": form, "cancel_url": key_url(request, "list")}
    return render(request, "keys/import_key.html", context, status=422 if form.is_bound else 200)


def _imported_text(key: BindingKey, trial: import_commands.Trial) -> str:
    words = _(
        "%(name)s is imported and used from now on. Insights Hub gave a token in %(token)d ms and the first of "
        "%(assets)d assets in %(read)d ms."
    )
    told = {"token": trial.token_milliseconds, "read": trial.read_milliseconds, "assets": trial.assets}
    return words % (told | {"name": key.name})


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
