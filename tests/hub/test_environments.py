"""Environments that a deployment adds: checked when they are read, and not missed by pages when they are gone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from portal.emulator.banner import banner
from portal.emulator.testing import RunningEmulator
from portal.hub import environments
from portal.hub.errors import NumericIdMissing, UnknownEnvironment

GOOD = {
    "name": "own",
    "label": "Our own",
    "region": "x",
    "api_base": "https://gateway.example/",
    "identity_base": "https://{tenant}.identity.example/",
}


def test_a_test_leaves_no_environments_behind() -> None:
    """They are read once for the process, so what a test changes has to be forgotten with it."""
    with override_settings(LOCAL=False):
        assert environments.find("emulator") is None
    assert environments.find("emulator") is not None


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
        {"identity_base": "http://{numeric_id}.identity.example"},
        {"shared_identity": "http://core.identity.example"},
        {"shared_identity": "core"},
        {"issuer_path": "oauth/token"},
        {"tenant_claim": ""},
        {"tenant_key": "number"},
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


def test_an_entry_of_before_is_one_of_the_classic_world(settings: Any) -> None:
    settings.HUB_ENVIRONMENTS = [GOOD]
    own = environments.environment("own")
    assert (own.tenant_claim, own.tenant_key, own.issuer_path) == ("ten", "name", "/oauth/token")
    assert own.shared_identity == ""


def test_one_of_the_xcelerator_world(settings: Any) -> None:
    written = {"identity_base": "https://{numeric_id}.identity.example", "shared_identity": "https://x.example/"}
    settings.HUB_ENVIRONMENTS = [GOOD | written | {"tenant_key": "numeric_id", "tenant_claim": "sws.samauth.ten"}]
    own = environments.environment("own")
    assert own.identity_of("initech", "1000001703") == "https://1000001703.identity.example"
    assert own.shared_identity == "https://x.example"
    with pytest.raises(NumericIdMissing):
        own.identity_of("initech")


@pytest.mark.parametrize(
    ("name", "identity", "shared", "claim", "path"),
    [
        (
            "eu1",
            "https://initech.piam.eu1.mindsphere.io",
            "https://core.piam.eu1.mindsphere.io",
            "ten",
            "/api/assetmanagement/v3/assets",
        ),
        (
            "cn1",
            "https://initech.piam.cn1.mindsphere-in.cn",
            "https://core.piam.cn1.mindsphere-in.cn",
            "ten",
            "/api/assetmanagement/v3/assets",
        ),
        (
            "eu1x",
            "https://1000001703.eu1.sws.siemens.com",
            "https://1000001700.eu1.sws.siemens.com",
            "sws.samauth.ten",
            "/api/assetmanagement-1000001700/v3/assets",
        ),
    ],
)
def test_a_built_in_one(name: str, identity: str, shared: str, claim: str, path: str) -> None:
    place = environments.environment(name)
    assert place.identity_of("initech", "1000001703") == identity
    assert (place.shared_identity, place.tenant_claim) == (shared, claim)
    assert place.api_path("assetmanagement", "/v3/assets") == path


def test_both_worlds_of_the_emulator_are_where_it_says(hub: RunningEmulator) -> None:
    told = banner(hub.hub)
    hosts = {host["host"]: host["by_path"] for host in told["identity_hosts"]}
    gateways = {gateway["world"]: gateway["by_path"] for gateway in told["gateways"]}
    for name, world, shared, own in (
        ("emulator", "classic", "core", "acme"),
        ("emulatorx", "xcelerator", "1000001700", "1000001703"),
    ):
        place = environments.environment(name)
        assert (place.api_base, place.shared_identity) == (gateways[world], hosts[shared])
        assert place.identity_of("acme", "1000001703") == hosts[own]


def test_the_first_providers_environment_may_have_another_claim(settings: Any) -> None:
    settings.OIDC_TENANT_CLAIM = "tenant"
    assert environments.environment(settings.OIDC_ENVIRONMENT).tenant_claim == "tenant"
    assert environments.environment("eu1").tenant_claim == "ten"


def test_one_that_is_not_configured_any_more() -> None:
    assert environments.find("gone") is None
    assert environments.label_of("gone") == "gone"
    assert environments.label_of("eu1") == "Europe 1"
    with pytest.raises(UnknownEnvironment):
        environments.environment("gone")
