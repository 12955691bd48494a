"""django-oauth-toolkit under the same server, with an application; its one middleware says Content-Length.

Its secret is kept plain: the default hash takes 200 ms for each token.
"""

from __future__ import annotations

import os
import secrets
from urllib.parse import urlsplit

import django
from django.conf import settings

from benchmarks.peers.serving import serve

_database = urlsplit(os.environ.get("DATABASE_URL", ""))
SETTINGS = {
    "SECRET_KEY": "bench" * 10,
    "ALLOWED_HOSTS": ["*"],
    "ROOT_URLCONF": "benchmarks.peers.dot_urls",
    "MIDDLEWARE": ["django.middleware.common.CommonMiddleware"],
    "USE_TZ": True,
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "OAUTH2_PROVIDER": {"SCOPES": {"hub.read": "read"}, "DEFAULT_SCOPES": ["hub.read"]},
    "DATABASES": {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _database.hostname,
            "PORT": _database.port,
            "USER": _database.username,
            "NAME": _database.path[1:],
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    },
}
settings.configure(**SETTINGS)
django.setup()


def main() -> None:
    from django.core.management import call_command
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    secret = secrets.token_urlsafe(32)
    made = Application.objects.create(
        name="bench",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
        hash_client_secret=False,
    )
    serve("benchmarks.peers.dot_wsgi", says=f"{made.client_id} {secret}")


if __name__ == "__main__":
    main()
