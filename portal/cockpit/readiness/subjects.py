"""A version as the readiness checks see it, and what tells two configurations apart. Pure: no query, no network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from portal.cockpit.checks.subject import Component, Registration, Subject
from portal.cockpit.models import AppVersion
from portal.cockpit.pictures import picture_of


def subject_of(version: AppVersion) -> Subject:
    """What the checks look at: the addresses, the release's health URL, and all that is registered."""
    roles = version.role_list
    core_roles = dict.fromkeys(name for role in roles for name in role.core_roles)
    registration = Registration(
        name=version.display_name,
        internal_name=version.application.internal_name,
        version=version.version,
        description=version.release_description or version.description,
        content_security_policy=version.content_security_policy,
        cache_control=version.cache_control,
        roles=tuple(role.name for role in roles),
        scopes=tuple(version.full_scopes),
        core_roles=tuple(core_roles),
        icon=picture_of(version, "icon"),
        screenshot=picture_of(version, "screenshot"),
    )
    components = tuple(Component(one.url, one.name, tuple(one.endpoints)) for one in version.component_list)
    tenant = version.tenant
    return Subject(
        components,
        version.health_url,
        tenant=tenant.name,
        tenant_number=tenant.numeric_id,
        registration=registration,
    )


def fingerprint(subject: Subject) -> str:
    """The same for two subjects that are the same: a run is about the present configuration if it has its own."""
    return hashlib.sha256(json.dumps(asdict(subject), sort_keys=True).encode()).hexdigest()
