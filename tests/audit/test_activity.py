"""The activity page: what happened, told to the people of the tenant and to nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from portal import constants
from portal.audit.models import AuditRecord
from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in

ACTIVITY = "/t/acme/activity/"


@pytest.fixture
def audrey(cast: Cast) -> Client:
    return signed_in(cast.audrey)


def told(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Actor and sentence of each row, newest first."""
    answer = client.get(f"{ACTIVITY}{query}")
    assert answer.status_code == 200
    return [(row.actor, row.sentence) for row in answer.context["rows"]]


def test_tells_the_way_of_a_key(audrey: Client, alice: Client, cast: Cast) -> None:
    make_upstream_key(cast.acme)
    alice.post("/t/acme/keys/create/", {"name": "Line 4 gateway", "expires": "30"})
    key, secret = make_key(cast.acme, "Line 5")
    token = get_token(Client(REMOTE_ADDR="192.0.2.7"), key, secret)
    Client(REMOTE_ADDR="192.0.2.7").get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    rows = audrey.get(ACTIVITY).context["rows"]
    assert (rows[0].actor, rows[0].address, rows[0].route) == (
        "Line 5",
        "192.0.2.7",
        "GET /api/assetmanagement/v3/assets",
    )
    assert (rows[0].outcome.tone, rows[0].detail) == ("ok", "Status: 200")
    assert [(row.actor, row.sentence) for row in rows[1:4]] == [
        ("Line 5", "got an access token"),
        ("Bindery", "created the binding key Line 5 and was shown its secret"),
        ("Alice Adler", "created the binding key Line 4 gateway and was shown its secret"),
    ]


def test_other_tenants_are_not_in_it(audrey: Client, cast: Cast) -> None:
    make_key(cast.globex, "Globex line")
    assert "Globex line" not in audrey.get(ACTIVITY).content.decode()


def test_filters(audrey: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme, "North")
    get_token(Client(REMOTE_ADDR="192.0.2.9"), key, secret)
    assert told(audrey, "?kind=key_use") == [("North", "got an access token")]
    assert told(audrey, "?kind=change") == [("Bindery", "created the binding key North and was shown its secret")]
    assert told(audrey, "?q=192.0.2.9") == [("North", "got an access token")]
    assert told(audrey, f"?q={key.client_id}") == [("North", "got an access token")]
    assert told(audrey, "?outcome=denied") == []


@pytest.mark.parametrize(
    "query", ["?before=-1", "?before=x", "?before=99999999999999999999", "?kind=x", "?q=" + "x" * 101]
)
def test_filter_that_cannot_be_is_told(audrey: Client, query: str) -> None:
    assert audrey.get(f"{ACTIVITY}{query}").status_code == 422


@pytest.mark.parametrize("query", ["?q=%00", "?q=%F0%9F%90%98", "?q='--", "?q=%25", "?outcome=&kind=&q="])
def test_strange_searches_find_nothing_and_break_nothing(audrey: Client, query: str) -> None:
    assert audrey.get(f"{ACTIVITY}{query}").status_code in {200, 422}


def test_pages_by_index_and_shows_every_record_once(
    audrey: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "PAGE_SIZE", 3)
    for number in range(7):
        make_key(cast.acme, f"Line {number}")
    seen: list[int] = []
    url = ACTIVITY
    while url:
        answer = audrey.get(url)
        seen += [row.index for row in answer.context["rows"]]
        older = answer.context["older_url"]
        url = older
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_erased_record_keeps_its_place(audrey: Client, cast: Cast) -> None:
    make_key(cast.acme)
    AuditRecord.all_tenants.update(body=None)
    assert told(audrey) == [("Bindery", "erased")]


def test_empty_log_says_so(audrey: Client) -> None:
    assert told(audrey) == []


def test_text_of_others_cannot_become_markup(audrey: Client, cast: Cast) -> None:
    make_key(cast.acme, "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in audrey.get(ACTIVITY).content.decode()


class TestOutsideTheTenants:
    """/operator/activity/: what belongs to no tenant, for operators."""

    def test_shows_refused_sign_ins_and_unknown_client_ids(self, cast: Cast) -> None:
        Client(REMOTE_ADDR="192.0.2.7").get("/sign-in/callback/?state=x")
        form = "grant_type=client_credentials&client_id=acme-nobody&client_secret=bnd_wrong"
        Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
        answer = signed_in(cast.olga).get("/operator/activity/")
        told_rows = [(row.actor, row.sentence, row.detail) for row in answer.context["rows"]]
        assert told_rows == [
            (
                "Somebody unknown",
                "asked for a token and was refused (the secret is misspelt or cut off)",
                "Reason: secret_misspelt, clientID: acme-nobody, Repeated before, without a record each: 0",
            ),
            (
                "Somebody unknown",
                "was refused at sign-in (state)",
                "Reason: state, Repeated before, without a record each: 0",
            ),
        ]

    def test_shows_nothing_of_a_tenant(self, cast: Cast) -> None:
        make_key(cast.acme)
        assert signed_in(cast.olga).get("/operator/activity/").context["rows"] == []


def test_history_of_one_key(audrey: Client, cast: Cast) -> None:
    key, secret = make_key(cast.acme, "North")
    make_key(cast.acme, "South")
    get_token(Client(), key, secret)
    assert [sentence for _actor, sentence in told(audrey, f"?subject=key:{key.pk}")] == [
        "got an access token",
        "created the binding key North and was shown its secret",
    ]
