"""Tenants, subtenants and legal information as Tenant Management writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from portal.emulator.tenantmanagement.registry import Link, Region, Subtenant, TenantRecord
from portal.emulator.tenants import World

Json = dict[str, Any]


def tenant_json(record: TenantRecord) -> Json:
    """A tenant. Those of the Xcelerator world also have their 10-digit id, so that clients can map names and ids."""
    answer = {
        "ETag": record.etag,
        "allowedToCreateSubtenant": record.allowed_to_create_subtenant,
        "companyName": record.company_name,
        "country": record.country,
        "displayName": record.display_name,
        "name": record.name,
        "prefix": record.name,
        "type": record.kind,
    }
    if record.world is World.XCELERATOR:
        answer["tenantId"] = record.numeric_id
    return answer


def subtenant_json(subtenant: Subtenant) -> Json:
    """A subtenant."""
    return {
        "ETag": subtenant.etag,
        "description": subtenant.description,
        "displayName": subtenant.display_name,
        "entityId": subtenant.entity_id,
        "id": subtenant.id,
    }


def page_json(entries: Sequence[Json], number: int, size: int, is_sorted: bool) -> Json:
    """One page of a list, in the form of Spring's ``Page``; ``number`` counts from 0."""
    content = entries[number * size : (number + 1) * size]
    total_pages = -(-len(entries) // size)
    return {
        "content": list(content),
        "first": number == 0,
        "last": number >= total_pages - 1,
        "number": number,
        "numberOfElements": len(content),
        "size": size,
        "sort": {"sorted": is_sorted, "unsorted": not is_sorted, "empty": not is_sorted},
        "totalElements": len(entries),
        "totalPages": total_pages,
    }


def region_json(region: Region) -> Json:
    """A region of the legal configuration."""
    return {
        "ETag": region.etag,
        "links": [asdict(link) for link in region.links],
        "regionCountries": list(region.countries),
        "regionId": region.region_id,
        "regionName": region.name,
    }


def legal_info_json(links: Iterable[Link]) -> Json:
    """Links by language, as the Hub bar shows them: ``{"default":[{id,type,name,value}],"de":[…]}``."""
    by_language: dict[str, list[Json]] = {}
    for link in sorted(links, key=lambda link: link.sorting):
        for language, text in link.languages.items():
            by_language.setdefault(language, []).append({"id": link.id, "type": link.type, **asdict(text)})
    return by_language
