"""Finding secrets in bytes: every form, every border, nothing else."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.scanner import found_in, plant
from portal.lib import client_secret, scanner
from portal.lib.scanner import Find, scan

SECRET = client_secret.generate().reveal()
FORMS: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "text": ("text", lambda secret: secret.encode()),
    "in a URL": ("text", lambda secret: f"https://a:{secret}@host/?x={secret}".encode()),
    "utf-16-le": ("utf-16", lambda secret: secret.encode("utf-16-le")),
    "utf-16-be": ("utf-16", lambda secret: secret.encode("utf-16-be")),
    **{
        f"base64, {before} before": (
            "base64",
            lambda secret, before=before: base64.b64encode(b"x" * before + secret.encode() + b"!"),
        )
        for before in range(3)
    },
    "url-safe base64": ("base64", lambda secret: base64.urlsafe_b64encode(b"\xff\xfe>" + secret.encode())),
    "base64 at its end, without padding": (
        "base64",
        lambda secret: base64.b64encode(b"xy" + secret.encode()).rstrip(b"="),
    ),
    "base64 in lines": ("base64", lambda secret: base64.encodebytes(b"x" * 30 + secret.encode() + b"y" * 60)),
    "base64 in lines, in JSON": (
        "base64",
        lambda secret: base64.encodebytes(b"x" * 30 + secret.encode()).replace(b"\n", b"\\n"),
    ),
}


def finds(content: bytes) -> list[Find]:
    return list(scan([content]))


@pytest.mark.parametrize("form", FORMS)
def test_form_is_found(form: str) -> None:
    expected, write = FORMS[form]
    found = finds(b"some text " + write(SECRET) + b" and more")
    assert {(find.form, find.verifier) for find in found} == {(expected, client_secret.verifier(SECRET))}
    assert found[0].hint == client_secret.hint(SECRET)


@pytest.mark.parametrize("form", ["text", "utf-16-be", "base64, 1 before", "base64 in lines"])
def test_no_border_cuts_a_find(form: str) -> None:
    content = FORMS[form][1](SECRET)
    for border in range(len(content) + 1):
        before = b"." * (scanner.WINDOW - border)
        for kept in (0, scanner.REACH, 2 * scanner.REACH):
            found = list(scan([before + b"." * kept, content, b"." * scanner.WINDOW]))
            assert len(found) == 1, f"{border} bytes before the border, {kept} kept"


def test_pieces_of_any_size_give_the_same() -> None:
    chosen = random.Random(1)
    content = b"".join(chosen.randbytes(5000) + write(SECRET) for _form, write in FORMS.values()) * 5
    expected = finds(content)

    def pieces() -> Iterator[bytes]:
        at = 0
        while at < len(content):
            size = chosen.choice([0, 1, 7, 4096, 100_000])
            yield content[at : at + size]
            at += size

    assert len(expected) >= 5 * len(FORMS)
    assert list(scan(pieces())) == expected


def test_offset_is_where_it_stands() -> None:
    content = b"." * 2_000_000 + SECRET.encode() + b"." * 1000
    assert [find.offset for find in finds(content)] == [2_000_000]


@pytest.mark.parametrize("place", range(4, len(SECRET)))
def test_misspelt_is_none(place: int) -> None:
    other = "a" if SECRET[place] != "a" else "b"
    written = (SECRET[:place] + other + SECRET[place + 1 :]).encode()
    assert finds(written) == []
    assert finds(base64.b64encode(b"id:" + written)) == []


def test_a_window_that_is_used_again_remembers_nothing() -> None:
    window = scanner.Window()
    assert len(list(scan([SECRET.encode()], window))) == 1
    for cut in range(1, len(SECRET)):
        assert list(scan([SECRET[:cut].encode()], window)) == []


def test_find_does_not_hold_the_secret() -> None:
    for _form, write in FORMS.values():
        assert SECRET not in repr(finds(write(SECRET)))


CONSTANTS = {
    "environment": ("MX_IIoT_ClientSecret={}\n", "MX_IIoT_ClientSecret"),
    "docker compose": ("      MX_IIoT_ClientSecret: '{}'\n", "MX_IIoT_ClientSecret"),
    "cf set-env": ('cf set-env app MX_IIoT_ClientSecret="{}"', "MX_IIoT_ClientSecret"),
    "m2ee.yaml": ("  MicroflowConstants:\n    IIoT.ClientSecret: {}\n", "IIoT.ClientSecret"),
    "CONSTANTS": ('{{"IIoT.ClientID": "x", "IIoT.ClientSecret": "{}"}}', "IIoT.ClientSecret"),
    "secret store": ("mx-const-IIoT.ClientSecret: {}\n", "mx-const-IIoT.ClientSecret"),
    "metadata.json": (
        '{{"Constants":[{{"Name":"IIoT.ClientSecret","Type":"String","Description":"","DefaultValue":"{}"}}]}}',
        "IIoT.ClientSecret",
    ),
    "kubernetes": ('- name: MX_IIoT_ClientSecret\n  value: "{}"\n', "MX_IIoT_ClientSecret"),
    "unit of an mpr": (
        "\x10\x00\x00\x00\x02DefaultValue\x00\x11\x00\x00\x00{}\x00\x02Documentation\x00\x01\x00\x00\x00\x00"
        "\x02Name\x00\x0d\x00\x00\x00ClientSecret\x00\x00",
        "ClientSecret",
    ),
}


class TestConstants:
    @pytest.mark.parametrize("form", CONSTANTS)
    def test_filled_constant_is_found(self, form: str) -> None:
        template, name = CONSTANTS[form]
        found = finds(template.format("Kq3-vB8_xT2+zR5/").encode())
        assert [(find.form, find.constant, find.is_ours) for find in found] == [("constant", name, False)]
        assert found[0].verifier == client_secret.verifier("Kq3-vB8_xT2+zR5/")
        assert found[0].hint == ""

    @pytest.mark.parametrize("form", [form for form in CONSTANTS if form != "unit of an mpr"])
    def test_with_a_secret_of_ours_it_is_one_find(self, form: str) -> None:
        template, name = CONSTANTS[form]
        found = finds(template.format(SECRET).encode())
        assert [(find.constant, find.is_ours, find.hint) for find in found] == [
            (name, True, client_secret.hint(SECRET))
        ]

    @pytest.mark.parametrize(
        "value", ["", "short", "${SECRET_HERE}", "$(VAULT_VALUE)", "{{ secret.x }}", "********", "<your secret>"]
    )
    @pytest.mark.parametrize("form", [form for form in CONSTANTS if form != "unit of an mpr"])
    def test_empty_or_placeholder_is_none(self, form: str, value: str) -> None:
        assert finds(CONSTANTS[form][0].format(value).encode()) == []

    @pytest.mark.parametrize(
        "code",
        [
            "this.ClientSecret = options.ClientSecret;",
            "if (config.ClientSecret) { throw new Error('no ClientSecret: set it'); }",
            '{"ClientSecret": "described in the handbook"}',
            "| `ClientSecret` | the secret of the key |",
        ],
    )
    def test_code_that_speaks_of_it_is_none(self, code: str) -> None:
        assert finds(code.encode()) == []


def test_tree_gives_every_planted_secret_and_random_text_none(tmp_path: Path) -> None:
    planted = plant(tmp_path / "tree", 30)
    plant(tmp_path / "random", 30, with_secrets=False)
    assert {find.verifier for find in found_in(tmp_path / "tree")} == planted
    assert len(planted) == 5
    assert found_in(tmp_path / "random") == []


def test_random_bytes_give_none() -> None:
    assert finds(random.Random(2).randbytes(30_000_000)) == []
