"""A release: prepared, submitted, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.actor import SYSTEM
from portal.cockpit.models import AppVersion, Move
from portal.cockpit.release.commands import ReleaseIncomplete, submit_release
from portal.scoping import tenant_scope
from tests.cast import Cast
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.running import checked
from tests.cockpit.writing import RELEASE
from tests.faults import audit_refuses


def url(app: AppVersion, page: str = "prepare") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def moves(app: AppVersion) -> list[str]:
    return [move.verb for move in Move.all_tenants.filter(version=app.pk).order_by("pk")]


class TestPrepare:
    def test_first_save_begins_the_preparation(self, prepared: AppVersion, dev: Client, cast: Cast) -> None:
        held = again(prepared)
        assert (held.state, moves(prepared)) == ("preparation", ["register", "prepare"])
        assert held.release_description == "Tells when a pump\nneeds oil."
        assert held.health_url == "https://pumpadvisor.acme.example/health"
        assert held.credentials == "read"
        (told,) = recorded("release.prepared")
        assert (told["by"], told["fields"]) == (
            cast.dev.name,
            "release_description, health_component, health_path, credentials",
        )
        page = dev.get(f"/t/acme/apps/{prepared.pk}/").content.decode()
        assert "https://pumpadvisor.acme.example/health" in page
        assert "Change the release" in page

    def test_later_saves_are_no_steps(self, prepared: AppVersion, dev: Client) -> None:
        assert "needs oil." in dev.get(url(prepared)).content.decode()
        dev.post(url(prepared), RELEASE | {"credentials": "none"})
        assert again(prepared).credentials == "none"
        assert recorded("release.prepared")[1]["fields"] == "credentials"
        dev.post(url(prepared), RELEASE | {"credentials": "none"})
        assert len(recorded("release.prepared")) == 2
        assert moves(prepared) == ["register", "prepare"]

    def test_not_before_the_registration(self, app: AppVersion, dev: Client) -> None:
        assert dev.get(url(app)).status_code == 409
        assert dev.post(url(app), RELEASE).status_code == 409
        assert again(app).state == "in_development"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"release_description": ""},
            {"release_description": "x" * 2001},
            {"release_description": "a\x00"},
            {"release_description": "a\u202eb"},
            {"health_component": "other"},
            {"health_component": ""},
            {"health_path": "health"},
            {"health_path": "//evil.example/"},
            {"health_path": "/**"},
            {"credentials": "all"},
        ],
    )
    def test_invalid_input_is_shown_again(self, prepared: AppVersion, dev: Client, wrong: dict[str, Any]) -> None:
        before = content(prepared)
        assert dev.post(url(prepared), RELEASE | wrong).status_code == 422
        assert content(prepared) == before

    def test_no_record_no_preparation(self, app: AppVersion, dev: Client) -> None:
        dev.post(url(app, "register"))
        before = content(app)
        with audit_refuses("release.prepared"):
            assert dev.post(url(app), RELEASE).status_code == 503
        assert (again(app).state, content(app)) == ("registered", before)


class TestSubmit:
    def test_submitted_is_locked_until_withdrawn(self, waiting: AppVersion, dev: Client, cast: Cast) -> None:
        assert again(waiting).state == "waiting"
        (told,) = recorded("release.submitted")
        assert (told["by"], told["health_url"], told["credentials"]) == (
            cast.dev.name,
            "https://pumpadvisor.acme.example/health",
            "read",
        )
        for page in ("prepare", "deregister", "submit"):
            assert dev.post(url(waiting, page), RELEASE).status_code == 409
        assert dev.post(url(waiting, "withdraw")).status_code == 302
        assert again(waiting).state == "preparation"
        assert len(recorded("release.withdrawn")) == 1
        assert dev.post(url(waiting), RELEASE | {"credentials": "write"}).status_code == 302

    def test_component_of_the_health_endpoint_is_gone(self, prepared: AppVersion, dev: Client) -> None:
        """What was written survives the deregistration; what it speaks of may not."""
        dev.post(url(prepared, "deregister"))
        front = {"name": "front", "url": "https://front.acme.example/", "endpoints": "/**"}
        dev.post(url(prepared, "component/web"), front)
        dev.post(url(prepared, "register"))
        assert dev.post(url(prepared, "submit")).status_code == 409  # the preparation is not begun
        dev.post(url(prepared), RELEASE | {"health_component": "front"})
        checked(prepared)
        assert dev.post(url(prepared, "submit")).status_code == 302

    def test_incomplete_one_is_refused_by_the_command(self, prepared: AppVersion, dev: Client) -> None:
        with tenant_scope(prepared.tenant_id):
            AppVersion.objects.update(health_component="gone")
            with pytest.raises(ReleaseIncomplete):
                submit_release(prepared, by=SYSTEM)
        assert "missing" in dev.get(url(prepared, "submit")).content.decode()
        answer = dev.post(url(prepared, "submit"))
        assert answer.status_code == 422
        assert "A release has a description and a health endpoint" in answer.content.decode()

    def test_not_before_the_preparation(self, app: AppVersion, dev: Client) -> None:
        dev.post(url(app, "register"))
        assert dev.post(url(app, "submit")).status_code == 409

    def test_no_record_no_submission(self, prepared: AppVersion, dev: Client) -> None:
        with audit_refuses("release.submitted"):
            assert dev.post(url(prepared, "submit")).status_code == 503
        assert again(prepared).state == "preparation"
