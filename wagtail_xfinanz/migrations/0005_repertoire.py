from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0004_posting_in_full")]
    operations = [
        migrations.AddField(
            model_name='financetenant',
            name='repertoire',
            field=models.CharField(choices=[('kassenbuch', 'Latin letters and signs (kassenbuch)'), ('string_latin', 'String.Latin 1.1.1 (XFinanz 3)'), ('datatypeB', 'DIN 91379, datatype B: other names'), ('datatypeC', 'DIN 91379, datatype C: all normative characters')], default='kassenbuch', help_text='What cannot be written is shown before a payment is collected, never dropped.', max_length=20, verbose_name='characters the finance system takes'),
        ),
    ]
