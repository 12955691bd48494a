"""The settings of the portal, for every deployment: what differs comes from environment variables (docs/settings.md).

PORTAL_MODE=production (the default) demands its secrets from the environment. PORTAL_MODE=local, which `make run`
and the tests use, makes its own in PORTAL_DATA_DIR and speaks to the emulator. A wrong value refuses to start.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _
from environ import Env

from portal import constants
from portal.lib import environment, identity_providers, leak_scanners, mail_settings
from portal.lib.crypto import KeyRing, KeyRingError

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

MODE = env.str("PORTAL_MODE", "production")
if MODE not in {"production", "local"}:
    raise ImproperlyConfigured(f"PORTAL_MODE is {MODE!r}, write PORTAL_MODE=production or PORTAL_MODE=local.")
LOCAL = MODE == "local"
# `make dev`: templates and static files are read again for each request.
DEV = LOCAL and env.bool("PORTAL_DEV", False)
VERSION = "0.1.0"


def required(name: str, local: str, write: str) -> str:
    """The variable; in local mode it may be missing, in production the sentence says what to write."""
    value: str = env.str(name, local if LOCAL else "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set, write {name}={write} (or PORTAL_MODE=local to try Bindery on this machine)."
        )
    return value


# The portal's own address. All absolute links are built on it, whatever Host header arrives.
PORTAL_URL = environment.absolute_url(
    "PORTAL_URL", required("PORTAL_URL", "http://localhost:8000", "https://bindery.example.com")
)
_address = urlsplit(PORTAL_URL)
HTTPS = _address.scheme == "https"
ALLOWED_HOSTS = [_address.hostname or "", *env.list("PORTAL_ALLOWED_HOSTS", default=[])]
if LOCAL:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", str(BASE_DIR / "var"))).resolve()
if LOCAL:
    DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
DEBUG = False
# Peers whose X-Forwarded-* headers are believed: the reverse proxy in front of the portal, nobody by default.
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES", env.list("TRUSTED_PROXIES", default=[]))

# Secrets.
SECRET_KEY = env.str("PORTAL_SECRET_KEY", "") or (
    environment.kept_in_file(DATA_DIR / "secret.key", get_random_secret_key) if LOCAL else ""
)
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("PORTAL_SECRET_KEY has less than 50 characters, write 50 or more random characters.")
# Where local mode keeps its own master key; None when the environment holds the keys.
LOCAL_MASTER_KEYS = DATA_DIR / "master.keys" if LOCAL and not env.str("PORTAL_MASTER_KEYS", "") else None
try:
    MASTER_KEYS = KeyRing.parse(
        environment.kept_in_file(LOCAL_MASTER_KEYS, lambda: KeyRing.generate("local"))
        if LOCAL_MASTER_KEYS
        else env.str("PORTAL_MASTER_KEYS", "")
    )
except KeyRingError as error:
    raise ImproperlyConfigured(
        f"PORTAL_MASTER_KEYS cannot be used: {error}; write PORTAL_MASTER_KEYS=<id>:<32 random bytes in base64>, "
        "newest first, separated by commas (python -m portal.lib.crypto makes one)."
    ) from None

# Database: SQLite in one file by default, PostgreSQL for growth (docs/database.md has the measurements).
DATABASES = {"default": environment.database(env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database |= {
        "ENGINE": "portal.lib.sqlite",
        "CONN_MAX_AGE": None,
        # In a file, as in earnest: SQLite in memory locks whole tables between threads.
        "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
    }
    _options = {
        # IMMEDIATE takes the write lock at BEGIN and waits for it: no "database is locked" in the middle of a
        # transaction. FULL because an acknowledged audit record must survive a power cut.
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; "
        "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=27103364;",
    }
else:
    _database |= {"ENGINE": "portal.lib.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    _limits = "-c statement_timeout=5000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=10000 "
    _options = {
        "connect_timeout": 2,
        # A network that is lost ends a question within seconds; without these it takes a quarter of an hour.
        "keepalives_idle": 3,
        "keepalives_interval": 1,
        "keepalives_count": 2,
        "tcp_user_timeout": 5000,
        # The limits are for requests: a migration of a grown table takes as long as it takes.
        "options": (_limits if env.bool("PORTAL_SERVES", False) else "") + "-c synchronous_commit=on",
    }
# What the URL says besides, such as ?sslmode=verify-full, stays.
_database["OPTIONS"] = _database.get("OPTIONS", {}) | _options

# Applications, middleware, templates.
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "lucide",
    "django_tasks",
    "django_tasks_db",
    "portal.audit",
    "portal.notify",
    "portal.identity",
    "portal.tenants",
    "portal.keys",
    "portal.cockpit",
    "portal.ops",
    "assets_app.assets",
    "assets_app.sharing",
]
MIDDLEWARE = [
    "portal.middleware.clean_thread",
    "portal.middleware.request_identity",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.security_headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.programs_pass",
    # From here on not for programs.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.session_limits",
    "portal.identity.gateway.forwarded_person",
    "portal.identity.preferences.language_and_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.Refusals",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
_loaders = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _loaders if DEV else [("django.template.loaders.cached.Loader", _loaders)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "portal.tenants.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "portal.lib.rendering.FormRenderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Where lower slices find what higher slices provide.
KEY_AUTHENTICATOR = "portal.tokens.bearer.authenticate"
MEMBERSHIP_SYNC = "portal.tenants.member_commands.follow_hub"
UPSTREAM_CREDENTIAL = "portal.keys.upstream.upstream_credential"
ATTENTION_SOURCES = [
    "portal.keys.attention.for_member",
    "assets_app.sharing.attention.for_member",
    "portal.cockpit.attention.for_member",
    "portal.cockpit.watching.attention.for_member",
    "portal.tenants.quota_attention.for_member",
    "portal.ops.attention.for_operator",
]
# How many of a quota the active tenant uses; what nobody counts yet is 0.
QUOTA_COUNTERS = {
    "keys": "portal.keys.queries.counted_keys",
    "applications": "portal.cockpit.queries.counted_apps",
    "calls_per_day": "portal.tenants.daily_calls.made_today",
}
# What the worker calls between its tasks: each enqueues what is due and was not done, for whatever reason.
SWEEPS = [
    "portal.notify.tasks.sweep",
    "portal.tenants.tasks.sweep",
    "portal.keys.tasks.sweep",
    "portal.cockpit.tasks.sweep",
    "assets_app.sharing.tasks.sweep",
]

# Static files.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEV
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEV

# Language and time. Times are kept in UTC.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# The Hub: environments beside the built-in ones (portal/hub/environments.py), and who may sign people in.
HUB_URL = environment.absolute_url("HUB_URL", env.str("HUB_URL", "http://localhost:8100")) if LOCAL else ""
HUB_ENVIRONMENTS = environment.json_list("HUB_ENVIRONMENTS", env.str("HUB_ENVIRONMENTS", "[]"))
# Tenants whose token may make a person operator of this portal.
OPERATOR_TENANTS = set(env.list("OPERATOR_TENANTS", default=["acme"] if LOCAL else []))
_identity = environment.absolute_url(
    "OIDC_IDENTITY_URL",
    required("OIDC_IDENTITY_URL", f"{HUB_URL}/core.piam", "https://core.piam.eu1.mindsphere.io"),
)


def identity_url(name: str, path: str) -> str:
    """An address at the Hub's identity host; the variable overrides the path that the platform usually has."""
    return environment.absolute_url(name, env.str(name, _identity + path))


