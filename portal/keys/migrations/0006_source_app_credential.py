from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("keys", "0005_revoked_token")]

    operations = [
        migrations.AlterField(
            model_name="bindingkey",
            name="source",
            field=models.CharField(
                choices=[
                    ("portal", "Made here"),
                    ("binding_key", "Imported binding key"),
                    ("technical_user", "Imported technical user"),
                    ("app_credential", "Imported app credential"),
                ],
                default="portal",
                max_length=20,
            ),
        ),
    ]
