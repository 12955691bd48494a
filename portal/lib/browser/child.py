"""The process that becomes the browser: limits first, then two pipes where Chromium looks for them (3 and 4).

The order is a JSON text in the first argument.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import resource
import signal
import sys
from typing import TypedDict

PR_SET_PDEATHSIG = 1
# What Chromium reads from, and what it writes to.
ORDERS, ANSWERS = 3, 4


class Order(TypedDict):
    """The ends of two pipes, the limits (bytes, seconds of one process), and what is run."""

    orders: int
    answers: int
    file_size: int
    seconds: int
    command: list[str]


def main() -> None:
    order: Order = json.loads(sys.argv[1])
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: order["file_size"],
        resource.RLIMIT_CPU: order["seconds"],
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        # A worker that is killed cannot say so any more.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # First out of the way: the one may stand where the other belongs.
    orders, answers = (fcntl.fcntl(order[end], fcntl.F_DUPFD, 16) for end in ("orders", "answers"))
    os.dup2(orders, ORDERS)
    os.dup2(answers, ANSWERS)
    os.closerange(ANSWERS + 1, 64)
    os.execv(order["command"][0], order["command"])  # noqa: S606 - the operator's own browser
