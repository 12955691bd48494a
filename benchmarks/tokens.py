"""How fast the token service is, beside others that do the same: ``make bench`` prints the ratios.

Portal and django-oauth-toolkit run under one gunicorn with one worker and on one PostgreSQL server, whose commits are
durable; oidc-provider keeps everything in memory. Servers are on one core, clients and database on the others, where
the system lets us choose. All servers are measured in turn in each round; a figure is the median of the rounds. Rates
depend on the machine and its other work, ratios hardly do.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg

from benchmarks.load import answered, first_answer, request
from benchmarks.process import Server

PEERS = Path(__file__).parent / "peers"
ROUNDS = 5
LINE = "{:<58} {:>14} {:>10}   {}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NO_LIMIT = {"PORTAL_TOKEN_REQUESTS_PER_MINUTE": str(10**9)}
# Off by default: the query that it saves is what makes a revocation hold with the next call.
KEY_STATE = {"PORTAL_KEY_STATE_AGE": "500"}


class Subject(NamedTuple):
    """What is asked of a server again and again."""

    name: str
    server: Server
    asked: bytes


class Goal(NamedTuple):
    """How many times as fast as another one something shall be."""

    name: str
    beside: str
    least: float


TOKEN, DOT, OIDC = (
    "token endpoint, durable audit record",
    "django-oauth-toolkit: token",
    "oidc-provider: token (memory)",
)
# What the token endpoint could reach at most under this server.
SIGNED = "token read and signed only: no database, no record"
CHECKED, OPEN = "bearer check, key state up to 0.5 s old", "the same view without a token"
DOT_CHECKED = "django-oauth-toolkit: bearer check"
GOALS = (
    Goal(TOKEN, DOT, 5),
    Goal(TOKEN, OIDC, 0.6),
    Goal(CHECKED, OPEN, 0.9),
    Goal(CHECKED, DOT_CHECKED, 1),
)


def main() -> None:
    """Measure all, print figures and ratios; takes about two minutes."""
    with ExitStack() as stack:
        subjects = list(_subjects(stack))
        rates, processors = _measured(subjects)
    print(LINE.format("", "median", "processor", ""))
    for name, rate in rates.items():
        print(LINE.format(name, f"{rate:.0f} requests/s", f"{processors[name]:.2f} ms", "").rstrip())
    print(LINE.format("", "ratio", "processor", "goal, met"))
    for goal in GOALS:
        if goal.beside in rates:
            by_rate = rates[goal.name] / rates[goal.beside]
            by_processor = processors[goal.beside] / processors[goal.name] if processors[goal.name] else 0
            verdict = f"{goal.least:g}, {'yes' if by_rate >= goal.least else 'NO'}"
            name = f"{goal.name} / {goal.beside.partition(':')[0]}"
            print(LINE.format(name, f"{by_rate:.2f}", f"{by_processor:.2f}", verdict))


def _measured(subjects: list[Subject]) -> tuple[dict[str, float], dict[str, float]]:
    """Requests per second and milliseconds of processor time for each request, by subject."""
    rates: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    processors: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for turn in range(ROUNDS + 1):
        for subject in subjects:
            used = subject.server.processor_seconds()
            seconds = 1.0 if turn == 0 else 2.0
            rate = answered(subject.server.port, subject.asked, seconds)
            if turn:  # the first one warms up
                rates[subject.name].append(rate)
                processors[subject.name].append((subject.server.processor_seconds() - used) * 1000 / (rate * seconds))
    return {name: median(all_) for name, all_ in rates.items()}, {n: median(all_) for n, all_ in processors.items()}


def _subjects(stack: ExitStack) -> list[Subject]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bindery-bench-"))
    portal = _server(stack, "portal", PORTAL_MODE="local", PORTAL_DATA_DIR=folder, **NO_LIMIT, **KEY_STATE)
    token = _token(portal)
    subjects = [Subject(TOKEN, portal, token), Subject(SIGNED, portal, token.replace(b"/token", b"/signed"))]
    bearer = _bearer(portal)
    subjects += [
        Subject(CHECKED, portal, request("GET", "/api/checked", bearer)),
        Subject(OPEN, portal, request("GET", "/api/open", bearer)),
    ]
    if (PEERS / "packages").is_dir():
        dot = _server(stack, "dot", PYTHONPATH=str(PEERS / "packages"))
        subjects.append(Subject(DOT, dot, _token(dot)))
        subjects.append(Subject(DOT_CHECKED, dot, request("GET", "/api/checked", _bearer(dot))))
    node = shutil.which("node")
    if node and (PEERS / "node_modules").is_dir():
        oidc = stack.enter_context(Server((str(PEERS / "oidc.mjs"),), program=node))
        subjects.append(Subject(OIDC, oidc, _token(oidc)))
    return subjects


def _server(stack: ExitStack, name: str, **variables: str) -> Server:
    """A Python server with an empty database of its own."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE bench_{name}".encode())
    environment = os.environ | {"DATABASE_URL": f"{url.rpartition('/')[0]}/bench_{name}"} | variables
    return stack.enter_context(Server(("-m", f"benchmarks.peers.{name}"), environment=environment))


def _token(server: Server) -> bytes:
    client_id, secret = server.words
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": "hub.read"}
    return request("POST", "/oauth/token", FORM, urlencode(form))


def _bearer(server: Server) -> dict[str, str]:
    token = json.loads(first_answer(server.port, _token(server)))["access_token"]
    return {"Authorization": f"Bearer {token}"}


if __name__ == "__main__":
    main()
