"""Handing a key over: one person, one opening; anything else disables the key and is told."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from portal.actor import SYSTEM
from portal.audit.models import AuditLog, AuditRecord
from portal.identity.models import User
from portal.keys.commands import create_key
from portal.keys.handover.commands import (
    SALT,
    HandOverSpoiled,
    hand_over,
    hand_over_url,
    reveal_hand_over,
    withdraw_hand_over,
)
from portal.keys.lifecycle.commands import OldEnd, finish_roll, roll_key
from portal.keys.models import BindingKey, HandOver, SecretGeneration
from portal.lib import client_secret
from portal.lib.crypto import KeyRing
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, get_token, make_key, make_stranger, make_tenant, make_upstream_key, signed_in
from tests.environment import PORTAL_URL
from tests.faults import audit_refuses

SAM = "stranger@elsewhere.example"
SECRET = re.compile(client_secret.PATTERN.pattern)
FORM = {"email": SAM, "hours": "24", "old_ends": "86400", "language": "en"}


@pytest.fixture
def sam(cast: Cast) -> User:
    """For whom the secret is; member of nothing."""
    return make_stranger(SAM)


@pytest.fixture
def key(cast: Cast) -> BindingKey:
    return make_key(cast.acme)[0]


def start(key: BindingKey, **changed: Any) -> HandOver:
    told: dict[str, Any] = {"email": SAM, "language": "en", "hours": 24, "old_ends_after": 86400, "by": SYSTEM}
    with tenant_scope(key.tenant_id):
        return hand_over(key, **told | changed)


def path_of(made: HandOver) -> str:
    return hand_over_url(made).removeprefix(PORTAL_URL)


def generation(key: BindingKey, number: int) -> SecretGeneration:
    return SecretGeneration.all_tenants.get(key=key, number=number)


def reload(key: BindingKey) -> BindingKey:
    return BindingKey.all_tenants.get(pk=key.pk)


def names() -> list[str]:
    return list(
        AuditRecord.all_tenants.filter(name__contains="hand_over").order_by("index").values_list("name", flat=True)
    )


def generations(key: BindingKey) -> list[SecretGeneration]:
    return list(SecretGeneration.all_tenants.filter(key=key).order_by("number"))


def works(key: BindingKey, secret: str) -> bool:
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    answer = Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


class TestStart:
    def test_admin_never_sees_the_secret_and_the_mail_has_only_the_link(
        self, alice: Client, sam: User, key: BindingKey
    ) -> None:
        answer = alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM, follow=True)
        assert answer.status_code == 200
        made = HandOver.all_tenants.get()
        assert (made.email, made.created_by, made.generation) == (SAM, "Alice Adler", 2)
        mail = OutgoingMail.objects.get(template="hand_over")
        assert mail.recipient == SAM
        (link,) = re.findall(rf"{PORTAL_URL}/hand-over/\S+", mail.text)
        assert signed_in(sam).get(link.removeprefix(PORTAL_URL)).context["made"].pk == made.pk
        for text in (answer.content.decode(), mail.text, mail.html, mail.subject):
            assert not SECRET.search(text)
        assert names() == ["key.hand_over_started"]

    def test_page_says_who_has_a_link_that_waits(self, alice: Client, key: BindingKey) -> None:
        start(key)
        page = alice.get(f"/t/acme/keys/{key.pk}/hand-over/").content.decode()
        assert SAM in page.partition("Waits to be opened by")[2]
        assert "Withdraw the link" in page
        assert 'name="email"' not in page

    @pytest.mark.parametrize(
        "wrong", [{"email": "no address"}, {"hours": "999"}, {"old_ends": "5"}, {"language": "xx"}, {"email": ""}]
    )
    def test_invalid_input_is_shown_again(self, wrong: dict[str, str], alice: Client, key: BindingKey) -> None:
        answer = alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM | wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
        assert not HandOver.all_tenants.exists()
        assert len(generations(key)) == 1

    def test_secret_in_use_ends_as_it_was_asked_for(self, alice: Client, cast: Cast) -> None:
        first, _secret = make_key(cast.acme, "First")
        alice.post(f"/t/acme/keys/{first.pk}/hand-over/", FORM)
        assert [(one.ends_at, one.ends_after_next_use) for one in generations(first)] == [(None, 86400), (None, None)]
        second, secret = make_key(cast.acme, "Second")
        alice.post(f"/t/acme/keys/{second.pk}/hand-over/", FORM | {"old_ends": "0"})
        assert [one.has_ended for one in generations(second)] == [True, False]
        assert not works(second, secret)

    def test_not_while_another_waits(self, alice: Client, key: BindingKey) -> None:
        start(key)
        answer = alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM)
        assert answer.status_code == 422
        assert "Waits to be opened by" in answer.content.decode()
        assert len(generations(key)) == 2

    def test_not_while_two_secrets_work(self, alice: Client, sam: User, key: BindingKey) -> None:
        signed_in(sam).post(path_of(start(key)))
        answer = alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM)
        assert "Two secrets of this key work already" in answer.content.decode()
        assert "Hand over…" not in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()

    def test_not_of_a_key_that_does_not_work(self, alice: Client, key: BindingKey) -> None:
        BindingKey.all_tenants.update(disabled_at=timezone.now())
        assert alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM).status_code == 422
        assert not HandOver.all_tenants.exists()

    def test_not_of_an_imported_key(self, alice: Client, cast: Cast) -> None:
        imported = make_upstream_key(cast.acme)
        assert alice.post(f"/t/acme/keys/{imported.pk}/hand-over/", FORM).status_code == 404

    def test_expired_link_makes_room_and_its_secret_never_works(self, alice: Client, key: BindingKey) -> None:
        start(key, hours=1)
        HandOver.all_tenants.update(expires_at=timezone.now())
        assert alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM).status_code == 302
        assert [one.has_ended for one in generations(key)] == [False, True, False]

    def test_no_record_no_secret(self, alice: Client, key: BindingKey) -> None:
        with audit_refuses():
            assert alice.post(f"/t/acme/keys/{key.pk}/hand-over/", FORM).status_code == 503
        assert len(generations(key)) == 1
        assert not OutgoingMail.objects.exists()

    def test_page_of_the_key_leads_here_for_admins(self, alice: Client, cast: Cast, key: BindingKey) -> None:
        link = f'href="/t/acme/keys/{key.pk}/hand-over/"'
        assert link in alice.get(f"/t/acme/keys/{key.pk}/").content.decode()
        assert link not in signed_in(cast.dev).get(f"/t/acme/keys/{key.pk}/").content.decode()


class TestWithdraw:
    def test_link_opens_nothing_and_the_secret_never_works(self, alice: Client, sam: User, key: BindingKey) -> None:
        made = start(key)
        answer = alice.post(f"/t/acme/keys/{key.pk}/hand-over/withdraw/")
        assert answer["Location"] == f"/t/acme/keys/{key.pk}/hand-over/"
        assert [one.has_ended for one in generations(key)] == [False, True]
        assert signed_in(sam).get(path_of(made)).status_code == 410
        assert signed_in(sam).post(path_of(made)).status_code == 410
        assert reload(key).disabled_at is None
        assert names() == ["key.hand_over_started", "key.hand_over_withdrawn"]

    def test_too_late(self, alice: Client, sam: User, key: BindingKey) -> None:
        signed_in(sam).post(path_of(start(key)))
        assert alice.post(f"/t/acme/keys/{key.pk}/hand-over/withdraw/").status_code == 410


class TestOpen:
    def test_right_person_gets_a_secret_that_works_once_shown(self, sam: User, cast: Cast, key: BindingKey) -> None:
        made, browser = start(key), signed_in(sam)
        before = browser.get(path_of(made)).content.decode()
        assert "Line 4 gateway" in before
        assert "Acme Pumps GmbH" in before
        assert not SECRET.search(before)
        answer = browser.post(path_of(made))
        assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
        secret = SECRET.findall(answer.content.decode())[0]
        get_token(Client(), key, secret)
        made = HandOver.all_tenants.get()
        assert (made.opened_at is not None, made.opened_by) == (True, "Sam Stranger")
        record = AuditRecord.all_tenants.get(name="key.hand_over_opened")
        assert (record.actor_name, record.outcome) == ("Sam Stranger", "ok")
        assert secret not in bytes(record.body or b"").decode()

    def test_looking_does_not_spend_it(self, sam: User, cast: Cast, key: BindingKey) -> None:
        """Mail scanners and previews follow links; whoever they are, and however often."""
        path = path_of(start(key))
        for client in (Client(), signed_in(cast.charlie), signed_in(sam)):
            for _ in range(3):
                client.get(path)
                client.head(path)
        assert HandOver.all_tenants.get().opened_at is None
        assert reload(key).disabled_at is None
        assert SECRET.search(signed_in(sam).post(path).content.decode())

    def test_signed_out_goes_to_sign_in_and_back(self, key: BindingKey) -> None:
        path = path_of(start(key))
        assert Client().get(path)["Location"].startswith("/sign-in/?next=%2Fhand-over%2F")
        assert Client().post(path).status_code == 302
        assert reload(key).disabled_at is None

    def test_link_of_another_kind(self, sam: User, key: BindingKey) -> None:
        made = start(key)
        invitation = signing.dumps([made.tenant_id, made.pk], salt="portal.tenants.invitation")
        for link in ("nonsense", "x:y:z", invitation):
            assert signed_in(sam).post(f"/hand-over/{link}/").status_code == 404

    def test_link_of_another_tenants_number(self, sam: User, cast: Cast, key: BindingKey) -> None:
        made = start(key)
        forged = signing.dumps([cast.globex.pk, made.pk], salt=SALT)
        assert signed_in(sam).post(f"/hand-over/{forged}/").status_code == 404

    def test_expired(self, sam: User, key: BindingKey) -> None:
        path = path_of(start(key, hours=1))
        with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
            browser = signed_in(sam)
            assert browser.get(path).status_code == 410
            assert browser.post(path).status_code == 410
        assert reload(key).disabled_at is None

    @pytest.mark.parametrize("field", ["revoked_at", "disabled_at", "expires_at"])
    def test_key_that_does_not_work_any_more(self, field: str, sam: User, key: BindingKey) -> None:
        path = path_of(start(key))
        BindingKey.all_tenants.update(**{field: timezone.now()})
        assert signed_in(sam).post(path).status_code == 410
        assert HandOver.all_tenants.get().opened_at is None

    def test_suspended_tenant(self, sam: User, key: BindingKey) -> None:
        path = path_of(start(key))
        Tenant.objects.filter(name="acme").update(state="suspended")
        assert signed_in(sam).post(path).status_code == 410

    def test_address_for_which_nobody_vouches(self, sam: User, key: BindingKey) -> None:
        path = path_of(start(key))
        User.objects.filter(pk=sam.pk).update(email_verified=False)
        sam.refresh_from_db()
        for ask in (signed_in(sam).get, signed_in(sam).post):
            answer = ask(path)
            assert answer.status_code == 403
            assert "does not vouch" in answer.content.decode()
        assert (HandOver.all_tenants.get().opened_at, reload(key).disabled_at) == (None, None)

    def test_lost_master_key_does_not_spend_it(self, sam: User, key: BindingKey, settings: Any) -> None:
        path = path_of(start(key))
        settings.MASTER_KEYS = KeyRing.parse(KeyRing.generate("other"))
        assert signed_in(sam).post(path).status_code == 503
        assert HandOver.all_tenants.get().opened_at is None

    def test_no_record_no_secret(self, sam: User, key: BindingKey) -> None:
        path = path_of(start(key))
        with audit_refuses():
            answer = signed_in(sam).post(path)
        assert answer.status_code == 503
        assert not SECRET.search(answer.content.decode())
        assert HandOver.all_tenants.get().opened_at is None


class TestSpoiled:
    def check_incident(self, key: BindingKey, because: str, reason: str) -> None:
        disabled = reload(key)
        assert (disabled.standing, disabled.why_disabled) == ("key_disabled", because)
        with translation.override("de"):  # whoever caused it has another language
            assert disabled.why_disabled.startswith("Der Link zur Übergabe wurde ")
        assert [one.has_ended for one in generations(key)] == [False, True]
        record = AuditRecord.all_tenants.get(name="key.hand_over_spoiled")
        assert (record.outcome, record.facts["reason"], record.subject) == ("denied", reason, key.subject)
        assert OutgoingMail.objects.filter(template="hand_over_spoiled").exists()

    def test_wrong_person_is_warned_first(self, cast: Cast, key: BindingKey) -> None:
        page = signed_in(cast.charlie).get(path_of(start(key))).content.decode()
        assert "for another e-mail address" in page
        assert "Report it and disable the key" in page
        assert SAM not in page
        assert "Line 4 gateway" not in page

    def test_wrong_person(self, alice: Client, cast: Cast, sam: User, key: BindingKey) -> None:
        path = path_of(start(key))
        answer = signed_in(cast.charlie).post(path)
        assert answer.status_code == 403
        assert not SECRET.search(answer.content.decode())
        self.check_incident(key, "Its hand-over link was opened by somebody for whom it was not.", "wrong_person")
        assert signed_in(sam).post(path).status_code == 410
        (item,) = [item for item in alice.get("/t/acme/").context["attention"] if "disabled" in item.title]
        assert (item.tone, item.title) == ("bad", "The key Line 4 gateway is disabled")
        assert item.url == f"/t/acme/keys/{key.pk}/"

    def test_admin_who_made_the_link_is_a_wrong_person_as_well(self, alice: Client, key: BindingKey) -> None:
        assert alice.post(path_of(start(key))).status_code == 403
        assert reload(key).standing == "key_disabled"

    def test_second_opening(self, sam: User, cast: Cast, key: BindingKey) -> None:
        path, browser = path_of(start(key)), signed_in(sam)
        secret = SECRET.findall(browser.post(path).content.decode())[0]
        assert "The secret was shown already" in browser.get(path).content.decode()
        answer = browser.post(path)
        assert answer.status_code == 403
        assert secret not in answer.content.decode()
        self.check_incident(key, "Its hand-over link was opened a second time.", "second_opening")

    def test_enabled_again_the_key_goes_on_without_that_secret(self, cast: Cast, sam: User) -> None:
        key, first = make_key(cast.acme)
        path = path_of(start(key))
        second = SECRET.findall(signed_in(sam).post(path).content.decode())[0]
        signed_in(cast.charlie).post(path)
        BindingKey.all_tenants.update(disabled_at=None)
        get_token(Client(), key, first)
        assert not works(key, second)

    def test_secret_that_was_to_be_replaced_does_not_end(self, cast: Cast, sam: User) -> None:
        """Opened and used, the new one began the end of the one before; then it ended itself."""
        key, _first = make_key(cast.acme)
        path, browser = path_of(start(key, old_ends_after=3600)), signed_in(sam)
        get_token(Client(), key, SECRET.findall(browser.post(path).content.decode())[0])
        assert [one.ends_at is not None for one in generations(key)] == [True, False]
        assert browser.post(path).status_code == 403
        assert [one.ends_at is not None for one in generations(key)] == [False, True]

    @pytest.mark.parametrize(
        ("security", "contact", "told"),
        [
            ("sec@acme.example", "info@acme.example", ["sec@acme.example"]),
            ("", "info@acme.example", ["info@acme.example"]),
            ("", "", ["alice@acme.example"]),
        ],
    )
    def test_who_is_told(self, security: str, contact: str, told: list[str], cast: Cast, key: BindingKey) -> None:
        Tenant.objects.filter(name="acme").update(security_email=security, contact_email=contact)
        signed_in(cast.charlie).post(path_of(start(key)))
        mails = OutgoingMail.objects.filter(template="hand_over_spoiled")
        assert [mail.recipient for mail in mails] == told
        assert f"{PORTAL_URL}/t/acme/keys/{key.pk}/" in mails[0].text

    def test_each_admin_reads_it_in_their_own_language(self, cast: Cast, key: BindingKey) -> None:
        User.objects.filter(pk=cast.alice.pk).update(language="de")
        signed_in(cast.charlie).post(path_of(start(key)))
        assert OutgoingMail.objects.get(template="hand_over_spoiled").language == "de"

    def test_mail_that_cannot_be_written_saves_nobody(self, cast: Cast, key: BindingKey) -> None:
        Tenant.objects.filter(name="acme").update(security_email='"odd address"@acme.example')
        signed_in(cast.charlie).post(path_of(start(key)))
        assert reload(key).standing == "key_disabled"


class TestFile:
    def test_for_the_person_who_was_shown_it(self, sam: User, key: BindingKey) -> None:
        path, browser = path_of(start(key)), signed_in(sam)
        page = browser.post(path).content.decode()
        secret = SECRET.findall(page)[0]
        assert f'action="{path}file/"' in page
        answer = browser.post(f"{path}file/", {"client_secret": secret, "format": "env"})
        assert f"ClientSecret={secret}\n" in answer.content.decode()
        record = AuditRecord.all_tenants.get(name="key.exported")
        told = (record.actor_name, record.facts["secret"], record.facts["generation"])
        assert told == ("Sam Stranger", "with", 2)

    def test_for_nobody_else(self, sam: User, cast: Cast, key: BindingKey) -> None:
        path = path_of(start(key))
        form = {"client_secret": "bnd_x", "format": "env"}
        assert signed_in(sam).post(f"{path}file/", form).status_code == 404  # not opened yet
        secret = SECRET.findall(signed_in(sam).post(path).content.decode())[0]
        form = {"client_secret": secret, "format": "env"}
        assert signed_in(cast.charlie).post(f"{path}file/", form).status_code == 404
        assert signed_in(sam).post(f"{path}file/", form | {"client_secret": "bnd_x"}).status_code == 400


@pytest.mark.usefixtures("erasable_log")
def test_of_two_openings_at_once_one_reveals_and_the_key_is_disabled() -> None:
    tenant = make_tenant("acme", "Acme Pumps GmbH")
    sam = make_stranger(SAM)
    with tenant_scope(tenant.pk):
        key, _generation, _secret = create_key(name="Line 4", by=SYSTEM)
    made, together = start(key), Barrier(2)

    def opened(_number: int) -> str:
        together.wait(10)
        try:
            return reveal_hand_over(made, sam, by=SYSTEM).reveal()
        except HandOverSpoiled:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        shown = sorted(pool.map(opened, range(2)))
    assert shown[0] == ""
    assert client_secret.is_well_formed(shown[1])
    assert reload(key).standing == "key_disabled"
    assert names() == ["key.hand_over_started", "key.hand_over_opened", "key.hand_over_spoiled"]
    HandOver.all_tenants.all().delete()
    SecretGeneration.all_tenants.all().delete()
    AuditLog.objects.all().delete()


class TestInNobodysHands:
    """A secret behind a link that nobody opened is no part of a roll: ending the other one would leave nobody any."""

    def test_waiting_link_keeps_the_key_from_being_rolled(self, key: BindingKey, alice: Client) -> None:
        start(key)
        assert alice.get(f"/t/acme/keys/{key.pk}/").context["lifecycle"]["is_rolling"] is False
        answer = alice.post(f"/t/acme/keys/{key.pk}/roll/", {"ends": "3600"})
        assert "waits to be opened" in answer.content.decode()
        assert alice.post(f"/t/acme/keys/{key.pk}/roll/finish/", {"old": "1"}).status_code == 409
        assert not generation(key, 1).has_ended

    def test_states_say_who_has_which(self, key: BindingKey, alice: Client) -> None:
        start(key)
        answer = alice.get(f"/t/acme/keys/{key.pk}/")
        assert [str(row["state"].label) for row in answer.context["secrets"]] == [
            "Behind a link, not opened",
            "Never used",
        ]

    def test_rolled_once_the_link_has_expired(self, key: BindingKey) -> None:
        start(key)
        HandOver.all_tenants.update(expires_at=timezone.now())
        with tenant_scope(key.tenant_id):
            new, _secret = roll_key(key, old_ends=OldEnd(3600), by=SYSTEM)
            assert [one.number for one in key.generations.order_by("number") if not one.has_ended] == [1, new.number]

    def test_opened_one_can_be_finished(self, key: BindingKey, sam: User) -> None:
        made = start(key)
        reveal_hand_over(made, sam, by=SYSTEM)
        with tenant_scope(key.tenant_id):
            finish_roll(key, old=1, by=SYSTEM)
            assert [one.number for one in key.generations.all() if not one.has_ended] == [2]

    def test_withdrawn_the_secret_in_use_goes_on(self, key: BindingKey) -> None:
        start(key)
        with tenant_scope(key.tenant_id):
            withdraw_hand_over(key, by=SYSTEM)
        old = generation(key, 1)
        assert (old.ends_at, old.ends_after_next_use) == (None, None)

    def test_earlier_end_of_the_secret_in_use_is_put_off(self, key: BindingKey) -> None:
        SecretGeneration.all_tenants.update(ends_at=timezone.now() + timedelta(hours=1))
        start(key, old_ends_after=7 * 86400)
        old = generation(key, 1)
        assert (old.ends_at, old.ends_after_next_use) == (None, 7 * 86400)

    @pytest.mark.parametrize("field", ["disabled_at", "expires_at"])
    def test_not_offered_for_a_key_that_does_not_work(self, key: BindingKey, alice: Client, field: str) -> None:
        assert alice.get(f"/t/acme/keys/{key.pk}/").context["hand_over_url"]
        BindingKey.all_tenants.update(**{field: timezone.now()})
        assert not alice.get(f"/t/acme/keys/{key.pk}/").context["hand_over_url"]


def test_brown_out_does_not_close_the_link(key: BindingKey, sam: User) -> None:
    made = start(key)
    BindingKey.all_tenants.update(brownout_until=timezone.now() + timedelta(minutes=2), brownout_share=100)
    assert reveal_hand_over(made, sam, by=SYSTEM)


def test_file_is_for_the_handed_over_secret_while_the_link_is_good(key: BindingKey, sam: User) -> None:
    made = start(key)
    told = {"format": "env", "client_secret": reveal_hand_over(made, sam, by=SYSTEM).reveal()}
    path = reverse("hand_over_file", args=[path_of(made).rstrip("/").rsplit("/", 1)[1]])
    assert signed_in(sam).post(path, told).status_code == 200
    assert signed_in(sam).post(path, told | {"client_secret": client_secret.generate().reveal()}).status_code == 400
    HandOver.all_tenants.update(expires_at=timezone.now())
    assert signed_in(sam).post(path, told).status_code == 410


def test_look_alike_address_is_another_person(key: BindingKey) -> None:
    made = start(key, email="kim@elsewhere.example")
    with pytest.raises(HandOverSpoiled):
        reveal_hand_over(made, make_stranger("\N{KELVIN SIGN}im@elsewhere.example"), by=SYSTEM)
