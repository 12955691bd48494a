"""Environments that a deployment adds: checked when they are read, and not missed by pages when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.hub import environments
from portal.hub.errors import UnknownEnvironment

GOOD = {
    "name": "own",
    "label": "Our own",
    "region": "x",
    "api_base": "https://gateway.example/",
    "identity_base": "https://{tenant}.identity.example/",
}


@pytest.fixture(autouse=True)
def read_again() -> Iterator[None]:
    environments.environments.cache_clear()
    yield
    environments.environments.cache_clear()


def test_a_good_one(settings: Any) -> None:
    settings.HUB_ENVIRONMENTS = [GOOD]
    own = environments.environment("own")
    assert own.api_base == "https://gateway.example"
    assert own.identity_of("acme") == "https://acme.identity.example"


@pytest.mark.parametrize(
    "change",
    [
        {"api_base": "http://gateway.example"},
        {"api_base": "gateway.example"},
        {"api_base": ""},
        {"api_base": "https://gateway.example?x=1"},
        {"api_base": "https://user:password@gateway.example"},
        {"identity_base": "http://{tenant}.identity.example"},
        {"identity_base": "https://identity.example"},
        {"identity_base": "{tenant}"},
    ],
)
def test_a_bad_one_is_told_in_one_sentence(settings: Any, change: dict[str, str]) -> None:
    settings.HUB_ENVIRONMENTS = [GOOD | change]
    (name, written) = next(iter(change.items()))
    with pytest.raises(ImproperlyConfigured, match="HUB_ENVIRONMENTS gives 'own' the") as raised:
        environments.environments()
    assert name in str(raised.value)
    assert repr(written) in str(raised.value)


def test_http_on_this_machine(settings: Any) -> None:
    settings.HUB_ENVIRONMENTS = [GOOD | {"api_base": "http://localhost:8100/gateway"}]
    assert environments.environment("own").api_base == "http://localhost:8100/gateway"


def test_one_that_is_not_configured_any_more() -> None:
    assert environments.find("gone") is None
    assert environments.label_of("gone") == "gone"
    assert environments.label_of("eu1") == "Europe 1"
    with pytest.raises(UnknownEnvironment):
        environments.environment("gone")
