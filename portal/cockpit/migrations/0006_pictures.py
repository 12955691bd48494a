from importlib import import_module

from django.db import migrations, models

from portal.lib.state_guard import StateGuard, StateGuardRemoved

before = import_module("portal.cockpit.migrations.0002_guards")
EDITABLE = (
    dict.fromkeys(before.CONFIGURATION, ["in_development"])
    | dict.fromkeys(before.RELEASE, ["preparation"])
    | dict.fromkeys(before.APPROVAL, ["waiting"])
)


class Migration(migrations.Migration):
    """What was to be seen on a screenshot is guarded as the screenshot itself."""

    dependencies = [("cockpit", "0005_dossier_key")]
    operations = [
        StateGuardRemoved("AppVersion", first="in_development", moves=before.MOVES, editable=EDITABLE),
        # Without a default: SQLite would make the table anew, without its other triggers.
        migrations.AddField("AppVersion", "screenshot_facts", models.JSONField(null=True)),
        StateGuard(
            "AppVersion",
            first="in_development",
            moves=before.MOVES,
            editable=EDITABLE | {"screenshot_facts": ["preparation"]},
        ),
    ]
