"""OIDC_PROVIDERS: each mistake in one sentence, which never repeats what could be a secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.lib.identity_providers import Provider, read

CANARY = "k7Qz-canary-secret"
GOOD = {
    "name": "second",
    "label": "Second",
    "environment": "eu1x",
    "identity_url": "https://1000001700.eu1.sws.siemens.com/",
    "client_id": "bindery",
    "client_secret_variable": "SECOND_SECRET",
}


def read_all(*entries: dict[str, Any]) -> list[Provider]:
    return read(list(entries), {"SECOND_SECRET": CANARY}.__getitem__, names=["eu1"], issuers=["https://core.example/x"])


def test_addresses_are_those_that_the_platform_usually_has() -> None:
    (second,) = read_all(GOOD)
    base = "https://1000001700.eu1.sws.siemens.com"
    assert (second.issuer, second.token_url) == (f"{base}/oauth/token", f"{base}/oauth/token")
    assert (second.authorization_url, second.userinfo_url) == (f"{base}/oauth/authorize", f"{base}/userinfo")
    assert (second.keys_url, second.logout_url) == (f"{base}/token_keys", f"{base}/logout.do")
    assert second.client_secret.reveal() == CANARY
    assert CANARY not in repr(second)


def test_each_address_may_be_another() -> None:
    (second,) = read_all(GOOD | {"issuer": "https://issuer.example", "keys_url": "https://keys.example/jwks"})
    assert (second.issuer, second.keys_url) == ("https://issuer.example", "https://keys.example/jwks")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "Not Good"}, "write 1 to 20 lower-case letters"),
        ({"name": ""}, "write 1 to 20 lower-case letters"),
        ({"name": 7}, "write 1 to 20 lower-case letters"),
        ({"name": "eu1"}, "name of 'eu1' cannot be used, write another one"),
        ({"label": ""}, "label of 'second' cannot be used"),
        ({"identity_url": "http://second.example"}, "identity_url of 'second' cannot be used, write an absolute URL"),
        ({"logout_url": "second.example"}, "logout_url of 'second' cannot be used, write an absolute URL"),
        ({"issuer": "https://core.example/x"}, "issuer of 'second' cannot be used, write another one"),
        ({"client_secret_variable": CANARY}, "the name of an environment variable, not the secret"),
        ({"client_secret": CANARY}, "cannot read 'second', write an object with text for authorization_url"),
        ({"client_id": [CANARY]}, "cannot read 'second', write an object with text for authorization_url"),
    ],
)
def test_a_mistake_is_told(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=told) as raised:
        read_all(GOOD | change)
    assert CANARY not in str(raised.value)


@pytest.mark.parametrize("name", [name for name in GOOD if name != "name"])
def test_what_is_needed_is_told(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} of 'second' cannot be used, write a text for it"):
        read_all({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(("change", "told"), [({}, "name"), ({"name": "third"}, "issuer")])
def test_no_two_are_the_same(change: dict[str, str], told: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{told} of '.*' cannot be used, write another one"):
        read_all(GOOD, GOOD | change)
