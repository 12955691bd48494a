"""The documentation says what the code does: what can be counted is compared, and links lead somewhere."""

from __future__ import annotations

import ast
import hashlib
import importlib
import itertools
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from markdown_it import MarkdownIt
from markdown_it.token import Token

import assets_app
import portal
from portal.audit.events import REGISTRY
from portal.constants import DECLARED
from portal.errors import Refusal
from portal.ops.docs import DOCS, LINK_TO_FILE, heading_id
from portal.permissions import HUB_ROLES, ROLE_PERMISSIONS, Permission, Role
from portal.tenants.states import TRANSITIONS
from portal.tenants.steps import STEPS
from tests.fences.pages import all_pages

BASE = Path(settings.BASE_DIR)
SERVED = sorted(DOCS.glob("*.md"))
WRITTEN = [*SERVED, *sorted(DOCS.glob("decisions/*.md")), BASE / "README.md", BASE / "CHANGELOG.md"]
ELSEWHERE = re.compile(r"[a-z]+:")


def import_everything() -> None:
    """Each module of the product, so that every subclass and every event is known."""
    importlib.import_module("portal.urls")  # it registers what the slices' addresses are made of
    for package in (portal, assets_app):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            # Starting a server is no import; the emulator is an island of its own.
            if not module.name.startswith("portal.emulator") and module.name not in {"portal.wsgi", "portal.server"}:
                importlib.import_module(module.name)


import_everything()


