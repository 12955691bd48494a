"""What gunicorn takes from `portal.server`; a name that it does not know it passes over in silence."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest
from gunicorn.app.wsgiapp import WSGIApplication


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_loaded_is_left_alone_by_the_collector(collector: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gunicorn", "-c", "python:portal.server", "portal.wsgi"])
    WSGIApplication().cfg.when_ready(object())
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold()[0] == 10_000
