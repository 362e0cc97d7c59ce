import django.core.validators
import django.db.models.deletion
import modelcluster.fields
import wagtail.models.preview
import wagtail_xfinanz.models.csv_profile
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wagtail_xfinanz', '0011_closing_signed'),
    ]

    operations = [
        migrations.AddField(
            model_name='batchfile',
            name='settings',
            field=models.JSONField(null=True, verbose_name='made with'),
        ),
        migrations.CreateModel(
            name='CsvProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='E.g. the finance system that reads the file.', max_length=120, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, help_text='Without an active profile the standard one is used.', verbose_name='active')),
                ('layout', models.CharField(choices=[('delimited', 'separated by a character'), ('fixed', 'fixed width')], default='delimited', max_length=10, verbose_name='columns are')),
                ('extension', models.CharField(default='csv', max_length=5, verbose_name='ending of the file name')),
                ('encoding', models.CharField(choices=[('utf-8-sig', 'UTF-8 with mark, as Excel wants it'), ('utf-8', 'UTF-8'), ('cp1252', 'Windows-1252'), ('iso-8859-15', 'ISO 8859-15 (Latin 9)'), ('cp850', 'DOS (Codepage 850)')], default='utf-8-sig', max_length=12, verbose_name='encoding')),
                ('line_end', models.CharField(choices=[('crlf', 'CR and LF (Windows)'), ('lf', 'LF (Unix)')], default='crlf', max_length=4, verbose_name='line ends')),
                ('separator', models.CharField(choices=[('semicolon', 'semicolon'), ('comma', 'comma'), ('tab', 'tabulator'), ('pipe', 'vertical bar')], default='semicolon', max_length=10, verbose_name='separator')),
                ('quoting', models.CharField(choices=[('needed', 'where needed'), ('all', 'always'), ('never', 'never')], default='needed', max_length=6, verbose_name='quotes')),
                ('has_titles', models.BooleanField(default=False, verbose_name='a row of titles before the postings')),
                ('guards_formulas', models.BooleanField(default=False, help_text='Puts an apostrophe in front of texts that begin with = + - or @. Only if people open the file.', verbose_name='keep spreadsheets from running texts as formulas')),
                ('decimal', models.CharField(choices=[('comma', '12,50'), ('point', '12.50'), ('none', '1250 (in cents)')], default='comma', max_length=5, verbose_name='amounts')),
                ('sign', models.CharField(choices=[('leading', 'minus in front: -12,50'), ('always', 'plus or minus in front: +12,50'), ('trailing', 'minus behind: 12,50-'), ('separate', 'in a column of its own')], default='leading', max_length=8, verbose_name='sign')),
                ('positive', models.CharField(default='+', help_text='E.g. H or +.', max_length=3, verbose_name='sign of income')),
                ('negative', models.CharField(default='-', help_text='E.g. S or -.', max_length=3, verbose_name='sign of expense')),
                ('date_format', models.CharField(choices=[('%d.%m.%Y', '24.11.2026'), ('%Y-%m-%d', '2026-11-24'), ('%Y%m%d', '20261124'), ('%d%m%Y', '24112026'), ('%d%m%y', '241126')], default='%d.%m.%Y', max_length=10, verbose_name='dates')),
                ('kind_codes', models.JSONField(blank=True, default=dict, verbose_name='codes for kinds')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='csv_profiles', to='wagtail_xfinanz.financetenant', verbose_name='finance tenant')),
            ],
            options={
                'verbose_name': 'CSV profile',
                'verbose_name_plural': 'CSV profiles',
                'ordering': ['tenant', 'name'],
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name='CsvProfileColumn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort_order', models.IntegerField(blank=True, editable=False, null=True)),
                ('record', models.CharField(choices=[('header', 'header, once at the beginning'), ('posting', 'posting, once for each'), ('trailer', 'trailer, once at the end')], default='posting', max_length=8, verbose_name='kind of record')),
                ('source', models.CharField(choices=wagtail_xfinanz.models.csv_profile.source_choices, max_length=40, verbose_name='content')),
                ('text', models.CharField(blank=True, help_text='Of a constant, e.g. the code of the record; or the name of the further dimension.', max_length=100, verbose_name='text')),
                ('title', models.CharField(blank=True, help_text='Empty: the usual one.', max_length=60, verbose_name='title')),
                ('width', models.PositiveSmallIntegerField(default=0, help_text='With separators: the most characters there may be, 0 for any number.', validators=[django.core.validators.MaxValueValidator(500)], verbose_name='width')),
                ('align', models.CharField(choices=[('left', 'left'), ('right', 'right')], default='left', max_length=5, verbose_name='aligned')),
                ('fill', models.CharField(choices=[('blank', 'blanks'), ('zero', '0')], default='blank', max_length=5, verbose_name='filled up with')),
                ('is_cut', models.BooleanField(default=False, help_text='Each text that was cut is listed with its batch. Otherwise such a payment is not collected.', verbose_name='cut texts that are too long')),
                ('profile', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='columns', to='wagtail_xfinanz.csvprofile')),
            ],
            options={
                'verbose_name': 'column',
                'verbose_name_plural': 'columns',
                'ordering': ['sort_order'],
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='csvprofile',
            constraint=models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('tenant',), name='xfinanz_one_active_csv_profile_per_tenant'),
        ),
    ]
