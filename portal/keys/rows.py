"""A key as the templates show it."""

from __future__ import annotations

from typing import Any

from portal.access import TenantRequest
from portal.keys.links import key_url
from portal.keys.models import BindingKey, Source
from portal.keys.queries import state_of


def key_row(request: TenantRequest, key: BindingKey) -> dict[str, Any]:
    """The key in the reader's words; its state is whole for keys `with_state` only, a key just made has no other."""
    last_used_at = getattr(key, "last_used_at", None)
    return {
        "url": key_url(request, "detail", key.pk),
        "name": key.name,
        "client_id": key.client_id,
        "source_label": key.get_source_display(),
        "is_upstream": key.is_upstream,
        "state": state_of(key, last_used_at, getattr(key, "live_secrets", 1)),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "is_from_portal": key.source == Source.PORTAL,
        "is_active": key.is_active,
        "last_used_at": last_used_at,
    }
