"""What the audit log tells of applications."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, event

HEALTHS = {"ok": _("healthy"), "warn": _("needs a look"), "bad": _("not well"), "unknown": _("health unknown")}
TICKET_ENDS = {"gone": _("no longer found"), "replaced": _("a newer version took its place")}


@event("app.created", _("created the application {app} {version}"))
class AppCreated(Event):
    app: str
    version: str
    url: str


@event("app.version_created", _("made version {version} of the application {app} from {source}"))
class AppVersionCreated(Event):
    app: str
    version: str
    source: str


@event("app.version_discarded", _("discarded the application {app} {version}, which was never registered"))
class AppVersionDiscarded(Event):
    app: str
    version: str


@event("app.changed", _("changed the application {app} {version} ({fields})"))
class AppChanged(Event):
    app: str
    version: str
    fields: str


@event("app.component_saved", _("saved the component {component} of the application {app} {version}: {url}"))
class ComponentSaved(Event):
    app: str
    version: str
    component: str
    # What it was called before; empty for a new one.
    before: str
    url: str
    endpoints: str


@event("app.component_removed", _("removed the component {component} of the application {app} {version}"))
class ComponentRemoved(Event):
    app: str
    version: str
    component: str
    url: str


@event("app.roles_changed", _("changed scopes and roles of the application {app} {version}"))
class RolesChanged(Event):
    app: str
    version: str
    scopes: str
    # Each role with what it gives: `admin: default, mdsp:core:iot.timUser; user:`.
    roles: str


@event("app.checks_started", _("let the checks of {app} {version} run"))
class ChecksStarted(Event):
    app: str
    version: str


@event("app.visit_started", _("let the checks visit {app} {version} with a token of the Hub"))
class VisitStarted(Event):
    app: str
    version: str


@event(
    "app.checks_ended",
    _("checked {app} {version}; checks that found something: blocking {blocking}, warnings {warnings}, hints {hints}"),
)
class ChecksEnded(Event):
    app: str
    version: str
    blocking: int
    warnings: int
    hints: int


@event("app.checks_failed", _("could not check {app} {version}"))
class ChecksFailed(Event):
    app: str
    version: str


@event("app.waived", _("accepted what {check} finds at {app} {version} until {until}"))
class FindingWaived(Event):
    app: str
    version: str
    check: str
    until: str


@event("app.waiver_withdrawn", _("no longer accepts what {check} finds at {app} {version}"))
class WaiverWithdrawn(Event):
    app: str
    version: str
    check: str


@event("app.ticket_opened", _("found {check} at {app} {version} after its release; to be put right until {due_on}"))
class TicketOpened(Event):
    app: str
    version: str
    check: str
    # ISO 8601.
    due_on: str


@event("app.ticket_closed", _("closed the ticket about {check} at {app} {version}: {why}"))
class TicketClosed(Event):
    app: str
    version: str
    check: str
    # `gone` or `replaced`.
    why: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {"why": TICKET_ENDS.get(recorded["why"], recorded["why"])}


@event("app.ticket_accepted", _("accepted what {check} found at {app} {version} after its release"))
class TicketAccepted(Event):
    app: str
    version: str
    check: str


@event("app.registered", _("registered the application {app} {version}"))
class AppRegistered(Event):
    app: str
    version: str


@event("app.deregistered", _("deregistered the application {app} {version}"))
class AppDeregistered(Event):
    app: str
    version: str


@event("app.hub_registered", _("registered {app} {version} at the Hub"))
class AppHubRegistered(Event):
    app: str
    version: str


@event("app.hub_removed", _("took the registration of {app} {version} back at the Hub"))
class AppHubRemoved(Event):
    app: str
    version: str


@event("app.hub_failed", _("could not tell the Hub of {app} {version}: {reason}"))
class AppHubFailed(Event):
    app: str
    version: str
    reason: str


@event("app.hub_retried", _("let the Hub be told again of {app} {version}"))
class AppHubRetried(Event):
    app: str
    version: str


@event("app.hub_health_told", _("told the Hub how {app} {version} is: {health}"))
class AppHealthTold(Event):
    app: str
    version: str
    # `ok`, `warn`, `bad` or `unknown`.
    health: str

    @classmethod
    def words(cls, recorded: dict[str, Any]) -> dict[str, Any]:
        return {"health": HEALTHS.get(recorded["health"], recorded["health"])}


@event("app.hub_health_failed", _("could not tell the Hub how {app} {version} is: {reason}"))
class AppHealthUntold(Event):
    app: str
    version: str
    reason: str


@event("release.prepared", _("wrote the release of {app} {version}"))
class ReleasePrepared(Event):
    app: str
    version: str
    fields: str


@event("release.capture_asked", _("let the portal's browser take a picture of {app} {version}"))
class CaptureAsked(Event):
    app: str
    version: str


@event("release.captured", _("took a picture of {app} {version} with the portal's browser"))
class ReleaseCaptured(Event):
    app: str
    version: str
    url: str


@event("release.capture_failed", _("could not take a picture of {app} {version}"))
class CaptureFailed(Event):
    app: str
    version: str
    url: str
    # In English: the reason, with its evidence.
    why: str


@event("release.submitted", _("submitted the release of {app} {version} for approval"))
class ReleaseSubmitted(Event):
    app: str
    version: str
    health_url: str
    credentials: str


@event("release.withdrawn", _("withdrew the release of {app} {version}"))
class ReleaseWithdrawn(Event):
    app: str
    version: str


@event("release.sent_back", _("sent the release of {app} {version} back"))
class ReleaseSentBack(Event):
    app: str
    version: str


@event("release.approved", _("approved the release of {app} {version}, which {submitted_by} had submitted"))
class ReleaseApproved(Event):
    app: str
    version: str
    submitted_by: str
    alternate_email: str


@event("release.check_passed", _("ended the check of {app} {version}: it is ready for assignment"))
class CheckPassed(Event):
    app: str
    version: str


@event("release.check_failed", _("ended the check of {app} {version}: remediation is required"))
class CheckFailed(Event):
    app: str
    version: str
    # The returned items, as `portal.cockpit.release.review.ReviewItem` names them.
    items: str = ""


@event("release.question_asked", _("asked a question about the release of {app} {version}"))
class QuestionAsked(Event):
    app: str
    version: str
    # `operator` or `tenant`.
    side: str


@event("release.message_written", _("wrote a message about the release of {app} {version}"))
class MessageWritten(Event):
    app: str
    version: str
    side: str


@event("release.contact_asked", _("asked {email} to confirm being the alternate contact of {app} {version}"))
class ContactAsked(Event):
    app: str
    version: str
    email: str


@event("release.contact_changed", _("changed the alternate contact of {app} {version} from {before} to {email}"))
class ContactChanged(Event):
    app: str
    version: str
    before: str
    email: str


@event("release.contact_confirmed", _("confirmed to be the alternate contact of {app} {version}: {email}"))
class ContactConfirmed(Event):
    app: str
    version: str
    email: str


@event("release.contact_declined", _("declined to be the alternate contact of {app} {version}: {email}"))
class ContactDeclined(Event):
    app: str
    version: str
    email: str


@event("release.dossier_taken", _("downloaded the dossier of {app} {version}"))
class DossierTaken(Event):
    app: str
    version: str
    # Of the archive, in hexadecimal digits.
    sha256: str
