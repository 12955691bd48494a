from django.db import migrations, models
from django.db.models import Q

from portal.lib.same_tenant import SameTenant, WithoutSameTenant


class Migration(migrations.Migration):
    dependencies = [("keys", "0002_same_tenant")]
    operations = [
        migrations.AddField("bindingkey", "expires_at", models.DateTimeField(null=True)),
        WithoutSameTenant("SecretGeneration", "key"),
        migrations.AddConstraint(
            "bindingkey",
            models.CheckConstraint(
                condition=Q(source="portal") | Q(expires_at=None), name="keys_imported_key_does_not_expire"
            ),
        ),
        SameTenant("SecretGeneration", "key"),
    ]
