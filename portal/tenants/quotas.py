"""What a tenant may have by its package, and how much of it is used. The numbers are `portal.constants.PACKAGES`."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.utils.formats import number_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.errors import Refusal
from portal.tenants.models import Tenant

# From here on, in percent, a quota needs attention.
NEARLY = 80


class Quota(TextChoices):
    """One thing of which a tenant has a limited number."""

    KEYS = "keys", gettext_lazy("Binding keys")
    CONTRACTS = "contracts", gettext_lazy("Contracts")
    APPLICATIONS = "applications", gettext_lazy("Applications")
    CALLS_PER_DAY = "calls_per_day", gettext_lazy("Calls per day")


MEASURED = {
    Quota.KEYS: gettext_lazy("%(used)s of %(limit)s binding keys used"),
    Quota.CONTRACTS: gettext_lazy("%(used)s of %(limit)s contracts used"),
    Quota.APPLICATIONS: gettext_lazy("%(used)s of %(limit)s applications used"),
    Quota.CALLS_PER_DAY: gettext_lazy("%(used)s of %(limit)s calls made today"),
}
AT_THE_LIMIT = {
    Quota.KEYS: gettext_lazy("No further key can be created. Existing keys go on working."),
    Quota.CONTRACTS: gettext_lazy("No further contract can be created. Existing contracts go on working."),
    Quota.APPLICATIONS: gettext_lazy("No further application can be created. Existing applications go on working."),
    Quota.CALLS_PER_DAY: gettext_lazy("Further calls are refused until 00:00 UTC."),
}


class QuotaReached(Refusal):
    """Creating one more is refused; what is there goes on working."""

    code = "quota_reached"
    status = 409

    def __init__(self, usage: Usage) -> None:
        super().__init__(
            _("%(measured)s. Package %(package)s allows no more.")
            % {"measured": usage.measured, "package": usage.package}
        )
        ask = _("Ask %(whom)s for a larger package.")
        if usage.quota == Quota.KEYS:
            ask = _("Revoke a key that nobody uses, or ask %(whom)s for a larger package.")
        self.advice = ask % {"whom": whom_to_ask()}


@dataclass(frozen=True)
class Usage:
    """How much of one quota a tenant uses; more than the limit after it got a smaller package."""

    quota: Quota
    package: str
    used: int
    limit: int

    @property
    def measured(self) -> str:
        """Both numbers in a sentence, such as "4 of 10 binding keys used"."""
        numbers = {"used": self.used, "limit": self.limit}
        return str(MEASURED[self.quota]) % {name: number_format(n, force_grouping=True) for name, n in numbers.items()}

    @property
    def at_the_limit(self) -> str:
        """What happens once the limit is reached."""
        return str(AT_THE_LIMIT[self.quota])

    @property
    def is_reached(self) -> bool:
        return self.used >= self.limit

    @property
    def is_nearly_reached(self) -> bool:
        return self.used * 100 > self.limit * NEARLY


def limit(tenant: Tenant, quota: Quota) -> int:
    """How many this tenant may have."""
    return constants.PACKAGES[tenant.package][quota.value]


def used(quota: Quota) -> int:
    """How many the active tenant has; 0 where the slice that has them does not count (settings.QUOTA_COUNTERS)."""
    counter = settings.QUOTA_COUNTERS.get(quota.value)
    return int(import_string(counter)()) if counter else 0


def usage(tenant: Tenant, quota: Quota) -> Usage:
    """Use and limit of one quota of the active tenant."""
    return Usage(quota, tenant.package, used(quota), limit(tenant, quota))


def usages(tenant: Tenant) -> list[Usage]:
    """Use and limit of every quota of the active tenant."""
    return [usage(tenant, quota) for quota in Quota]


def check(tenant: Tenant, quota: Quota) -> None:
    """Refuse one more with `QuotaReached`. Under the lock of the tenant's row, or two see the last free place."""
    found = usage(tenant, quota)
    if found.is_reached:
        raise QuotaReached(found)


def whom_to_ask() -> str:
    """Who gives a tenant a larger package, as a sentence says it."""
    return settings.OPERATOR_EMAIL or _("the operator of this portal")
