"""Every limit, lifetime and switch that a deployment may override.

Each constant is read once, at start, from the environment variable of the same name with the prefix `PORTAL_`.
A value of the wrong type or below its minimum refuses to start. `docs/settings.md` lists them all (a test compares).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Constant:
    """One overridable number: its environment variable, its default, its unit and why it is what it is."""

    variable: str
    default: int
    unit: str
    why: str


DECLARED: dict[str, Constant] = {}


def _number(name: str, default: int, unit: str, why: str, *, minimum: int = 1, maximum: int = 10**9) -> int:
    constant = Constant(f"PORTAL_{name}", default, unit, why)
    DECLARED[name] = constant
    written = os.environ.get(constant.variable, str(default))
    number = int(written) if written.isascii() and written.isdigit() else -1
    if not minimum <= number <= maximum:
        raise ImproperlyConfigured(
            f"{constant.variable} is {written!r}, write a whole number of {unit}, at least {minimum} and at most "
            f"{maximum}, for example {constant.variable}={default}."
        )
    return number


SESSION_IDLE = _number(
    "SESSION_IDLE", 30 * 60, "seconds", "The Hub ends an idle session after 30 minutes, so do we.", minimum=120
)
SESSION_ABSOLUTE = _number("SESSION_ABSOLUTE", 12 * 3600, "seconds", "The Hub ends every session after 12 hours.")
SIGN_IN_LIFETIME = _number("SIGN_IN_LIFETIME", 600, "seconds", "How long a started sign-in may wait at the Hub.")
CLOCK_LEEWAY = _number("CLOCK_LEEWAY", 60, "seconds", "Clock skew accepted in the Hub's tokens.", minimum=0)

INVITATION_DAYS = _number("INVITATION_DAYS", 14, "days", "How long an invitation can be accepted.")
OPEN_INVITATIONS = _number("OPEN_INVITATIONS", 100, "invitations", "Open invitations of a tenant: each sends a mail.")
COLLABORATION_OFFER_DAYS = _number(
    "COLLABORATION_OFFER_DAYS", 30, "days", "How long the offer of a collaboration can be accepted.", maximum=365
)
COLLABORATION_OFFERS_PER_HOUR = _number(
    "COLLABORATION_OFFERS_PER_HOUR",
    10,
    "offers",
    "Of one tenant, those to names that nobody has included: offers must not find out who is here.",
)
COLLABORATION_OPEN_OFFERS = _number(
    "COLLABORATION_OPEN_OFFERS", 20, "offers", "Of one tenant that nobody has answered: each sends mails."
)
REQUESTS_PER_DAY = _number("REQUESTS_PER_DAY", 3, "requests", "Of one person for a tenant: each sends a mail.")
PROVISIONING_LEASE = _number(
    "PROVISIONING_LEASE", 120, "seconds", "A step of a provisioning that takes longer is taken for dead and runs again."
)
TOKEN_LIFETIME = _number("TOKEN_LIFETIME", 900, "seconds", "Life of a token issued to a binding key.")
KEY_STATE_AGE = _number(
    "KEY_STATE_AGE",
    0,
    "milliseconds",
    "How old what a call is decided by may be. 0: each call asks the database, a revocation holds with the next.",
    minimum=0,
    maximum=900,
)
TOKEN_REQUESTS_PER_MINUTE = _number(
    "TOKEN_REQUESTS_PER_MINUTE",
    3000,
    "requests",
    "Of one client with the right secret at one endpoint, in each process: a loop gone wild must not take all threads.",
)
TOKEN_FAILURES_PER_MINUTE = _number(
    "TOKEN_FAILURES_PER_MINUTE", 60, "failures", "Wrong secrets of one clientID from one address, in each process."
)
TOKEN_FAILURES_PER_ADDRESS = _number(
    "TOKEN_FAILURES_PER_ADDRESS", 600, "failures", "Wrong credentials from one address in a minute, in each process."
)

KEY_USE_DAYS = _number(
    "KEY_USE_DAYS",
    400,
    "days",
    "How long callers of keys and their counts are kept: a year, and time to look.",
    minimum=91,
)

HUB_CONNECT_TIMEOUT = _number("HUB_CONNECT_TIMEOUT", 3, "seconds", "A Hub that cannot be reached is told at once.")
HUB_READ_TIMEOUT = _number("HUB_READ_TIMEOUT", 15, "seconds", "Longest silence of the Hub within an answer.")
HUB_TOKEN_MARGIN = _number("HUB_TOKEN_MARGIN", 300, "seconds", "The Hub asks to renew its tokens 5 minutes early.")
KEY_SET_LIFETIME = _number("KEY_SET_LIFETIME", 24 * 3600, "seconds", "How long the Hub's token keys are kept.")
KEY_SET_REFETCH = _number("KEY_SET_REFETCH", 10, "seconds", "Shortest time between two fetches of a key set.")

PROXY_QUERY_LIMIT = _number("PROXY_QUERY_LIMIT", 8000, "bytes", "Longest query string sent on to the Hub.")
PROXY_BUFFER = _number("PROXY_BUFFER", 64 * 1024, "bytes", "Answers up to this size are sent whole, not streamed.")
PROXY_CHUNK = _number("PROXY_CHUNK", 256 * 1024, "bytes", "Size of the pieces in which larger answers are streamed.")
PROXY_DEADLINE = _number("PROXY_DEADLINE", 600, "seconds", "A streamed answer that takes longer breaks off.")
PROXY_CALLS_PER_TENANT = _number(
    "PROXY_CALLS_PER_TENANT", 16, "calls", "Calls of a tenant that wait for the Hub at once, in each process."
)

MAIL_TIMEOUT = _number("MAIL_TIMEOUT", 10, "seconds", "Longest silence of the mail server.", maximum=300)
MAIL_ATTEMPTS = _number("MAIL_ATTEMPTS", 24, "attempts", "After as many failures a mail is given up.")
MAIL_RETRY_FIRST = _number("MAIL_RETRY_FIRST", 60, "seconds", "Wait after the first failure; doubles with each.")
MAIL_RETRY_LONGEST = _number("MAIL_RETRY_LONGEST", 3600, "seconds", "The wait does not grow beyond this.")
MAILS_PER_HOUR = _number("MAILS_PER_HOUR", 20, "mails", "To one address: nobody can be mail-bombed through us.")

WORKER_INTERVAL = _number("WORKER_INTERVAL", 1, "seconds", "How often an idle worker looks for tasks.", maximum=60)

LEAK_UPLOAD = _number("LEAK_UPLOAD", 64 * 1024**2, "bytes", "Largest file that is looked at for leaked secrets.")
LEAK_UNPACKED = _number(
    "LEAK_UNPACKED", 512 * 1024**2, "bytes", "An archive in it is opened up to this size, all together."
)
LEAK_ENTRIES = _number("LEAK_ENTRIES", 20_000, "files", "No more files of an archive are looked at.")
LEAK_DEPTH = _number("LEAK_DEPTH", 8, "archives", "Archives in archives are opened to this depth.", maximum=50)
LEAK_RATIO = _number("LEAK_RATIO", 200, "times", "An archive that unpacks to more than so often its size is a bomb.")
LEAK_SECONDS = _number("LEAK_SECONDS", 20, "seconds", "A look for leaked secrets ends after this time.", maximum=600)
LEAK_REPORT_AGE = _number(
    "LEAK_REPORT_AGE", 300, "seconds", "A signed report of a scanner is taken as long; after that it may be a replay."
)

MESSAGES_PER_RELEASE = _number(
    "MESSAGES_PER_RELEASE", 500, "messages", "About one release, of both sides: its page and its dossier show them all."
)
MESSAGES_PER_HOUR = _number("MESSAGES_PER_HOUR", 60, "messages", "Of one person in one tenant, within an hour.")

READINESS_FETCH = _number(
    "READINESS_FETCH", 10, "seconds", "One look at a page of an application ends after this, whatever its server does."
)
READINESS_SECONDS = _number(
    "READINESS_SECONDS", 60, "seconds", "After this time a run of the checks asks for no further page.", maximum=600
)
READINESS_SCRIPTS = _number(
    "READINESS_SCRIPTS",
    2 * 1024**2,
    "bytes",
    "Scripts of an application's page are read up to this size, all together: they are kept in memory for a run.",
    minimum=64 * 1024,
    maximum=32 * 1024**2,
)
READINESS_CERTIFICATE_DAYS = _number(
    "READINESS_CERTIFICATE_DAYS", 30, "days", "A certificate that ends sooner is told: a release takes days."
)
READINESS_CLOCK_SKEW = _number(
    "READINESS_CLOCK_SKEW", 60, "seconds", "How far an application's clock may be from ours.", minimum=0
)
READINESS_RUNS_PER_HOUR = _number(
    "READINESS_RUNS_PER_HOUR", 120, "runs", "Of a tenant's checks: each run asks servers of others for their pages."
)
READINESS_RUNS_KEPT = _number("READINESS_RUNS_KEPT", 10, "runs", "The newest of each version are kept, with findings.")
WATCH_HOURS = _number(
    "WATCH_HOURS",
    6,
    "hours",
    "Between two looks at an application after its release; 0 looks only when somebody asks.",
    minimum=0,
    maximum=720,
)
CAPTURE_SECONDS = _number(
    "CAPTURE_SECONDS", 30, "seconds", "The browser that takes a picture is ended after this.", minimum=5, maximum=300
)
CAPTURE_MEMORY = _number(
    "CAPTURE_MEMORY", 1024, "megabytes", "Of all processes of that browser; more ends it.", minimum=256
)
CAPTURES_PER_HOUR = _number(
    "CAPTURES_PER_HOUR", 30, "captures", "Of a tenant's applications: each keeps the task worker busy."
)
RELEASE_FOUR_EYES = _number(
    "RELEASE_FOUR_EYES",
    1,
    "0 or 1",
    "Whether a release is approved by somebody else than who submitted it.",
    minimum=0,
    maximum=1,
)
MOST_VERSIONS = _number(
    "MOST_VERSIONS", 50, "versions", "Of one application: each copies the icon and keeps all that was said about it."
)
CONTACT_DAYS = _number("CONTACT_DAYS", 14, "days", "How long an alternate contact can confirm with the link of a mail.")
CONTACT_MAIL_WAIT = _number(
    "CONTACT_MAIL_WAIT", 600, "seconds", "Between two mails that ask the same alternate contact to confirm.", minimum=0
)
CONTACT_MAILS_PER_DAY = _number(
    "CONTACT_MAILS_PER_DAY", 5, "mails", "That ask alternate contacts of one release to confirm, whatever the address."
)
MESSAGE_MAIL_WAIT = _number(
    "MESSAGE_MAIL_WAIT", 3600, "seconds", "Between two mails that tell one side of messages about the same release."
)
IMAGE_UPLOAD = _number("IMAGE_UPLOAD", 5 * 1024**2, "bytes", "Largest icon or screenshot, as sent and as kept.")
IMAGE_PIXELS = _number("IMAGE_PIXELS", 25_000_000, "pixels", "Width times height of a picture that is decoded.")
IMAGE_MEMORY = _number(
    "IMAGE_MEMORY",
    512 * 1024**2,
    "bytes",
    "Of the process that decodes one picture; 25 million pixels of the hungriest format need 435 MB.",
    minimum=64 * 1024**2,
)
IMAGE_SECONDS = _number("IMAGE_SECONDS", 5, "seconds", "After this time that process is ended.", maximum=60)
IMAGE_AT_ONCE = _number("IMAGE_AT_ONCE", 2, "pictures", "Decoded at the same time, in each process.", maximum=64)
IMAGE_WAITING = _number(
    "IMAGE_WAITING", 8, "pictures", "Wait for their turn, each with a thread that no other page has.", minimum=0
)
ICON_LEAST = _number("ICON_LEAST", 64, "pixels", "Side of the smallest icon: less would be blurred at the usual size.")
ICON_MOST = _number("ICON_MOST", 4096, "pixels", "Side of the largest icon.", maximum=30_000)
ICON_SIZE = _number("ICON_SIZE", 256, "pixels", "Side that every icon is brought to.", maximum=1024)
SCREENSHOT_LEAST = _number(
    "SCREENSHOT_LEAST", 360, "pixels", "Shorter side of the smallest screenshot: on less nobody can read anything."
)
SCREENSHOT_SIZE = _number(
    "SCREENSHOT_SIZE", 2560, "pixels", "Longer side; larger screenshots are made smaller.", maximum=5000
)

# What a tenant may have, by package; `portal.tenants.quotas` counts. Each number is `PORTAL_PACKAGE_<package>_<quota>`.
_PACKAGE_TABLE = {
    "S": {"keys": 10, "contracts": 5, "applications": 2, "calls_per_day": 50_000},
    "M": {"keys": 30, "contracts": 20, "applications": 10, "calls_per_day": 250_000},
    "L": {"keys": 100, "contracts": 50, "applications": 30, "calls_per_day": 1_000_000},
    "XL": {"keys": 500, "contracts": 200, "applications": 100, "calls_per_day": 5_000_000},
}
_QUOTA_REASONS = {
    "keys": "Most binding keys made here and not revoked, in a tenant with this package.",
    "contracts": "Most contracts of a tenant with this package.",
    "applications": "Most applications of a tenant with this package.",
    "calls_per_day": "Most calls through the proxy from 00:00 to 24:00 UTC, of a tenant with this package.",
}
PACKAGES = {
    package: {
        quota: _number(f"PACKAGE_{package}_{quota.upper()}", default, quota.partition("_")[0], _QUOTA_REASONS[quota])
        for quota, default in quotas.items()
    }
    for package, quotas in _PACKAGE_TABLE.items()
}

PAGE_SIZE = _number("PAGE_SIZE", 50, "rows", "Rows of a list page; the Hub gives 200 assets at most.", maximum=200)
