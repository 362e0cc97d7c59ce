from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wagtail_epayment", "0007_transfer"),
        ("wagtail_xfinanz", "0009_handover_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                (
                    "state",
                    models.CharField(
                        choices=[("prepared", "prepared"), ("signed", "signed")],
                        default="prepared",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("figures", models.JSONField()),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("prepared_at", models.DateTimeField(verbose_name="prepared at")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="signed at")),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("content_hash", models.CharField(blank=True, max_length=64)),
                ("pdf", models.BinaryField(default=bytes)),
                ("pdf_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "prepared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prepared by",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed by",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="wagtail_xfinanz.financetenant",
                        verbose_name="finance tenant",
                    ),
                ),
            ],
            options={
                "verbose_name": "daily closing",
                "verbose_name_plural": "daily closings",
                "ordering": ["-day"],
                "permissions": [
                    ("prepare_dailyclosing", "Can prepare daily closings"),
                    ("sign_dailyclosing", "Can sign daily closings"),
                    ("audit_dailyclosing", "Can download everything of a period for an audit"),
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ClosingEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_late", models.BooleanField(default=False)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closing_entry",
                        to="wagtail_epayment.ledgerentry",
                    ),
                ),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="wagtail_xfinanz.dailyclosing",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="dailyclosing",
            constraint=models.UniqueConstraint(fields=("tenant", "day"), name="xfinanz_closing_once"),
        ),
        migrations.AddConstraint(
            model_name="dailyclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signed_by__isnull", True),
                    models.Q(("prepared_by", models.F("signed_by")), _negated=True),
                    _connector="OR",
                ),
                name="xfinanz_closing_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="dailyclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("state", "prepared")),
                    models.Q(
                        ("prepared_by__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("state", "signed"),
                        models.Q(("content_hash", ""), _negated=True),
                        models.Q(("pdf_sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="xfinanz_closing_signed_is_complete",
            ),
        ),
    ]
