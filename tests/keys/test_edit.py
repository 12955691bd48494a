"""What a key may reach: decided when it is made, changed on a page of its own, and recorded."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.keys.commands import KeyRevokedAlready, revoke_key
from portal.keys.models import BindingKey
from portal.keys.reach import KeyOptions, NetworkRefused, may_come_from, network
from portal.keys.reach_commands import change_key
from portal.lib.route_names import ROUTE_NAMES
from portal.proxy.routes import ROUTES
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key, make_upstream_key

CREATE = "/t/acme/keys/create/"
NAMED = {"name": "Line 4 gateway", "expires": "30"}
OPTIONS = {
    "routes": ["timeseries", "assets"],
    "networks": "192.0.2.7\r\n\r\n  198.51.100.0/24\r\n2001:db8::/32\r\n",
    "contact_email": "Plant4@Acme.Example",
    "stored_where": "vault, plant4/gateway",
}


def made() -> BindingKey:
    return BindingKey.all_tenants.get(name="Line 4 gateway")


def seen(key: BindingKey) -> str:
    """What the page carries of what holds now."""
    return KeyOptions.of(BindingKey.all_tenants.get(pk=key.pk)).digest


def edit(client: Client, key: BindingKey, **written: Any) -> Any:
    return client.post(f"/t/acme/keys/{key.pk}/edit/", {"seen": seen(key)} | written)


def recorded(name: str) -> list[dict[str, Any]]:
    return [row.facts | {"by": row.actor_name} for row in AuditRecord.all_tenants.filter(name=name).order_by("index")]


def test_names_of_the_routes_are_those_of_the_proxy() -> None:
    assert list(ROUTE_NAMES) == [route.name for route in ROUTES]


class TestCreate:
    def test_name_is_all_it_takes(self, alice: Client) -> None:
        assert alice.post(CREATE, NAMED).status_code == 200
        key = made()
        assert (key.routes, key.networks, key.contact_email, key.stored_where) == ([], [], "", "")
        assert not key.approval_pending

    def test_options_are_kept_and_recorded(self, alice: Client) -> None:
        assert alice.post(CREATE, NAMED | OPTIONS).status_code == 200
        key = made()
        assert key.routes == ["assets", "timeseries"]
        assert key.networks == ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"]
        assert (key.contact_email, key.stored_where) == ("plant4@acme.example", "vault, plant4/gateway")
        (told,) = recorded("key.created")
        assert told["routes"] == "assets, timeseries"
        assert told["networks"] == "192.0.2.7, 198.51.100.0/24, 2001:db8::/32"

    def test_page_shows_them_closed_and_the_key_page_in_words(self, alice: Client, cast: Cast) -> None:
        assert '<details class="more">' in alice.get(CREATE).content.decode()
        key, _secret = make_key(cast.acme, routes=["timeseries"], networks=["192.0.2.7"], stored_where="vault")
        page = alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
        for told in ("Time series", "192.0.2.7", "vault", f"/t/acme/keys/{key.pk}/edit/"):
            assert told in page
        assert "Assets with their types" not in page

    @pytest.mark.parametrize(
        "wrong",
        [
            {"routes": ["files"]},
            {"routes": ["assets", "x"]},
            {"contact_email": "nobody"},
            {"contact_email": "a@b.example\r\nBcc: c@d.example"},
            {"stored_where": "x" * 201},
            {"stored_where": "two\nlines"},
            {"stored_where": "it is bnd_" + "0" * 49},
            {"networks": "\n".join(f"192.0.2.{n}" for n in range(21))},
            {"networks": "1" * 2001},
        ],
    )
    def test_invalid_input_is_shown_again_in_sight(self, alice: Client, wrong: dict[str, Any]) -> None:
        answer = alice.post(CREATE, NAMED | wrong)
        assert answer.status_code == 422
        assert '<details class="more" open>' in answer.content.decode()
        assert not BindingKey.all_tenants.exists()

    def test_what_is_ticked_stays_in_sight_when_the_name_is_wrong(self, alice: Client) -> None:
        answer = alice.post(CREATE, {"name": "x", "expires": "30", "routes": ["assets"]})
        page = answer.content.decode()
        assert '<details class="more" open>' in page
        assert re.search(r'value="assets"[^>]*checked', page)


class TestEdit:
    def test_changed_and_recorded(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        answer = edit(alice, key, **OPTIONS | {"routes": ["assets"]})
        assert answer["Location"] == f"/t/acme/keys/{key.pk}/"
        assert (made().routes, len(made().networks)) == (["assets"], 3)
        (told,) = recorded("key.changed")
        assert told["by"] == "Alice Adler"
        assert told["fields"] == "routes, networks, contact_email, stored_where"
        assert (told["routes"], told["key_name"]) == ("assets", "Line 4 gateway")

    def test_page_shows_what_holds(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, routes=["assets"], networks=["192.0.2.7", "2001:db8::/32"])
        page = alice.get(f"/t/acme/keys/{key.pk}/edit/").content.decode()
        assert re.search(r'value="assets"[^>]*checked', page)
        assert not re.search(r'value="timeseries"[^>]*checked', page)
        assert "192.0.2.7\n2001:db8::/32" in page

    def test_nothing_new_is_no_change(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, routes=["assets"])
        assert edit(alice, key, routes=["assets"]).status_code == 302
        assert recorded("key.changed") == []

    def test_what_somebody_else_saved_meanwhile_is_shown_and_not_undone(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        page = f"/t/acme/keys/{key.pk}/edit/"
        shown = alice.get(page).context["form"]["seen"].value()
        edit(alice, key, networks="192.0.2.7", stored_where="vault")
        mine = {"networks": "", "contact_email": "plant4@acme.example"}
        answer = alice.post(page, mine | {"seen": shown})
        assert answer.status_code == 422
        assert (made().networks, made().contact_email) == (["192.0.2.7"], "")
        text = answer.content.decode()
        assert "Somebody else changed this key meanwhile." in text
        assert "<code>192.0.2.7</code>" in text
        assert 'value="plant4@acme.example"' in text
        again_shown = answer.context["form"]["seen"].value()
        assert alice.post(page, mine | {"seen": again_shown, "networks": "192.0.2.7"}).status_code == 302
        assert (made().networks, made().contact_email) == (["192.0.2.7"], "plant4@acme.example")

    def test_it_is_shown_beside_other_errors_as_well(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        shown = seen(key)
        edit(alice, key, routes=["assets"])
        answer = edit(alice, key, stored_where="vault", seen=shown)  # all APIs, as the page had it
        text = answer.content.decode()
        for told in ("Somebody else changed this key meanwhile.", "What is saved now:", 'value="vault"'):
            assert told in text
        assert answer.context["form"]["seen"].value() == seen(key)
        assert made().routes == ["assets"]

    @pytest.mark.parametrize("wrong", ["", "x", "0" * 64])
    def test_not_without_what_was_shown(self, alice: Client, cast: Cast, wrong: str) -> None:
        key, _secret = make_key(cast.acme, networks=["192.0.2.7"])
        assert edit(alice, key, seen=wrong).status_code == 422
        assert made().networks == ["192.0.2.7"]

    def test_last_tick_does_not_open_everything(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, routes=["assets"])
        answer = edit(alice, key, networks="192.0.2.7")
        assert answer.status_code == 422
        assert "Tick at least one" in answer.content.decode()
        assert (made().routes, made().networks) == (["assets"], [])

    def test_networks_can_be_taken_away(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, networks=["192.0.2.7"])
        edit(alice, key, networks="")
        assert made().networks == []

    @pytest.mark.parametrize("wrong", [{"networks": "192.0.2.7/24"}, {"routes": ["files"]}])
    def test_invalid_input_is_shown_again(self, alice: Client, cast: Cast, wrong: dict[str, Any]) -> None:
        key, _secret = make_key(cast.acme)
        assert edit(alice, key, **wrong).status_code == 422
        assert recorded("key.changed") == []

    def test_other_fields_cannot_be_assigned(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        edit(alice, key, name="Mine", expires_at="", approval_pending="1", client_id="mine", stored_where="vault")
        assert (made().client_id, made().approval_pending) == (key.client_id, False)

    def test_not_for_imported_or_revoked_keys(self, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme)
        with tenant_scope(cast.acme.pk):
            revoke_key(key, by=SYSTEM)
            with pytest.raises(KeyRevokedAlready):
                change_key(key, options=KeyOptions(stored_where="x"), seen="", by=SYSTEM)
        for gone in (key, make_upstream_key(cast.acme)):
            assert edit(alice, gone, stored_where="x").status_code == 404


class TestNetwork:
    @pytest.mark.parametrize(
        ("line", "stored"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("198.51.100.0/24", "198.51.100.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0::/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:c000:207", "192.0.2.7"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ],
    )
    def test_is_stored_in_one_form(self, line: str, stored: str) -> None:
        assert network(line) == stored

    @pytest.mark.parametrize(
        "line",
        [
            "acme.example",
            "192.0.2",
            "192.0.2.256",
            "192.0.02.7",
            "192.0.2.7/24",
            "192.0.2.0/33",
            "192.0.2.0/024",
            "192.0.2.0/-1",
            "192.0.2.0/",
            "192.0.2.0/24/24",
            "192.0.2.0/255.255.255.0",
            "192.0.2.0/0.0.0.255",
            "192.0.2.0-192.0.2.9",
            "192.0.2.*",
            "192.0.2.7:443",
            "192.0.2.7, 192.0.2.8",
            "3221225991",
            "0x7f.0.0.1",
            "١٩٢.0.2.7",
            "192.0.2.7\x00",
            "2001:db8::/129",
            "2001:db8::1/32",
            "2001:db8:::",
            "fe80::1%eth0",
            "[2001:db8::1]",
            "::ffff:192.0.2.7/95",
            "::ffff:0:0/0",
            "<script>",
            "",
            "/24",
        ],
    )
    def test_nothing_else_is_one(self, line: str) -> None:
        with pytest.raises(NetworkRefused):
            network(line)

    def test_says_what_was_probably_meant(self, alice: Client) -> None:
        answer = alice.post(CREATE, NAMED | {"networks": "192.0.2.7/24"})
        assert "192.0.2.7/24 is one address inside 192.0.2.0/24." in answer.content.decode()

    def test_hostile_line_is_escaped(self, alice: Client) -> None:
        page = alice.post(CREATE, NAMED | {"networks": "<script>alert(1)</script>"}).content.decode()
        assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "", True),
        ([], "192.0.2.7", True),
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7"], "::ffff:192.0.2.7", True),
        (["192.0.2.7"], "::192.0.2.7", False),
        (["192.0.2.7"], "192.0.2.8", False),
        (["192.0.2.7"], "", False),
        (["192.0.2.7"], "unknown", False),
        (["192.0.2.7"], "fe80::1%eth0", False),
        (["198.51.100.0/24", "2001:db8::/32"], "198.51.100.255", True),
        (["198.51.100.0/24", "2001:db8::/32"], "2001:db8:ffff::1", True),
        (["198.51.100.0/24", "2001:db8::/32"], "2001:db9::1", False),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["::/0"], "192.0.2.7", False),
        (["::/0"], "::ffff:192.0.2.7", False),
    ],
)
def test_where_a_key_may_come_from(networks: list[str], address: str, allowed: bool) -> None:
    assert may_come_from(BindingKey(networks=networks), address) == allowed


@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses())
def test_a_network_holds_what_it_says(inside: Any, bits: int, other: Any) -> None:
    """Whatever the form takes is stored so that the check reads the same network in it."""
    whole = ipaddress.ip_network((inside, min(bits, inside.max_prefixlen)), strict=False)
    if inside.version == 6 and inside.ipv4_mapped:
        return
    key = BindingKey(networks=[network(str(whole))])
    assert may_come_from(key, str(inside))
    plain = (other.version == 6 and other.ipv4_mapped) or other
    assert may_come_from(key, str(other)) == (plain.version == whole.version and plain in whole)
