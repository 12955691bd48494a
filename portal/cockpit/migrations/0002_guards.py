from django.db import migrations

from portal.lib.append_only import AppendOnly
from portal.lib.same_tenant import SameTenant
from portal.lib.state_guard import StateGuard

# As portal.cockpit.states says it; a test compares. A later change is a later migration.
MOVES = [
    ("in_development", "registered"),
    ("registered", "in_development"),
    ("registered", "preparation"),
    ("preparation", "in_development"),
    ("preparation", "waiting"),
    ("waiting", "preparation"),
    ("waiting", "check"),
    ("check", "ready"),
    ("check", "remediation"),
    ("remediation", "preparation"),
]
CONFIGURATION = [
    "display_name",
    "description",
    "icon",
    "content_security_policy",
    "cache_control",
    "components",
    "scopes",
    "roles",
]
RELEASE = ["release_description", "health_component", "health_path", "credentials", "screenshot"]
APPROVAL = ["approved_by", "alternate_email", "notice", "notice_language"]


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial")]
    operations = [
        SameTenant("AppVersion", "application"),
        SameTenant("Move", "version"),
        # Nothing of a row is erasable: the column cannot be NULL.
        AppendOnly("Move", erasable="note"),
        StateGuard(
            "AppVersion",
            first="in_development",
            moves=MOVES,
            editable=(
                dict.fromkeys(CONFIGURATION, ["in_development"])
                | dict.fromkeys(RELEASE, ["preparation"])
                | dict.fromkeys(APPROVAL, ["waiting"])
            ),
        ),
    ]
