"""The ways to start and stop the emulator, and the settings of its start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from portal.emulator.config import EmulatorConfig, WrongSetting

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EMULATOR_URL", "http://localhost:8100/"),
        ("EMULATOR_URL", "localhost:8100"),
        ("EMULATOR_PORTAL_URL", "ftp://portal"),
        ("EMULATOR_SEED", ""),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_an_example(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"{name} is .*for example"):
        EmulatorConfig.from_environment({name: value})


def run_python(program: str, **environ: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_wsgi_module_reads_the_environment() -> None:
    program = (
        "from werkzeug.test import Client; from portal.emulator.wsgi import application;"
        "answer = Client(application).get('/acme.piam/.well-known/openid-configuration');"
        "print(answer.json['issuer'])"
    )
    issuer = run_python(program, EMULATOR_URL="https://hub.example")
    assert issuer == "https://hub.example/acme.piam/oauth/token"


def test_the_module_runs_alone_and_prints_where() -> None:
    command = [sys.executable, "-m", "portal.emulator", "--port", "0", "--seed", "demo"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://localhost:\d+", process.stdout.readline())
        try:
            assert found is not None
            assert requests.get(f"{found[0]}/_emulator/health").json()["healthStatus"] == "green"
        finally:
            process.terminate()


def test_the_emulator_imports_nothing_of_the_product_and_no_django() -> None:
    program = (
        "import sys; import portal.emulator.wsgi, portal.emulator.__main__;"
        "found = [m for m in sys.modules if m.partition('.')[0] in ('django', 'assets_app', 'requests')"
        " or m.startswith('portal.') and not m.startswith('portal.emulator')];"
        "print(found)"
    )
    assert run_python(program) == "[]"


def test_stop_frees_the_port_and_may_be_called_twice() -> None:
    from portal.emulator.testing import start_emulator

    emulator = start_emulator()
    emulator.stop()
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{emulator.url}/_emulator/health")


def test_the_pytest_plugin_gives_a_fresh_emulator_to_each_test(tmp_path: Path) -> None:
    test = tmp_path / "test_client.py"
    test.write_text(
        "import pytest\n"
        "pytest_plugins = ['portal.emulator.pytest_plugin']\n"
        "@pytest.mark.parametrize('run', [1, 2])\n"
        "def test_it(hub_emulator, run):\n"
        "    assert list(hub_emulator.faults) == []\n"
        "    hub_emulator.faults.add('*', status=503)\n"
        "    assert hub_emulator.user_token('alice@acme.example')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", str(test)]
    path = {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **path}, capture_output=True, text=True)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
