"""The pages that create and change an application."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit import commands
from portal.cockpit.commands import SETTINGS_FIELDS, ConfigurationLocked
from portal.cockpit.forms import CreateAppForm, EditAppForm, VersionForm
from portal.cockpit.queries import find_version
from portal.cockpit.rows import app_url, icon_url
from portal.image_upload import takes_pictures
from portal.lib.forms import posted, sent
from portal.permissions import Permission
from portal.tenants.quotas import QuotaReached


@csrf_exempt  # checked by `takes_pictures`, after the right
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
@takes_pictures
def create(request: TenantRequest) -> HttpResponse:
    """Make an application with its first component."""
    form = CreateAppForm(*sent(request))
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("internal_name", "version", *SETTINGS_FIELDS)}
        icon = form.cleaned_data["icon"]
        try:
            version = commands.create_app(
                **told, icon=icon.png if icon else None, component=form.component, by=request.actor
            )
        except commands.InternalNameTaken as refusal:
            refusal.show_in(form, "internal_name")
        except QuotaReached as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("%(name)s is created.") % {"name": version.display_name})
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    if form.is_bound:
        form.ask_again_for_pictures()
    context = {"form": form, "cancel_url": app_url(request, "list"), "example_url": settings.EXAMPLE_URL}
    return render(request, "cockpit/create.html", context, status=422 if form.is_bound else 200)


@csrf_exempt  # checked by `takes_pictures`, after the right
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
@takes_pictures
def edit(request: TenantRequest, app_id: int) -> HttpResponse:
    """Change display name, description and configuration."""
    version = find_version(app_id)
    if not version.is_editable:
        raise ConfigurationLocked(version)
    held = {name: getattr(version, name) for name in SETTINGS_FIELDS}
    form = EditAppForm(icon_url(version), *sent(request), initial=held)
    if form.is_valid():
        commands.change_app(version, **form.told, by=request.actor)
        messages.success(request, _("The application is changed."))
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    if form.is_bound:
        form.ask_again_for_pictures()
    context = {
        "form": form,
        "heading": _("Change %(name)s") % {"name": version.display_name},
        "app_name": version.display_name,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def new_version(request: TenantRequest, app_id: int) -> HttpResponse:
    """Make a further version with the configuration of this one."""
    source = find_version(app_id)
    form = VersionForm(posted(request), initial={"version": ""})
    if form.is_valid():
        try:
            made = commands.create_version(source, version=form.cleaned_data["version"], by=request.actor)
        except (commands.VersionTaken, commands.TooManyVersions) as refusal:
            refusal.show_in(form, "version")
        else:
            told = {"name": made.display_name, "version": made.version}
            messages.success(request, _("%(name)s %(version)s is created.") % told)
            return redirect("cockpit:detail", request.tenant.name, made.pk)
    context = {
        "form": form,
        "heading": _("New version of %(name)s") % {"name": source.display_name},
        "app_name": source.display_name,
        "source": source,
        "cancel_url": app_url(request, "detail", source.pk),
    }
    return render(request, "cockpit/new_version.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def discard(request: TenantRequest, app_id: int) -> HttpResponse:
    """Remove a version that was never registered."""
    version = find_version(app_id)
    if not version.is_editable:
        raise ConfigurationLocked(version)
    if version.moves.exists():
        raise commands.WasRegistered
    form = forms.Form(posted(request))
    told = {"name": version.display_name, "version": version.version}
    if form.is_valid():
        commands.discard_version(version, by=request.actor)
        messages.success(request, _("%(name)s %(version)s is discarded.") % told)
        return redirect("cockpit:list", request.tenant.name)
    context = {
        "form": form,
        "heading": _("Discard %(name)s %(version)s?") % told,
        "app_name": version.display_name,
        "internal_name": version.application.internal_name,
        "is_last": version.application.versions.count() == 1,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/discard.html", context)
