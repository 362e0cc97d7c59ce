from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wagtail_epayment", "0007_transfer")]
    operations = [
        migrations.AddField(
            model_name="paymentattempt",
            name="payer_done_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
