"""When the Hub is called again after a call that failed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from portal.errors import Refusal
from portal.hub.errors import HubRefused, HubTimeout, HubUnavailable

# Doubled after each failure that may pass by itself.
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)


def retry_at(refusal: Refusal, attempts: int) -> datetime | None:
    """The moment of the next attempt after so many; None for a failure that does not pass by itself."""
    passes = isinstance(refusal, HubUnavailable | HubTimeout) or (
        isinstance(refusal, HubRefused) and (refusal.hub_status >= 500 or refusal.hub_status == 429)
    )
    wait = min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)
    return timezone.now() + wait if passes else None
