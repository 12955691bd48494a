"""Running all checks: each URL is fetched once, then every check looks at what was seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from django.utils.translation import gettext_noop as _

from portal import constants
from portal.cockpit.checks import hub_token
from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.check import Check, NotSeen, found
from portal.cockpit.checks.hub_token import HubToken
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.checks.seen import Seen, Sight, app_info_url, now
from portal.cockpit.checks.subject import Subject, origin
from portal.lib.fetch.failures import Reason
from portal.lib.fetch.fetcher import Fetcher

logger = logging.getLogger(__name__)

# No more components and no more scripts of a page are fetched.
MOST_COMPONENTS = 10
MOST_SCRIPTS = 10


@dataclass(frozen=True)
class Progress:
    """How far a run is: `what` is a URL that is fetched or the id of a check; `of` may grow while pages are read."""

    done: int
    of: int
    what: str


OnProgress = Callable[[Progress], None]


@dataclass
class Runner:
    """Runs the checks of one application. `progress` is called before each fetch and each check."""

    subject: Subject
    fetcher: Fetcher
    token: str = ""
    hub_addresses: tuple[str, ...] = ()
    progress: OnProgress = lambda _progress: None
    checks: Sequence[Check] = CHECKS
    seconds: float = constants.READINESS_SECONDS
    _silent: set[str] = field(default_factory=set)
    _done: int = 0

    def run(self) -> Report:
        """Fetch and check. Never raises for what a server does, and ends after about `seconds`.

        When those are over no further URL is asked for; the checks that miss one say so.
        """
        started, began = now(), time.monotonic()
        self._ends = began + self.seconds
        self._planned = 4 + len(self.checks)
        token = HubToken.read(self.token.strip()) if self.token.strip() else None
        self._seen = Seen(self.subject, token=token, hub_addresses=self.hub_addresses)
        self._look_at_application()
        self._look_at_page()
        self._planned = self._done + len(self.checks)
        results = tuple(self._result(check) for check in self.checks)
        return Report(results, tuple(self._seen.sights.values()), started, time.monotonic() - began)

    def _look_at_application(self) -> None:
        for component in self.subject.components[:MOST_COMPONENTS]:
            self._fetch(f"{component.base}/")
        self._fetch(self.subject.health)
        self._fetch(self.subject.protected)
        self._fetch(self.subject.protected, "forged")
        self._fetch(self.subject.front, "person")
        self._fetch(self.subject.protected, "person")

    def _look_at_page(self) -> None:
        """The page's own scripts, then what they say the bar asks for."""
        seen, who = self._seen, self._best()
        try:
            here = seen.shown.url
            scripts = [urljoin(here, written) for written in seen.page.scripts]
        except (NotSeen, ValueError):
            return
        own = [url for url in dict.fromkeys(scripts) if origin(url) == origin(here)]
        self._planned += len(own[:MOST_SCRIPTS]) + 1
        for url in own[:MOST_SCRIPTS]:
            self._fetch(url.partition("#")[0], who)
        self._fetch(app_info_url(seen), who)

    def _best(self) -> str:
        return "person" if self._seen.token and self._seen.token.is_sendable else "nobody"

    def _fetch(self, url: str, who: str = "nobody") -> None:
        """Once for each URL and visitor. A server that did not answer is not asked again: it would only take time."""
        if not url or (url, who) in self._seen.sights or origin(url) in self._silent or time.monotonic() > self._ends:
            return
        headers = self._headers(url, who)
        if headers is None:
            return
        self._tell(url)
        fetched = self.fetcher.get(url, headers)
        self._seen.sights[url, who] = Sight(url, who, now(), fetched)
        if fetched.reason not in {None, Reason.URL, Reason.NO_HTTP}:
            self._silent.add(origin(url))

    def _headers(self, url: str, who: str) -> dict[str, str] | None:
        """What this visitor sends; None for one that is not to be sent. Tokens go to the application alone."""
        token = self._seen.token
        if who == "nobody":
            return {}
        if not self.subject.owns(url):
            return None
        if who == "forged":
            return {"Authorization": f"Bearer {hub_token.forged(self.subject.tenant, time.time())}"}
        return {"Authorization": f"Bearer {token.value.reveal()}"} if token and token.is_sendable else None

    def _result(self, check: Check) -> Result:
        self._tell(check.id)
        findings = []
        try:
            for finding in check.run(self.subject, self._seen):
                if finding not in findings:
                    findings.append(finding)
        except NotSeen as not_seen:
            if not findings:
                return Result(check, Outcome.NOT_CHECKED, why_not=not_seen.finding)
        except Exception:
            # What servers send has no end of forms. One check's mistake must not take the others along.
            logger.exception("Check %s failed", check.id)
            if not findings:
                return Result(check, Outcome.NOT_CHECKED, why_not=found(_("The check itself failed.")))
        return Result(check, Outcome.FOUND if findings else Outcome.PASSED, tuple(findings))

    def _tell(self, what: str) -> None:
        self.progress(Progress(self._done, max(self._planned, self._done + 1), what))
        self._done += 1