OIDC_ISSUER = identity_url("OIDC_ISSUER", "/oauth/token")
OIDC_OP_AUTHORIZATION_ENDPOINT = identity_url("OIDC_AUTHORIZATION_URL", "/oauth/authorize")
OIDC_OP_TOKEN_ENDPOINT = identity_url("OIDC_TOKEN_URL", "/oauth/token")
OIDC_OP_USER_ENDPOINT = identity_url("OIDC_USERINFO_URL", "/userinfo")
OIDC_OP_JWKS_ENDPOINT = identity_url("OIDC_KEYS_URL", "/token_keys")
OIDC_LOGOUT_URL = identity_url("OIDC_LOGOUT_URL", "/logout.do")
# Overrides the claim that OIDC_ENVIRONMENT has.
OIDC_TENANT_CLAIM = env.str("OIDC_TENANT_CLAIM", "")
# The environment whose people this identity host signs in: it has no say about tenants of another one.
OIDC_ENVIRONMENT = env.str("OIDC_ENVIRONMENT", "emulator" if LOCAL else "eu1")
OIDC_RP_CLIENT_ID = env.str("OIDC_CLIENT_ID", "bindery")
_from_cockpit = "<the secret from the Developer Cockpit>"
OIDC_RP_CLIENT_SECRET = required("OIDC_CLIENT_SECRET", "set-by-make-run", _from_cockpit)
OIDC_RP_SCOPES = "openid email profile"
OIDC_RP_SIGN_ALGO = "RS256"
# Identity hosts beside that one, for people of other environments. The emulator has one for each of its two worlds.
_emulators = json.dumps([identity_providers.of_the_emulator(HUB_URL, OIDC_RP_CLIENT_ID)])
OIDC_PROVIDERS = identity_providers.read(
    environment.json_list("OIDC_PROVIDERS", env.str("OIDC_PROVIDERS", _emulators if LOCAL else "[]")),
    lambda name: required(name, "set-by-make-run", _from_cockpit),
    names=[OIDC_ENVIRONMENT],
    issuers=[OIDC_ISSUER],
)

