"""Which targets may go to the Hub (portal.proxy.routes): the decision itself, and that nothing gets around it."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from portal.emulator.testing import RunningEmulator
from portal.proxy.routes import TargetRefused, is_sent_unchanged, match
from tests.cast import Cast
from tests.faults import AnyServer
from tests.proxy.conftest import Program, move, ok

ID = "0123456789abcdef0123456789abcdef"
LIMIT = 8192
A = "/api/assetmanagement/v3"
T = "/api/iottimeseries/v3/timeseries"

ALLOWED = [
    (f"{A}/assets", "assets"),
    (f"{A}/assets/root", "assets"),
    (f"{A}/assets/{ID}", "assets"),
    (f"{A}/assets/{ID.upper()}", "assets"),
    (f"{A}/assets/{ID}/aspects", "assets"),
    (f"{A}/assets/{ID}/variables", "assets"),
    (f"{A}/assettypes", "assets"),
    (f"{A}/assettypes/acme.pump", "assets"),
    (f"{A}/assettypes/core.basicasset", "assets"),
    (f"{A}/aspecttypes", "assets"),
    (f"{A}/aspecttypes/acme.Vibration_2", "assets"),
    (f"{T}/{ID}/Vibration", "timeseries"),
]
QUERIES = [
    "",
    "size=20&page=0",
    "sort=name,asc",
    "filter=%7B%22name%22:%22Pump%22%7D",
    "filter=%7B%22hasType%22:%22core.basicasset%22%7D&size=200",
    "from=2026-11-20T12:00:00Z&to=2026-11-20T13:00:00.000Z&limit=2000&sort=desc",
    "from=2026-11-20T12:00:00%2B01:00",
    "select=Acceleration,Velocity",
    "x=../../..//%2E%2E/",
    "x=a/b?c;d@e!f$g'h(i)j*k+l~m",
    "=&==&&",
    "a",
]
NEVER = [
    # Other APIs and other parts of these.
    *(f"/api/{name}/v3/x" for name in ("identitymanagement", "usagetransparency", "iotfile", "tenantmanagement")),
    *("/api/technicaltokenmanager/v3/oauth/token", "/api/oauth/token", "/api/assetmanagement", "/api/assetmanagement/"),
    *(
        "/api/assetmanagement/v3",
        "/api/assetmanagement/v3/",
        "/api/assetmanagement/v2/assets",
        "/api/assetmanagement/v33/assets",
    ),
    *(f"{A}/files", f"{A}/files/x", f"{A}/billing", f"{A}/locks", f"{A}/model/lock", f"{A}/sharing", f"{A}/subtenants"),
    *(
        f"{A}/assets/",
        f"{A}/assets/{ID}/",
        f"{A}/assets/{ID}/move",
        f"{A}/assets/{ID}/files",
        f"{A}/assets/{ID}/location",
    ),
    *(
        f"{A}/assets/{ID}/aspects/x",
        f"{A}/assets/{ID}0",
        f"{A}/assets/{ID[:-1]}",
        f"{A}/assets/root/x",
        f"{A}/assets/ROOT",
    ),
    *(f"{A}/assets/{ID[:-1]}g", f"{A}/assets/-", f"{A}/assets/*", f"{A}/Assets", f"{A}/assetsx", f"{A}/asset"),
    *(
        f"{A}/assettypes/acme",
        f"{A}/assettypes/toolongname.x",
        f"{A}/assettypes/acme.x/images",
        f"{A}/assettypes/acme.x.y",
    ),
    *(f"{A}/aspecttypes/.x", f"{A}/aspecttypes/acme.", f"{A}/aspecttypes/acme.x-y", "/api/assetmanagementx/v3/assets"),
    *("/api/xassetmanagement/v3/assets", "/api/ASSETMANAGEMENT/v3/assets", "/API/assetmanagement/v3/assets"),
    *(T, f"{T}/", f"{T}/{ID}", f"{T}/{ID}/", f"{T}/{ID}/Vibration/x", f"{T}/{ID}/Vib-ration", f"{T}/{ID}/{'a' * 65}"),
    *(f"{T}/x/Vibration", "/api/iottimeseries/v3/aggregates", "/api/iottimeseries/v2/timeseries/x/y", f"{T}s/{ID}/V"),
    *(
        "/api/",
        "/api",
        "/apix/assetmanagement/v3/assets",
        "/assetmanagement/v3/assets",
        "/gateway/api/assetmanagement/v3/assets",
    ),
    # Dot segments, plain and encoded once, twice, three times.
    *(
        f"{A}/assets/../files",
        f"{A}/assets/./root",
        f"{A}/./assets",
        f"{A}/../v3/assets",
        f"{A}/assets/..",
        f"{A}/assets/.",
    ),
    *("/api/../api/assetmanagement/v3/assets", "/api/./assetmanagement/v3/assets", f"{A}/assets/../../v3/assets"),
    *(
        f"{A}/assets/{dots}/files"
        for dots in ("%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "%25252e%25252e", "%2e")
    ),
    *(
        f"{A}/assets/..{slash}..{slash}identitymanagement"
        for slash in ("%2f", "%2F", "%5c", "%5C", "%252f", "%255c", "\\")
    ),
    *(
        f"{A}/assets/{dots}identitymanagement"
        for dots in ("..;/", "..%3b/", "..%00/", "..%0d/", ".../", "..../", "%c0%ae%c0%ae/")
    ),
    *(
        f"{A}/..%u002f",
        f"{A}/%uff0e%uff0e/x",
        f"{A}/%u002e%u002e/x",
        f"{A}/assets%u002froot",
        f"{A}/%c0%af",
        f"{A}/%e0%80%af",
    ),
    # Encoded signs of any kind.
    *(
        f"{A}/assets%{code}"
        for code in ("2f", "2Froot", "3fx=1", "23x", "00", "0a", "0d%0aX:y", "20", "25", "252f", "7f", "3b", "40")
    ),
    *(
        f"{A}/%61ssets",
        f"{A}/assets/%72oot",
        f"{A}%2fassets",
        "/api%2fassetmanagement/v3/assets",
        "/%61pi/assetmanagement/v3/assets",
    ),
    *(f"{A}/assets%", f"{A}/assets%2", f"{A}/assets%zz", f"{A}/assets%%32f", f"{A}/assets/%"),
    # Slashes too many, and the other ones.
    *(
        "//evil.example/api/assetmanagement/v3/assets",
        "//api/assetmanagement/v3/assets",
        "///api/assetmanagement/v3/assets",
    ),
    *(
        "/api//assetmanagement/v3/assets",
        f"{A}//assets",
        f"{A}/assets//",
        f"{A}/assets//root",
        "/api/assetmanagement//v3/assets",
    ),
    *(
        "/\\evil.example",
        "\\api\\assetmanagement\\v3\\assets",
        f"{A}\\assets",
        f"{A}/assets\\root",
        "/api\\assetmanagement/v3/assets",
    ),
    # Another host.
    *("http://evil.example/api/assetmanagement/v3/assets", "https://evil.example/", "http://evil.example"),
    *(
        "http:/api/assetmanagement/v3/assets",
        "HTTP://evil.example/api/",
        "ftp://evil.example/api/",
        "file:///etc/passwd",
    ),
    *(
        "@evil.example/api/assetmanagement/v3/assets",
        "/@evil.example/api/",
        "/api@evil.example/",
        "/api/@evil.example/v3/assets",
    ),
    *(
        "/api/assetmanagement@evil.example/v3/assets",
        ":9/api/assetmanagement/v3/assets",
        ".evil.example/api/",
        "evil.example:443",
        "*",
    ),
    *(
        "/api/http://evil.example/",
        "/api/assetmanagement/v3/assets@evil.example",
        f"{A}/assets:80",
        f"{A}/assets/root@x",
    ),
    # Parameters, fragments, blanks, controls, letters of other scripts.
    *(f"{A}/assets;x=1", f"{A}/assets/root;x", f"{A};x/assets", f"{A}/assets;", "/api;x/assetmanagement/v3/assets"),
    *(f"{A}/assets#x", f"{A}/assets/root#", f"#{A}/assets", f"{A}/assets#?x=1", f"{A}/assets?x=1#y"),
    *(
        f"{A}/assets ",
        f" {A}/assets",
        f"{A}/assets x",
        f"{A}/assets\t",
        f"{A}/assets\n",
        f"{A}/assets\r\nX: y",
        f"{A}/assets\x00",
    ),
    *(
        f"{A}/assets\x00/root",
        f"{A}/assets\x7f",
        f"{A}/assets\x0b",
        f"{A}/assets\x85",
        f"{A}/assets\xa0",
        f"{A}/assets HTTP/1.1",
    ),
    *(
        f"{A}/assets/{'٠' * 32}",
        f"{A}/assets/{'０' * 32}",
        f"{A}/aßets",
        f"{A}/assets／root",
        f"{A}/assets∕root",
        f"{A}/․․/x",
    ),
    *(f"{A}/assets/{ID[:-1]}ａ", f"{A}/ａssets", f"{A}/assets\u2028", f"{A}/assets\u200b", f"{A}/assets\ufeff"),
    *(
        "",
        "/",
        "?",
        "api/assetmanagement/v3/assets",
        f"{A}/{'a' * 10_000}",
        "/api" + "/a" * 5000,
        f"{A}/assets{'/' * 5000}",
    ),
    # Queries that are not written plainly, or too long.
    *(
        f"{A}/assets?{query}"
        for query in ("x=\x00", "x= y", 'x={"a":1}', "x=<", "x=|", "x=\\", "x=^", "x=`", "x=é", "x=\r\nX: y")
    ),
    *(f"{A}/assets?{query}" for query in ("x=%", "x=%zz", "x=%2", "x=#", "x=[1]", "x=\t", "x=١", "x=" + "a" * 8200)),
]


def decided(target: str) -> str:
    """The route's name, or what the caller is told instead."""
    try:
        found = match(target, LIMIT)
    except TargetRefused as refused:
        return f"refused: {refused}"
    if found is None:
        return "no route"
    return found.route.name if is_sent_unchanged(target) else "refused: changed"


