"""What the readers of each format read back is exactly the value, whatever it holds."""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import subprocess
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.keys.exports.formats import FORMATS, KNOWN_MODULES, PLACEHOLDER, Export, NotWritable
from portal.lib import client_secret

# No NUL, which no environment can hold, and no lone surrogates, which are no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NASTY = (
    "'",
    '"',
    "\\",
    "$HOME",
    "${HOME}",
    "$(id)",
    "`id`",
    "a b",
    " a ",
    "#a",
    "a #b",
    "a\nb",
    "a\r\nb",
    "((x))",
    "yes",
    "1e3",
    "~",
    "a: b",
    "- a",
    "%d",
    "!",
    "a;b",
    "a&b",
    "\u2028",
    "\x85",
    "\ufeff",
    "😀",
    "é",
    "\x7f",
    "\\'",
    "x\\",
    "",
    "=",
    "&a",
    "*a",
    "!!int 1",
    "\t",
)
MODULE = "MindSphereIIoTAuthenticator"
SETTINGS = settings(max_examples=120, deadline=None)


def export(**changed: Any) -> Export:
    told = {
        "key_name": "Line 4",
        "stem": "line_4",
        "token_url": "https://bindery.example.com/oauth/token",
        "client_id": "acme-1",
        "client_secret": "bnd_x",
        "module": MODULE,
    }
    return Export(**told | changed)


def written(name: str, **changed: Any) -> str | None:
    """The text, or None when the format says that it cannot carry these values."""
    try:
        return FORMATS[name].write(export(**changed))
    except NotWritable:
        return None


def nasty(test: Any) -> Any:
    """Runs with all that has ever gone wrong somewhere, and with whatever hypothesis finds."""
    for sign in NASTY:
        test = example(key_name=sign, client_id=sign, secret=sign)(test)
    return SETTINGS(given(key_name=TEXT, client_id=TEXT, secret=TEXT)(test))