# Behind the Hub's application gateway (docs/behind-the-gateway.md): the portal's address there, who may vouch for
# people, and the Hub's own bar.
HUB_GATEWAY_URL = env.str("HUB_GATEWAY_URL", "")
if HUB_GATEWAY_URL:
    HUB_GATEWAY_URL = environment.absolute_url("HUB_GATEWAY_URL", HUB_GATEWAY_URL)
# {tenant} stands for the tenant that the token names; it must be one of this portal.
HUB_GATEWAY_ISSUERS = env.list("HUB_GATEWAY_ISSUERS", default=[])
HUB_GATEWAY_CLIENT_ID = env.str("HUB_GATEWAY_CLIENT_ID", OIDC_RP_CLIENT_ID)
HUB_GATEWAY_SIGN_OUT_URL = environment.local_address(
    "HUB_GATEWAY_SIGN_OUT_URL", env.str("HUB_GATEWAY_SIGN_OUT_URL", "/logout")
)
HUB_BAR_SCRIPT_URL = env.str("HUB_BAR_SCRIPT_URL", "")
if HUB_BAR_SCRIPT_URL:
    environment.absolute_url("HUB_BAR_SCRIPT_URL", HUB_BAR_SCRIPT_URL)
for _issuer in HUB_GATEWAY_ISSUERS:
    environment.absolute_url("HUB_GATEWAY_ISSUERS", _issuer.replace("{tenant}", "tenant"))

# Signature of access tokens: ES256, or RS256 where a client of the Hub must verify them.
TOKEN_ALGORITHM = env.str("PORTAL_TOKEN_ALGORITHM", "ES256")
if TOKEN_ALGORITHM not in {"ES256", "RS256"}:
    raise ImproperlyConfigured(f"PORTAL_TOKEN_ALGORITHM is {TOKEN_ALGORITHM!r}, write ES256 or RS256.")

# Who may report leaked secrets (docs/leaks.md), and whether a key that they report is disabled at once.
LEAK_SCANNERS = leak_scanners.read(
    environment.json_list("PORTAL_LEAK_SCANNERS", env.str("PORTAL_LEAK_SCANNERS", "[]")),
    lambda name: env.str(name, ""),
)
LEAK_REPORT_DISABLES = env.bool("PORTAL_LEAK_REPORT_DISABLES", True)

