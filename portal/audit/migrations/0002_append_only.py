from django.db import migrations

from portal.lib.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [AppendOnly("AuditRecord", erasable="body"), AppendOnly("InstanceRecord", erasable="body")]
