"""``gunicorn --worker-class gthread --workers 1 --threads 16 portal.emulator.wsgi:application``.

One worker process: the state lives in its memory.
"""

from __future__ import annotations

import os

from portal.emulator.application import make_application
from portal.emulator.config import EmulatorConfig
from portal.emulator.hub import Hub

application = make_application(Hub(EmulatorConfig.from_environment(os.environ)))
