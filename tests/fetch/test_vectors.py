"""No URL and no answer of the DNS leads to an address that is not public: not one connection in all the vectors."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address, ip_network

import pytest

from portal.lib.fetch.failures import Reason
from portal.lib.fetch.fetcher import Fetched, Fetcher, Policy
from portal.lib.fetch.public import Address
from tests.fetch.vectors import FETCHED, PRIVATE, PUBLIC, URLS

PORTS = frozenset({443, 8443})


class Recorder:
    """A DNS with one answer for every name, and a network that only notes who wanted in."""

    def __init__(self, *answer: Address) -> None:
        self.answer = list(answer)
        self.resolved: list[str] = []
        self.connected: list[tuple[Address, int]] = []

    def resolve(self, host: str, _seconds: float) -> list[Address]:
        self.resolved.append(host)
        return self.answer

    def connect(self, address: Address, port: int, _seconds: float) -> socket.socket:
        self.connected.append((address, port))
        raise ConnectionRefusedError

    def fetch(self, url: str, policy: Policy = Policy(ports=PORTS)) -> Fetched:  # noqa: B008 - frozen
        return Fetcher(policy, self.resolve, self.connect).get(url)


ANYWHERE = ip_address("93.184.216.34")


def test_there_are_enough_vectors() -> None:
    assert len(PRIVATE) >= 350
    assert len(URLS) >= 250
    assert len(PRIVATE) + len(URLS) >= 500


@pytest.mark.parametrize("url", URLS)
def test_url_is_refused_before_the_network(url: str) -> None:
    # A public answer, so that nothing but the form of the URL stands in the way.
    network = Recorder(ANYWHERE)
    assert network.fetch(url).reason is Reason.URL
    assert network.resolved == []
    assert network.connected == []


@pytest.mark.parametrize("address", PRIVATE, ids=str)
def test_address_is_not_connected_to(address: Address) -> None:
    network = Recorder(address)
    assert network.fetch("https://app.example.com/").reason is Reason.NO_PUBLIC_ADDRESS
    assert network.connected == []


@pytest.mark.parametrize("address", PRIVATE[::7], ids=str)
def test_one_such_address_spoils_the_answer(address: Address) -> None:
    for answer in ([ANYWHERE, address], [address, ANYWHERE], [ANYWHERE] * 20 + [address]):
        network = Recorder(*answer)
        assert network.fetch("https://app.example.com/").reason is Reason.NO_PUBLIC_ADDRESS
        assert network.connected == []


@pytest.mark.parametrize("written", PUBLIC)
def test_public_address_is_connected_to_exactly(written: str) -> None:
    network = Recorder(ip_address(written))
    assert network.fetch("https://app.example.com/").reason is Reason.UNREACHABLE
    assert network.connected == [(ip_address(written), 443)]


@pytest.mark.parametrize("url", FETCHED)
def test_good_url_goes_where_it_says(url: str) -> None:
    network = Recorder(ANYWHERE)
    assert network.fetch(url).reason is Reason.UNREACHABLE
    host, _, rest = FETCHED[url].partition(":")
    assert network.resolved == [host]
    assert network.connected == [(ANYWHERE, int(rest.partition("/")[0]))]


def test_deployment_allows_a_network_and_nothing_beside_it() -> None:
    policy = Policy(networks=(ip_network("10.20.0.0/16"),))
    allowed, mapped = IPv4Address("10.20.3.4"), ip_address("::ffff:10.20.3.4")
    network = Recorder(allowed)
    network.fetch("https://plant.example.com/", policy)
    assert network.connected == [(allowed, 443)]
    for answer in ([mapped], [allowed, IPv4Address("10.21.0.1")], [IPv4Address("127.0.0.1")]):
        network = Recorder(*answer)
        assert network.fetch("https://plant.example.com/", policy).reason is Reason.NO_PUBLIC_ADDRESS
        assert network.connected == []


def test_answers_do_not_tell_networks_apart() -> None:
    def told(url: str, *answer: Address) -> tuple[object, ...]:
        fetched = Recorder(*answer).fetch(url)
        return fetched.reason, fetched.response, fetched.certificate, fetched.steps

    private = told("https://app.example.com/", IPv4Address("10.0.0.1"))
    assert private == told("https://app.example.com/", IPv4Address("169.254.169.254"))
    assert private == told("https://app.example.com/", ip_address("::1"))
