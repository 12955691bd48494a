"""The documentation's example as somebody deploys it: a process of its own, with a certificate of a test authority."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import trustme

from tests.e2e.conftest import READY_WITHIN, Demo

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@contextmanager
def deployed_example(demo: Demo, authority: trustme.CA, folder: Path, host: str, port: int) -> Iterator[str]:
    """Its address without the gateway, while it runs."""
    emulator_port = demo.emulator.rpartition(":")[2]
    certificate = authority.issue_cert(host)
    chain, key, trusted = (folder / name for name in ("chain.pem", "key.pem", "authority.pem"))
    certificate.private_key_pem.write_to_path(str(key))
    chain.write_bytes(b"".join(part.bytes() for part in certificate.cert_chain_pems))
    authority.cert_pem.write_to_path(str(trusted))
    served = [f"--bind=127.0.0.1:{port}", f"--certfile={chain}", f"--keyfile={key}", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *served, "--log-level=warning", "self_hosted_application:app"],
        cwd=EXAMPLES,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "GATEWAY_URL": f"{demo.emulator}/gateway",
            "STATIC_URL": f"http://static.eu1.localhost:{emulator_port}",
        },
    )
    try:
        _wait_for(process, f"https://127.0.0.1:{port}/health/", trusted)
        yield f"https://{host}:{port}/"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], url: str, trusted: Path) -> None:
    context = ssl.create_default_context(cafile=str(trusted))
    context.check_hostname = False  # it is asked by its address here
    deadline = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=1, context=context):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise AssertionError("The example did not start.")
