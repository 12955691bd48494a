"""The alternate contact: the page behind the link of the mail, and what the approver can do until it is answered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import TenantRequest, anonymous, public_page, tenant_page
from portal.cockpit.models import AlternateContact
from portal.cockpit.queries import find_version
from portal.cockpit.release import contact_commands
from portal.cockpit.release.forms import CONFIRM, AnswerForm, ContactForm
from portal.cockpit.rows import app_url
from portal.errors import NotFound
from portal.lib.forms import posted
from portal.notify.mails import NOT_POSTED
from portal.permissions import Permission


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the link asks. Only its buttons answer: mail scanners and previews follow links, they press nothing."""
    contact = contact_commands.contact_behind(token)
    if contact is None:
        raise NotFound
    form = AnswerForm(posted(request))
    if form.is_valid():
        confirms = form.cleaned_data["answer"] == CONFIRM
        command = contact_commands.confirm_contact if confirms else contact_commands.decline_contact
        command(contact, by=anonymous(request))
        return redirect("alternate_contact", token)
    if not (contact.is_open or contact.confirmed_at or contact.declined_at) or contact.replaced_at:
        raise contact_commands.ContactLinkClosed
    return render(request, "cockpit/contact_answer.html", {"contact": _asked(contact)})


def _asked(contact: AlternateContact) -> dict[str, Any]:
    """What the page behind the link tells: as much as the mail did."""
    version = contact.version
    return {
        "email": contact.email,
        "app_name": version.display_name,
        "version": version.version,
        "company": version.tenant.display_name,
        "named_by": contact.named_by,
        "expires_at": contact.expires_at,
        "confirmed_at": contact.confirmed_at,
        "declined_at": contact.declined_at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.RELEASES_WRITE)
def change_contact(request: TenantRequest, app_id: int) -> HttpResponse:
    """Name somebody else, while nobody has confirmed."""
    version = find_version(app_id)
    before = contact_commands.check_changeable(version, request.actor)
    form = ContactForm(request.user.email, posted(request), initial={"language": get_language()})
    if form.is_valid():
        try:
            changed = contact_commands.change_contact(version, **form.cleaned_data, by=request.actor)
        except contact_commands.TooManyContactMails as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("%(email)s is asked to confirm.") % {"email": changed.email})
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Change the alternate contact of %(name)s") % {"name": version.display_name},
        "app_name": version.display_name,
        "before": before.email if before else version.alternate_email,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/change_contact.html", context, status=422 if form.is_bound else 200)


@require_POST
@tenant_page(Permission.RELEASES_WRITE)
def resend_contact(request: TenantRequest, app_id: int) -> HttpResponse:
    """Ask the alternate contact once more."""
    version = find_version(app_id)
    try:
        asked = contact_commands.resend_contact(version, by=request.actor)
    except (contact_commands.TooManyContactMails, *NOT_POSTED) as refusal:
        messages.error(request, f"{refusal.message} {refusal.advice}")
    else:
        messages.success(request, _("Another mail is on its way to %(email)s.") % {"email": asked.email})
    return redirect("cockpit:detail", request.tenant.name, version.pk)
