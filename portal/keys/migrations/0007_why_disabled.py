from django.db import migrations, models

from portal.lib.same_tenant import SameTenant, WithoutSameTenant

OF_A_KEY = ("SecretGeneration", "UseHour", "KeyCaller", "HandOver")


class Migration(migrations.Migration):
    dependencies = [("keys", "0006_source_app_credential")]
    operations = [
        *(WithoutSameTenant(model, "key") for model in OF_A_KEY),
        migrations.AddField(
            "bindingkey",
            "disabled_by_incident",
            models.CharField(
                blank=True,
                choices=[
                    ("leaked", "Its secret was found in %(where)s."),
                    ("wrong_person", "Its hand-over link was opened by somebody for whom it was not."),
                    ("second_opening", "Its hand-over link was opened a second time."),
                ],
                default="",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AlterField("bindingkey", "disabled_because", models.CharField(blank=True, max_length=300)),
        *(SameTenant(model, "key") for model in OF_A_KEY),
    ]
