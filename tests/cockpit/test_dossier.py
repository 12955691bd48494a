"""The dossier of a release: what is in it, that it is the same twice, and that nobody can change it unseen."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.test import Client

from portal.cockpit.models import AppVersion, DossierKey
from portal.cockpit.release import dossier as parts
from portal.lib.crypto import KeyRing
from portal.lib.dossier_file import pack
from tests.cast import Cast, make_member, signed_in
from tests.cockpit.reading import recorded
from tests.cockpit.running import make_waiver
from tests.cockpit.writing import SCREENSHOT
from tests.faults import audit_refuses

KEY_URL = "/.well-known/bindery-dossier.pem"


def url(app: AppVersion) -> str:
    return f"/t/acme/apps/{app.pk}/dossier.zip"


def read(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(files: dict[str, bytes], *, kind: int = zipfile.ZIP_STORED) -> bytes:
    """As the portal writes it, but for what the test changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", kind) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr, entry.compress_type = 3, 0o644 << 16, kind
            archive.writestr(entry, files[name])
    return written.getvalue()


@pytest.fixture
def data(in_check: AppVersion, dev: Client) -> bytes:
    dev.post(f"/t/acme/apps/{in_check.pk}/messages/", {"text": "Grüße <b>"})
    return dev.get(url(in_check)).content


@pytest.fixture
def verify(tmp_path: Path, db: None) -> Callable[..., int]:
    """The exit code of the command for these bytes, with the portal's key or another one."""

    def verified(data: bytes, key: bytes | None = None) -> int:
        (tmp_path / "x.zip").write_bytes(data)
        (tmp_path / "key.pem").write_bytes(key or Client().get(KEY_URL).content)
        try:
            call_command("dossier", "verify", str(tmp_path / "x.zip"), "--key", str(tmp_path / "key.pem"))
        except CommandError as error:
            return error.returncode
        return 0

    return verified


