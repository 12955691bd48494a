"""How many calls of one tenant wait for the Hub at the same time: a slow Hub must not take all threads.

Counted in this process only.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.errors import Refusal


class ProxyBusy(Refusal):
    code = "proxy_busy"
    status = 503
    message = _("Too many calls of this tenant are waiting for Insights Hub. Try again in a few seconds.")


_waiting: Counter[int] = Counter()
_lock = Lock()


class Place:
    """One call's place among those of its tenant; giving it back twice does no harm."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant_id: int | None = tenant_id

    def give_back(self) -> None:
        with _lock:
            if self._tenant_id is None:
                return
            _waiting[self._tenant_id] -= 1
            if not _waiting[self._tenant_id]:
                del _waiting[self._tenant_id]
            self._tenant_id = None


def take_place(tenant_id: int) -> Place:
    """A place for one call of this tenant; raises `ProxyBusy` when PROXY_CALLS_PER_TENANT are taken."""
    with _lock:
        if _waiting[tenant_id] >= constants.PROXY_CALLS_PER_TENANT:
            raise ProxyBusy
        _waiting[tenant_id] += 1
    return Place(tenant_id)


def taken(tenant_id: int) -> int:
    """How many places of this tenant are taken."""
    return _waiting[tenant_id]