# Checks of applications (docs/readiness.md): where they may look beside the public Internet, whom they believe beside
# public authorities, and where the Hub calls from, for those who have a firewall.
READINESS_PORTS = environment.ports("PORTAL_READINESS_PORTS", env.list("PORTAL_READINESS_PORTS", default=[]))
READINESS_NETWORKS = environment.networks(
    "PORTAL_READINESS_NETWORKS", env.list("PORTAL_READINESS_NETWORKS", default=[])
)
READINESS_CA_FILE = environment.ca_file("PORTAL_READINESS_CA_FILE", env.str("PORTAL_READINESS_CA_FILE", ""))
# Where the demo has an example application; `make run` names it.
EXAMPLE_URL = env.str("PORTAL_EXAMPLE_URL", "") if LOCAL else ""
# The browser that takes pictures of applications that are to be released (docs/images.md); empty: nobody takes one.
BROWSER = environment.program("PORTAL_BROWSER", env.str("PORTAL_BROWSER", ""))
HUB_OUTBOUND_ADDRESSES = environment.networks("HUB_OUTBOUND_ADDRESSES", env.list("HUB_OUTBOUND_ADDRESSES", default=[]))

# Sign-in and sessions.
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["portal.identity.backend.HubIdentityBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = constants.SESSION_ABSOLUTE
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PORTAL_URL, *([HUB_GATEWAY_URL] if HUB_GATEWAY_URL else [])]

# What browsers are told.
SECURE_SSL_REDIRECT = HTTPS
# A program that posts a secret over http must hear about it, not be redirected; probes come without TLS.
SECURE_REDIRECT_EXEMPT = [
    r"^oauth/",
    r"^api/",
    r"^\.well-known/",
    r"^token_keys$",
    r"^leaks/",
    r"^health/?$",
    r"^readyz$",
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# form-action names the Hub's identity hosts because signing out ends there, and browsers apply it to redirects.
_logout_urls = map(urlsplit, [OIDC_LOGOUT_URL, *(provider.logout_url for provider in OIDC_PROVIDERS)])
SECURE_CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": " ".join(dict.fromkeys(["'self'", *(f"{url.scheme}://{url.netloc}" for url in _logout_urls)])),
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}

if HUB_BAR_SCRIPT_URL:
    # The Hub's bar brings styles and pictures of its own, some of them inline. Scripts stay named.
    _bar = "{0.scheme}://{0.netloc}".format(urlsplit(HUB_BAR_SCRIPT_URL))
    SECURE_CSP |= {
        "script-src": f"'self' {_bar}",
        "style-src": f"'self' 'unsafe-inline' {_bar}",
        "img-src": f"'self' data: {_bar}",
        "font-src": f"'self' {_bar}",
    }

# Mails (docs/mail.md). Without a server those of the demo stay in its outbox; in production they wait.
_mail_server = mail_settings.mail_server("PORTAL_SMTP_URL", env.str("PORTAL_SMTP_URL", ""))
MAILS_WAIT = not (_mail_server.is_set or LOCAL)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail_server.is_set else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail_server.host, _mail_server.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail_server.user, _mail_server.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail_server.starttls, _mail_server.tls
EMAIL_TIMEOUT = constants.MAIL_TIMEOUT
_sender_domain = "bindery.example" if LOCAL else _address.hostname
DEFAULT_FROM_EMAIL = mail_settings.mail_sender(
    "PORTAL_MAIL_FROM", env.str("PORTAL_MAIL_FROM", f"Bindery <bindery@{_sender_domain}>")
)
# Whom people may ask; empty when nobody is named.
OPERATOR_EMAIL = mail_settings.mail_address(
    "PORTAL_OPERATOR_EMAIL", env.str("PORTAL_OPERATOR_EMAIL", "operator@bindery.example" if LOCAL else "")
)

# Bodies and logs.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
# Pages that take a file say so themselves; to all others a file is nothing.
FILE_UPLOAD_HANDLERS = ["portal.lib.uploads.NoFiles"]
LOG_LEVEL = env.str("PORTAL_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured(f"PORTAL_LOG_LEVEL is {LOG_LEVEL!r}, write DEBUG, INFO, WARNING, ERROR or CRITICAL.")
DEFAULT_EXCEPTION_REPORTER_FILTER = "portal.lib.logs.ClosedReport"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.lib.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
