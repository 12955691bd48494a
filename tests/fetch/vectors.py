"""Addresses and URLs that nobody may reach through a fetch. From the registries of IANA and from known bypasses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

from portal.lib.fetch.public import Address


def words(text: str) -> list[str]:
    """One for each gap."""
    return text.split()


# Written again, not imported: a network that falls out of the table must be missed here.
NETWORKS = words("""
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 239.0.0.0/8 240.0.0.0/4
168.63.129.16/32 192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 ::/128 ::1/128 ::/96 ::ffff:0:0/96
::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/32 2001:1::/32 2001:2::/48
2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16 2620:4f:8000::/48
3ffe::/16 3fff::/20 5f00::/16 400::/6 800::/5 1000::/4 4000::/3 8000::/3 c000::/3 e000::/4 fc00::/7
fd00:ec2::/32 fe80::/10 fec0::/10 ff00::/8 ff02::/16 ff05::/16
""")
INSIDE = words("127.0.0.1 10.0.0.1 10.255.255.254 169.254.169.254 172.16.0.1 192.168.1.1 100.64.0.1 0.0.0.0")


def _of(network: str) -> set[Address]:
    net = ip_network(network)
    size = net.num_addresses
    return {net[index] for index in {0, 1, 2, size // 3, size // 2, size * 2 // 3, size - 2, size - 1} if index < size}


def _embedding(inside: str) -> set[Address]:
    """IPv6 addresses that some gateway turns into this IPv4 address."""
    number = int(IPv4Address(inside))
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    hidden = number ^ 0xFFFFFFFF
    return {
        IPv6Address(text)
        for text in (
            f"::{low}",
            f"::ffff:{low}",
            f"::ffff:0:{low}",
            f"64:ff9b::{low}",
            f"64:ff9b:1::{low}",
            f"2002:{low}::",
            f"2002:{low}::1",
            f"2001:0:4136:e378:8000:63bf:{hidden >> 16:x}:{hidden & 0xFFFF:x}",
            f"fe80::5efe:{low}",
            f"2a00:1450:4001:81b:0:5efe:{low}",
            f"2a00:1450:4001:81b:200:5efe:{low}",
        )
    }


PRIVATE: list[Address] = sorted(
    {address for network in NETWORKS for address in _of(network)}
    | {address for inside in INSIDE for address in _embedding(inside)},
    key=lambda address: (address.version, int(address)),
)
PUBLIC = words("""
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
168.63.129.15 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.1 192.167.255.255
192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 2001:200::
2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001:81b::200e 2620:fe::fe 3ffd::1 2c0f:fb50::1
""")

_LITERALS = words("""
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 0177.0.0.1 017700000001 0177.1 127.0.0.1.
127.0.0.0x1 00.0.0.0 0 0.0.0.0 10.0.0.1 169.254.169.254 169.254.43518 0xa9fea9fe 0xA9.0xFE.0xA9.0xFE
2852039166 0251.0376.0251.0376 0xa9fea9fe. 425.510.425.510 1.1.1.1 8.8.8.8 ①②⑦.⓪.⓪.① １２７.０.０.１ 127。0。0。1
127．0．0．1 127｡0｡0｡1 ⑯⑨。②⑤④。⑯⑨｡②⑤④ [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1]
[64:ff9b::7f00:1] [fe80::1%25eth0] [fe80::1%eth0] [::1%lo] [2002:7f00:1::] [127.0.0.1] [example.com] [v1.a]
::1 fe80::1 127.0.0.1.1 1.2.3.4.5 example.0x7f example.1 example.0 example.00x a.127
""")
_HOSTS = words("""
localhost intranet com . .. .com example. example.com. example..com .example.com -example.com example-.com
exam_ple.com _dmarc.example.com *.example.com example.com% example%2ecom %65xample.com 127%2e0%2e0%2e1
example.com%00 example.com%0a ex%61mple.com example.com%2f.internal.example user@example.com
user:password@example.com :@example.com @example.com 127.0.0.1@example.com example.com@127.0.0.1
example.com:80@127.0.0.1 example.com%40127.0.0.1 example.com\\@127.0.0.1 example.com\\.internal.example
example.com:0 example.com:80 example.com:0443 example.com:+443 example.com:443443 example.com:65536
example.com:99999 example.com: example.com:443: example.com:443:443 example.com:abc example.com:４４３
example.com:4_43 example.com:-1 example.com:22 example.com:6379 example.com:8080 example。com ex\u00adample.com
ex\u200bample.com ex\u2060ample.com exam\ufeffple.com ex\u202eample.com example.com\u2044x ⅇxample.com
ｅxample.com xn--.com xn--a.com xn--example-.com xn--0.com xn--zz-- example.xn--1 ⓔxample.com ℀.com ℅.com ㏂.com
a\u2024b.com example.com<x> example.com"x" example.com'x' example.com`x` example.com{x} example.com|x
example.com^x example.com;x example.com,127.0.0.1 example.com&x=1 example.com!x example.com$x example.com+x
example.com=x (example.com)
""")
_LONG = ["a" * 64 + ".com", ".".join(["a" * 60] * 5) + ".com", "a." * 130 + "com"]
_SIGNS = [*map(chr, range(0x21)), "\x7f", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u2029", "\u3000", "\\"]
_WHOLE = words("""
http://example.com/ HTTP://example.com ftp://example.com/ file:///etc/passwd file://example.com/x
gopher://example.com/ dict://example.com:11211/ ldap://example.com/ jar:https://example.com!/ data:text/html,x
javascript:alert(1) ws://example.com wss://example.com url:https://example.com view-source:https://example.com
//example.com/ /etc/passwd example.com https:example.com https:/example.com https:///example.com
https:////example.com https:\\\\example.com https:// https:/\\example.com https://?example.com
https://#example.com https://example.com\\@127.0.0.1/ https://example.com#@127.0.0.1/ https://example.com/#
https://example.com/#x https://example.com?#x https://example.com/%zz https://example.com/%
https://example.com/%1 https://example.com/[x] https://example.com/{x} https://example.com/"x"
https://example.com/<x> https://example.com/x|y https://example.com/x^y https://example.com/`x`
https://example.com/\\x https://example.com/ü https://example.com/?x=[1] https://example.com/?x={1}
https://example.com/?filter={"name":"x"} https://example.com/?ü https:https://example.com
https://https://example.com ｈttps://example.com httpſ://example.com hﬀps://example.com
""")
URLS: list[str] = [
    "",
    *_WHOLE,
    *(f"https://{host}/" for host in (*_LITERALS, *_HOSTS, *_LONG)),
    *(f"https://{host}:8443/x?y=z" for host in _LITERALS),
    *(f"https://exam{sign}ple.com/" for sign in _SIGNS),
    *(f"https://example.com{sign}.internal.example/" for sign in _SIGNS),
    *(f"https://example.com/{sign}x" for sign in _SIGNS),
    *(f"https://example.com/x{sign}" for sign in _SIGNS),
    *(f"{sign}https://example.com/" for sign in _SIGNS),
    "https://example.com/" + "a" * 2000,
]
FETCHED = {
    "https://example.com": "example.com:443/",
    "HTTPS://EXAMPLE.com/A?b=C": "example.com:443/A?b=C",
    "https://example.com:443/": "example.com:443/",
    "https://example.com:8443/a/../b": "example.com:8443/a/../b",
    "https://example.com?x=/?": "example.com:443/?x=/?",
    "https://a-b.example.co.uk/%5B1%5D/~x;v=1,2@3:4": "a-b.example.co.uk:443/%5B1%5D/~x;v=1,2@3:4",
    "https://bücher.example/": "xn--bcher-kva.example:443/",
    "https://xn--bcher-kva.example/": "xn--bcher-kva.example:443/",
    "https://127.0.0.1.example.com/": "127.0.0.1.example.com:443/",
    "https://1.a1/": "1.a1:443/",
}
