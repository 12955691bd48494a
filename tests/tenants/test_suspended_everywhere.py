"""A suspended tenant's key is refused within a second by every worker process, under load."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.cast import client_secret
from tests.deployment import Deployment, children_of, eventually
from tests.tenants.test_provisioning import ORDER

WORKERS, CALLERS = 3, 10
# How many tokens a fast machine asks for is not the question here.
LIMITS = ("REQUESTS_PER_MINUTE", "FAILURES_PER_MINUTE", "FAILURES_PER_ADDRESS")
NO_LIMITS = {f"PORTAL_TOKEN_{limit}": str(10**9) for limit in LIMITS}
MAKE_KEY = """
from portal.keys.commands import create_key
from portal.scoping import tenant_scope
from portal.actor import SYSTEM
from portal.tenants.models import Tenant
with tenant_scope(Tenant.objects.get().pk):
    key, _, secret = create_key(name="Line 4", by=SYSTEM)
print("CREDENTIAL", key.client_id, secret.reveal())
"""


@pytest.fixture
def portal(deployment: Deployment) -> str:
    """The address of a portal with several worker processes."""
    deployment.more |= NO_LIMITS
    return deployment.serve(WORKERS)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="counts worker processes in /proc")
def test_within_a_second_on_every_worker(deployment: Deployment, portal: str) -> None:
    deployment.manage("tenant", "provision", "initech", *ORDER, told=client_secret("initech-hub-reader"))
    told = deployment.manage("shell", "--verbosity=0", "-c", MAKE_KEY)
    client_id, secret = re.search(r"CREDENTIAL (\S+) (\S+)", told).groups()  # type: ignore[union-attr]
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = requests.post(f"{portal}/oauth/token", data=form, timeout=10).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert children_of(deployment.servers[0]) == WORKERS

    # When each began and ended.
    seen: list[tuple[float, float, str, int]] = []
    ended = threading.Event()

    def call() -> None:
        while not ended.is_set():
            # A connection for each call, so that calls meet every worker.
            began = time.monotonic()
            asset = requests.get(f"{portal}/api/assetmanagement/v3/assets?size=1", headers=bearer, timeout=30)
            seen.append((began, time.monotonic(), "call", asset.status_code))
            began = time.monotonic()
            answer = requests.post(f"{portal}/oauth/token", data=form, timeout=30)
            seen.append((began, time.monotonic(), "token", answer.status_code))

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        eventually(lambda: len(seen) > 2 * CALLERS)
        asked = time.monotonic()
        deployment.manage("tenant", "suspend", "initech", "--reason=Contract ended.")
        late = time.monotonic() + 1
        eventually(lambda: sum(began > late for began, *_ in list(seen)) > 4 * CALLERS)
        resumed_at = time.monotonic()
        deployment.manage("tenant", "resume", "initech")
        resumed = time.monotonic()
        eventually(lambda: any(status == 200 for began, _, _, status in list(seen) if began > resumed))
    finally:
        ended.set()
        for caller in callers:
            caller.join()
    during = {(kind, status) for began, _, kind, status in seen if late < began < resumed_at}
    assert during == {("call", 401), ("token", 401)}
    assert {status for _, end, _, status in seen if end < asked} == {200}
