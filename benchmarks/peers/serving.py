"""gunicorn in place of this process: one worker on a free port, as many threads as the portal has."""

from __future__ import annotations

import os
import socket
import sys

from portal.server import threads


def serve(application: str, *options: str, says: str) -> None:
    """Print the address and what is to be known besides, and become the server."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    listening.set_inheritable(True)
    print(f"http://localhost:{listening.getsockname()[1]} {says}", flush=True)
    arguments = ["--bind", f"fd://{listening.fileno()}", "--workers", "1", "--threads", str(threads)]
    arguments += ["--worker-class", "gthread", "--log-level", "error", "--keep-alive", "30"]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *options, *arguments, application])  # noqa: S606