@pytest.mark.parametrize(("path", "route"), ALLOWED)
def test_what_is_allowed(path: str, route: str) -> None:
    for query in QUERIES:
        target = f"{path}?{query}" if query else path
        assert decided(target) == route
        found = match(target, LIMIT)
        assert found is not None
        assert f"/api/{found.route.service}{found.rest}{found.question}" == target
        assert found.path == path


def test_what_is_not() -> None:
    passed = [target for target in NEVER if decided(target) in {"assets", "timeseries"}]
    assert passed == []


def test_there_are_enough_vectors() -> None:
    assert len(set(NEVER)) == len(NEVER) >= 150


def test_the_longest_query() -> None:
    assert decided(f"{A}/assets?{'a' * LIMIT}") == "assets"
    assert decided(f"{A}/assets?{'a' * (LIMIT + 1)}") == "refused: query"


# Several in one test: what takes the time is the program and its token.
@pytest.mark.parametrize("first", range(0, len(NEVER), 25))
def test_none_of_them_reaches_the_hub(program: Program, hub: RunningEmulator, first: int) -> None:
    for target in filter(None, NEVER[first : first + 25]):
        answer = program.get(target)
        assert answer.status_code in {301, 302, 400, 404, 405}, (target, answer.content)
        assert answer.status_code >= 400 or answer["Location"].startswith("/"), target
        assert [(target, request.path) for request in hub.requests] == []


