"""The signing key is replaced under load: every worker process signs with the new one in time, and no call fails."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import jwt
import requests

from portal.keys.signing import KEPT_SECONDS, SIGNS_AFTER_SECONDS
from tests.cast import client_secret
from tests.deployment import Deployment, eventually
from tests.tenants.test_provisioning import ORDER
from tests.tenants.test_suspended_everywhere import MAKE_KEY, portal  # noqa: F401 - a fixture

CALLERS = 6


def test_nobody_notices_and_nobody_is_late(deployment: Deployment, portal: str) -> None:  # noqa: F811
    deployment.manage("tenant", "provision", "initech", *ORDER, told=client_secret("initech-hub-reader"))
    told = deployment.manage("shell", "--verbosity=0", "-c", MAKE_KEY)
    client_id, secret = re.search(r"CREDENTIAL (\S+) (\S+)", told).groups()  # type: ignore[union-attr]
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    issued: list[tuple[float, str]] = []
    wrong: list[Any] = []
    ended = threading.Event()

    def call_once() -> None:
        # A connection for each request: issued by one worker, verified by others.
        answer = requests.post(f"{portal}/oauth/token", data=form, timeout=30)
        token = answer.json()["access_token"]
        kid = jwt.get_unverified_header(token)["kid"]
        issued.append((time.monotonic(), kid))
        keys = jwt.PyJWKSet.from_dict(requests.get(f"{portal}/.well-known/jwks.json", timeout=30).json())
        jwt.decode(token, keys[kid], algorithms=["ES256"], options={"verify_aud": False})
        bearer = {"Authorization": f"Bearer {token}"}
        asked = requests.get(f"{portal}/api/assetmanagement/v3/assets?size=1", headers=bearer, timeout=30)
        if asked.status_code != 200:
            wrong.append(asked.text)

    def call() -> None:
        while not ended.is_set():
            try:
                call_once()
            except Exception as error:
                wrong.append(repr(error))

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    try:
        eventually(lambda: len(issued) > CALLERS)
        began = time.monotonic()
        new = deployment.manage("rotate_signing_key").split()[0]
        rotated = time.monotonic()
        late = rotated + SIGNS_AFTER_SECONDS + KEPT_SECONDS
        eventually(lambda: len([one for one in issued if one[0] > late]) > 3 * CALLERS)
    finally:
        ended.set()
        for caller in callers:
            caller.join()
    assert wrong == []
    assert {kid for at, kid in issued if at > late} == {new}
    assert new not in {kid for at, kid in issued if at < began + SIGNS_AFTER_SECONDS}
