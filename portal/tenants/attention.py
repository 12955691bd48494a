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
    kept: list[AttentionItem] | None = getattr(request, "attention", None)
    if kept is None:
        items = [item for source in settings.ATTENTION_SOURCES for item in import_string(source)(request)]
        kept = sorted(items, key=lambda item: ("bad", "warn", "wait").index(item.tone))
        request.attention = kept  # the bell and the home page ask both
    return kept
