"""Tenants: what they are, who belongs to them, how they come to be."""

from portal.tenants.models.beginnings import ProvisioningStep, RequestState, StepName, StepState, TenantRequest
from portal.tenants.models.people import Invitation, Membership
from portal.tenants.models.tenant import DailyCalls, Package, Tenant

__all__ = [
    "DailyCalls",
    "Invitation",
    "Membership",
    "Package",
    "ProvisioningStep",
    "RequestState",
    "StepName",
    "StepState",
    "Tenant",
    "TenantRequest",
]
