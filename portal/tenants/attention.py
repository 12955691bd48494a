"""What needs a person's attention. Slices above provide items (settings.ATTENTION_SOURCES); home and bell show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from portal.access import TenantRequest


@dataclass(frozen=True)
class AttentionItem:
    """One thing to do: what is the matter, and where to do something about it. `tone` is bad, warn or wait."""

    icon: str
    tone: str
    title: str
    detail: str
    url: str
    action: str


def needing_attention(request: TenantRequest) -> list[AttentionItem]:
    """All items for this member, the pressing ones first."""
    items: list[AttentionItem] = []
    for source in settings.ATTENTION_SOURCES:
        items += import_string(source)(request)
    return sorted(items, key=lambda item: ("bad", "warn", "wait").index(item.tone))
