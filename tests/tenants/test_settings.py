"""What a tenant's admins decide: name, contacts, key policy, the end of all sessions."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.audit.models import AuditRecord
from portal.scoping import tenant_scope
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in

URL = "/t/acme/settings/"
GOOD = {
    "display_name": "Acme Pumps AG",
    "contact_email": "Office@Acme.Example",
    "security_email": "",
    "key_max_days": "90",
}


def told(name: str) -> list[dict[str, Any]]:
    return [row.facts | {"by": row.actor_name} for row in AuditRecord.all_tenants.filter(name=name).order_by("index")]


class TestSettings:
    def test_saved_and_recorded(self, alice: Client, cast: Cast) -> None:
        assert alice.post(URL, GOOD)["Location"] == URL
        acme = Tenant.objects.get(name="acme")
        assert (acme.display_name, acme.contact_email, acme.security_email, acme.key_max_days) == (
            "Acme Pumps AG",
            "office@acme.example",
            "",
            90,
        )
        (record,) = told("tenant.settings_changed")
        assert record == {"fields": "display_name, contact_email, key_max_days", "by": "Alice Adler"}
        assert Tenant.objects.get(name="globex").display_name == "Globex Energy"

    def test_shows_what_holds(self, alice: Client) -> None:
        alice.post(URL, GOOD)
        page = alice.get(URL).content.decode()
        assert 'value="Acme Pumps AG"' in page
        assert 'value="90"' in page

    def test_nothing_new_is_no_change(self, alice: Client) -> None:
        alice.post(URL, GOOD)
        alice.post(URL, GOOD)
        assert len(told("tenant.settings_changed")) == 1

    @pytest.mark.parametrize(
        "changed",
        [
            {"display_name": ""},
            {"display_name": "x" * 101},
            {"display_name": "two\nlines"},
            {"display_name": "\u3164\u2800"},
            {"contact_email": "nobody"},
            {"security_email": "a@b.example\r\nBcc: c@d.example"},
            {"key_max_days": "0"},
            {"key_max_days": "-1"},
            {"key_max_days": "forever"},
            {"key_max_days": "99999999999999999999"},
        ],
    )
    def test_invalid_input_is_shown_again(self, alice: Client, changed: dict[str, str]) -> None:
        answer = alice.post(URL, GOOD | changed)
        assert answer.status_code == 422
        assert Tenant.objects.get(name="acme").display_name == "Acme Pumps GmbH"
        assert told("tenant.settings_changed") == []

    def test_key_policy_holds_for_new_keys(self, alice: Client) -> None:
        alice.post(URL, GOOD)
        page = alice.get("/t/acme/keys/create/").content.decode()
        assert "365" not in page


class TestEndSessions:
    END = "/t/acme/settings/end-sessions/"

    def test_everybody_signs_in_again(self, cast: Cast) -> None:
        with time_machine.travel("2026-11-26T08:00:00Z", tick=False):
            alice, dev = signed_in(cast.alice), signed_in(cast.dev)
            self.confirm(cast)
        with time_machine.travel("2026-11-26T08:10:00Z", tick=False):
            assert dev.get("/t/acme/").status_code == 200
            assert "you included" in alice.get(self.END).content.decode()
            assert alice.post(self.END)["Location"] == "/t/acme/"
        with time_machine.travel("2026-11-26T08:10:05Z", tick=False):
            for browser in (alice, dev):
                assert browser.get("/t/acme/")["Location"].startswith("/sign-in/?next=")
                assert "_auth_user_id" not in browser.session
            again = signed_in(cast.dev)
            assert again.get("/t/acme/").status_code == 200
        (record,) = told("tenant.sessions_ended")
        assert record["by"] == "Alice Adler"

    def test_other_tenants_and_keys_go_on(self, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        token = get_token(Client(), *make_key(cast.acme))
        charlie = signed_in(cast.charlie)
        signed_in(cast.alice).post(self.END)
        assert charlie.get("/t/globex/").status_code == 200
        answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200

    def test_an_old_session_cannot_leave_either(self, cast: Cast) -> None:
        with time_machine.travel("2026-11-26T08:00:00Z", tick=False):
            dev = signed_in(cast.dev)
            self.confirm(cast)
        with time_machine.travel("2026-11-26T08:10:00Z", tick=False):
            signed_in(cast.alice).post(self.END)
            assert dev.post("/leave/acme/")["Location"].startswith("/sign-in/")
        assert Membership.all_tenants.filter(user=cast.dev).exists()

    def confirm(self, cast: Cast) -> None:
        """The Hub vouched for everybody at this moment."""
        with tenant_scope(cast.acme.pk):
            for membership in Membership.objects.all():
                membership.confirmed_at = "2026-11-26T08:00:00Z"
                membership.save()
