"""What the audit log tells of calls through the proxy: one record before the Hub is asked, one with the result."""

from django.utils.translation import gettext_lazy as _

from portal.audit.events import Event, Kind, event


@event("call.admitted", _("calls {method} {path}"), Kind.KEY_USE)
class CallAdmitted(Event):
    method: str = "GET"
    path: str
    route: str
    generation: int


@event("call.answered", _("called {method} {path}"), Kind.KEY_USE)
class CallAnswered(Event):
    method: str = "GET"
    path: str
    route: str
    status: int


@event("call.failed", _("called {method} {path} and got no answer of the Hub"), Kind.KEY_USE)
class CallFailed(Event):
    method: str = "GET"
    path: str
    route: str
    reason: str
