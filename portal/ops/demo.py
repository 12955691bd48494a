"""Bindery on this machine, ready to try: emulator, example application, portal and task worker, with data, started and
stopped together.

`make run` calls it; it is a supervisor of processes and nothing that a production deployment uses.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path

from portal.lib.names import LOOPBACK
from portal.ops.demo_example import Example

BASE_DIR = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 30.0
STOP_WITHIN = 10.0
EMULATOR, EXAMPLE, PORTAL, WORKER = "emulator", "example application", "portal", "task worker"
RESTART_AFTER = 2.0


def free_port(variable: str, default: int) -> int:
    """The port that the variable names, or the next free one; a busy port is named."""
    written = os.environ.get(variable, "")
    if written and not (written.isascii() and written.isdigit() and 0 < int(written) < 65536):
        sys.exit(f"{variable} is {written!r}, write a port number such as {variable}={default}.")
    wanted = int(written or default)
    for port in range(wanted, min(wanted + 100, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        if port != wanted:
            print(f"Port {wanted} is busy, using {port} ({variable}={port}).")
        return port
    sys.exit(f"No free port from {wanted} on; write {variable}=<a free port>.")


# For addresses of our own: a proxy that the environment names has no business here.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _end_with_parent() -> None:
    """Runs in a new process: let Linux end it when this supervisor is killed and cannot say so any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


PR_SET_PDEATHSIG = 1


class Processes:
    """The processes: when one ends, or somebody presses Ctrl-C, all end."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        # A session of its own: Ctrl-C reaches this supervisor alone, which then stops the others in order.
        self._running[name] = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=BASE_DIR,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def ended(self) -> str | None:
        """Name of a process that ended, if any did."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # With the workers: a hanging request must not keep one of them alive.
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def wait_for(self, name: str, url: str) -> None:
        """Wait until the address answers; stop everything when the process ends first."""
        deadline = time.monotonic() + READY_WITHIN
        while not _answers(url):
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The {name} did not start; its messages are above.")
            time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with DIRECT.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    parser = ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--reload", action="store_true", help="take changed code and templates at once (make dev)")
    reload = parser.parse_args().reload
    portal_port, emulator_port = free_port("PORTAL_PORT", 8000), free_port("EMULATOR_PORT", 8100)
    if portal_port == emulator_port:
        sys.exit("PORTAL_PORT and EMULATOR_PORT are the same, write two different ports.")
    gateway_port = free_port("GATEWAY_PORT", max(portal_port, emulator_port) + 1)
    portal_url, hub_url = f"http://localhost:{portal_port}", f"http://localhost:{emulator_port}"
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_MODE": "local",
        "PORTAL_DEV": str(int(reload)),
        "PORTAL_URL": portal_url,
        "PORTAL_BIND": f"{LOOPBACK}:{portal_port}",
        "HUB_URL": hub_url,
        "EMULATOR_URL": hub_url,
        "EMULATOR_PORTAL_URL": portal_url,
        # The portal is an application of the emulated Hub as well, behind its gateway.
        "EMULATOR_APPLICATIONS": f"acme/bindery:{gateway_port}={portal_url}",
        "HUB_GATEWAY_URL": f"http://localhost:{gateway_port}",
        "HUB_GATEWAY_CLIENT_ID": "acme-bindery-acme",
        "HUB_BAR_SCRIPT_URL": f"{hub_url}/static.hub/osbar/v4/js/main.min.js",
    }
    os.environ.setdefault("PORTAL_LOG_LEVEL", "WARNING")
    folder = Path(os.environ.get("PORTAL_DATA_DIR", BASE_DIR / "var")).resolve()
    example = Example(folder / "example", free_port("EXAMPLE_PORT", 8443))
    example.prepare(os.environ)
    os.environ.setdefault("PORTAL_BROWSER", shutil.which("chromium") or shutil.which("chromium-browser") or "")
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    processes = Processes()
    try:
        _run(processes, (portal_port, emulator_port, gateway_port), example, reload)
    except KeyboardInterrupt:
        print("\nStopping.")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the stopping short
        processes.stop()


def _run(processes: Processes, ports: tuple[int, int, int], example: Example, reload: bool) -> None:
    portal_port, emulator_port, gateway_port = ports
    gunicorn = ["-m", "gunicorn", "--no-control-socket", *(["--reload"] if reload else [])]
    emulator = [
        *gunicorn,
        "--worker-class=gthread",
        "--threads=16",
        "--limit-request-line=8190",
        f"--bind={LOOPBACK}:{emulator_port}",
        f"--bind={LOOPBACK}:{gateway_port}",
    ]
    processes.start(EMULATOR, *emulator, "--log-level=warning", "portal.emulator.wsgi")
    processes.start(EXAMPLE, *example.arguments)
    _prepare()  # while the emulator starts
    hub_url = f"http://localhost:{emulator_port}"
    processes.wait_for(EMULATOR, f"{hub_url}/_emulator/health")
    from portal.ops import demo_data  # only now: it needs the tables

    hub = demo_data.read_banner(hub_url)
    os.environ["OIDC_CLIENT_SECRET"] = hub.client_secret("bindery")
    demo_data.seed(hub)
    server = ["-c", "python:portal.server", "--log-level=warning"]
    processes.start(PORTAL, *gunicorn, *server, "portal.wsgi")
    worker = ["manage.py", "worker", *(["--reload"] if reload else [])]
    processes.start(WORKER, *worker)
    processes.wait_for(PORTAL, f"http://localhost:{portal_port}/health")
    print(demo_data.welcome(hub), flush=True)
    begun_again = {WORKER: worker, EXAMPLE: example.arguments}
    while True:
        name = processes.ended()
        if name in begun_again:
            # Not the others' fault.
            time.sleep(RESTART_AFTER)
            processes.start(name, *begun_again[name])
        elif name:
            raise SystemExit(f"The {name} ended; its messages are above.")
        time.sleep(0.5)


def _prepare() -> None:
    """Settings, tables and static files; each step only when something changed since the last start."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise SystemExit(f"Bindery does not start: {error}") from None
    from django.conf import settings

    from portal.ops.readiness import migrations

    if not migrations().ok:
        call_command("migrate", interactive=False, verbosity=0)
    stamp, state = settings.STATIC_ROOT / ".collected", _static_state()
    if not stamp.exists() or stamp.read_text() != state:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)


def _static_state() -> str:
    """Changes when a static file or the list of packages changes."""
    state = hashlib.sha256((BASE_DIR / "requirements.txt").read_bytes())
    for path in sorted((BASE_DIR / "static").rglob("*")):
        if path.is_file():
            state.update(f"{path}{path.stat().st_mtime_ns}".encode())
    return state.hexdigest()


if __name__ == "__main__":
    main()
