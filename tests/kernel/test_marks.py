"""Which tests run on PostgreSQL as well: those that work on the tests' database, and no test has to say so."""

from __future__ import annotations

import pytest


def is_marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("database") is not None


def test_without_the_database(request: pytest.FixtureRequest) -> None:
    assert not is_marked(request)


def test_with_a_fixture_that_has_rows(request: pytest.FixtureRequest, cast: object) -> None:
    assert is_marked(request)


def test_with_true_transactions(request: pytest.FixtureRequest, transactional_db: None) -> None:
    assert is_marked(request)


@pytest.mark.django_db
def test_that_asks_for_it_by_a_mark(request: pytest.FixtureRequest) -> None:
    assert is_marked(request)
