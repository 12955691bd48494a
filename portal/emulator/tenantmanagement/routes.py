"""Every path of Tenant Management."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.tenantmanagement import legal_views, logo_views, subtenant_views, tenant_views
from portal.emulator.web import get


def tenant_management_rules() -> Iterable[Rule]:
    """The site map of Tenant Management v4."""
    base = "/gateway/api/tenantmanagement/v4"
    yield get(f"{base}/tenantInfo", tenant_views.tenant_info)
    yield Rule(f"{base}/tenantInfo", endpoint=tenant_views.change_tenant_info, methods=["PATCH"])
    yield get(f"{base}/tenantInfo/logo", logo_views.logo)
    yield Rule(f"{base}/tenantInfo/logo", endpoint=logo_views.upload_logo, methods=["POST"])
    yield get(f"{base}/tenantInfo/logoMetaData", logo_views.logo_metadata)

    subtenant = f"{base}/subtenants/<subtenant_id>"
    yield get(f"{base}/subtenants", subtenant_views.subtenants)
    yield Rule(f"{base}/subtenants", endpoint=subtenant_views.create_subtenant, methods=["POST"])
    yield get(subtenant, subtenant_views.subtenant)
    yield Rule(subtenant, endpoint=subtenant_views.change_subtenant, methods=["PUT"])
    yield Rule(subtenant, endpoint=subtenant_views.delete_subtenant, methods=["DELETE"])

    regions = f"{base}/legalConfigRegions"
    yield get(regions, legal_views.regions)
    yield Rule(regions, endpoint=legal_views.create_regions, methods=["POST"])
    yield Rule(regions, endpoint=legal_views.delete_regions, methods=["DELETE"])
    yield Rule(f"{regions}/<region_id>", endpoint=legal_views.replace_region, methods=["PUT"])
    yield get(f"{base}/legalInfo", legal_views.legal_info)
    yield get(f"{base}/legalInfo/<tenant_id>", legal_views.legal_info)
    yield get(f"{base}/legalInfoForSpecificTenant/<tenant_id>", legal_views.own_legal_info)