class TestContent:
    def test_everything_that_was_submitted_and_decided(self, data: bytes, cast: Cast, dana_user: Any) -> None:
        files = read(data)
        assert [name for name in files if not name.startswith("checks/")] == [
            "MANIFEST.json",
            "MANIFEST.sig",
            "approvals.json",
            "contacts.json",
            "messages.json",
            "notice.txt",
            "release.json",
            "screenshot.png",
            "timeline.json",
            "waivers.json",
        ]
        release = json.loads(files["release.json"])
        assert release["configuration"]["components"][0]["url"] == "https://pumpadvisor.acme.example/"
        assert release["scopes"] == ["pumpadvisor.default"]
        assert release["roles"][0]["full_name"] == "mdsp:acme:pumpadvisor.admin"
        assert release["release"]["health_url"] == "https://pumpadvisor.acme.example/health"
        assert release["approval"]["approved_by"] == dana_user.name
        steps = json.loads(files["timeline.json"])
        assert [step["verb"] for step in steps] == ["create", "register", "prepare", "submit", "approve"]
        assert steps[3]["by"] == cast.dev.name
        assert files["notice.txt"].decode().startswith("The approval cannot be taken back.")
        (approval,) = json.loads(files["approvals.json"])
        assert (approval["by"], approval["alternate_email"]) == (dana_user.name, "sub@acme.example")
        assert f"{approval['notice']}\n" == files["notice.txt"].decode()
        (message,) = json.loads(files["messages.json"])
        assert (message["text"], message["side"]) == ("Grüße <b>", "tenant")
        (contact,) = json.loads(files["contacts.json"])
        assert contact["email"] == "sub@acme.example"
        assert contact["confirmed_at"].endswith("Z")
        named = json.loads(files["MANIFEST.json"])["files"]
        assert named == {
            name: hashlib.sha256(content).hexdigest() for name, content in files.items() if "MANIFEST" not in name
        }

    def test_same_release_same_bytes(self, data: bytes, in_check: AppVersion, cast: Cast) -> None:
        audrey = signed_in(cast.audrey).get(url(in_check), headers={"accept-language": "de"})
        assert audrey.content == data
        assert audrey["Content-Disposition"] == 'attachment; filename="acme-pumpadvisor-v1.0.0-dossier.zip"'
        olga = signed_in(cast.olga).get(f"/operator/releases/acme/{in_check.pk}/dossier.zip")
        assert olga.content == data

    def test_who_took_it_is_recorded(self, data: bytes, in_check: AppVersion, dev: Client, cast: Cast) -> None:
        digest = hashlib.sha256(data).hexdigest()
        signed_in(cast.olga).get(f"/operator/releases/acme/{in_check.pk}/dossier.zip")
        told = [(one["by"], one["sha256"], one["subject"]) for one in recorded("release.dossier_taken")]
        assert told == [(one.name, digest, in_check.subject) for one in (cast.dev, cast.olga)]
        assert dev.head(url(in_check)).status_code == 405
        with audit_refuses():
            assert dev.get(url(in_check)).status_code == 503

    def test_changes_with_the_release(self, data: bytes, in_check: AppVersion, dev: Client) -> None:
        dev.post(f"/t/acme/apps/{in_check.pk}/messages/", {"text": "More."})
        assert dev.get(url(in_check)).content != data

    def test_pictures(self, prepared: AppVersion, dev: Client) -> None:
        dev.post(f"/t/acme/apps/{prepared.pk}/submit/")
        assert read(dev.get(url(prepared)).content)["screenshot.png"] == SCREENSHOT.png

    def test_another_part_is_one_line(self, in_check: AppVersion, dev: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def invoices(version: AppVersion) -> parts.Files:
            yield "invoices.json", b"[]\n"

        monkeypatch.setattr(parts, "PARTS", [*parts.PARTS, invoices])
        assert read(dev.get(url(in_check)).content)["invoices.json"] == b"[]\n"

    def test_checks_and_waivers(self, in_check: AppVersion, dev: Client) -> None:
        make_waiver(in_check, "hsts")
        files = read(dev.get(url(in_check)).content)
        runs = [json.loads(content) for name, content in files.items() if name.startswith("checks/")]
        assert [run["why"] for run in runs] == ["change", "approval"]
        assert {check["outcome"] for check in runs[0]["checks"]} == {"passed"}
        (waiver,) = json.loads(files["waivers.json"])
        assert (waiver["check"], waiver["reason"], waiver["by"]) == ("hsts", "Our proxy adds it.", "Dev")

    def test_from_the_submission_on(self, prepared: AppVersion, dev: Client, cast: Cast) -> None:
        assert dev.get(url(prepared)).status_code == 409
        assert "dossier.zip" not in dev.get(f"/t/acme/apps/{prepared.pk}/").content.decode()
        dev.post(f"/t/acme/apps/{prepared.pk}/submit/")
        assert dev.get(url(prepared)).status_code == 200
        assert url(prepared) in dev.get(f"/t/acme/apps/{prepared.pk}/").content.decode()
        operator = signed_in(cast.olga)
        assert operator.get(f"/operator/releases/acme/{prepared.pk}/dossier.zip").status_code == 409
        assert signed_in(cast.charlie).get(url(prepared)).status_code == 404
        assert signed_in(make_member(cast.acme, "x@acme.example")).get(url(prepared)).status_code == 403


class TestVerify:
    def test_genuine(self, data: bytes, verify: Callable[..., int]) -> None:
        assert verify(data) == 0

    def test_with_the_key_that_it_names(self, data: bytes, tmp_path: Path, capsys: Any) -> None:
        (tmp_path / "x.zip").write_bytes(data)
        call_command("dossier", "verify", str(tmp_path / "x.zip"))
        told = capsys.readouterr().out
        assert "whoever changes an archive can do that too" in told

    def test_needs_no_database(self, tmp_path: Path) -> None:
        key = Ed25519PrivateKey.generate()
        (tmp_path / "x.zip").write_bytes(pack({"a.json": b"{}"}, key))
        call_command("dossier", "verify", str(tmp_path / "x.zip"))  # without the fixture `db` a query fails

    def test_every_wrong_byte(self, data: bytes, verify: Callable[..., int], tmp_path: Path) -> None:
        key = Client().get(KEY_URL).content
        for place in range(0, len(data), 37):
            changed = bytearray(data)
            changed[place] ^= 0x20
            assert verify(bytes(changed), key) != 0, place

    @pytest.mark.parametrize("name", ["release.json", "timeline.json", "notice.txt", "messages.json", "contacts.json"])
    def test_changed_file(self, data: bytes, verify: Callable[..., int], name: str) -> None:
        files = read(data)
        assert verify(write(files)) == 0
        assert verify(write(files | {name: files[name].replace(b"e", b"E", 1)})) == 1

    def test_changed_in_place(self, data: bytes, verify: Callable[..., int]) -> None:
        assert verify(data.replace(b"pumpadvisor.acme.example", b"pumpadvisor.evil.example")) == 1

    @pytest.mark.parametrize("name", ["release.json", "MANIFEST.json", "MANIFEST.sig"])
    def test_missing_file(self, data: bytes, verify: Callable[..., int], name: str) -> None:
        files = read(data)
        del files[name]
        assert verify(write(files)) == 3

    def test_extra_file(self, data: bytes, verify: Callable[..., int]) -> None:
        assert verify(write(read(data) | {"more.json": b"[]"})) == 4

    def test_wrong_key(self, data: bytes, verify: Callable[..., int]) -> None:
        other = Ed25519PrivateKey.generate()
        pem = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        assert verify(data, pem) == 5
        own = Client().get(KEY_URL).content
        assert verify(data, pem + own) == 0
        # Signed anew with another key, as a forger would.
        files = {name: content for name, content in read(data).items() if "MANIFEST" not in name}
        assert verify(pack(files | {"notice.txt": b"Nothing.\n"}, other)) == 5

    def test_changed_manifest(self, data: bytes, verify: Callable[..., int]) -> None:
        files = read(data)
        manifest = json.loads(files["MANIFEST.json"])
        manifest["files"]["notice.txt"] = hashlib.sha256(b"No.\n").hexdigest()
        forged = files | {"notice.txt": b"No.\n", "MANIFEST.json": json.dumps(manifest).encode()}
        assert verify(write(forged)) == 5

    @pytest.mark.parametrize("wrong", [b"", b"PK", b"x" * 1000])
    def test_no_dossier(self, wrong: bytes, verify: Callable[..., int]) -> None:
        assert verify(wrong) == 6

    def test_around_the_files(self, data: bytes, verify: Callable[..., int]) -> None:
        assert verify(b"x" + data) == 1
        assert verify(write(read(data), kind=zipfile.ZIP_DEFLATED)) == 6

    def test_wrong_usage(self, data: bytes, verify: Callable[..., int], tmp_path: Path) -> None:
        assert verify(data, b"no key") == 2
        with pytest.raises(CommandError) as refused:
            call_command("dossier", "verify", str(tmp_path / "nowhere.zip"))
        assert refused.value.returncode == 2

    @pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
    def test_as_the_page_says(self, data: bytes, tmp_path: Path) -> None:
        """Without a line of our own code."""
        for name, content in read(data).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(content)
        (tmp_path / "bindery.pem").write_bytes(Client().get(KEY_URL).content)
        command = "openssl pkeyutl -verify -pubin -inkey bindery.pem -rawin -in MANIFEST.json -sigfile MANIFEST.sig"
        told = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)
        assert b"Signature Verified Successfully" in told.stdout


class TestKey:
    def test_sealed_and_published(self, data: bytes) -> None:
        key = DossierKey.objects.get()
        assert b"PRIVATE" not in bytes(key.sealed)
        answer = Client().get(KEY_URL)
        assert answer.content.decode() == key.public_pem
        assert answer.content.startswith(b"-----BEGIN PUBLIC KEY-----")

    def test_lost_master_key_is_told(self, data: bytes, in_check: AppVersion, dev: Client, settings: Any) -> None:
        settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))
        assert dev.get(url(in_check)).status_code == 503

    def test_made_once(self, db: None) -> None:
        assert Client().get(KEY_URL).content == Client().get(KEY_URL).content
        assert DossierKey.objects.count() == 1
