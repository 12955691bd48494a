"""The pages on which a key is rolled, disabled, tried without, and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.errors import Refusal
from portal.keys import use_counts
from portal.keys.commands import KeyRevokedAlready, revoke_key
from portal.keys.forms import RevokeKeyForm
from portal.keys.lifecycle import commands
from portal.keys.lifecycle.forms import (
    BrownOutForm,
    CancelForm,
    ChangeOldEndForm,
    DisableForm,
    FinishForm,
    OldEndForm,
    QuietForm,
    first_end,
    present_end,
)
from portal.keys.lifecycle.queries import (
    MOST_SHOWN,
    Roll,
    brown_out_of,
    live_secrets,
    roll_of,
    users_of,
    users_of_new,
    users_of_old,
)
from portal.keys.links import key_url
from portal.keys.models import BindingKey, Source
from portal.keys.queries import with_last_use
from portal.keys.views import reveal
from portal.lib.forms import posted
from portal.permissions import Permission

# The panel of a roll asks for itself again this often.
REFRESH_SECONDS = 5
QUIET_MINUTES = 60
HEADINGS = {
    "roll": gettext_lazy("Roll %(name)s"),
    "roll_end": gettext_lazy("Change the end of the old secret of %(name)s"),
    "finish": gettext_lazy("Finish the roll of %(name)s?"),
    "cancel_roll": gettext_lazy("Cancel the roll of %(name)s?"),
    "disable": gettext_lazy("Disable %(name)s?"),
    "enable": gettext_lazy("Enable %(name)s?"),
    "brown_out": gettext_lazy("Brown-out of %(name)s"),
    "stop_brown_out": gettext_lazy("Stop the brown-out of %(name)s?"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def roll(request: TenantRequest, key_id: int) -> HttpResponse:
    """Roll a key. The answer to the POST shows the new secret, once. While two work, it says who uses the old."""
    key = _minted(key_id)
    under_way = roll_of(key)
    if under_way is not None and request.method != "POST":
        return _progress(request, key, under_way)
    if request.htmx:  # type: ignore[attr-defined]
        # The panel of a roll that is over.
        return HttpResponse(headers={"HX-Redirect": key_url(request, "detail", key.pk)})
    if request.method != "POST":
        commands.check_may_roll(key)
    form = OldEndForm(posted(request), initial=first_end(key))
    if form.is_valid():
        try:
            _generation, secret = commands.roll_key(key, old_ends=form.old_end, by=request.actor)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            return reveal(request, key, secret, rolling=roll_of(key) is not None)
    return _page(request, key, "roll", form)


def _progress(request: TenantRequest, key: BindingKey, under_way: Roll) -> HttpResponse:
    form = QuietForm(request.GET if "quiet" in request.GET else {"quiet": QUIET_MINUTES})
    minutes: int = form.cleaned_data["quiet"] if form.is_valid() else QUIET_MINUTES
    callers = users_of_old(under_way)
    last_at = callers[0].last_at if callers else None
    context = _context(request, key) | {
        "roll": under_way,
        "callers": callers[:MOST_SHOWN],
        "more": max(0, len(callers) - MOST_SHOWN),
        "last_at": last_at,
        "is_quiet": last_at is None or last_at <= timezone.now() - timedelta(minutes=minutes),
        "form": form,
        "refresh_seconds": REFRESH_SECONDS,
    }
    template = "keys/_roll_panel.html" if request.htmx else "keys/roll_progress.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def roll_end(request: TenantRequest, key_id: int) -> HttpResponse:
    """Let the old secret of a roll end at another time."""
    key = _minted(key_id)
    under_way = _under_way(key)
    form = ChangeOldEndForm(posted(request), initial=present_end(under_way.old))
    if form.is_valid():
        old, old_end = form.cleaned_data["old"], form.old_end
        commands.change_old_end(key, old=old, old_ends=old_end, by=request.actor)
        return redirect("keys:roll", request.tenant.name, key.pk)
    return _page(request, key, "roll_end", form, roll=under_way)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def finish(request: TenantRequest, key_id: int) -> HttpResponse:
    """End the old secret of a roll at once."""
    key = _minted(key_id)
    under_way = _under_way(key)
    form = FinishForm(posted(request), initial={"old": under_way.old.number})
    if form.is_valid():
        commands.finish_roll(key, old=form.cleaned_data["old"], by=request.actor)
        messages.success(request, _("The old secret of %(name)s has ended.") % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    callers = users_of_old(under_way)
    return _page(request, key, "finish", form, roll=under_way, callers=callers[:MOST_SHOWN])


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def cancel_roll(request: TenantRequest, key_id: int) -> HttpResponse:
    """End the new secret of a roll at once, and keep the old one."""
    key = _minted(key_id)
    under_way = _under_way(key)
    form = CancelForm(posted(request), initial={"new": under_way.new.number})
    if form.is_valid():
        commands.cancel_roll(key, new=form.cleaned_data["new"], by=request.actor)
        text = _("The roll of %(name)s is cancelled: its new secret has ended, the old one works on.")
        messages.success(request, text % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    callers = users_of_new(under_way)
    return _page(request, key, "cancel_roll", form, roll=under_way, callers=callers[:MOST_SHOWN])


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def disable(request: TenantRequest, key_id: int) -> HttpResponse:
    """Disable a key, with a reason, until somebody enables it."""
    key = _lasting(key_id)
    form = DisableForm(posted(request))
    if form.is_valid():
        commands.disable_key(key, why=form.cleaned_data["why"], by=request.actor)
        messages.success(request, _("%(name)s is disabled. Its next call is refused.") % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    return _page(request, key, "disable", form, callers=users_of(key)[:MOST_SHOWN])


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def enable(request: TenantRequest, key_id: int) -> HttpResponse:
    """Let a disabled key work again."""
    key = _lasting(key_id)
    form = forms.Form(posted(request))
    if form.is_valid():
        commands.enable_key(key, by=request.actor)
        key.refresh_from_db()
        messages.success(request, _enabled_text(key) % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    return _page(request, key, "enable", form)


def _enabled_text(key: BindingKey) -> str:
    if key.standing:
        return _("%(name)s is enabled, but still refused for another reason.")
    if not live_secrets(key):
        return _("%(name)s is enabled, but no secret of it works: roll it.")
    return _("%(name)s works again.")


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def brown_out(request: TenantRequest, key_id: int) -> HttpResponse:
    """Refuse the calls of a key for a time, to find out who needs it; and who that was, the last time."""
    key = _lasting(key_id)
    form = BrownOutForm(posted(request))
    if form.is_valid():
        try:
            commands.start_brown_out(key, brown_out=form.brown_out, by=request.actor)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            return redirect("keys:brown_out", request.tenant.name, key.pk)
    report = brown_out_of(key)
    # The report asks for itself while the brown-out lasts, and for the whole page once that is over.
    page = "_brown_out_report" if request.htmx else "brown_out"  # type: ignore[attr-defined]
    answer = _page(request, key, page, form, report=report, refresh_seconds=REFRESH_SECONDS)
    if request.htmx and (report is None or report.is_over):  # type: ignore[attr-defined]
        answer["HX-Refresh"] = "true"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def stop_brown_out(request: TenantRequest, key_id: int) -> HttpResponse:
    """End a brown-out before its time."""
    key = _lasting(key_id)
    form = forms.Form(posted(request))
    if form.is_valid():
        commands.stop_brown_out(key, by=request.actor)
        return redirect("keys:brown_out", request.tenant.name, key.pk)
    return _page(request, key, "stop_brown_out", form, report=brown_out_of(key))


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def revoke(request: TenantRequest, key_id: int) -> HttpResponse:
    """Revoke a key for good, after its name was typed."""
    key = get_object_or_404(with_last_use(BindingKey.objects.all()), pk=key_id)
    form = RevokeKeyForm(key, posted(request))
    if form.is_valid():
        revoke_key(key, by=request.actor)
        messages.success(request, _revoked_text(key) % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    return _page(
        request,
        key,
        "revoke",
        form,
        uses_30_days=sum(uses.ok for uses in use_counts.daily([key], 30)[key.pk]),
        callers=users_of(key)[:MOST_SHOWN],
    )


def _revoked_text(key: BindingKey) -> str:
    if key.is_upstream:
        return _("%(name)s is revoked. Bindery no longer calls Insights Hub for this tenant.")
    return _("%(name)s is revoked. Its next call is refused.")


def _minted(key_id: int) -> BindingKey:
    """The key, if it was made here: of an imported one the Hub decides whether it works."""
    key: BindingKey = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    return key


def _lasting(key_id: int) -> BindingKey:
    """The same; raises `KeyRevokedAlready`: with a revoked key nothing can be done."""
    key = _minted(key_id)
    if not key.is_active:
        raise KeyRevokedAlready
    return key


def _under_way(key: BindingKey) -> Roll:
    under_way = roll_of(key)
    if under_way is None:
        raise commands.NoRoll
    return under_way


def _page(request: TenantRequest, key: BindingKey, page: str, form: forms.Form, **shown: Any) -> HttpResponse:
    """A page with one form: 200, or 422 when it comes back with errors."""
    context = _context(request, key) | {"form": form, "heading": HEADINGS.get(page, "") % {"name": key.name}} | shown
    return render(request, f"keys/{page}.html", context, status=422 if form.errors else 200)


def _context(request: TenantRequest, key: BindingKey) -> dict[str, Any]:
    pages = ("detail", "roll", "roll_end", "finish", "cancel_roll", "brown_out", "stop_brown_out")
    urls = {page: key_url(request, page, key.pk) for page in pages}
    return {"key": key, "urls": urls, "cancel_url": urls["detail"]}
