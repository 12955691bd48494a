from django.db import migrations

from portal.lib.same_tenant import SameTenant


class Migration(migrations.Migration):
    dependencies = [("keys", "0001_initial")]
    operations = [SameTenant("SecretGeneration", "key")]
