import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Only the word for the site changes."""

    dependencies = [
        ("wagtail_epayment", "0013_attempt_list"),
    ]

    operations = [
        migrations.AlterField(
            model_name="paymentorder",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payment_orders",
                to="wagtailcore.site",
                verbose_name="site",
            ),
        ),
    ]
