"""`manage.py readiness` as a program: what it prints, in which form, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import trustme

from portal.cockpit.checks import deployment
from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.subject import Component, Subject


def readiness(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "readiness", *arguments],
        env=os.environ | variables,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def refused() -> Iterator[subprocess.CompletedProcess[str]]:
    yield readiness("https://10.0.0.1", "--format", "json", "--token-file", "-", stdin="no token")


def test_bar_of_the_deployment_is_known(settings: Any) -> None:
    """That of the demo comes from the emulator."""
    settings.HUB_BAR_SCRIPT_URL = "http://localhost:8100/static.hub/osbar/v4/js/main.min.js"
    runner = deployment.runner(Subject((Component("https://app.example.com"),)))
    assert runner.bar_script == settings.HUB_BAR_SCRIPT_URL


def test_json_has_every_check_and_blocks(refused: subprocess.CompletedProcess[str]) -> None:
    assert refused.returncode == 1
    report = json.loads(refused.stdout)
    assert [result["id"] for result in report["checks"]] == [check.id for check in CHECKS]
    assert report["blocks"] is True
    by_id = {result["id"]: result for result in report["checks"]}
    assert by_id["url-form"]["findings"][0]["evidence"]["url"] == "https://10.0.0.1/"
    assert by_id["hub-token"]["outcome"] == "found"
    assert by_id["display-name"]["portal_only"] is True
    assert by_id["display-name"]["not_checked"]["text"] == "Only the portal knows this."
    assert refused.stderr == ""


def test_text_names_id_fix_and_page() -> None:
    answer = readiness("https://10.0.0.1", "--verbosity", "2")
    assert answer.returncode == 1
    assert "BLOCKING url-form\n    Rule: " in answer.stdout
    assert "http://localhost:8000/docs/readiness/#url-form\n" in answer.stdout
    assert "NOT CHECKED hsts: Nothing answered." in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("Passed: ")
    assert "https://10.0.0.1/" in answer.stderr.splitlines()[0]


def test_junit_is_read_by_ci() -> None:
    answer = readiness("https://10.0.0.1", "--format", "junit", "--endpoint", "/api/**")
    suite = ElementTree.fromstring(answer.stdout)  # noqa: S314 - our own
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [check.id for check in CHECKS]
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "2"
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))
    failure = suite.find("testcase[@name='reserved-paths']/failure")
    assert failure is not None
    assert failure.get("type") == "blocking"
    assert "/api/**" in str(failure.text)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("https://app.example.com", "--format", "yaml"),
        ("https://app.example.com", "--token-file", "/nowhere/token"),
    ],
)
def test_wrong_command_is_told_apart_from_findings(arguments: tuple[str, ...]) -> None:
    answer = readiness(*arguments)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr


def test_deployment_says_where_checks_may_look(authority: trustme.CA, ca_file: str, settings: object) -> None:
    settings.READINESS_PORTS = frozenset({8443})  # type: ignore[attr-defined]
    settings.READINESS_CA_FILE = ca_file  # type: ignore[attr-defined]
    runner = deployment.runner(Subject((Component("https://app.example.com:8443"),)))
    policy = runner.fetcher.policy
    assert policy.ports == {443, 8443}
    assert policy.networks == ()
    assert policy.ca_file == ca_file
    assert (policy.deadline, policy.resolve_seconds, policy.body_limit) == (10, 3, 64 * 1024)
    assert Path(ca_file).exists()
