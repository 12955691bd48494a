"""The list of keys as a file: what the filter finds, harmless in a spreadsheet, and on record."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from portal.audit.models import AuditRecord
from portal.keys.expiry import end_of, in_days
from portal.keys.models import BindingKey, UseHour
from portal.scoping import tenant_scope
from tests.cast import Cast, make_key, make_upstream_key, signed_in


def csv_rows(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/t/acme/keys/export.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_csv(alice: Client, cast: Cast) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme, "Förderband 4", expires_at=end_of(in_days(400)))
    with tenant_scope(cast.acme.pk):
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        UseHour.objects.create(key=key, generation=1, hour=hour, calls=5, failures=2)
        BindingKey.objects.filter(pk=key.pk).update(contact_email="line4@acme.example", routes=["assets", "events"])
    answer = alice.get("/t/acme/keys/export.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="acme-binding-keys-\d{4}-\d\d-\d\d.csv"', answer["Content-Disposition"])
    made, imported = csv_rows(alice)
    assert made["name"] == "Förderband 4"
    assert (made["source"], imported["source"], imported["state"]) == ("portal", "technical_user", "upstream")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT23:59:59Z", made["expires_at"])
    assert (made["uses_30_days"], made["failures_30_days"]) == ("7", "2")
    assert (made["contact_email"], made["routes"]) == ("line4@acme.example", "assets events")
    assert secret not in answer.content.decode()


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", " =1+1", "＝1+1"])
def test_no_name_is_a_formula(alice: Client, cast: Cast, name: str) -> None:
    key, _secret = make_key(cast.acme)
    BindingKey.all_tenants.filter(pk=key.pk).update(name=name)
    (row,) = csv_rows(alice)
    assert row["name"] == f"'{name}"


def test_json_has_the_filter_and_true_names(alice: Client, cast: Cast) -> None:
    make_key(cast.acme, "North")
    make_key(cast.acme, "South")
    BindingKey.all_tenants.filter(name="North").update(name="=North")
    told = alice.get("/t/acme/keys/export.json?q=north&state=unused&sort=name").json()
    assert told["tenant"] == "acme"
    assert told["filter"] == {"q": "north", "state": "unused"}
    assert [key["name"] for key in told["keys"]] == ["=North"]


def test_takes_what_the_filter_finds_all_pages_of_it(alice: Client, cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr("portal.constants.PAGE_SIZE", 1)
    for number in range(3):
        make_key(cast.acme, f"Line {number}", expires_at=end_of(in_days(5)))
    make_key(cast.acme, "Line without end")
    assert [row["name"] for row in csv_rows(alice, "?expires=9&sort=name&page=2")] == ["Line 0", "Line 1", "Line 2"]
    page = alice.get("/t/acme/keys/?expires=9&sort=name").content.decode()
    assert 'href="/t/acme/keys/export.csv?expires=9&amp;sort=name"' in page
    assert 'href="/t/acme/keys/export.json?expires=9&amp;sort=name"' in page


def test_filter_that_is_none_takes_nothing(alice: Client, cast: Cast) -> None:
    make_key(cast.acme)
    assert alice.get("/t/acme/keys/export.csv?unused=x").status_code == 400
    assert not AuditRecord.all_tenants.filter(name="key.list_exported").exists()


def test_is_on_record_without_the_words_of_the_search(cast: Cast) -> None:
    make_key(cast.acme)
    audrey = signed_in(cast.audrey)
    audrey.get("/t/acme/keys/export.csv?q=bnd_typed-by-mistake&unused=9&state=active")
    record = AuditRecord.all_tenants.get(name="key.list_exported")
    assert record.actor_name == "Audrey Auer"
    assert record.facts == {"form": "csv", "keys": 0, "narrowed_by": "q, state=active, unused=9"}
    assert "exported the list of binding keys (0 keys, csv)" in audrey.get("/t/acme/activity/").content.decode()


def test_keys_of_others_are_not_in_it(alice: Client, cast: Cast) -> None:
    make_key(cast.globex, "Globex line")
    assert csv_rows(alice) == []
