"""Running all checks: each URL is fetched once, then every check looks at what was seen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

from django.utils.translation import gettext_noop as _

from portal import constants
from portal.cockpit.checks import hub_token
from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.check import Check, Finding, NotSeen, found, visible
from portal.cockpit.checks.hub_token import HubToken
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.checks.seen import Seen, Sight, app_info_url, now
from portal.cockpit.checks.subject import Subject, origin
from portal.lib.fetch.failures import Reason
from portal.lib.fetch.fetcher import Fetched, Fetcher

logger = logging.getLogger(__name__)

# No more components and no more scripts of a page are fetched.
MOST_COMPONENTS = 10
MOST_SCRIPTS = 10
# As many findings of a check are listed; counting the others has an end, too.
MOST_FINDINGS, MOST_COUNTED = 20, 1000


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
    bar_script: str = ""
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
        self._seen = Seen(self.subject, {}, token, self.hub_addresses, self.bar_script)
        self._look_at_application()
        self._look_at_page()
        self._planned = self._done + len(self.checks)
        results = tuple(self._result(check) for check in self.checks)
        return Report(results, tuple(map(self._told, self._seen.sights.values())), started, time.monotonic() - began)

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
            here, urls = seen.shown.url, seen.script_urls
        except NotSeen:
            return
        own = [url for url in urls if origin(url) == origin(here) and seen.bar_version(url) is None][:MOST_SCRIPTS]
        self._planned += len(own) + 1
        left = constants.READINESS_SCRIPTS
        for url in own:
            left -= self._fetch(url, who, left) if left > 0 else 0
        with suppress(NotSeen):
            self._fetch(app_info_url(seen), who)

    def _best(self) -> str:
        return "person" if self._seen.token and self._seen.token.is_sendable else "nobody"

    def _fetch(self, url: str, who: str = "nobody", body_limit: int = 0) -> int:
        """Once for each URL and visitor; returns how many bytes of a body there are now.

        A server that did not answer is not asked again: it would only take time.
        """
        if not url or (url, who) in self._seen.sights or origin(url) in self._silent or time.monotonic() > self._ends:
            return 0
        headers = self._headers(url, who)
        if headers is None:
            return 0
        self._tell(visible(url))
        fetched = self._without_token(self.fetcher.get(url, headers, body_limit))
        self._seen.sights[url, who] = Sight(url, who, now(), fetched)
        if fetched.reason not in {None, Reason.URL, Reason.NO_HTTP}:
            self._silent.add(origin(url))
        return len(fetched.response.body) if fetched.response else 0

    def _without_token(self, fetched: Fetched) -> Fetched:
        """What came, but for the person's token: an application may send back what it was sent, anywhere."""
        token, response = self._seen.token, fetched.response
        if token is None or response is None:
            return fetched
        headers = tuple((token.masked(name), token.masked(value)) for name, value in response.headers)
        return replace(fetched, response=replace(response, headers=headers, body=token.masked_bytes(response.body)))

    def _told(self, sight: Sight) -> Sight:
        """What a report has of a fetch: no header and no body."""
        url, response = visible(self._seen.masked(sight.url)), sight.fetched.response
        bare = replace(response, headers=(), body=b"") if response else None
        return replace(sight, url=url, fetched=replace(sight.fetched, url=url, response=bare))

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
        findings: dict[object, Finding] = {}
        counted, why_not = 0, None
        try:
            for finding in islice(check.run(self.subject, self._seen), MOST_COUNTED):
                counted += 1
                findings.setdefault((finding.what, *finding.evidence.items()), finding)
        except NotSeen as not_seen:
            why_not = not_seen.finding
        except Exception:
            # What servers send has no end of forms. One check's mistake must not take the others along.
            logger.exception("Check %s failed", check.id)
            why_not = found(_("The check itself failed."))
        if findings:
            return Result(check, Outcome.FOUND, self._listed(list(findings.values()), counted == MOST_COUNTED))
        if why_not:
            return Result(check, Outcome.NOT_CHECKED, why_not=self._masked(why_not))
        return Result(check, Outcome.PASSED)

    def _listed(self, findings: list[Finding], and_more: bool) -> tuple[Finding, ...]:
        """The first of them, and how many there are beyond."""
        listed = tuple(map(self._masked, findings[:MOST_FINDINGS]))
        more = len(findings) - MOST_FINDINGS
        if more <= 0:
            return listed
        return (*listed, found(_("%(number)s more of this kind are not listed."), number=f"{more}{'+' * and_more}"))

    def _masked(self, finding: Finding) -> Finding:
        evidence = {name: self._seen.masked(value) for name, value in finding.evidence.items()}
        return replace(finding, evidence=evidence)

    def _tell(self, what: str) -> None:
        self.progress(Progress(self._done, max(self._planned, self._done + 1), what))
        self._done += 1
