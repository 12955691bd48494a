"""Runs a command with the production settings that docs/deploy.md names.

`python -m tests.production manage.py check --deploy`
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys

VARIABLES = {
    "PORTAL_MODE": "production",
    "PORTAL_URL": "https://bindery.example.com",
    "DATABASE_URL": "postgres://bindery@127.0.0.1:5432/bindery",
    "TRUSTED_PROXIES": "127.0.0.1",
    "OPERATOR_TENANTS": "acme",
    "PORTAL_SMTP_URL": "smtp+tls://bindery:password@mail.example.com",
    "OIDC_IDENTITY_URL": "https://core.piam.eu1.mindsphere.io",
}


def environment() -> dict[str, str]:
    """The variables above, with secrets made for this one run."""
    made = {
        "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
        "PORTAL_MASTER_KEYS": f"first:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "OIDC_CLIENT_SECRET": secrets.token_urlsafe(32),
    }
    inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return inherited | VARIABLES | made


if __name__ == "__main__":
    sys.exit(subprocess.run([sys.executable, *sys.argv[1:]], env=environment()).returncode)
