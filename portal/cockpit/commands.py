"""Creating and changing applications, short of their components and roles."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import Application, AppRole, AppVersion, CheckReason, Component, as_json
from portal.cockpit.moves import locked
from portal.cockpit.readiness.commands import run_after
from portal.cockpit.states import AppState
from portal.errors import Refusal
from portal.scoping import active_tenant_id
from portal.tenants import quotas
from portal.tenants.models import Tenant
from portal.tenants.quotas import Quota

# What a new application begins with, so that it can be registered.
FIRST_SCOPE, FIRST_ROLE = "default", "admin"
SETTINGS_FIELDS = ("display_name", "description", "content_security_policy", "cache_control")

# What a new version takes over from the one it is made from. Not the screenshot: it shows the version that it is of.
COPIED = (
    *SETTINGS_FIELDS,
    "icon",
    "components",
    "scopes",
    "roles",
    "release_description",
    "health_component",
    "health_path",
    "credentials",
)


class InternalNameTaken(Refusal):
    code = "app_name_taken"
    status = 422
    message = gettext_lazy("Another application of this tenant has this internal name. Choose another.")


class VersionTaken(Refusal):
    code = "app_version_taken"
    status = 422
    message = gettext_lazy("There is this version of the application already. Choose another.")


class TooManyVersions(Refusal):
    """A version copies all that the one before has; each of them is kept."""

    code = "app_versions_full"
    status = 422
    advice = gettext_lazy("Discard one that was never registered. The operator can raise the limit.")

    def __init__(self) -> None:
        super().__init__(_("An application has at most %(most)d versions.") % {"most": constants.MOST_VERSIONS})


class WasRegistered(Refusal):
    """What people may have used is kept, with the steps that it took."""

    code = "app_was_registered"
    status = 409
    message = gettext_lazy("This version was registered once, so it is kept.")
    advice = gettext_lazy("Leave it in development, or make a new version from it.")


class ConfigurationLocked(Refusal):
    """A registered application keeps the configuration with which it was registered."""

    code = "app_locked"
    status = 409
    message = gettext_lazy("While an application is registered, its configuration is locked.")

    def __init__(self, version: AppVersion) -> None:
        super().__init__()
        self.advice = _("Deregister it, change it, and register it again.")
        if version.state == AppState.REMEDIATION:
            self.advice = _("Its check failed: prepare the release anew and deregister it, or make a new version.")
        elif version.is_approved:
            self.advice = _("This version is approved, so it does not change any more. Make a new version from it.")


@transaction.atomic(durable=True)
def create_app(
    *,
    internal_name: str,
    version: str,
    display_name: str,
    component: Component,
    description: str = "",
    content_security_policy: str = "",
    cache_control: str = "",
    icon: bytes | None = None,
    by: Actor,
) -> AppVersion:
    """Make an application with its first version. Its internal name is taken from now on; nobody can reach it yet.

    It begins with one scope and one role that has it. Raises `InternalNameTaken`,
    `portal.tenants.quotas.QuotaReached`.
    """
    # The tenant's row is the lock of its quota and of its names.
    quotas.check(Tenant.locked(active_tenant_id()), Quota.APPLICATIONS)
    if Application.objects.filter(internal_name=internal_name).exists():
        raise InternalNameTaken
    application = Application(internal_name=internal_name, created_by=by.name)
    application.save()
    made = AppVersion(
        application=application,
        tenant_id=application.tenant_id,
        version=version,
        created_by=by.name,
        display_name=display_name,
        description=description,
        content_security_policy=content_security_policy,
        cache_control=cache_control,
        icon=icon,
        components=as_json([component]),
        scopes=[FIRST_SCOPE],
        roles=as_json([AppRole(FIRST_ROLE, [FIRST_SCOPE], [])]),
    )
    made.save()
    run_after(made, CheckReason.DRAFT, by=by)
    created = events.AppCreated(app=internal_name, version=version, url=component.url)
    record(created, by=by, subject=made.subject)
    return made


@transaction.atomic(durable=True)
def change_app(version: AppVersion, *, by: Actor, **told: str | bytes | None) -> AppVersion:
    """Change SETTINGS_FIELDS or `icon` of a version in development. Nobody sees it before the next registration.

    An icon that is None is removed; the default one is shown then. Raises `ConfigurationLocked`.
    """
    version = editable(version)
    changed = [name for name in (*SETTINGS_FIELDS, "icon") if name in told and _held(version, name) != told[name]]
    if changed:
        for name in changed:
            setattr(version, name, told[name])
        version.save(update_fields=changed)
        run_after(version, CheckReason.CHANGE, by=by)
        fields = ", ".join(changed)
        told_of = events.AppChanged(app=version.application.internal_name, version=version.version, fields=fields)
        record(told_of, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def create_version(source: AppVersion, *, version: str, by: Actor) -> AppVersion:
    """Make a further version with the configuration of this one, in development. The source stays what it is.

    Raises `VersionTaken`, `TooManyVersions`.
    """
    source = locked(source, with_pictures=True)
    # Of two that make a version at once, the lock of the application lets one in after the other.
    Application.objects.select_for_update(no_key=True).get(pk=source.application_id)
    others = AppVersion.objects.filter(application=source.application_id)
    if others.filter(version=version).exists():
        raise VersionTaken
    if others.count() >= constants.MOST_VERSIONS:
        raise TooManyVersions
    made = AppVersion(
        application=source.application,
        tenant_id=source.tenant_id,
        version=version,
        created_by=by.name,
        **{name: getattr(source, name) for name in COPIED},
    )
    made.save()
    run_after(made, CheckReason.DRAFT, by=by)
    name = source.application.internal_name
    record(events.AppVersionCreated(app=name, version=version, source=source.version), by=by, subject=made.subject)
    return made


@transaction.atomic(durable=True)
def discard_version(version: AppVersion, *, by: Actor) -> None:
    """Remove a version that was never registered, for good. With its last version the application goes as well: its
    internal name and its place in the package are free again.

    Raises `ConfigurationLocked`, `WasRegistered`.
    """
    version = editable(version)
    if version.moves.exists():
        raise WasRegistered
    # Nobody makes a further version of it meanwhile.
    application = Application.objects.select_for_update(no_key=True).get(pk=version.application_id)
    subject = version.subject
    version.delete()
    if not application.versions.exists():
        application.delete()
    discarded = events.AppVersionDiscarded(app=application.internal_name, version=version.version)
    record(discarded, by=by, subject=subject)


def _held(version: AppVersion, name: str) -> str | bytes | None:
    """What the column has; PostgreSQL gives its bytes as a view of them."""
    value: str | bytes | memoryview | None = getattr(version, name)
    return bytes(value) if isinstance(value, memoryview) else value


def editable(version: AppVersion) -> AppVersion:
    """The version under its lock, if its configuration can change; else raises `ConfigurationLocked`."""
    version = locked(version)
    if not version.is_editable:
        raise ConfigurationLocked(version)
    return version
