"""A binding key of acme with its secret."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.keys.models import BindingKey
from tests.cast import Cast, make_key


@dataclass(frozen=True)
class KeyAndSecret:
    """A key and the secret that its owner was shown once."""

    key: BindingKey
    secret: str

    @property
    def id(self) -> str:
        return self.key.client_id


@pytest.fixture
def gateway(cast: Cast) -> KeyAndSecret:
    return KeyAndSecret(*make_key(cast.acme))
