"""System checks of a deployment, as `manage.py` runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portal.ops.checks import environments_of_tenants_are_known, mails_go_out
from portal.tenants.models import Tenant
from tests.cast import Cast


def test_an_empty_database_is_migrated(tmp_path: Path) -> None:
    """`manage.py migrate` runs the checks of the database before there is a table that they could look at."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=settings.BASE_DIR,
        env=kept | {"PORTAL_MODE": "local", "PORTAL_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_tenant_in_an_environment_that_is_gone_is_told(cast: Cast) -> None:
    assert environments_of_tenants_are_known(None, databases=["default"]) == []
    Tenant.objects.filter(name="globex").update(environment="mars")
    (found,) = environments_of_tenants_are_known(None, databases=["default"])
    assert found.id == "bindery.E002"
    assert "globex is in mars" in found.msg


def test_production_without_a_mail_server_is_told(settings: Any) -> None:
    assert mails_go_out(None) == []
    settings.MAILS_WAIT = True
    (found,) = mails_go_out(None)
    assert found.id == "bindery.W002"


@pytest.mark.parametrize("databases", [None, []])
def test_without_a_database_to_ask_nothing_is_asked(databases: list[str] | None) -> None:
    assert environments_of_tenants_are_known(None, databases=databases) == []
