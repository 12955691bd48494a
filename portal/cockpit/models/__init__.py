"""Applications, their versions, and each step of a version's life."""

from portal.cockpit.models.applications import (
    APPROVAL_FIELDS,
    Application,
    AppRole,
    AppVersion,
    Component,
    Credentials,
    as_json,
)
from portal.cockpit.models.captures import Capture
from portal.cockpit.models.findings import Ticket, TicketEnd, Waiver
from portal.cockpit.models.registrations import Health, Registration, RegistrationState
from portal.cockpit.models.releases import AlternateContact, DossierKey, MessageSide, Move, ReleaseMessage
from portal.cockpit.models.runs import OPEN_RUNS, WATCHING, CheckReason, CheckRun, RunState, VisitorToken

__all__ = [
    "APPROVAL_FIELDS",
    "OPEN_RUNS",
    "WATCHING",
    "AlternateContact",
    "AppRole",
    "AppVersion",
    "Application",
    "Capture",
    "CheckReason",
    "CheckRun",
    "Component",
    "Credentials",
    "DossierKey",
    "Health",
    "MessageSide",
    "Move",
    "Registration",
    "RegistrationState",
    "ReleaseMessage",
    "RunState",
    "Ticket",
    "TicketEnd",
    "VisitorToken",
    "Waiver",
    "as_json",
]