@pytest.mark.parametrize("target", [f"{A}/assets", f"{A}/assets/root"])
@pytest.mark.parametrize(
    "raw",
    [
        "/api/assetmanagement/v3/files",
        "//evil.example{target}",
        "http://evil.example{target}",
        "{target}/../files",
        "{target}%2f..",
        "{target}/",
        "/api/iottimeseries/v3/timeseries",
        "{target}\x00",
        "x",
    ],
)
def test_raw_target_and_decoded_path_must_agree(program: Program, hub: RunningEmulator, target: str, raw: str) -> None:
    """Two programs that read one request differently are how a check is passed by."""
    answer = program.get(target, RAW_URI=raw.replace("{target}", target))
    assert (answer.status_code, answer.json()["code"]) == (400, "target_not_plain")
    assert not len(hub.requests)


@pytest.mark.parametrize("name", ["REQUEST_URI", ""])
def test_other_servers_hand_the_target_over_by_another_name_or_not_at_all(
    program: Program, hub: RunningEmulator, name: str
) -> None:
    target = f"{A}/assets?size=1"
    written = {name: target} if name else {}
    assert program.get(target, RAW_URI="", **written).status_code == 200
    for decoded in ("/../files", "/%2e%2e/files", ";x", " ", "%", "\x00"):
        answer = program.get(f"{A}/assets", RAW_URI="", PATH_INFO=f"{A}/assets{decoded}")
        assert answer.status_code in {400, 404}
    assert len([request for request in hub.requests if request.path.startswith("/gateway")]) == 1


