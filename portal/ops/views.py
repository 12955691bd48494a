"""Health for machines, the state of the service for operators, the design system for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.access import SignedInRequest, operator_page, public_page
from portal.lib.bar_chart import bar_charts
from portal.notify.models import MailState, OutgoingMail
from portal.ops.readiness import colour, findings


@require_safe
@public_page
def health(request: HttpRequest) -> HttpResponse:
    """The health endpoint that the Hub polls ("Self-hosted application", health endpoint contract)."""
    now = datetime.now(UTC)
    moment = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"
    return JsonResponse({"healthStatus": colour(findings()), "time": moment})


@require_safe
@public_page
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served, else 503; the body names each check, and nothing of how it failed."""
    found = findings()
    ready = all(finding.ok for finding in found if finding.needed)
    body = {"ready": ready, "checks": {finding.name: "ok" if finding.ok else "failed" for finding in found}}
    return JsonResponse(body, status=200 if ready else 503)


@require_safe
@public_page
def app_info(request: HttpRequest) -> HttpResponse:
    """What the Hub's bar shows about this application ("Insights Hub bar", app-info.json)."""
    links = [
        {
            "type": "www",
            "name": "Documentation",
            "value": f"{settings.HUB_GATEWAY_URL or settings.PORTAL_URL}{reverse('ops:docs')}",
        }
    ]
    german = [links[0] | {"name": "Dokumentation"}]
    return JsonResponse(
        {
            "displayName": "Bindery",
            "appVersion": settings.VERSION,
            "appCopyright": "",
            "links": {"default": links, "de": german},
        }
    )


@require_safe
@operator_page
def service(request: SignedInRequest) -> HttpResponse:
    """What the portal needs to work, and what to do about what is missing."""
    found = findings()
    given_up = OutgoingMail.objects.filter(state=MailState.FAILED).count()
    return render(request, "ops/service.html", {"findings": found, "colour": colour(found), "mails_given_up": given_up})


class PatternForm(forms.Form):
    """An invalid form, to show what that looks like."""

    name = forms.CharField(label=_("Name"), min_length=3, help_text=_("3 to 60 characters."))
    package = forms.ChoiceField(label=_("Package"), choices=[("s", "S"), ("m", "M")])


@require_safe
@public_page
def patterns(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    days = [(date(2026, 11, 1) + timedelta(days=number), number * 37 % 100) for number in range(30)]
    context = {"form": PatternForm({"name": "x", "package": "s"}), "charts": bar_charts(days)}
    return render(request, "ops/patterns.html", context)
