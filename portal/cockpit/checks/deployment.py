"""The checks as this deployment has them: where they may look, and what they know of the Hub."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from portal import constants
from portal.cockpit.checks.runner import OnProgress, Runner
from portal.cockpit.checks.subject import Subject
from portal.lib.fetch.fetcher import Fetcher, Policy
from portal.lib.fetch.target import HTTPS_PORT


def runner(subject: Subject, *, token: str = "", progress: OnProgress = lambda _progress: None) -> Runner:
    """A run of all checks over one application; `token` is that of a person, as the Hub's gateway sends it."""
    addresses = tuple(map(str, settings.HUB_OUTBOUND_ADDRESSES))
    return Runner(subject, fetcher(), token, addresses, progress, bar_script=settings.HUB_BAR_SCRIPT_URL)


def fetcher() -> Fetcher:
    """What looks at applications, with this deployment's ports, networks and authorities."""
    return _fetcher(_policy())


def _policy() -> Policy:
    return Policy(
        ports=settings.READINESS_PORTS | {HTTPS_PORT},
        networks=tuple(settings.READINESS_NETWORKS),
        ca_file=settings.READINESS_CA_FILE,
        deadline=constants.READINESS_FETCH,
    )


@cache
def _fetcher(policy: Policy) -> Fetcher:
    """One for the process: reading the certificate authorities takes a moment."""
    return Fetcher(policy)
