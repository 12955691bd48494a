"""Legal information: the links to imprint, terms and privacy that applications show, by region and language."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from portal.emulator.tenantmanagement.bodies import Fields
from portal.emulator.tenantmanagement.errors import FieldErrorType
from portal.emulator.tenantmanagement.registry import Link, LinkText, Region, TenantRecord

LINK_TYPES = ("www", "phone", "mail")
LANGUAGE = re.compile(r"default|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
COUNTRY = re.compile("[A-Z]{2}")
MAX_SORTING = 9999

PLATFORM_LINKS = tuple(
    Link(
        id=path,
        type="www",
        sorting=number,
        languages={
            "default": LinkText(english, f"https://hub.example/{path}"),
            "de": LinkText(german, f"https://hub.example/de/{path}"),
        },
    )
    for number, (path, english, german) in enumerate(
        (
            ("imprint", "Corporate Information", "Impressum"),
            ("privacy", "Privacy Notice", "Datenschutz"),
            ("terms", "Terms of Use", "Nutzungsbedingungen"),
        )
    )
)
"""Those of the platform, for tenants without any."""


def links_for(record: TenantRecord) -> tuple[Link, ...]:
    """The links of the region to which the tenant's country belongs, else of the first region for all countries."""
    for region in sorted(record.regions, key=lambda region: not region.countries):
        if not region.countries or record.country in region.countries:
            return region.links
    return ()


def read_region(body: Any, path: str = "", region_id: str = "", etag: int = 0) -> tuple[Region, Fields]:
    """The region in a body, with what is wrong with it; ``region_id`` is that of the address, if it has one."""
    fields = Fields(body, ("regionId", "regionName", "regionCountries", "links", "ETag"), path)
    sent_id = fields.identifier("regionId", default=region_id or uuid.uuid4().hex)
    if region_id and sent_id != region_id:
        fields.wrong("regionId", "This is not the region of the address.", FieldErrorType.VALIDATION_ERROR)
    countries = fields.entries("regionCountries")
    if not all(isinstance(country, str) and COUNTRY.fullmatch(country) for country in countries):
        fields.wrong("regionCountries", "Countries are two capital letters each, for example DE (ISO 3166).")
        countries = []
    name = fields.text("regionName")
    links = []
    for number, entry in enumerate(fields.entries("links")):
        link, errors = _read_link(entry, number, f"{path}links[{number}].")
        fields.include(errors)
        links.append(link)
    return Region(sent_id, name, tuple(dict.fromkeys(countries)), tuple(links), etag), fields


def _read_link(body: Any, number: int, path: str) -> tuple[Link, Fields]:
    fields = Fields(body, ("id", "type", "sorting", "languages"), path)
    kind = fields.text("type")
    if kind and kind not in LINK_TYPES:
        fields.wrong("type", f"Write one of {', '.join(LINK_TYPES)}.")
    sorting = fields.value("sorting") if fields.value("sorting") is not None else number
    if type(sorting) is not int or not 0 <= sorting <= MAX_SORTING:
        fields.wrong("sorting", f"This has to be a whole number from 0 to {MAX_SORTING}.")
    languages = fields.value("languages")
    if not isinstance(languages, dict) or not languages:
        fields.wrong("languages", "This has to be an object with a link for each language.")
        languages = {}
    written: dict[str, LinkText] = {}
    for language, link in languages.items():
        if LANGUAGE.fullmatch(language) is None:
            fields.wrong("languages", f"{language!a} is no language. Write default or one such as de.")
        inner = Fields(link, ("name", "value"), f"{path}languages[{language!a}].")
        written[language] = LinkText(inner.text("name"), _address(inner, kind))
        fields.include(inner)
    return Link(fields.text("id"), kind, sorting, written), fields


def _address(fields: Fields, kind: str) -> str:
    """Where a link leads. Applications write it into pages, so a web address is one of http or https."""
    value = fields.text("value", most=2000)
    if value and kind == "www" and not _is_web_address(value):
        fields.wrong("value", "This has to be an address that starts with https:// or http://.")
    return value


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
