"""The operator's queue, and a check that returns a release item by item."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from portal import constants
from portal.cockpit.models import AppVersion, Move
from portal.cockpit.release.review import ReviewItem
from portal.notify.models import OutgoingMail
from tests.cast import Cast, make_app, signed_in
from tests.cockpit.reading import again, recorded
from tests.cockpit.writing import RELEASE, approve, end_check

LIST = "/operator/releases/"


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def end(client: Client, app: AppVersion, **told: str) -> Any:
    return end_check(client, app, **told)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return [row["internal_name"] for row in answer.context["releases"]]


class TestQueue:
    def test_waiting_or_all(self, in_check: AppVersion, olga: Client) -> None:
        assert listed(olga) == ["pumpadvisor"]
        end(olga, in_check, outcome="pass")
        assert listed(olga) == []
        assert listed(olga, "?state=all") == ["pumpadvisor"]
        assert listed(olga, "?state=bogus") == []

    def test_search(self, in_check: AppVersion, olga: Client) -> None:
        for query, found in (("pump", 1), ("ADVIS", 1), ("acme", 1), ("Acme Pumps", 1), ("globex", 0)):
            assert len(listed(olga, f"?q={query}")) == found
        assert "No release fits the filter" in olga.get(f"{LIST}?q=globex").content.decode()

    def test_age(self, in_check: AppVersion, cast: Cast) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=False):
            assert "3 days" in signed_in(cast.olga).get(LIST).content.decode()

    def test_pages(self, in_check: AppVersion, olga: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "PAGE_SIZE", 1)
        assert olga.get(LIST).context["pages"].next_url is None

    def test_nothing_that_is_not_approved(self, waiting: AppVersion, olga: Client, cast: Cast) -> None:
        make_app(cast.globex, "other")
        assert listed(olga, "?state=all") == []
        for page in ("", "ask/"):
            assert olga.get(f"{LIST}acme/{waiting.pk}/{page}").status_code == 409

    def test_not_while_it_is_prepared_anew(self, in_check: AppVersion, olga: Client, dev: Client) -> None:
        end(olga, in_check, reason="x")
        assert olga.get(f"{LIST}acme/{in_check.pk}/").status_code == 200
        dev.post(f"/t/acme/apps/{in_check.pk}/prepare/", RELEASE | {"release_description": "Not yours yet."})
        assert olga.get(f"{LIST}acme/{in_check.pk}/").status_code == 409
        assert listed(olga, "?state=all") == []

    def test_page_shows_everything(self, in_check: AppVersion, olga: Client, cast: Cast) -> None:
        page = olga.get(f"{LIST}acme/{in_check.pk}/").content.decode()
        for told in (cast.dev.name, "needs oil.", "The approval cannot be taken back.", "that of the platform", "/**"):
            assert told in page


class TestItems:
    def test_each_stands_beside_its_item(
        self, in_check: AppVersion, olga: Client, dev: Client, dana: Client, cast: Cast
    ) -> None:
        reasons = {f"item_{item.value}": f"Change the <{item.value}>." for item in ReviewItem}
        assert end(olga, in_check, **reasons).status_code == 302
        step = Move.all_tenants.get(verb="fail")
        assert [told["item"] for told in step.items] == ReviewItem.values
        (told,) = recorded("release.check_failed")
        assert (told["by"], told["items"]) == (cast.olga.name, ", ".join(ReviewItem.values))
        url = f"/t/acme/apps/{in_check.pk}/"
        page = dev.get(url).content.decode()
        main, timeline = page.split('id="timeline-title"')
        for item in ReviewItem:
            assert main.count(f"Change the &lt;{item.value}&gt;.") == 1, item
            assert timeline.count(f"Change the &lt;{item.value}&gt;.") == 1, item
        dev.post(f"{url}prepare/", RELEASE | {"credentials": "write"})
        assert "Returned by the check." in dev.get(url).content.decode()
        dev.post(f"{url}submit/")
        assert "Returned by the check." not in dev.get(url).content.decode()
        approve(dana, in_check)
        end(olga, in_check, outcome="pass")
        assert "Returned by the check." not in dev.get(url).content.decode()

    def test_mail_has_as_much_as_fits(self, in_check: AppVersion, olga: Client) -> None:
        end(olga, in_check, reason="x" * 2000, item_health="Late.")
        assert OutgoingMail.objects.filter(template="release_checked").count() == 2

    def test_mail_names_the_item(self, in_check: AppVersion, olga: Client) -> None:
        end(olga, in_check, item_health="Answers late.")
        for mail in OutgoingMail.objects.filter(template="release_checked"):
            assert "Health endpoint: Answers late." in mail.text.replace("\u200b", "")

    @pytest.mark.parametrize("told", [{}, {"item_health": " \n"}, {"item_health": "a\x00"}, {"item_roles": "x" * 2001}])
    def test_invalid_input_is_shown_again(self, in_check: AppVersion, olga: Client, told: dict[str, str]) -> None:
        assert end(olga, in_check, **told).status_code == 422
        assert again(in_check).state == "check"

    def test_cannot_be_changed(self, in_check: AppVersion, olga: Client) -> None:
        end(olga, in_check, item_health="Late.")
        with pytest.raises(DatabaseError), transaction.atomic():
            Move.all_tenants.filter(verb="fail").update(items=[])
