"""Each page of the portal in German: with what stands on it, with what a form answers, with what was done."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.lib.secret import Secret
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import commands, provisioning
from portal.tenants.invitation_commands import invitation_url
from portal.tenants.models import DailyCalls, Invitation
from portal.tenants.request_commands import decline_request
from tests.cast import (
    Cast,
    expire,
    get_token,
    make_invitation,
    make_key,
    make_order,
    make_request,
    make_stranger,
    make_upstream_key,
    membership_of,
    signed_in,
)
from tests.environment import PORTAL_URL
from tests.german import assert_german, assert_pages
from tests.notify.conftest import each_mail


def test_pages_are_german(cast: Cast) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme)
    get_token(Client(), key, secret)
    alice, olga, nobody = signed_in(cast.alice), signed_in(cast.olga), Client()
    assert_pages(
        (alice, "/t/acme/", 200, f"Willkommen, {cast.alice.name}"),
        (alice, "/t/acme/keys/", 200, "Zuletzt verwendet"),
        (alice, "/t/acme/keys/create/", 200, "Geben Sie einen Namen für Ihre App-Verbindung an"),
        (alice, "/t/acme/keys/import/", 200, "Importierter technischer Benutzer"),
        (alice, f"/t/acme/keys/{key.pk}/", 200, "Letzte Verwendungen"),
        (alice, f"/t/acme/keys/{key.pk}/revoke/", 200, f"Geben Sie zur Bestätigung „{key.name}“ ein"),
        (alice, "/t/acme/activity/", 200, f"hat den Binding Key {key.name} erstellt und sein Secret gesehen"),
        (alice, "/t/acme/assets/", 200, "Standort"),
        (alice, "/t/globex/", 404, "Nicht gefunden"),
        (olga, "/t/acme/keys/", 403, "Ihre Rolle in diesem Tenant erlaubt das nicht."),
        (olga, "/operator/", 200, "Datenbank antwortet"),
        (nobody, "/sign-in/", 200, "Mit Insights Hub anmelden"),
        (nobody, "/patterns/", 200, "Jede Komponente in jedem Zustand."),
    )


def test_pages_of_a_tenant_are_german(cast: Cast) -> None:
    alice, members = signed_in(cast.alice), "/t/acme/members/"
    member = f"{members}{membership_of(cast.dev, cast.acme).pk}/"
    expired, waiting = (make_invitation(cast.acme, f"{name}@acme.example", Role.DEVELOPER) for name in ("old", "new"))
    Invitation.all_tenants.filter(pk=expired.pk).update(expires_at=timezone.now())
    for number, days in enumerate((1, 9, 400)):
        key, _secret = make_key(cast.acme, f"Line {number}", timezone.now() + timedelta(days=days))
    expire(key)
    with tenant_scope(cast.acme.pk):
        DailyCalls.objects.create(day=timezone.now().date(), calls=1234)
    assert_pages(
        (alice, members, 200, "kann angenommen werden bis"),
        (alice, f"{members}?q=zzz", 200, "Kein Mitglied passt zur Suche"),
        (alice, f"{members}invite/", 200, "E-Mail mit einem Link"),
        (alice, f"{members}invitations/{waiting.pk}/withdraw/", 200, "Einladung behalten"),
        (alice, member, 200, "Hier gegebene Rollen"),
        (alice, f"{member}take-out/", 200, "Mitglied behalten"),
        (alice, "/t/acme/settings/", 200, "Längste Gültigkeit eines neuen Binding Keys"),
        (alice, "/t/acme/settings/end-sessions/", 200, "Alle Sitzungen beenden?"),
        (alice, "/t/acme/package/", 200, "1.234 von 50.000 Aufrufen heute gemacht"),
        (alice, "/t/acme/keys/?state=expired", 200, "Abgelaufen"),
        (alice, f"/t/acme/keys/{key.pk}/", 200, "Läuft ab"),
        (alice, "/t/acme/", 200, f"Der Key {key.name} ist abgelaufen"),
        (alice, "/t/acme/activity/", 200, "hat new@acme.example als Entwickler eingeladen"),
        (alice, "/leave/acme/", 200, "Ab der nächsten Seite haben Sie keinen Zugang mehr zu diesem Tenant."),
    )


def test_pages_of_the_operator_are_german(cast: Cast) -> None:
    olga, globex, asked = signed_in(cast.olga), "/operator/tenants/globex/", make_request(make_stranger())
    mail = OutgoingMail.objects.get(template="request_received")
    OutgoingMail.objects.filter(pk=mail.pk).update(state="failed", last_error="refused", attempts=3)
    initech = make_order(secret=Secret("wrong"))
    assert_pages((olga, "/operator/tenants/initech/", 200, "0 von 6 Schritten erledigt"))
    provisioning.run(initech.pk, by=SYSTEM)
    assert_pages(
        (olga, "/operator/tenants/", 200, "1 offene Anfrage"),
        (olga, "/operator/tenants/?q=zzz", 200, "Kein Tenant passt zum Filter"),
        (olga, "/operator/provision/", 200, "Was in den Adressen seiner Mitglieder nach dem @ steht."),
        (olga, f"/operator/provision/?request={asked.pk}", 200, "hat um diesen Tenant gebeten."),
        (olga, "/operator/tenants/initech/", 200, "Insights Hub lehnt die Zugangsdaten ab"),
        (olga, "/operator/tenants/initech/correct/", 200, "um das versiegelte Secret zu behalten"),
        (olga, "/operator/tenants/initech/cancel/", 200, "Die Bestellung von initech stornieren?"),
        (olga, globex, 200, "Sperren…"),
        (olga, f"{globex}suspend/", 200, "globex sperren?"),
        (olga, f"{globex}package/", 200, "Paket von globex"),
        (olga, f"{globex}invite-admin/", 200, "Einen Admin von globex einladen"),
        (olga, "/operator/requests/", 200, "Wartet auf eine Antwort"),
        (olga, f"/operator/requests/{asked.pk}/", 200, "Annehmen und bereitstellen…"),
        (olga, f"/operator/requests/{asked.pk}/decline/", 200, "Anfrage ablehnen"),
        (olga, "/operator/mails/", 200, "1 E-Mail wurde aufgegeben."),
        (olga, "/operator/mails/?q=zzz", 200, "Keine E-Mail passt zum Filter"),
        (olga, "/operator/", 200, "Die Liste der E-Mails sagt, warum"),
        (olga, "/operator/activity/", 200, "hat um den Tenant hooli gebeten"),
        (olga, "/t/acme/", 200, "Die Bereitstellung von initech ist stehen geblieben"),
    )


def test_suspended_tenant_is_told_of_in_german(cast: Cast) -> None:
    olga, charlie, globex = signed_in(cast.olga), signed_in(cast.charlie), "/operator/tenants/globex/"
    commands.suspend_tenant(cast.globex, reason="Vertrag beendet.", by=SYSTEM)
    assert_pages(
        (charlie, "/t/globex/", 403, "Dieser Tenant ist gesperrt: Vertrag beendet."),
        (charlie, "/", 200, "Globex Energy"),
        (olga, globex, 200, "hat diesen Tenant gesperrt: Vertrag beendet."),
        (olga, f"{globex}resume/", 200, "globex wieder freigeben?"),
        (olga, f"{globex}archive/", 200, "globex archivieren?"),
    )


def test_pages_of_a_person_are_german(cast: Cast) -> None:
    stranger = make_stranger()
    sam, invitation = signed_in(stranger), make_invitation(cast.acme, stranger.email, Role.AUDITOR)
    link = invitation_url(invitation).removeprefix(PORTAL_URL)
    assert_pages(
        (sam, "/", 200, "Sie sind angemeldet, aber in keinem Tenant Mitglied"),
        (sam, "/settings/", 200, "Atlantischer Ozean"),
        (sam, "/request/", 200, "Wofür ist er?"),
        (sam, link, 200, "Einladung zu Acme Pumps GmbH"),
        (signed_in(cast.dev), link, 403, "für eine andere E-Mail-Adresse"),
    )
    asked = make_request(stranger)
    assert_pages((sam, "/", 200, "Sie haben um den Tenant Hooli Wind gebeten"))
    decline_request(asked, reason="Im Herbst.", by=SYSTEM)
    assert_pages((sam, "/", 200, "Ihre Anfrage nach Hooli Wind wurde abgelehnt: Im Herbst."))


def test_outbox_is_german(cast: Cast) -> None:
    assert_pages((Client(), "/outbox/", 200, "Noch keine E-Mails"))
    mail = each_mail("de")["welcome"]()
    assert_pages(
        (Client(), "/outbox/", 200, "E-Mails der Demo"),
        (Client(), f"/outbox/{mail.pk}/", 200, "Kopfzeilen"),
    )


def test_answers_to_forms_are_german(cast: Cast) -> None:
    alice = signed_in(cast.alice)
    revealed = alice.post(
        "/t/acme/keys/create/", {"name": "Line 4", "expires": "30"}, headers={"accept-language": "de"}
    )
    assert_german(revealed.content.decode(), "the page that shows a secret")
    assert "Speichern Sie das clientSecret jetzt." in revealed.content.decode()

    olga, sam, order = signed_in(cast.olga), signed_in(make_stranger()), "/operator/tenants/initech/"
    make_order()
    make_invitation(cast.acme, "new@acme.example", Role.VIEWER)
    me = membership_of(cast.alice, cast.acme).pk
    for client, path, form, german in (
        (alice, "/t/acme/keys/create/", {"name": "x"}, "mindestens 3 Zeichen"),
        (alice, "/t/acme/keys/create/", {"name": "Line 5", "expires": "date", "expires_on": "2020-01-01"}, "bis zum"),
        (alice, "/t/acme/members/invite/", {"email": "x"}, "gültige E-Mail-Adresse"),
        (alice, "/t/acme/members/invite/", {"email": "new@acme.example", "roles": "viewer", "language": "de"}, "offen"),
        (alice, f"/t/acme/members/{me}/take-out/", {}, "Das ist der letzte Admin des Tenants."),
        (alice, "/leave/acme/", {}, "Machen Sie zuerst jemand anderen zum Admin."),
        (alice, "/t/acme/settings/", {"key_max_days": "0"}, "größer"),
        (alice, "/settings/", {"language": "xx"}, "gültige Auswahl"),
        (sam, "/request/", {"name": "Hooli!", "company_domain": "@"}, "zuerst einen Buchstaben"),
        (olga, "/operator/provision/", {"environment": "emulatorx"}, "unter seinen 10 Ziffern bekannt"),
        (olga, f"{order}correct/", {"environment": "emulatorx"}, "unter seinen 10 Ziffern bekannt"),
        (olga, f"{order}cancel/", {"name_typed": "x"}, "Das ist nicht der Name des Tenants."),
        (
            olga,
            "/operator/tenants/acme/suspend/",
            {"reason": "x"},
            "Die Mitglieder dieses Tenants betreiben das Portal",
        ),
        (olga, "/operator/tenants/globex/resume/", {}, "Das geht mit einem Tenant in diesem Status nicht."),
    ):
        refused = client.post(path, form, headers={"accept-language": "de-AT"})
        assert refused.status_code == 422, path
        assert_german(refused.content.decode(), path)
        assert german in refused.content.decode(), path


def test_acts_are_confirmed_in_german(cast: Cast) -> None:
    alice, olga = signed_in(cast.alice), signed_in(cast.olga)
    dev = f"/t/acme/members/{membership_of(cast.dev, cast.acme).pk}/"
    for client, path, form, german in (
        (
            alice,
            "/t/acme/members/invite/",
            {"email": "x@y.example", "roles": "viewer", "language": "de"},
            "ist auf dem Weg.",
        ),
        (alice, dev, {"roles": "viewer"}, "Die Rollen von"),
        (alice, f"{dev}take-out/", {}, "ist kein Mitglied mehr."),
        (olga, "/operator/tenants/globex/suspend/", {"reason": "Umzug"}, "globex ist gesperrt."),
        (olga, "/operator/tenants/globex/resume/", {}, "globex ist wieder aktiv."),
        (olga, "/operator/tenants/globex/package/", {"package": "L"}, "Das Paket ist geändert."),
    ):
        done = client.post(path, form, headers={"accept-language": "de"}, follow=True)
        assert done.status_code == 200, path
        assert_german(done.content.decode(), path)
        assert german in done.content.decode(), path


def test_other_languages_get_english(cast: Cast) -> None:
    page = signed_in(cast.alice).get("/t/acme/", headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="en"' in page
    assert f"Welcome, {cast.alice.name}" in page
