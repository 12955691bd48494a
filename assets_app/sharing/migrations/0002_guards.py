from django.db import migrations

from portal.lib.state_guard import StateGuard

# As assets_app.sharing.states says it; a test compares. A later change is a later migration.
MOVES = [
    ("offered", "accepted"),
    ("offered", "declined"),
    ("offered", "revoked"),
    ("accepted", "ended"),
]
# What changes while it is accepted: another end that is proposed or agreed, reminders.
AGREEMENT = ["agreed_end", "proposed_end", "proposed_by", "reminded"]


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]
    operations = [
        StateGuard(
            "Collaboration",
            first="offered",
            moves=MOVES,
            editable=dict.fromkeys(AGREEMENT, ["accepted"]),
            filled={"reason": ["declined", "revoked", "ended"]},
        ),
    ]
