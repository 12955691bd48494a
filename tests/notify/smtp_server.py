"""A true SMTP server on loopback that remembers what it takes and misbehaves as told."""

from __future__ import annotations

import asyncio
import ssl
import threading
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class SmtpServer:
    """Runs in a thread of its own. `answers` gives a command another answer, `stalls` and `drops` none at all."""

    def __init__(self, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.received: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.stalls: set[str] = set()
        self.drops: set[str] = set()
        self.arrived = threading.Event()  # a mail is complete, its answer not yet given
        self._released = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._tls, self._options = tls, options
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0)

    def _protocol(self) -> SMTP:
        protocol = SMTP(self, hostname="127.0.0.1", loop=self._loop, tls_context=self._tls, **self._options)
        self.connections += 1
        return protocol

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def release(self) -> None:
        """Answer who waits, and stall no more."""
        self.stalls = set()
        self._loop.call_soon_threadsafe(self._released.set)

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, parsed, with the line ends of Python."""
        found = [mail.replace(b"\r\n", b"\n") for mail in self.received]
        return [BytesParser(policy=default).parsebytes(mail) for mail in found]  # type: ignore[misc]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._misbehave("MAIL", server)
        envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._misbehave("RCPT", server)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arrived.set()
        answer = await self._misbehave("DATA", server)
        if answer:
            return answer
        assert isinstance(envelope.original_content, bytes)
        self.received.append(envelope.original_content)
        self.recipients.append(list(envelope.rcpt_tos))
        await self._misbehave("AFTER", server)
        return "250 Taken"

    async def _misbehave(self, command: str, server: SMTP) -> str | None:
        if command in self.stalls:
            await self._released.wait()
        if command in self.drops:
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(60)
        return self.answers.get(command)
