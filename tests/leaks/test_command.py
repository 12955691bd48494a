"""`manage.py leaks`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.lib import client_secret
from tests.leaks.hostile import zipped

SECRET = client_secret.generate().reveal()


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("leaks", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "clean.txt").write_text("nothing here")
    (tmp_path / "empty").touch()
    (tmp_path / "link").symlink_to("/dev/zero")
    return tmp_path


def test_clean_tree(tree: Path) -> None:
    assert run(str(tree)) == (0, "")


def test_finds_in_files_and_archives(tree: Path) -> None:
    (tree / "deep").mkdir()
    (tree / "deep" / "conf.env").write_text(f"X={SECRET}")
    (tree / "app.mda").write_bytes(
        zipped(("model/metadata.json", b'{"Name":"A.ClientSecret","DefaultValue":"12345678x"}'))
    )
    code, told = run(str(tree))
    assert code == 1
    assert sorted(told.splitlines()) == [
        f"{tree}/app.mda/model/metadata.json: the constant A.ClientSecret has a value",
        f"{tree}/deep/conf.env: a secret {client_secret.hint(SECRET)}",
    ]
    assert SECRET not in told


def test_json(tree: Path) -> None:
    (tree / "conf.env").write_text(SECRET)
    code, told = run(str(tree), "--format", "json")
    assert (code, json.loads(told)) == (
        1,
        {
            "found": "text",
            "hint": client_secret.hint(SECRET),
            "constant": "",
            "sha256": client_secret.verifier(SECRET),
            "places": [f"{tree}/conf.env"],
        },
    )


def test_what_was_not_looked_at(tree: Path) -> None:
    (tree / "cut.zip").write_bytes(zipped(("a", b"hello" * 1000))[:60])
    assert run(str(tree)) == (2, f"{tree}/cut.zip: not everything was looked at (damaged)\n")


def test_no_such_path(tree: Path) -> None:
    with pytest.raises(CommandError, match="There is no") as raised:
        run(str(tree / "nowhere"))
    assert raised.value.returncode == 2
