"""The dossier of a release as a file, and the key with which anybody verifies it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_safe

from portal.access import TenantRequest, public_page, tenant_page
from portal.actor import Actor
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import find_version
from portal.cockpit.release.dossier import file_name, public_keys
from portal.cockpit.release.dossier_commands import take_dossier
from portal.permissions import Permission


@require_GET  # a HEAD takes nothing away
@tenant_page(Permission.APPS_READ)
def download(request: TenantRequest, app_id: int) -> HttpResponse:
    """The signed archive of a release, from its submission on."""
    return dossier_file(find_version(app_id), by=request.actor)


def dossier_file(version: AppVersion, *, by: Actor) -> HttpResponse:
    """The archive as a download, which nobody keeps for somebody else."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name(version)}"', "Cache-Control": "no-store"}
    return HttpResponse(take_dossier(version, by=by), content_type="application/zip", headers=headers)


@require_safe
@public_page
def public_key(request: HttpRequest) -> HttpResponse:
    """The public keys of all dossiers of this portal, newest first (PEM)."""
    return HttpResponse(public_keys(), content_type="application/x-pem-file")
