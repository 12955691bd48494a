"""Addresses of the pages about keys."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from portal.access import TenantRequest
from portal.keys.models import BindingKey


def key_url(request: TenantRequest, page: str, *args: int) -> str:
    """For a link on a page, within the tenant of the page."""
    return reverse(f"keys:{page}", args=[request.tenant.name, *args])


def key_link(key: BindingKey, page: str = "detail") -> str:
    """The whole address of a page about this key, for a mail."""
    return settings.PORTAL_URL + reverse(f"keys:{page}", args=[key.tenant.name, key.pk])
