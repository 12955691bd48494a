"""The form of client secrets, and the wrapper that does not show them."""

import copy
import pickle
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import client_secret
from portal.lib.logs import scrub
from portal.lib.secret import Secret


def test_new_secrets_are_well_formed_and_differ() -> None:
    secrets = {client_secret.generate().reveal() for _ in range(200)}
    assert len(secrets) == 200
    assert all(client_secret.is_well_formed(secret) and len(secret) == 53 for secret in secrets)


def test_every_single_typo_is_noticed() -> None:
    secret = client_secret.generate().reveal()
    dice = random.Random(1)
    for position in range(len(secret)):
        other = dice.choice([letter for letter in string.ascii_letters + string.digits if letter != secret[position]])
        assert not client_secret.is_well_formed(secret[:position] + other + secret[position + 1 :])


@given(st.text(max_size=80))
def test_other_text_is_not_well_formed(text: str) -> None:
    assert not client_secret.is_well_formed(text)


def test_matches_its_verifier_only() -> None:
    secret, other = client_secret.generate().reveal(), client_secret.generate().reveal()
    assert client_secret.matches(secret, client_secret.verifier(secret))
    assert not client_secret.matches(other, client_secret.verifier(secret))


def test_hint_tells_four_characters() -> None:
    secret = client_secret.generate().reveal()
    assert client_secret.hint(secret) == f"bnd_…{secret[-4:]}"


@pytest.mark.parametrize("shown", [repr, str, "{}".format, lambda secret: f"{secret!r:>40}"])
def test_wrapper_does_not_show(shown: object) -> None:
    assert "s3cret" not in shown(Secret("s3cret"))  # type: ignore[operator]


def test_wrapper_is_not_written_compared_or_hashed() -> None:
    secret = Secret("s3cret")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.copy(secret)
    with pytest.raises(TypeError):
        _ = secret == "s3cret"
    with pytest.raises(TypeError):
        hash(secret)


@pytest.mark.parametrize(
    "line",
    [
        "secret {secret} refused",
        "{{'client_secret': '{secret}'}}",
        "Authorization: Basic YWNtZTpzZWNyZXRz",
        "authorization: bearer eyJhbGciOi.eyJpc3MiOiJo.c2lnbmF0dXJl",
        "token=eyJhbGciOi.eyJpc3MiOiJo.c2lnbmF0dXJl",
    ],
)
def test_log_lines_are_scrubbed(line: str) -> None:
    secret = client_secret.generate().reveal()
    scrubbed = scrub(line.format(secret=secret))
    assert "***" in scrubbed
    assert secret not in scrubbed
    assert "c2lnbmF0dXJl" not in scrubbed
    assert "YWNtZTpzZWNyZXRz" not in scrubbed
