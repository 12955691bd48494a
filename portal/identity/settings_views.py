"""What a person sets for themselves: language, time zone, colours."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from portal.access import SignedInRequest, signed_in_page
from portal.identity import commands
from portal.identity.forms import SettingsForm
from portal.identity.preferences import follow


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def settings(request: SignedInRequest) -> HttpResponse:
    """A person's own settings; the answer to a change is the whole page in the new language and colours."""
    form = SettingsForm(request.POST or None, initial=SettingsForm.of(request.user))
    if form.is_valid():
        changed = commands.change_settings(request.user, **form.cleaned_data, by=request.actor)
        follow(request, changed)
        messages.success(request, _("Your settings are saved."))
        if request.htmx.boosted:  # type: ignore[attr-defined]
            # Behind the gateway a script sends the form and would exchange the middle of the page only.
            return HttpResponseClientRedirect(reverse("identity:settings"))
        return redirect("identity:settings")
    context = {"form": form, "now": timezone.now(), "number": 1234567.89}
    return render(request, "identity/settings.html", context, status=422 if form.is_bound else 200)
