"""Who may do what, in one place: the permissions, the roles, and what a role of the Hub means here."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing that a page or a command needs. `…_WRITE` changes something, the others only look."""

    TENANT_READ = "tenant.read"
    TENANT_WRITE = "tenant.write"
    MEMBERS_READ = "members.read"
    MEMBERS_WRITE = "members.write"
    KEYS_READ = "keys.read"
    KEYS_WRITE = "keys.write"
    ASSETS_READ = "assets.read"
    SHARING_READ = "sharing.read"
    SHARING_WRITE = "sharing.write"
    APPS_READ = "apps.read"
    APPS_WRITE = "apps.write"
    RELEASES_WRITE = "releases.write"
    AUDIT_READ = "audit.read"

    @property
    def changes_something(self) -> bool:
        return self.value.endswith(".write")


class Role(TextChoices):
    """What a member is within one tenant. A member may have several; their permissions add up."""

    ADMIN = "admin", _("Tenant admin")
    DEVELOPER = "developer", _("Developer")
    DEVELOPER_ADMIN = "developer_admin", _("Developer admin")
    AUDITOR = "auditor", _("Auditor")
    VIEWER = "viewer", _("Viewer")


_VIEW = frozenset({Permission.TENANT_READ, Permission.ASSETS_READ, Permission.SHARING_READ, Permission.APPS_READ})
_LOOK_CLOSER = _VIEW | {Permission.MEMBERS_READ, Permission.KEYS_READ, Permission.AUDIT_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: _LOOK_CLOSER
    | {Permission.TENANT_WRITE, Permission.MEMBERS_WRITE, Permission.KEYS_WRITE, Permission.SHARING_WRITE},
    Role.DEVELOPER: _LOOK_CLOSER | {Permission.APPS_WRITE},
    Role.DEVELOPER_ADMIN: _LOOK_CLOSER | {Permission.APPS_WRITE, Permission.RELEASES_WRITE},
    Role.AUDITOR: _LOOK_CLOSER,
    Role.VIEWER: _VIEW,
}

# Roles arrive as scopes in the Hub's token, at each sign-in. `bindery.…` are application roles that a tenant admin
# assigns in the Hub's Settings once the portal is registered there under the internal name "bindery".
HUB_ROLES: dict[str, Role] = {
    "mdsp:core:TenantAdmin": Role.ADMIN,
    "mdsp:core:Developer": Role.DEVELOPER,
    "mdsp:core:DeveloperAdmin": Role.DEVELOPER_ADMIN,
    "mdsp:core:StandardUser": Role.VIEWER,
    "mdsp:core:TenantUser": Role.VIEWER,
    "bindery.auditor": Role.AUDITOR,
}

# Makes a person operator of this portal, if the token's tenant is one of OPERATOR_TENANTS: any tenant's admin can
# hand out the scope, so the scope alone must not be enough.
HUB_OPERATOR_SCOPE = "bindery.operator"


def roles_from_scopes(scopes: set[str]) -> list[Role]:
    """The roles that these scopes of a Hub token give, in the order of `Role`."""
    given = {HUB_ROLES[scope] for scope in scopes & HUB_ROLES.keys()}
    return [role for role in Role if role in given]


def permissions_of(roles: list[Role]) -> frozenset[Permission]:
    """All that somebody with these roles may do."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


NOBODY = "—"


def role_names(roles: list[Role]) -> str:
    """The roles as an audit record keeps them."""
    return ", ".join(role.value for role in roles) or NOBODY


def roles_in_words(names: str) -> str:
    """What `role_names` wrote, in the reader's language; a name that is no role any more stays as it is."""
    labels = {role.value: str(role.label) for role in Role}
    return ", ".join(labels.get(name, name) for name in names.split(", "))
