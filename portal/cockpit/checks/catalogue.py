"""All checks in the order in which a report lists them: from the address inwards. `docs/readiness.md` has the same."""

from __future__ import annotations

from portal.cockpit.checks import addresses, bar, calls, certificates, csp, headers, health, registration, sign_in
from portal.cockpit.checks.check import Check

CHECKS: tuple[Check, ...] = (
    *addresses.CHECKS,
    *certificates.CHECKS,
    *headers.CHECKS,
    *health.CHECKS,
    *sign_in.CHECKS,
    *bar.CHECKS,
    *csp.CHECKS,
    *calls.CHECKS,
    *registration.CHECKS,
)
BY_ID = {each.id: each for each in CHECKS}
