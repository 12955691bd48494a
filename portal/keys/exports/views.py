"""A key's values in the form that an app wants: shown without the secret, or sent as a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.access import TenantRequest, tenant_page
from portal.actor import Actor
from portal.errors import BadRequest, Refusal
from portal.keys.exports.commands import export_key
from portal.keys.exports.formats import FORMATS, KNOWN_MODULES, NotWritable
from portal.keys.exports.forms import ExportForm
from portal.keys.forms import SecretForm
from portal.keys.links import key_url
from portal.keys.models import BindingKey, SecretGeneration, Source
from portal.lib import client_secret
from portal.permissions import Permission


@dataclass(frozen=True)
class BroughtSecret:
    """A secret that a browser sent back, and which one of the key's it is."""

    value: str = field(repr=False)
    generation: int


class ExportIncomplete(Refusal):
    """What was chosen beside the secret cannot be; the page with the secret is still open behind this answer."""

    code = "export_incomplete"
    status = 422
    advice = _("The page that shows the secret is still open: correct it there, and download again.")


@require_safe
@tenant_page(Permission.KEYS_READ)
def export(request: TenantRequest, key_id: int) -> HttpResponse:
    """Choose a format and see it, without the secret: nobody has that but whoever saved it."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    form = ExportForm(request.GET or None)
    written = ""
    if form.is_valid():
        try:
            written = FORMATS[form.cleaned_data["format"]].write(form.export_of(key, None))
        except NotWritable as refusal:
            refusal.show_in(form, "format")
    may_download = bool(written) and Permission.KEYS_WRITE in request.permissions
    context = {
        "key": key,
        "form": form,
        "written": written,
        "modules": KNOWN_MODULES,
        "key_url": key_url(request, "detail", key.pk),
        "file_url": key_url(request, "export_file", key.pk) if may_download else "",
        "chosen": form.cleaned_data if written else {},
    }
    return render(request, "keys/export.html", context, status=422 if form.errors else 200)


@require_POST
@tenant_page(Permission.KEYS_WRITE)
def export_file(request: TenantRequest, key_id: int) -> HttpResponse:
    """The export as a file. The browser brings the secret along, or there is none in it."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    form = ExportForm(request.POST)
    secret = brought_secret(request.POST, key.generations.all()) if request.POST.get("client_secret") else None
    return file_of(key, form, secret, request.actor)


def brought_secret(sent: Any, generations: Iterable[SecretGeneration]) -> BroughtSecret:
    """The secret of one of these that a browser sent back; raises `BadRequest` for any other: this is no mirror."""
    form = SecretForm(sent)
    if not form.is_valid():
        raise BadRequest
    secret: str = form.cleaned_data["client_secret"]
    for generation in generations:
        if client_secret.matches(secret, generation.verifier):
            return BroughtSecret(secret, generation.number)
    raise BadRequest


def file_of(key: BindingKey, form: ExportForm, secret: BroughtSecret | None, by: Actor) -> HttpResponse:
    """The recorded export as an attachment. Raises `ExportIncomplete`, `NotWritable`."""
    if not form.is_valid():
        raise ExportIncomplete(" ".join(str(text) for texts in form.errors.values() for text in texts))
    name = form.cleaned_data["format"]
    written = FORMATS[name].write(form.export_of(key, secret.value if secret else None))
    export_key(key, written_as=name, generation=secret.generation if secret else None, by=by)
    filename = f"{key.constant_name.lower()}{FORMATS[name].ending}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(written, content_type="text/plain; charset=utf-8", headers=headers)
