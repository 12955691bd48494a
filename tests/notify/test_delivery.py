"""Delivery to a true mail server: what arrives, what goes wrong on the way, and that it arrives once."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.notify import delivery, tasks
from portal.notify.commands import deliver, deliver_now
from portal.notify.models import MailError, MailState, OutgoingMail
from portal.notify.smtp import MailRefused, MailServerUnavailable
from tests.notify.conftest import INVITATION, each_mail, invite, use
from tests.notify.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


def after(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


class TestWhatArrives:
    def test_exactly_the_intended_headers(self, smtp: SmtpServer) -> None:
        mail = invite(to="dev@acme.example")
        deliver(mail.pk)
        (arrived,) = smtp.mails
        assert sorted(arrived.keys()) == [
            "Auto-Submitted",
            "Content-Language",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To",
        ]
        assert arrived["From"] == "Bindery <bindery@bindery.example>"
        assert arrived["To"] == "dev@acme.example"
        assert arrived["Subject"] == "Acme Pumps GmbH invites you to Bindery"
        assert arrived["Message-ID"] == mail.message_id
        assert arrived["Content-Language"] == "en"
        assert smtp.recipients == [["dev@acme.example"]]

    def test_both_parts(self, smtp: SmtpServer) -> None:
        deliver(invite().pk)
        (arrived,) = smtp.mails
        assert arrived.get_content_type() == "multipart/alternative"
        text, html = arrived.iter_parts()  # type: ignore[attr-defined]
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert f"\n{INVITATION}\n" in text.get_content()
        assert f'href="{INVITATION}"' in html.get_content()

    @pytest.mark.parametrize("language", ["en", "de"])
    @pytest.mark.parametrize("name", each_mail())
    def test_every_mail_in_both_languages(self, name: str, language: str, smtp: SmtpServer) -> None:
        mail = each_mail(language)[name]()
        deliver(mail.pk)
        (arrived,) = smtp.mails
        assert arrived["Content-Language"] == language
        assert arrived["Subject"].strip() == mail.subject  # a long one begins on a line of its own
        text, html = arrived.iter_parts()  # type: ignore[attr-defined]
        assert text.get_content().strip() == mail.text.strip()
        assert html.get_content().strip() == mail.html.strip()

    def test_a_name_in_any_script_stays_in_its_header(self, smtp: SmtpServer) -> None:
        name = "Überlänge & Söhne 日本ポンプ, Bcc: eve@evil.example, " + "ä" * 60
        mail = invite(display_name=name)
        deliver(mail.pk)
        (arrived,) = smtp.mails
        assert arrived["Subject"].strip() == mail.subject
        assert arrived["Bcc"] is None
        assert smtp.recipients == [["dev@acme.example"]]


class TestOnce:
    def test_a_sent_mail_is_not_sent_again(self, smtp: SmtpServer) -> None:
        mail = invite()
        for _ in range(3):
            deliver(mail.pk)
        deliver_now(mail)
        assert len(smtp.received) == 1
        assert (after(mail).state, after(mail).attempts, after(mail).last_error) == (MailState.SENT, 1, "")
        assert after(mail).sent_at is not None

    @pytest.mark.django_db(transaction=True)
    def test_workers_that_meet_deliver_once(self, smtp: SmtpServer) -> None:
        posted = [invite(key=f"{number}", to=f"{number}@acme.example") for number in range(5)]

        def work(_number: int) -> None:
            try:
                for mail in posted:
                    deliver(mail.pk)
                    deliver_now(mail)
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert sorted(smtp.recipients) == [[f"{number}@acme.example"] for number in range(5)]

    def test_nobody_sends_what_another_process_is_sending(self, smtp: SmtpServer) -> None:
        mail = invite()
        with time_machine.travel("2026-11-26T10:00:00Z", tick=False) as clock:
            OutgoingMail.objects.update(lease_until=datetime(2026, 11, 26, 10, 2, tzinfo=UTC))
            OutgoingMail.objects.update(next_attempt_at=datetime(2026, 11, 26, 10, tzinfo=UTC))
            deliver(mail.pk)
            assert not delivery.due().exists()
            clock.shift(119)
            deliver(mail.pk)
            assert smtp.received == []
            clock.shift(2)
            assert delivery.due().get() == mail
            deliver(mail.pk)
        assert len(smtp.received) == 1

    def test_the_lease_is_longer_than_all_answers_together(self) -> None:
        assert timedelta(seconds=9 * constants.MAIL_TIMEOUT) < delivery.LEASE

    @pytest.mark.django_db(transaction=True)
    def test_a_server_is_never_waited_for_within_a_transaction(self, smtp: SmtpServer) -> None:
        mail = invite()
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            deliver(mail.pk)
        assert smtp.connections == 0


TEMPORARY = {
    "MAIL 4xx": ({"answers": {"MAIL": "451 Try later"}}, MailError.DEFERRED),
    "RCPT 4xx": ({"answers": {"RCPT": "450 Greylisted"}}, MailError.DEFERRED),
    "RCPT 421": ({"answers": {"RCPT": "421 Shutting down"}}, MailError.DEFERRED),
    "DATA 4xx": ({"answers": {"DATA": "452 Full"}}, MailError.DEFERRED),
    "disconnect at MAIL": ({"drops": {"MAIL"}}, MailError.DISCONNECTED),
    "disconnect at RCPT": ({"drops": {"RCPT"}}, MailError.DISCONNECTED),
    "disconnect at DATA": ({"drops": {"DATA"}}, MailError.DISCONNECTED),
    "slow at MAIL": ({"stalls": {"MAIL"}}, MailError.TIMEOUT),
    "slow at DATA": ({"stalls": {"DATA"}}, MailError.TIMEOUT),
}
FINAL = {
    "MAIL 5xx": {"MAIL": "550 You are not welcome"},
    "RCPT 5xx": {"RCPT": "550 No such mailbox at internal-host.acme.example"},
    "DATA 5xx": {"DATA": "554 Looks like spam"},
}


class TestFailures:
    @pytest.mark.parametrize(("fault", "error"), TEMPORARY.values(), ids=TEMPORARY)
    def test_temporary_ones_are_tried_again(
        self, fault: dict[str, Any], error: MailError, smtp: SmtpServer, settings: Any
    ) -> None:
        if "stalls" in fault:
            settings.EMAIL_TIMEOUT = 0.3
        for name, value in fault.items():
            setattr(smtp, name, value)
        with time_machine.travel(datetime.now(UTC), tick=False) as clock:
            mail = invite()
            deliver(mail.pk)
            assert (after(mail).state, after(mail).last_error, after(mail).attempts) == (MailState.QUEUED, error, 1)
            smtp.answers, smtp.drops, smtp.stalls = {}, set(), set()
            settings.EMAIL_TIMEOUT = 5
            deliver(mail.pk)  # not yet
            clock.shift(59)
            assert not delivery.due().exists()
            assert smtp.received == []
            clock.shift(1)
            assert delivery.due().get() == mail
            deliver(mail.pk)
        assert (after(mail).state, after(mail).attempts) == (MailState.SENT, 2)
        assert [arrived["Message-ID"] for arrived in smtp.mails] == [mail.message_id]

    @pytest.mark.parametrize("answers", FINAL.values(), ids=FINAL)
    def test_final_ones_are_given_up_at_once(self, answers: dict[str, str], smtp: SmtpServer) -> None:
        smtp.answers = answers
        mail = invite()
        deliver(mail.pk)
        given_up = after(mail)
        assert (given_up.state, given_up.last_error, given_up.attempts) == (MailState.FAILED, MailError.REFUSED, 1)
        assert "host" not in given_up.error_in_words
        assert not delivery.due().exists()

    def test_server_that_is_down(self, settings: Any, smtp: SmtpServer) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            settings.EMAIL_PORT = free.getsockname()[1]
        mail = invite()
        deliver(mail.pk)
        assert (after(mail).state, after(mail).last_error) == (MailState.QUEUED, MailError.UNREACHABLE)

    def test_waits_double_up_to_a_cap_and_then_it_is_given_up(self, smtp: SmtpServer) -> None:
        smtp.answers = {"RCPT": "450 Later"}
        waits = []
        with time_machine.travel("2026-11-26T10:00:00Z", tick=False) as clock:
            mail = invite()
            for _ in range(constants.MAIL_ATTEMPTS - 1):
                deliver(mail.pk)
                wait = after(mail).next_attempt_at - datetime.now(UTC)
                waits.append(int(wait.total_seconds()))
                clock.shift(wait)
            assert after(mail).state == MailState.QUEUED
            deliver(mail.pk)
        assert waits[:7] == [60, 120, 240, 480, 960, 1920, 3600]
        assert set(waits[7:]) == {3600}
        assert (after(mail).state, after(mail).attempts) == (MailState.FAILED, 24)
        assert not delivery.due().exists()

    def test_a_mail_that_kills_each_worker_is_given_up(self) -> None:
        mail = invite()
        OutgoingMail.objects.update(
            attempts=constants.MAIL_ATTEMPTS, lease_until=datetime.now(UTC) - timedelta(seconds=1)
        )
        assert not delivery.due().exists()
        assert (after(mail).state, after(mail).last_error) == (MailState.FAILED, MailError.CRASHED)


class TestDeliverNow:
    def test_returns_when_the_server_has_it(self, smtp: SmtpServer) -> None:
        mail = invite()
        deliver_now(mail)
        assert len(smtp.received) == 1

    def test_says_that_the_server_is_away_and_the_worker_goes_on(self, smtp: SmtpServer) -> None:
        smtp.answers = {"DATA": "451 Later"}
        mail = invite()
        with pytest.raises(MailServerUnavailable) as refused:
            deliver_now(mail)
        assert (refused.value.code, after(mail).state) == ("mail_server_unavailable", MailState.QUEUED)
        smtp.answers = {}
        deliver_now(mail)  # does not wait for the next attempt's time
        assert len(smtp.received) == 1

    def test_says_that_the_server_refuses(self, smtp: SmtpServer) -> None:
        smtp.answers = {"RCPT": "550 No such mailbox"}
        mail = invite()
        with pytest.raises(MailRefused) as refused:
            deliver_now(mail)
        assert (refused.value.code, after(mail).state) == ("mail_refused", MailState.FAILED)
        assert "mailbox" not in str(refused.value.message)
        smtp.answers = {}
        deliver_now(mail)  # tries what was given up
        assert after(mail).state == MailState.SENT

    @pytest.mark.django_db(transaction=True)
    def test_waits_for_the_process_that_sends_it(self, smtp: SmtpServer, settings: Any) -> None:
        smtp.stalls, settings.EMAIL_TIMEOUT = {"DATA"}, 0.5
        mail = invite()

        def other_worker() -> None:
            try:
                deliver(mail.pk)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(other_worker)
            assert smtp.arrived.wait(5)
            smtp.stalls, settings.EMAIL_TIMEOUT = set(), 5
            deliver_now(mail)
            other.result()
        assert (after(mail).state, len(smtp.received)) == (MailState.SENT, 1)


class TestWithoutAServer:
    def test_demo_sends_nothing_and_keeps_everything(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        mail = invite()
        deliver(mail.pk)
        assert after(mail).state == MailState.SENT
        assert INVITATION in after(mail).text

    def test_production_waits(self, settings: Any, smtp: SmtpServer) -> None:
        settings.MAILS_WAIT = True
        mail = invite()
        deliver(mail.pk)
        tasks.sweep()
        assert (after(mail).state, after(mail).attempts, smtp.connections) == (MailState.QUEUED, 0, 0)
        assert not DBTaskResult.objects.exists()
        with pytest.raises(MailServerUnavailable):
            deliver_now(mail)


def test_production_keeps_no_body_of_a_sent_mail(settings: Any, smtp: SmtpServer) -> None:
    settings.LOCAL = False
    mail = invite()
    deliver(mail.pk)
    assert (after(mail).state, after(mail).text, after(mail).html) == (MailState.SENT, "", "")
    assert len(smtp.received) == 1


def test_sweep_enqueues_what_is_due_and_nothing_else() -> None:
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    left_behind, later, leased = (invite(key=key) for key in ("1", "2", "3"))
    OutgoingMail.objects.filter(pk=later.pk).update(next_attempt_at=now + hour)
    OutgoingMail.objects.filter(pk=leased.pk).update(lease_until=now + hour)
    OutgoingMail.objects.filter(pk=left_behind.pk).update(lease_until=now - hour)
    tasks.sweep()
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[left_behind.pk]]


class TestTls:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate for 127.0.0.1 that nobody knows."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = tmp_path / "certificate.pem"
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return path

    @pytest.fixture
    def server(self, certificate: Path, settings: Any) -> Iterator[SmtpServer]:
        """Takes mails after STARTTLS only."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = SmtpServer(tls=context, require_starttls=True)
        use(settings, server)
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST = True, "localhost"
        yield server
        server.stop()

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, server: SmtpServer) -> None:
        mail = invite()
        deliver(mail.pk)
        assert (after(mail).state, after(mail).last_error) == (MailState.QUEUED, MailError.TLS)
        assert server.received == []

    def test_a_certificate_for_another_host_is_refused(
        self, server: SmtpServer, certificate: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        settings.EMAIL_HOST = "127.0.0.1"
        mail = invite()
        deliver(mail.pk)
        assert after(mail).last_error == MailError.TLS

    def test_one_of_a_known_authority_is_taken(
        self, server: SmtpServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        mail = invite()
        deliver(mail.pk)
        assert (after(mail).state, after(mail).last_error) == (MailState.SENT, "")
        assert len(server.received) == 1

    def test_a_server_without_tls_gets_nothing(self, smtp: SmtpServer, settings: Any) -> None:
        settings.EMAIL_USE_TLS = True
        mail = invite()
        deliver(mail.pk)
        assert (after(mail).last_error, smtp.received) == (MailError.TLS, [])
