"""The pages about applications in German: what stands on them, and what their forms answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion
from tests.cast import Cast, signed_in
from tests.cockpit.running import checked, make_waiver
from tests.cockpit.writing import RELEASE, approval_shown, contact_link, end_check, give_screenshot
from tests.german import assert_german, assert_pages
from tests.notify.conftest import each_mail

LIST = "/t/acme/apps/"


def new_version(dev: Client, app: AppVersion) -> int:
    """A further version, submitted with other app credentials."""
    german = {"accept-language": "de"}
    dev.post(f"{LIST}{app.pk}/new-version/", {"version": "v2.0.0"}, headers=german)
    made = AppVersion.all_tenants.get(version="v2.0.0")
    for page, written in (("register", {}), ("prepare", RELEASE | {"credentials": "none"})):
        dev.post(f"{LIST}{made.pk}/{page}/", written, headers=german)
    give_screenshot(made)
    checked(made)
    dev.post(f"{LIST}{made.pk}/submit/", headers=german)
    return made.pk


def test_pages_of_the_configuration(dev: Client, cast: Cast) -> None:
    assert_pages(
        (dev, LIST, 200, "Noch keine Anwendungen"),
        (signed_in(cast.audrey), LIST, 200, "Ein Entwickler dieses Tenants kann eine erstellen."),
        (dev, f"{LIST}create/", 200, "Ihre erste Komponente"),
    )


def test_pages_of_a_version(dev: Client, app: AppVersion) -> None:
    one = f"{LIST}{app.pk}/"
    assert_pages(
        (dev, LIST, 200, "In Entwicklung"),
        (dev, f"{LIST}?q=zzz", 200, "Keine Anwendung passt zum Filter"),
        (dev, one, 200, "Ein Entwickler-Admin gibt es frei"),
        (dev, f"{one}edit/", 200, "Interner Name und Version ändern sich nicht."),
        (dev, f"{one}new-version/", 200, "bleibt, wie sie ist."),
        (dev, f"{one}discard/", 200, "ihr Platz im Paket sind wieder frei."),
        (dev, f"{one}components/add/", 200, "Wo Sie sie betreiben"),
        (dev, f"{one}component/web/", 200, "Komponente web ändern"),
        (dev, f"{one}roles/", 200, "Zeitreihen: lesen, schreiben und löschen"),
        (dev, f"{one}roles/names/", 200, "eine neue Rolle gibt nichts"),
        (dev, f"{one}register/", 200, "Pump Advisor registrieren?"),
        (dev, f"{one}submit/", 409, "Das geht mit einer Anwendung in diesem Status nicht."),
    )


def test_pages_of_a_release(dev: Client, dana: Client, waiting: AppVersion, cast: Cast) -> None:
    one = f"{LIST}{waiting.pk}/"
    dev.get(one)  # what the acts before said, in English
    assert_pages(
        (dev, one, 200, "Die Konfiguration ist gesperrt."),
        (dev, f"{one}edit/", 409, "Solange eine Anwendung registriert ist"),
        (dev, f"{one}withdraw/", 200, "Es wartet nicht mehr auf Freigabe."),
        (dana, f"{one}approve/", 200, "Die Freigabe lässt sich nicht zurücknehmen."),
        (dana, f"{one}send-back/", 200, "Was muss geändert werden?"),
        (dana, "/t/acme/", 200, "1 Release wartet auf Freigabe"),
        (dana, "/t/acme/activity/", 200, "hat das Release von pumpadvisor v1.0.0 zur Freigabe eingereicht"),
    )
    dev.post(f"{one}withdraw/", headers={"accept-language": "de"})
    assert_pages(
        (dev, f"{one}prepare/", 200, "Antwortet ohne Anmeldung mit 200."),
        (dev, f"{one}submit/", 200, "Bis jemand entscheidet, lässt sich nichts ändern"),
        (dev, f"{one}deregister/", 200, "Was für ihr Release geschrieben wurde, bleibt"),
    )


def test_pages_of_the_operator(in_check: AppVersion, dev: Client, dana: Client, cast: Cast) -> None:
    olga = signed_in(cast.olga)
    for client in (dev, dana):
        client.get(LIST)  # what the acts before said, in English
    assert_pages(
        (olga, "/operator/releases/", 200, "Zu prüfende Releases"),
        (olga, f"/operator/releases/acme/{in_check.pk}/", 200, "Prüfung beenden"),
        (olga, "/t/acme/", 200, "Ein Release wartet auf seine Prüfung"),
        (dev, f"{LIST}{in_check.pk}/", 200, "Diese Version ist freigegeben."),
    )
    end_check(olga, in_check, outcome="pass", language="de")
    second = new_version(dev, in_check)
    assert_pages((dana, f"{LIST}{second}/approve/", 200, "Änderungen seit v1.0.0"))
    assert_pages(
        (olga, "/operator/releases/", 200, "Kein Release wartet auf eine Prüfung"),
        (dev, f"{LIST}{in_check.pk}/", 200, "Bereit zur Zuweisung"),
    )


def test_alternate_contact(unconfirmed: AppVersion, dana: Client, cast: Cast) -> None:
    one, link = f"{LIST}{unconfirmed.pk}/", contact_link(unconfirmed)
    dana.get(one)  # what the acts before said, in English
    assert_pages(
        (dana, one, 200, "Noch nicht bestätigt"),
        (dana, f"{one}contact/", 200, "Diese Person fragen"),
        (dana, f"{one}messages/", 200, "Es lässt sich weder ändern noch zurücknehmen."),
        (Client(), link, 200, "Ich bin der Vertretungskontakt"),
        (signed_in(cast.olga), f"/operator/releases/acme/{unconfirmed.pk}/", 200, "wenn der Vertretungskontakt"),
    )
    Client().post(link, {"answer": "decline"})
    assert_pages((Client(), link, 200, "Sie haben abgelehnt."), (dana, one, 200, "Abgelehnt"))


def test_returned_and_asked(in_check: AppVersion, dev: Client, cast: Cast) -> None:
    olga, one = signed_in(cast.olga), f"/operator/releases/acme/{in_check.pk}/"
    olga.post(f"{one}ask/", {"text": "Wo?", "asks": "on"}, headers={"accept-language": "de"})
    assert_pages((olga, f"{one}ask/", 200, "Ich warte auf eine Antwort"))
    end_check(olga, in_check, item_health="Zu langsam.", language="de")
    dev.get(LIST)
    assert_pages(
        (olga, "/operator/releases/?state=all", 200, "Nachbesserung nötig"),
        (olga, "/operator/releases/?q=zzz", 200, "Kein Release passt zum Filter"),
        (dev, f"{LIST}{in_check.pk}/", 200, "Von der Prüfung zurückgegeben."),
        (dev, "/t/acme/", 200, "Der Betreiber hat eine Frage zu Pump Advisor"),
    )


@pytest.mark.parametrize("name", ["contact_confirmation", "contact_declined", "release_message"])
def test_mails_keep_their_umlauts(name: str, db: None) -> None:
    mail = each_mail("de")[name]()
    for part in (mail.text, mail.html):
        assert set(part) & set("äöüß")


@pytest.mark.parametrize(
    ("page", "written", "german"),
    [
        (
            "create",
            {"display_name": "<b>", "url": "https://x.mindsphere.io/", "endpoints": "/api"},
            "gehört zur Plattform",
        ),
        ("{app}/edit", {"display_name": "x" * 51}, "höchstens 50 Zeichen"),
        ("{app}/new-version", {"version": "1-2"}, "können später die Bereitstellung verhindern"),
        ("{app}/roles/names", {"scopes": "a b", "roles": "A"}, "ist kein Scope"),
        ("{app}/roles", {"gives": "x"}, "Laden Sie diese Seite neu."),
    ],
)
def test_answers_to_forms(dev: Client, app: AppVersion, page: str, written: dict[str, Any], german: str) -> None:
    url = f"{LIST}{page.format(app=app.pk)}/"
    refused = dev.post(url, written, headers={"accept-language": "de"})
    assert refused.status_code == 422
    assert_german(refused.content.decode(), page)
    assert german in refused.content.decode()


def test_notice_is_kept_as_it_was_read(dana: Client, waiting: AppVersion) -> None:
    url = f"{LIST}{waiting.pk}/approve/"
    shown = approval_shown(dana, waiting, "de")
    wrong = dana.post(url, shown | {"accepted": "", "notice_digest": "x"}, headers={"accept-language": "de"})
    assert_german(wrong.content.decode(), url)
    dana.post(url, shown)
    assert AppVersion.all_tenants.get().notice.startswith("Die Freigabe lässt sich nicht zurücknehmen.")


def test_pages_of_the_checks(dev: Client, app: AppVersion) -> None:
    one = f"{LIST}{app.pk}/"
    assert_pages((dev, f"{one}checks/", 200, "Ein Lauf wartet auf den Task-Worker."))
    checked(app, "url-form", "hsts", "icon")
    make_waiver(app, days=-1)
    assert_pages(
        (dev, one, 200, "Alles, was gefunden wurde"),
        (dev, f"{one}checks/", 200, "Ausnahmen ohne Wirkung"),
        (dev, f"{one}checks/hsts/waive/", 200, "Hinnehmen, was hsts findet?"),
    )
    told = {"reason": "x", "ends_on": "2099-01-01"}
    answer = dev.post(f"{one}checks/hsts/waive/", told, headers={"accept-language": "de"})
    assert_german(answer.content.decode(), "waive")
