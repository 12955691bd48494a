"""Icon, screenshot and own capture of a version, for the pages that show them."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.pictures import ShownKind
from portal.cockpit.queries import find_picture
from portal.lib.images.response import image_response
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.APPS_READ)
def picture(request: TenantRequest, app_id: int, kind: ShownKind) -> HttpResponseBase:
    """The picture as the portal made it; 404 where there is none."""
    return image_response(request, find_picture(app_id, kind), kind=kind)
