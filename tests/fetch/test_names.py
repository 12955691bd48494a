"""A DNS that lies: what it said once holds for one fetch, and any doubt about its answer ends the fetch."""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address

import dns.rcode
import pytest

from portal.lib.fetch.failures import Reason
from portal.lib.fetch.fetcher import Fetched, Fetcher, Policy
from portal.lib.fetch.public import Address, is_public
from portal.lib.fetch.resolving import resolve
from tests.fetch.servers import DnsServer, Records

PUBLIC, PUBLIC_6 = ("A", "93.184.216.34"), ("AAAA", "2606:4700::1111")
PRIVATE, PRIVATE_6 = ("A", "10.0.0.1"), ("AAAA", "::ffff:127.0.0.1")
Answers = Callable[[int, str], Records | dns.rcode.Rcode | None]


class Fetches:
    """Fetches through a fake DNS, with a network that only notes who wanted in."""

    def __init__(self, server: DnsServer, seconds: float = 3.0) -> None:
        self.connected: list[Address] = []
        self._fetcher = Fetcher(
            Policy(resolve_seconds=seconds), lambda host, left: resolve(host, left, server.resolver), self._connect
        )

    def _connect(self, address: Address, _port: int, _seconds: float) -> socket.socket:
        self.connected.append(address)
        raise ConnectionRefusedError

    def get(self) -> Fetched:
        return self._fetcher.get("https://app.example.com/")


def test_rebinding_never_leads_inside() -> None:
    """Public, then private, with a time to live of 0, in every order of four answers: 200 fetches."""
    orders = itertools.cycle(itertools.product((PUBLIC, PRIVATE), repeat=4))
    answers = itertools.chain.from_iterable(orders)
    fetched = 0
    with DnsServer(lambda _number, kind: [next(answers)] if kind == "A" else []) as server:
        fetches = Fetches(server)
        for _ in range(200):
            before = server.asked
            fetched += fetches.get().reason is Reason.UNREACHABLE
            assert server.asked - before == 2 or server.asked - before == 1  # each question once, never again
    assert [address for address in fetches.connected if not is_public(address)] == []
    assert fetches.connected == [ip_address(PUBLIC[1])] * fetched
    assert 50 < fetched < 150


def only(*records: tuple[str, str]) -> Answers:
    """Always these records, those of the question's type and aliases."""
    return lambda _number, kind: [record for record in records if record[0] in {kind, "CNAME"}]


@pytest.mark.parametrize(
    "answers",
    [
        only(PUBLIC, PRIVATE),
        only(PRIVATE, PUBLIC),
        only(PUBLIC, PRIVATE_6),
        only(PUBLIC, PUBLIC_6, PRIVATE_6),
        only(("CNAME", "inside.example.com."), PRIVATE),
        only(("CNAME", "a.example.com."), ("CNAME", "b.example.com."), ("A", "169.254.169.254")),
        only(("CNAME", "inside.example.com.")),
        only(),
        lambda number, kind: [PUBLIC] if kind == "A" else dns.rcode.SERVFAIL,
        lambda number, kind: [PUBLIC_6] if kind == "AAAA" else dns.rcode.REFUSED,
        lambda number, kind: dns.rcode.NXDOMAIN,
        lambda number, kind: dns.rcode.SERVFAIL,
        lambda number, kind: [("TXT", '"127.0.0.1"')],
        lambda number, kind: None,
        lambda number, kind: [PUBLIC] if kind == "A" else None,
    ],
)
def test_doubtful_answer_ends_the_fetch(answers: Answers) -> None:
    with DnsServer(answers) as server:
        fetches = Fetches(server, seconds=0.4)
        started = time.monotonic()
        assert fetches.get().reason is Reason.NO_PUBLIC_ADDRESS
        assert time.monotonic() - started < 4  # it would be 5 without the limit
    assert fetches.connected == []


def test_good_answers() -> None:
    for answers in (only(PUBLIC), only(("CNAME", "cdn.example.com."), PUBLIC)):
        with DnsServer(answers) as server:
            fetches = Fetches(server)
            assert fetches.get().reason is Reason.UNREACHABLE
        assert fetches.connected == [ip_address(PUBLIC[1])]
    with DnsServer(only(PUBLIC_6)) as server:
        fetches = Fetches(server)
        fetches.get()
    assert fetches.connected == [ip_address(PUBLIC_6[1])]


def test_every_address_is_tried() -> None:
    """A machine without IPv6, or an application with a dead IPv4 address, is no reason to call it down."""
    with DnsServer(only(PUBLIC, PUBLIC_6)) as server:
        fetches = Fetches(server)
        assert fetches.get().reason is Reason.UNREACHABLE
    assert fetches.connected == [ip_address(PUBLIC[1]), ip_address(PUBLIC_6[1])]


def test_many_addresses_do_not_take_more_time() -> None:
    """They share the deadline, and there is an end to them."""
    seconds: list[float] = []

    def hanging(_address: Address, _port: int, left: float) -> socket.socket:
        seconds.append(left)
        raise TimeoutError

    addresses = [ip_address(f"93.184.216.{number}") for number in range(1, 200)]
    fetched = Fetcher(Policy(deadline=2.0), lambda _host, _left: list(addresses), hanging).get("https://a.example.com/")
    assert fetched.reason is Reason.UNREACHABLE
    assert len(seconds) == 10
    assert seconds[0] <= 0.2
    assert seconds == sorted(seconds)