fragments = st.sampled_from(
    [
        *(
            "/",
            "//",
            ".",
            "..",
            "/../",
            "/./",
            "%2e",
            "%2f",
            "%252e",
            "%252f",
            "%5c",
            "\\",
            ";",
            "?",
            "#",
            "@",
            ":",
            "%00",
            "%",
        ),
        *(
            "\x00",
            "\n",
            " ",
            "é",
            "٣",
            "%u002e",
            "api",
            "assetmanagement",
            "v3",
            "assets",
            "root",
            ID,
            "iottimeseries",
            "acme.x",
        ),
    ]
)
targets = st.one_of(
    st.text(max_size=60),
    st.lists(fragments, max_size=12).map("".join),
    st.builds(
        lambda allowed, at, piece, query: (
            allowed[: at % (len(allowed) + 1)] + piece + allowed[at % (len(allowed) + 1) :] + query
        ),
        st.sampled_from([path for path, _ in ALLOWED]),
        st.integers(0, 200),
        st.one_of(fragments, st.just(""), st.characters()),
        st.one_of(
            st.just(""),
            st.text(max_size=20).map(lambda text: f"?{text}"),
            st.lists(fragments).map(lambda pieces: "?" + "".join(pieces)),
        ),
    ),
)


@given(targets)
@example(f"{A}/assets")
@example(f"{T}/{ID}/Vibration?x=%7B")
@hypothesis_settings(max_examples=700, deadline=None, derandomize=True, database=None)
def test_what_is_allowed_stays_below_its_prefix_however_often_it_is_decoded(target: str) -> None:
    if decided(target).partition(":")[0] in {"refused", "no route"}:
        return
    path = target.partition("?")[0]
    for _ in range(2):
        path = unquote(path)
    assert path.startswith((f"{A}/assets", f"{A}/assettypes", f"{A}/aspecttypes", f"{T}/"))
    assert ".." not in path.split("/")
    assert re.fullmatch(r"[!-~]+", target)
    assert not re.search(r"[\\;#%\x00]", target.partition("?")[0])


@pytest.mark.parametrize("query", QUERIES)
def test_the_hub_gets_the_target_byte_for_byte(cast: Cast, program: Program, hostile: AnyServer, query: str) -> None:
    move(cast.acme, "hostile")
    hostile.otherwise = ok
    target = f"{A}/assets/{ID}/aspects" + (f"?{query}" if query else "")
    assert program.get(target).status_code == 200
    assert [seen.target for seen in hostile.seen] == [f"/gateway{target}"]


def test_the_hub_gets_the_service_under_its_name_in_the_tenants_environment(
    cast: Cast, program: Program, hostile: AnyServer
) -> None:
    move(cast.acme, "suffixed")
    hostile.otherwise = ok
    assert program.get(f"{A}/assets?size=1").status_code == 200
    assert [seen.target for seen in hostile.seen] == ["/gateway/api/assetmanagement-1000001700/v3/assets?size=1"]


def test_an_escape_in_small_letters_means_the_same_at_the_hub(cast: Cast, program: Program, hostile: AnyServer) -> None:
    """Some clients write %7b where others write %7B (RFC 3986 section 6.2.2.1: they are equivalent)."""
    move(cast.acme, "hostile")
    hostile.otherwise = ok
    assert program.get(f"{A}/assets?filter=%7b%22name%22%3a%22%c3%a9%22%7d").status_code == 200
    assert hostile.seen[0].target == f"/gateway{A}/assets?filter=%7B%22name%22%3A%22%C3%A9%22%7D"


@pytest.mark.parametrize("path", ["a%2fb", "a%252e", "..", "./a", "a//b", "a;b", "a\\b", "ü", "a%00"])
def test_what_is_not_written_plainly_is_refused_before_any_route_is_looked_at(path: str) -> None:
    with pytest.raises(TargetRefused):
        match(f"/api/unknown/{path}", 100)
