"""The environment of the tests, in place before Django's settings are read: an own folder and an own emulator.

Loaded with `-p tests.environment` (pyproject.toml).
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from portal.emulator.testing import start_emulator

PORTAL_URL = "http://localhost:8000"

folder = tempfile.mkdtemp(prefix="bindery-tests-")
atexit.register(shutil.rmtree, folder, ignore_errors=True)
emulator = start_emulator(portal_url=PORTAL_URL)
os.environ |= {
    "PORTAL_MODE": "local",
    "PORTAL_DEV": "0",
    "PORTAL_URL": PORTAL_URL,
    "PORTAL_DATA_DIR": folder,
    "PORTAL_LOG_LEVEL": "ERROR",
    "HUB_URL": emulator.url,
    "OIDC_CLIENT_SECRET": {client.client_id: client.secret for client in emulator.hub.clients}["bindery"],
}
Path(folder, "static").mkdir()
