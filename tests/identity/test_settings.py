"""A person's own settings: the page, and how all other pages follow them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from portal.actor import SYSTEM
from portal.audit.models import InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.identity import commands
from portal.identity.models import User
from portal.keys.models import BindingKey
from tests.cast import Cast, get_token, make_key, signed_in
from tests.faults import audit_refuses
from tests.identity import flow

SETTINGS = "/settings/"
GERMAN = {"language": "de", "time_zone": "Europe/Berlin", "scheme": "dark"}


def chosen(user: User) -> dict[str, str]:
    user.refresh_from_db()
    return {"language": user.language, "time_zone": user.time_zone, "scheme": user.scheme}


def choose(user: User, **chosen: str) -> Client:
    """The person's browser, with these settings already made."""
    User.objects.filter(pk=user.pk).update(**chosen)
    return signed_in(user)


def changes() -> list[InstanceRecord]:
    return list(InstanceRecord.objects.filter(name="person.settings_changed").order_by("index"))


class TestPage:
    def test_saves_and_is_recorded(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(SETTINGS, GERMAN, REMOTE_ADDR="192.0.2.7")
        assert (answer.status_code, answer["Location"]) == (302, SETTINGS)
        assert chosen(cast.alice) == GERMAN
        (record,) = changes()
        assert (record.actor_id, record.actor_name, record.address) == (
            cast.alice.subject,
            "Alice Adler",
            "192.0.2.7",
        )
        assert record.facts == GERMAN

    def test_nobody_else_is_changed(self, alice: Client, cast: Cast) -> None:
        alice.post(SETTINGS, GERMAN)
        assert chosen(cast.dev) == {"language": "", "time_zone": "", "scheme": ""}

    def test_answer_is_in_the_new_language_and_colours_at_once(self, alice: Client) -> None:
        answer = alice.post(SETTINGS, GERMAN, follow=True, headers={"Accept-Language": "en"})
        assert '<html lang="de" data-scheme="dark">' in answer.content.decode()
        assert answer["Content-Language"] == "de"

    def test_what_is_left_to_the_browser_is_stored_as_nothing(self, cast: Cast) -> None:
        alice = choose(cast.alice, **GERMAN)
        form = {"language": "auto", "time_zone": "UTC", "scheme": "auto"}
        page = alice.post(SETTINGS, form, follow=True, headers={"Accept-Language": "en"}).content.decode()
        assert '<html lang="en" data-scheme="">' in page
        assert "Your settings are saved." in page
        assert chosen(cast.alice) == {"language": "", "time_zone": "UTC", "scheme": ""}

    def test_saving_what_is_already_so_is_no_change(self, cast: Cast) -> None:
        assert choose(cast.alice, **GERMAN).post(SETTINGS, GERMAN).status_code == 302
        assert changes() == []

    def test_shows_what_is_chosen(self, cast: Cast) -> None:
        page = choose(cast.alice, **GERMAN).get(SETTINGS).content.decode()
        assert '<option value="de" selected lang="de">Deutsch</option>' in page
        assert '<option value="en" lang="en">English</option>' in page
        assert '<option value="Europe/Berlin" selected>' in page
        assert 'value="dark" required id="id_scheme_2" checked' in page

    @time_machine.travel("2026-07-01T10:00:00Z", tick=False)
    def test_offsets_and_the_sample_are_those_of_now(self, cast: Cast) -> None:
        page = choose(cast.alice, time_zone="America/St_Johns").get(SETTINGS).content.decode()
        assert ">St Johns (UTC-02:30)</option>" in page
        assert ">Berlin (UTC+02:00)</option>" in page
        assert ">Argentina, Salta (UTC-03:00)</option>" in page
        assert '<optgroup label="Europe">' in page
        assert '<time datetime="2026-07-01T10:00:00Z">1 Jul 2026, 07:30</time>' in page
        assert "(America/St_Johns)" in page
        assert "1,234,567.89" in page

    def test_numbers_and_times_are_written_as_the_language_does(self, cast: Cast) -> None:
        with time_machine.travel("2026-07-01T10:00:00Z", tick=False):
            page = choose(cast.alice, **GERMAN).get(SETTINGS).content.decode()
        assert "1.234.567,89" in page
        assert ">01.07.2026, 12:00</time>" in page

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("language", "fr"),
            ("language", ""),
            ("scheme", "sepia"),
            ("scheme", ""),
            ("time_zone", ""),
            ("time_zone", "auto"),
            ("time_zone", "Europe/Atlantis"),
            ("time_zone", "europe/berlin"),
            ("time_zone", "Europe/Berlin\n"),
            ("time_zone", "Europe/../../etc/passwd"),
            ("time_zone", "/etc/localtime"),
            ("time_zone", "Etc/GMT+5"),
            ("time_zone", "Europe/Berlin\x00"),
            ("time_zone", "<script>alert(1)</script>"),
            ("time_zone", "E" * 5000),
        ],
    )
    def test_what_is_not_in_the_list_is_shown_again(self, alice: Client, cast: Cast, field: str, value: str) -> None:
        answer = alice.post(SETTINGS, GERMAN | {field: value})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert "Nothing was changed" in page
        assert "<script>alert" not in page
        assert chosen(cast.alice) == {"language": "", "time_zone": "", "scheme": ""}
        assert changes() == []

    def test_a_field_that_was_not_sent_is_not_reset(self, cast: Cast) -> None:
        alice = choose(cast.alice, **GERMAN)
        assert alice.post(SETTINGS, {"scheme": "light"}).status_code == 422
        assert chosen(cast.alice) == GERMAN

    def test_without_a_record_nothing_is_changed(self, alice: Client, cast: Cast) -> None:
        with audit_refuses():
            assert alice.post(SETTINGS, GERMAN).status_code == 503
        assert chosen(cast.alice)["language"] == ""

    def test_not_by_a_form_of_another_site(self, cast: Cast) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = signed_in(cast.alice).cookies
        assert strict.post(SETTINGS, GERMAN).status_code == 403
        assert chosen(cast.alice)["language"] == ""

    def test_is_in_the_menu_of_the_person(self, alice: Client) -> None:
        assert 'href="/settings/"' in alice.get("/t/acme/").content.decode()

    def test_operators_read_the_change_in_words(self, alice: Client, cast: Cast) -> None:
        alice.post(SETTINGS, GERMAN)
        alice.post(SETTINGS, GERMAN | {"language": "auto", "scheme": "auto"})
        rows = signed_in(cast.olga).get("/operator/activity/").context["rows"]
        assert [row.sentence for row in rows] == [
            "has the language of the browser, the time zone Europe/Berlin, the colours of the system",
            "has the language German, the time zone Europe/Berlin, the colours Dark",
        ]

    def test_costs_no_more_than_the_form_needs(
        self, alice: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        # Session, person, and the tenants of the bar.
        with django_assert_num_queries(3):
            alice.get(SETTINGS)


class TestPagesFollow:
    @pytest.mark.parametrize("path", ["/t/acme/", "/docs/", "/patterns/", SETTINGS])
    def test_language_of_the_person_and_not_of_the_browser(self, cast: Cast, path: str) -> None:
        answer = choose(cast.alice, language="de").get(path, headers={"Accept-Language": "en-GB"})
        assert '<html lang="de"' in answer.content.decode()
        assert answer["Content-Language"] == "de"

    @pytest.mark.parametrize(("path", "status"), [("/nowhere/", 404), ("/t/globex/", 404), ("/operator/", 404)])
    def test_error_pages_too(self, cast: Cast, path: str, status: int) -> None:
        answer = choose(cast.alice, language="de", scheme="light").get(path, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer["Content-Language"]) == (status, "de")
        assert '<html lang="de" data-scheme="light">' in answer.content.decode()
        assert "Nicht gefunden" in answer.content.decode()

    def test_forbidden_and_expired_forms_too(self, cast: Cast) -> None:
        forbidden = choose(cast.dev, language="de").get("/t/acme/keys/create/")
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = choose(cast.alice, language="de").cookies
        expired = strict.post("/t/acme/keys/create/", {"name": "Line 4", "expires": "30"})
        for answer in (forbidden, expired):
            assert (answer.status_code, answer["Content-Language"]) == (403, "de")
            assert '<html lang="de"' in answer.content.decode()

    def test_a_broken_page_too(self, cast: Cast, settings: Any) -> None:
        alice = choose(cast.alice, language="de")
        alice.raise_request_exception = False
        settings.ATTENTION_SOURCES = ["portal.nowhere.at_all"]
        answer = alice.get("/t/acme/")
        assert (answer.status_code, answer["Content-Language"]) == (500, "de")
        assert timezone.get_current_timezone_name() == "UTC"

    def test_without_a_setting_the_browser_decides(self, alice: Client) -> None:
        answer = alice.get("/t/acme/", headers={"Accept-Language": "de"})
        assert answer["Content-Language"] == "de"
        assert 'data-scheme=""' in answer.content.decode()

    @pytest.mark.parametrize("path", ["/t/acme/keys/", "/t/acme/keys/{key}/", "/t/acme/activity/"])
    def test_times_are_the_persons_and_name_their_zone(self, cast: Cast, path: str) -> None:
        with time_machine.travel("2026-07-01T22:30:00Z", tick=False):
            key, secret = make_key(cast.acme)
            get_token(Client(), key, secret)
            page = choose(cast.alice, time_zone="Asia/Tokyo").get(path.format(key=key.pk)).content.decode()
        assert '<time datetime="2026-07-01T22:30:00Z">2 Jul 2026, 07:30' in page
        assert "1 Jul 2026, " not in page  # whole days, as charts have them, are of UTC and say so
        assert "All times in Asia/Tokyo." in page

    def test_the_question_before_a_key_is_revoked_names_the_zone(self, cast: Cast) -> None:
        key, secret = make_key(cast.acme)
        get_token(Client(), key, secret)
        page = choose(cast.alice, time_zone="Asia/Tokyo").get(f"/t/acme/keys/{key.pk}/revoke/").content.decode()
        assert "All times in Asia/Tokyo." in page

    @pytest.mark.parametrize("stored", ["Europe/Atlantis", "../../etc/passwd", "\n"])
    def test_a_zone_that_is_no_more_is_utc(self, cast: Cast, stored: str) -> None:
        make_key(cast.acme)
        page = choose(cast.alice, time_zone=stored).get("/t/acme/keys/")
        assert "All times in UTC." in page.content.decode()

    def test_a_language_that_the_portal_lost_is_the_browsers(self, cast: Cast) -> None:
        answer = choose(cast.alice, language="tlh").get("/t/acme/", headers={"Accept-Language": "de"})
        assert answer["Content-Language"] == "de"

    def test_behind_the_gateway_too(self, cast: Cast, browser: Client, hub: RunningEmulator, settings: Any) -> None:
        settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"
        bearer = {"Authorization": f"Bearer {hub.user_token('alice@acme.example', host='acme')}"}
        assert browser.get("/t/acme/", headers=bearer)["Content-Language"] == "en"
        assert browser.post(SETTINGS, GERMAN, headers=bearer).status_code == 302
        answer = browser.get("/t/acme/keys/", headers=bearer)
        assert answer["Content-Language"] == "de"
        assert '<html lang="de" data-scheme="dark">' in answer.content.decode()

    def test_behind_the_gateway_the_whole_page_is_loaded_anew(self, alice: Client) -> None:
        answer = alice.post(SETTINGS, GERMAN, headers={"HX-Boosted": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (200, SETTINGS)

    def test_under_the_hubs_bar_the_page_is_in_the_other_menu(
        self, cast: Cast, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        settings.HUB_GATEWAY_URL = "http://acme-bindery-acme.eu1.localhost:8100"
        settings.HUB_BAR_SCRIPT_URL = "https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js"
        bearer = {"Authorization": f"Bearer {hub.user_token('alice@acme.example', host='acme')}"}
        page = browser.get("/t/acme/", headers=bearer).content.decode()
        menu = page.partition('id="menu-information"')[2].partition("</div>")[0]
        assert 'href="/settings/"' in menu


class TestNextRequestOfTheThread:
    """The test client answers all requests in this thread, as one thread of a server does."""

    def test_speaks_its_own_language_and_its_own_time(self, cast: Cast) -> None:
        make_key(cast.acme)
        first, second = choose(cast.alice, language="de", time_zone="Asia/Tokyo"), signed_in(cast.dev)
        assert "Alle Zeiten in Asia/Tokyo." in first.get("/t/acme/keys/").content.decode()
        assert "All times in UTC." in second.get("/t/acme/keys/").content.decode()

    def test_also_where_no_language_is_looked_for(self, cast: Cast, settings: Any) -> None:
        """The refusal of plain http comes before the browser's language is read."""
        alice = choose(cast.alice, language="de")
        settings.HTTPS = True
        alice.get("/t/acme/", secure=True)
        told = Client().post("/oauth/token", "grant_type=client_credentials", content_type="text/plain").json()
        assert told["detail"].startswith("Use https.")

    @pytest.mark.parametrize("path", ["/t/acme/", "/t/acme/keys/0/", "/nowhere/", "/docs/", SETTINGS])
    def test_nothing_is_left_after_an_answer(self, cast: Cast, path: str) -> None:
        choose(cast.alice, **GERMAN).get(path)
        assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")

    def test_nothing_is_left_after_a_view_that_raises(self, cast: Cast, settings: Any) -> None:
        alice = choose(cast.alice, **GERMAN)
        settings.ATTENTION_SOURCES = ["portal.nowhere.at_all"]
        with pytest.raises(ImportError):
            alice.get("/t/acme/")
        assert (timezone.get_current_timezone_name(), translation.get_language()) == ("UTC", "en")


@pytest.mark.parametrize(
    "path", ["/health", "/readyz", "/api/assetmanagement/v3/assets", "/oauth/token", "/token_keys"]
)
def test_programs_and_probes_read_no_session(cast: Cast, path: str) -> None:
    alice = choose(cast.alice, **GERMAN)
    with CaptureQueriesContext(connection) as queries:
        answer = alice.get(path)
    assert answer.status_code < 500
    assert not [query for query in queries if "django_session" in query["sql"] or "identity_user" in query["sql"]]


class TestZoneOfTheBrowser:
    """The sign-in brings it along, for a person who has not chosen one."""

    def sign_in(self, browser: Client, hub: RunningEmulator, zone: str) -> Any:
        location = browser.get("/sign-in/start/", {"zone": zone})["Location"]
        assert zone not in location
        return browser.get(flow.pick(hub, location, "alice@acme.example"))

    def test_is_kept_and_recorded(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        assert self.sign_in(browser, hub, "Europe/Berlin").status_code == 302
        assert chosen(cast.alice)["time_zone"] == "Europe/Berlin"
        (record,) = changes()
        assert (record.actor_id, record.facts["time_zone"]) == (cast.alice.subject, "Europe/Berlin")

    @pytest.mark.parametrize("before", ["UTC", "Asia/Tokyo"])
    def test_does_not_take_the_place_of_a_chosen_one(
        self, cast: Cast, browser: Client, hub: RunningEmulator, before: str
    ) -> None:
        User.objects.filter(pk=cast.alice.pk).update(time_zone=before)
        self.sign_in(browser, hub, "Europe/Berlin")
        assert chosen(cast.alice)["time_zone"] == before
        assert changes() == []

    def test_does_not_undo_a_choice_of_the_same_moment(self, cast: Cast) -> None:
        as_read_before = User.objects.get(pk=cast.alice.pk)
        User.objects.filter(pk=cast.alice.pk).update(time_zone="Asia/Tokyo", scheme="dark")
        commands.adopt_time_zone(as_read_before, "Europe/Berlin", by=SYSTEM)
        assert chosen(cast.alice) == {"language": "", "time_zone": "Asia/Tokyo", "scheme": "dark"}

    def test_leaves_language_and_colours(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        User.objects.filter(pk=cast.alice.pk).update(language="de", scheme="dark")
        self.sign_in(browser, hub, "Asia/Tokyo")
        assert chosen(cast.alice) == {"language": "de", "time_zone": "Asia/Tokyo", "scheme": "dark"}

    @pytest.mark.parametrize(
        "zone",
        [
            "Europe/Atlantis",
            "../../etc/passwd",
            "/usr/share/zoneinfo/Europe/Berlin",
            "Europe/Berlin\r\nSet-Cookie: x=y",
            "Europe/Berlin\x00",
            "Factory",
            "localtime",
            "<b>",
            "E" * 4000,
        ],
    )
    def test_is_ignored_when_it_is_none(self, cast: Cast, browser: Client, hub: RunningEmulator, zone: str) -> None:
        assert self.sign_in(browser, hub, zone).status_code == 302
        assert flow.is_signed_in(browser)
        assert chosen(cast.alice)["time_zone"] == ""
        assert changes() == []

    def test_without_it_times_are_in_utc(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, "alice@acme.example")
        assert chosen(cast.alice)["time_zone"] == ""
        browser.post("/t/acme/keys/create/", {"name": "Line 4", "expires": "30"})
        assert BindingKey.all_tenants.count() == 1
        assert "All times in UTC." in browser.get("/t/acme/keys/").content.decode()

    def test_sign_in_page_has_the_script_that_tells_it(self, browser: Client) -> None:
        page = browser.get("/sign-in/").content.decode()
        assert "js/time_zone.js" in page
        assert "data-tell-zone" in page
