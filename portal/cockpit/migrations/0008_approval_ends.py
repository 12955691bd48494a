from importlib import import_module
from typing import Any

from django.db import migrations, models

from portal.lib.append_only import AppendOnly, WithoutAppendOnly
from portal.lib.state_guard import StateGuard, StateGuardRemoved

before = import_module("portal.cockpit.migrations.0002_guards")
pictures = import_module("portal.cockpit.migrations.0006_pictures")
# As portal.cockpit.states says it; a test compares.
APPROVED = ["check", "ready", "remediation"]
EDITABLE = dict.fromkeys(before.CONFIGURATION, ["in_development"]) | dict.fromkeys(
    [*before.RELEASE, "screenshot_facts"], ["preparation"]
)


def keep_and_clear(apps: Any, schema_editor: Any) -> None:
    """The approval that a version has goes to the step that wrote it; a version that is not approved has none."""
    alias = schema_editor.connection.alias
    moves = apps.get_model("cockpit", "Move").objects.using(alias)
    had = apps.get_model("cockpit", "AppVersion").objects.using(alias).exclude(notice="", approved_by="", alternate_email="", notice_language="")
    for row in list(had.values("pk", "alternate_email", "notice", "notice_language")):
        step = moves.filter(version=row.pop("pk"), verb="approve").order_by("-pk").values("pk").first()
        if step is not None:
            moves.filter(pk=step["pk"]).update(approval=row)
    had.exclude(state__in=APPROVED).update(**dict.fromkeys(before.APPROVAL, ""))


class Migration(migrations.Migration):
    """An approval ends with the remediation that is prepared anew, and stays with its step."""

    dependencies = [("cockpit", "0007_checks")]
    operations = [
        StateGuardRemoved(
            "AppVersion",
            first="in_development",
            moves=before.MOVES,
            editable=pictures.EDITABLE | {"screenshot_facts": ["preparation"]},
        ),
        WithoutAppendOnly("Move", erasable="note"),
        # Without a default: SQLite would make the table anew, without its other triggers.
        migrations.AddField("Move", "approval", models.JSONField(null=True)),
        migrations.RunPython(keep_and_clear, migrations.RunPython.noop),
        AppendOnly("Move", erasable="note"),
        StateGuard(
            "AppVersion",
            first="in_development",
            moves=before.MOVES,
            editable=EDITABLE,
            filled=dict.fromkeys(before.APPROVAL, APPROVED),
        ),
    ]
