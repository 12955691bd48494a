"""Asset Management v3: what a row of the contract cannot say about files."""

from __future__ import annotations

import pytest
import requests

from portal.emulator.tenants import TENANTS
from portal.emulator.testing import RunningEmulator

from .answers import assert_error, names
from .flows import Api

EVERY_BYTE = bytes(range(256)) * 4


@pytest.fixture
def admin(emulator: RunningEmulator) -> Api:
    """acme's administrator, with everything as at the start."""
    emulator.hub.reset()
    client = emulator.hub.clients.by_id("acme-hub-admin")
    token = emulator.hub.tokens.for_technical_user(client, TENANTS["acme"].identity_host, client.scope)
    return Api(emulator, token.value)


def upload(api: Api, content: bytes, file_name: str = "a.bin", **fields: str) -> requests.Response:
    url = f"{api.base}/assetmanagement/v3/files"
    return api.session.post(url, files={"file": (file_name, content)}, data=fields, timeout=10)


def file_id_of(answer: requests.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def download(api: Api, file_id: str, **headers: str) -> requests.Response:
    return api.get(f"/assetmanagement/v3/files/{file_id}/file", headers=headers)


def test_every_byte_comes_back(admin: Api) -> None:
    answer = download(admin, file_id_of(upload(admin, EVERY_BYTE)))
    assert (answer.content, answer.headers["Content-Type"]) == (EVERY_BYTE, "application/octet-stream")


def test_a_large_file_fits_and_a_larger_one_is_413(admin: Api) -> None:
    large = b"x" * (10 * 1024 * 1024 - 1000)
    assert download(admin, file_id_of(upload(admin, large))).content == large
    assert_error(upload(admin, large + b"x" * 1000), 413, "payloadTooLarge")


def test_a_name_is_that_of_the_file_unless_given(admin: Api) -> None:
    assert upload(admin, b"", "a.txt").json()["name"] == "a.txt"
    named = upload(admin, b"", "a.txt", name="Manual", description="How to").json()
    assert (named["name"], named["originalFileName"], named["description"]) == ("Manual", "a.txt", "How to")


def test_an_unchanged_content_is_304(admin: Api) -> None:
    file_id = file_id_of(upload(admin, b"x"))
    etag = download(admin, file_id).headers["ETag"]
    same = download(admin, file_id, **{"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "a\x00b", "a/b", "..\\b", "x" * 256])
def test_a_name_is_one_line_without_folders(admin: Api, name: str) -> None:
    assert_error(upload(admin, b"x", name=name), 400, "invalidRequestBodyProperty")


def test_a_broken_form_is_400(admin: Api) -> None:
    url = f"{admin.base}/assetmanagement/v3/files"
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = admin.session.post(url, data=b"--y\r\nnothing", headers={"Content-Type": kind}, timeout=10)
        assert_error(answer, 400, "missingRequestBodyProperty")


def test_many_parts_are_refused(admin: Api) -> None:
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(2000)) + b"--x--\r\n"
    url = f"{admin.base}/assetmanagement/v3/files"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert_error(admin.session.post(url, data=parts, headers=headers, timeout=10), 413, "payloadTooLarge")


def test_files_are_sorted_filtered_and_paged(admin: Api) -> None:
    for name in ("b.txt", "a.txt", "c.png"):
        upload(admin, b"x", name)
    path = "/assetmanagement/v3/files"
    assert names(admin.get(path), "files") == ["a.txt", "b.txt", "c.png"]
    assert names(admin.get(path, sort="name,desc", size=2), "files") == ["c.png", "b.txt"]
    assert names(admin.get(path, filter='{"name":{"endsWith":".txt"}}'), "files") == ["a.txt", "b.txt"]
    assert_error(admin.get(path, sort="content,asc"), 400, "invalidParameter")


def test_a_type_hands_its_file_to_its_assets(admin: Api) -> None:
    """The key of a type shows in its assets, until they have an own file under it."""
    base = f"{admin.base}/assetmanagement/v3"
    of_type, own = file_id_of(upload(admin, b"type")), file_id_of(upload(admin, b"own"))
    session = admin.session
    path = f"{base}/assettypes/acme.CentrifugalPump/fileAssignments/photo"
    assert session.put(path, json={"fileId": of_type}, headers={"If-Match": "1"}).status_code == 200
    pump = f"{base}/assets/{admin.asset_id('Pump P-101')}"

    def shown() -> list[tuple[str, bool]]:
        return [(entry["fileId"], "origin" in entry["_links"]) for entry in session.get(pump).json()["fileAssignments"]]

    assert shown() == [(of_type, True)]
    assert session.put(f"{pump}/fileAssignments/photo", json={"fileId": own}, headers={"If-Match": "1"}).ok
    assert shown() == [(own, False)]
    assert session.delete(f"{pump}/fileAssignments/photo", headers={"If-Match": "2"}).ok
    assert shown() == [(of_type, True)]
    assert names(admin.assets(filter=f'{{"fileId":"{of_type}"}}', size=1)) == ["Pump P-101"]
    assert session.delete(f"{base}/files/{of_type}", headers={"If-Match": "0"}).status_code == 409
    assert session.delete(f"{base}/files/{own}", headers={"If-Match": "0"}).status_code == 204