def parsed(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def headings(path: Path, level: str = "") -> list[str]:
    """Ids of the headings, as the portal gives them; of one level such as h2, or of all."""
    tokens = parsed(path)
    pairs = itertools.pairwise(tokens)
    return [
        heading_id(text.content)
        for heading, text in pairs
        if heading.type == "heading_open" and heading.tag.startswith(level)
    ]


def first_column(path: Path) -> set[str]:
    """The code words that table rows begin with."""
    return {word for line in path.read_text().splitlines() for word in re.findall(r"^\| `([^`]+)`", line)}


def links(path: Path) -> list[str]:
    inline = [child for token in parsed(path) for child in token.children or []]
    found = [str(child.attrGet("href")) for child in inline if child.type == "link_open"]
    return [target for target in found if not ELSEWHERE.match(target)]


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Name of the function and first argument of each call in a module whose first argument is a text."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function, first = node.func, node.args[0].value
            called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            of = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
            yield f"{of}.{called}".lstrip("."), str(first)


def variables_read(module: str) -> set[str]:
    """Environment variables that a module of settings reads."""
    readers = {"required", "identity_url"}
    found = calls(BASE / "portal" / module)
    return {first for called, first in found if called in readers or called.startswith("env.")}


def refusal_codes() -> set[str]:
    def below(cls: type[Refusal]) -> set[str]:
        return {code for sub in cls.__subclasses__() for code in {sub.code} | below(sub)}

    return below(Refusal)


def token_error_codes() -> set[str]:
    modules = (BASE / "portal" / "tokens").glob("*.py")
    return {first for module in modules for called, first in calls(module) if called == "TokenError"}


class TestSettings:
    ROWS = first_column(DOCS / "settings.md")

    @pytest.mark.parametrize("name", DECLARED)
    def test_every_constant_has_a_row_with_its_default(self, name: str) -> None:
        constant = DECLARED[name]
        assert constant.variable in self.ROWS
        assert f"| `{constant.variable}` | {constant.default} | {constant.unit} |" in (DOCS / "settings.md").read_text()

    def test_variables_are_found_in_the_code(self) -> None:
        assert {"PORTAL_MODE", "PORTAL_URL", "OIDC_ISSUER"} < variables_read("settings.py")
        assert variables_read("server.py") >= {"PORTAL_BIND", "PORTAL_WORKERS"}

    @pytest.mark.parametrize("module", ["settings.py", "server.py"])
    def test_every_variable_has_a_row(self, module: str) -> None:
        assert sorted(variables_read(module) - self.ROWS) == []

    def test_no_row_is_about_a_variable_that_nobody_reads(self) -> None:
        read = variables_read("settings.py") | variables_read("server.py") | {one.variable for one in DECLARED.values()}
        read |= {first for called, first in calls(BASE / "portal" / "ops" / "demo.py") if called == "free_port"}
        rows = {row for row in self.ROWS if row.isupper()}
        assert sorted(rows - read) == []


class TestErrors:
    def test_codes_are_found_in_the_code(self) -> None:
        assert {"not_found", "hub_timeout", "sign_in_interrupted", "read_only"} < refusal_codes()
        assert {"invalid_client", "invalid_scope"} < token_error_codes()

    def test_every_code_has_a_heading_and_every_heading_a_code(self) -> None:
        found = headings(DOCS / "errors.md", "h2")
        assert len(found) == len(set(found))
        assert set(found) == refusal_codes() | token_error_codes()

    def test_heading_leads_to_the_page_that_a_problem_names(self) -> None:
        assert 'id="audit_unavailable"' in Client().get("/docs/errors/").content.decode()


class TestAudit:
    def test_every_event_has_a_row_with_its_fields(self) -> None:
        assert REGISTRY
        text = (DOCS / "audit.md").read_text()
        for name, event in REGISTRY.items():
            fields = ", ".join(f"`{field}`" for field in event.__dataclass_fields__) or "–"
            row = re.search(
                rf"^\| `{re.escape(name)}` \| {event.kind} \|.*\| {re.escape(fields)} \|", text, re.MULTILINE
            )
            assert row, f"docs/audit.md has no row for {name} with kind {event.kind} and the fields {fields}"

    def test_no_row_is_about_an_event_that_nobody_declares(self) -> None:
        rows = {row for row in first_column(DOCS / "audit.md") if "." in row}
        assert sorted(rows - REGISTRY.keys()) == []

    def test_example_has_the_leaf_hash_that_the_page_says(self) -> None:
        # Not with the code's own functions: an auditor writes this from the page alone.
        text = (DOCS / "audit.md").read_text()
        record = next(line for line in text.splitlines() if line.startswith('{"actor"')).encode()
        assert f"These are {len(record)} bytes" in text
        assert hashlib.sha256(b"\x00" + record).hexdigest() in text


def test_roles_are_those_of_the_hub_roles_table() -> None:
    text = (DOCS / "sign-in.md").read_text()
    rows = re.findall(r"^\| `((?:mdsp:core:|bindery\.)[^`]+)` \| ([^|]+) \|$", text, re.MULTILINE)
    assert dict(rows) == {scope: str(role.label) for scope, role in HUB_ROLES.items()}


def test_permissions_are_those_of_the_roles_table() -> None:
    text = (DOCS / "sign-in.md").read_text()
    head = re.search(r"^\| permission \| (.+) \|$", text, re.MULTILINE)
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)`: [^|]+ \| (.+) \|$", text, re.MULTILINE)
    assert head is not None
    assert head[1].split(" | ") == [str(role.label) for role in Role]
    assert dict(rows) == {
        right.value: " | ".join("yes" if right in ROLE_PERMISSIONS[role] else "–" for role in Role)
        for right in Permission
    }


class TestTenants:
    TEXT = (DOCS / "tenants.md").read_text()

    def test_states_are_those_of_the_table(self) -> None:
        rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \| [^|]+ \|$", self.TEXT, re.MULTILINE)
        assert rows == [(line.source.value, line.verb, line.target.value) for line in TRANSITIONS]

    def test_every_step_has_a_row_in_its_order(self) -> None:
        head = "| step | what it asks | fails with |"
        rows = self.TEXT.partition(head)[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE) == [str(name) for name in STEPS]


def test_every_direct_dependency_has_a_row() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]
    written = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    wanted = {re.match(r"[A-Za-z0-9_.-]+", line)[0].lower() for line in written}  # type: ignore[index]
    assert first_column(DOCS / "dependencies.md") == wanted


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in links(path):
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.is_file(), f"{link} names no file"
        assert not anchor or anchor in headings(target), f"{link} names no heading"
        if path in SERVED and name:
            assert LINK_TO_FILE.fullmatch(link), f"{link} is no link that the portal can turn into an address"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_headings_have_ids_of_their_own(path: Path) -> None:
    # The changelog says "Added" once for each version.
    found = headings(path)
    assert path.name == "CHANGELOG.md" or len(found) == len(set(found))


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_portal_serves_the_page(path: Path) -> None:
    answer = Client().get(f"/docs/{path.stem}/")
    assert answer.status_code == 200
    assert f'id="{headings(path)[0]}"' in answer.content.decode()


def test_index_names_every_page() -> None:
    page = Client().get("/docs/").content.decode()
    assert [path.stem for path in SERVED if f'href="{path.stem}/"' not in page] == []


def test_nginx_lets_through_what_pages_take() -> None:
    """The first location whose pattern fits an address decides."""
    block = (DOCS / "deploy.md").read_text(encoding="utf-8").rpartition("listen 443 ssl;")[2]
    written = re.findall(r"location ~ (\S+) \{\s+client_max_body_size (\d+)m;\s+proxy_pass http://bindery;", block)
    locations = {re.compile(pattern): int(size) * 1024**2 for pattern, size in written}
    takers = [page for page in all_pages() if "largest_body" in vars(page.view)]
    urls = {page.url(tenant="acme", app_id=7): vars(page.view)["largest_body"] for page in takers}
    assert {"/t/acme/apps/create/", "/t/acme/keys/leaks/"} < urls.keys()
    for url, most in urls.items():
        sizes = [size for pattern, size in locations.items() if pattern.search(url)]
        assert sizes, f"{url} has no location"
        assert sizes[0] >= most, url
    for pattern in locations:
        assert any(map(pattern.search, urls)), f"No page that takes files is at {pattern.pattern}"
