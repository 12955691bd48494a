"""A server in a process of its own, pinned to a core, and clients that speak HTTP to it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

TIMEOUT = 30
"""Seconds for one answer."""
CLIENTS = 4
"""At once, where requests per second are counted."""


class Server:
    """A process of this Python, or of another program, that says on its first line of output at which
    ``http://localhost:<port>`` it is; `words` are those of the line that follow."""

    def __init__(
        self,
        arguments: tuple[str, ...],
        standard_input: bytes = b"",
        *,
        program: str = sys.executable,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own modules
            [program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._pin()
        try:
            if self._process.stdin is None or self._process.stdout is None:
                raise RuntimeError("The server has no pipes.")
            self._process.stdin.write(standard_input)
            self._process.stdin.close()
            line = self._process.stdout.readline().decode()
            found = re.search(r"http://localhost:(\d+)", line)
            if found is None:
                raise RuntimeError(f"The server did not start: {line!r}")
            self.port = int(found[1])
            self.words = line[found.end() :].split()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def processor_seconds(self) -> float:
        """What the process and those that it forked used until now, all threads together; 0 where the system does not
        say (only Linux does)."""
        if sys.platform != "linux":
            return 0.0
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        # The clock of another process has a number made of its id: clock_getcpuclockid(3).
        return sum(time.clock_gettime(~int(pid) << 3 | 2) for pid in (self._process.pid, *children))

    def _pin(self) -> None:
        if sys.platform != "linux":
            return
        cores = sorted(os.sched_getaffinity(self._process.pid))
        if len(cores) > 1:
            os.sched_setaffinity(self._process.pid, cores[:1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)
        if self._process.stdout is not None:
            self._process.stdout.close()


class Client:
    """One connection, which stays open if the server wants it so; answers are read and not looked into."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port, self._token = port, token
        self._headers = {"Content-Type": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)

    def get(self, path: str) -> bytes:
        """The body of the answer.

        :raises RuntimeError: the server refuses.
        """
        return self.send("GET", path)

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """The same with any method, and with other headers if given."""
        self._connection.request(method, path, body, self._headers if headers is None else headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
        return content

    def several(self, requests: int, path: str, keep: bool) -> float:
        """The seconds for so many requests by some clients at once, over kept connections or each over its own."""

        def ask(share: int) -> None:
            with Client(self._port, self._token) as client:
                for _ in range(share):
                    client.get(path)
                    if not keep:
                        client._connection.close()

        with ThreadPoolExecutor(CLIENTS) as threads:
            started = time.perf_counter()
            list(threads.map(ask, [requests // CLIENTS] * CLIENTS))
            return time.perf_counter() - started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
