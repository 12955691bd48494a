"""Each check on true servers: the good application has no findings, and each broken one is told by its check."""

from __future__ import annotations

import shutil
import ssl
from pathlib import Path

import pytest
import trustme

from portal.cockpit.checks.catalogue import BY_ID, CHECKS
from portal.cockpit.checks.check import Severity, found
from portal.cockpit.checks.report import Outcome
from tests.cockpit.checks.application import World
from tests.cockpit.checks.broken import BROKEN, Break
from tests.fetch.servers import HOST, server_context

CASES = [(check_id, broken, told) for check_id, cases in BROKEN.items() for broken, told in cases]


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST, "acme-pumps-acme.eu1.mindsphere.io"))


@pytest.fixture
def world(context: ssl.SSLContext, ca_file: str, tmp_path: Path) -> World:
    own = shutil.copy(ca_file, tmp_path / "ca.pem")
    return World(context, str(own))


def test_good_application_has_no_findings(world: World) -> None:
    report = world.run()
    assert [(result.check.id, result.findings) for result in report.with_findings()] == []
    assert [(result.check.id, result.why_not) for result in report.results if result.why_not] == []
    assert [result.outcome for result in report.results] == [Outcome.PASSED] * len(CHECKS)
    assert not report.blocks


@pytest.mark.parametrize(("check_id", "broken", "told"), CASES, ids=[case[0] for case in CASES])
def test_broken_application_is_told(check_id: str, broken: Break, told: str, world: World) -> None:
    broken(world)
    report = world.run()
    result = report.of(check_id)
    assert result.outcome is Outcome.FOUND, result.why_not and result.why_not.text
    said = [finding.text + " " + " ".join(finding.evidence.values()) for finding in result.findings]
    assert any(told in text for text in said), said
    assert report.blocks == any(found.check.severity is Severity.BLOCKING for found in report.with_findings())


def test_every_check_has_a_broken_application() -> None:
    assert list(BROKEN) == [check.id for check in CHECKS]
    assert len(CHECKS) >= 20
    assert len(BY_ID) == len(CHECKS)


def test_evidence_is_short_and_visible() -> None:
    finding = found("%(link)s", link="Pümpe\n\x1b[31m\u202e\x00\ud800" + "x" * 500)
    assert finding.text.startswith("Pümpe\\x0a\\x1b[31m\\x202e\\x00\\xd800xxx")
    assert len(finding.text) < 250
    finding.text.encode()