def shell(script: str, **variables: str) -> list[str]:
    """What a POSIX shell hands to the commands, word for word."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere"} | variables
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, check=True)
    assert not done.stderr
    return [os.fsdecode(word) for word in done.stdout.split(b"\0")[:-1]]


@nasty
def test_dotenv(key_name: str, client_id: str, secret: str) -> None:
    text = written("env", key_name=key_name, client_id=client_id, client_secret=secret)
    if text is None:
        return
    names = [f"MX_{MODULE}_{name}" for name in ("ClientID", "ClientSecret")]
    read = dotenv_values(stream=io.StringIO(text))
    assert len(read) == 3
    assert [read[name] for name in names] == [client_id, secret]
    assert shell(f'{text}\nprintf \'%s\\0\' "${names[0]}" "${names[1]}"') == [client_id, secret]


def test_dotenv_carries_all_that_is_made_here() -> None:
    for _ in range(50):
        secret = client_secret.generate().reveal()
        text = FORMATS["env"].write(export(client_secret=secret))
        assert f"ClientSecret={secret}\n" in text  # without quotes, which some readers take for a part of it


@pytest.mark.parametrize("value", ["it's", "a\\b", "${HOME}", "a\nb", "\x7f"])
def test_dotenv_refuses_what_readers_read_in_different_ways(value: str) -> None:
    assert written("env", client_secret=value) is None


@nasty
def test_cloud_foundry(key_name: str, client_id: str, secret: str) -> None:
    text = FORMATS["cf"].write(export(key_name=key_name, client_id=client_id, client_secret=secret, app=client_id))
    words = shell("cf() { printf '%s\\0' \"$@\"; }\n" + text)
    assert words == [
        *("set-env", client_id, f"MX_{MODULE}_TokenURL", "https://bindery.example.com/oauth/token"),
        *("set-env", client_id, f"MX_{MODULE}_ClientID", client_id),
        *("set-env", client_id, f"MX_{MODULE}_ClientSecret", secret),
        *("restage", client_id),
    ]


@nasty
def test_cloud_foundry_manifest(key_name: str, client_id: str, secret: str) -> None:
    text = written("cf_manifest", key_name=key_name, client_id=client_id, client_secret=secret)
    if text is None:
        assert "((" in client_id + secret
        return
    (app,) = yaml.safe_load(text)["applications"]
    assert (app["name"], app["env"][f"MX_{MODULE}_ClientID"]) == ("my-app", client_id)
    assert app["env"][f"MX_{MODULE}_ClientSecret"] == secret


@nasty
def test_mendix_cloud(key_name: str, client_id: str, secret: str) -> None:
    text = FORMATS["mendix_cloud"].write(export(key_name=key_name, client_id=client_id, client_secret=secret))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["Constant", "New value", "Mask"],
        [f"{MODULE}.TokenURL", "https://bindery.example.com/oauth/token", "No"],
        [f"{MODULE}.ClientID", client_id, "No"],
        [f"{MODULE}.ClientSecret", secret, "Yes"],
    ]


@nasty
def test_mendix_kubernetes(key_name: str, client_id: str, secret: str) -> None:
    text = FORMATS["mendix_kubernetes"].write(export(key_name=key_name, client_id=client_id, client_secret=secret))
    assert yaml.safe_load(text)["spec"]["runtime"]["microflowConstants"] == {
        f"{MODULE}.TokenURL": "https://bindery.example.com/oauth/token",
        f"{MODULE}.ClientID": client_id,
        f"{MODULE}.ClientSecret": secret,
    }


def secret_values(text: str) -> dict[str, str]:
    """What a cluster makes of a Secret."""
    read = yaml.safe_load(text)
    assert (read["apiVersion"], read["kind"], read["type"]) == ("v1", "Secret", "Opaque")
    decoded = {name: base64.b64decode(value, validate=True).decode() for name, value in read["data"].items()}
    return decoded | (read["stringData"] or {})


@pytest.mark.parametrize(
    ("name", "prefix"), [("kubernetes", f"MX_{MODULE}_"), ("mendix_secret", f"mx-const-{MODULE}.")]
)
@nasty
def test_secret(name: str, prefix: str, key_name: str, client_id: str, secret: str) -> None:
    text = FORMATS[name].write(export(key_name=key_name, client_id=client_id, client_secret=secret, with_proxy=True))
    assert secret_values(text) == {
        f"{prefix}TokenURL": "https://bindery.example.com/oauth/token",
        f"{prefix}ClientID": client_id,
        f"{prefix}ClientSecret": secret,
        f"{prefix}EnableMindSphereApiReverseProxy": "true",
    }


def interpolated(value: str) -> str:
    """As Compose does it: `$$` is a dollar; any other would be a variable."""
    assert not re.search(r"(?<!\$)(\$\$)*\$(?!\$)", value)
    return value.replace("$$", "$")


@nasty
def test_compose(key_name: str, client_id: str, secret: str) -> None:
    text = FORMATS["compose"].write(export(key_name=key_name, client_id=client_id, client_secret=secret))
    variables = yaml.safe_load(text)["services"]["my-app"]["environment"]
    assert interpolated(variables[f"MX_{MODULE}_ClientID"]) == client_id
    assert interpolated(variables[f"MX_{MODULE}_ClientSecret"]) == secret


@pytest.mark.parametrize("stem", ["line_4_gateway", "key_0a1b2c3d", "x" * 60, "4"])
def test_name_of_a_secret_is_one_that_a_cluster_takes(stem: str) -> None:
    name = yaml.safe_load(FORMATS["kubernetes"].write(export(stem=stem)))["metadata"]["name"]
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)


class TestNames:
    @pytest.mark.parametrize("module", KNOWN_MODULES)
    def test_of_a_mendix_app_keep_the_spelling(self, module: str) -> None:
        assert f"MX_{module}_ClientSecret=bnd_x\n" in FORMATS["env"].write(export(module=module))

    def test_of_any_other_app_are_plain(self) -> None:
        lines = FORMATS["env"].write(export(module="")).splitlines()
        assert lines[1:] == [
            "TokenURL=https://bindery.example.com/oauth/token",
            "ClientID=acme-1",
            "ClientSecret=bnd_x",
        ]

    @pytest.mark.parametrize("name", FORMATS)
    def test_switch_is_written_when_it_was_asked_for(self, name: str) -> None:
        assert "EnableMindSphereApiReverseProxy" not in FORMATS[name].write(export())
        assert "EnableMindSphereApiReverseProxy" in FORMATS[name].write(export(with_proxy=True))


class TestWithoutTheSecret:
    """What is forgotten is noticed."""

    def text(self, name: str) -> str:
        return FORMATS[name].write(export(client_secret=None))

    def test_shell_does_not_run_before_the_variable_is_set(self) -> None:
        script = "cf() { printf '%s\\0' \"$@\"; }\n" + self.text("cf")
        failed = subprocess.run(["sh", "-c", script], env={"PATH": os.environ["PATH"]}, capture_output=True)
        assert failed.returncode != 0
        assert b"write the clientSecret into the variable" in failed.stderr
        assert "it's $ecret" in shell(script, CLIENT_SECRET="it's $ecret")

    def test_shell_does_not_take_the_dotenv_file(self) -> None:
        assert subprocess.run(["sh", "-c", self.text("env")], capture_output=True).returncode != 0

    def test_placeholder_is_no_secret_of_ours(self) -> None:
        assert dotenv_values(stream=io.StringIO(self.text("env")))[f"MX_{MODULE}_ClientSecret"] == PLACEHOLDER
        assert not client_secret.is_well_formed(PLACEHOLDER)

    @pytest.mark.parametrize("name", ["kubernetes", "mendix_secret"])
    def test_cluster_refuses_the_secret(self, name: str) -> None:
        with pytest.raises(ValueError, match=r"base64|characters"):
            secret_values(self.text(name))

    def test_cluster_refuses_the_constant(self) -> None:
        constants = yaml.safe_load(self.text("mendix_kubernetes"))["spec"]["runtime"]["microflowConstants"]
        assert not isinstance(constants[f"{MODULE}.ClientSecret"], str)

    def test_manifest_asks_for_a_variable(self) -> None:
        (app,) = yaml.safe_load(self.text("cf_manifest"))["applications"]
        assert app["env"][f"MX_{MODULE}_ClientSecret"] == "((client_secret))"

    def test_compose_demands_a_variable(self) -> None:
        value = yaml.safe_load(self.text("compose"))["services"]["my-app"]["environment"][f"MX_{MODULE}_ClientSecret"]
        assert value.startswith("${CLIENT_SECRET:?")


def test_secret_does_not_show_itself() -> None:
    assert "bnd_x" not in repr(export())
