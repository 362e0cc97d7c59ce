"""Ledger and decisions cannot be emptied by TRUNCATE either (PostgreSQL)."""

from __future__ import annotations

from django.db import migrations

from wagtail_epayment.append_only import never_emptied


class Migration(migrations.Migration):
    dependencies = [("wagtail_epayment", "0011_notify")]
    operations = [never_emptied("wagtail_epayment", "ledgerentry", "decision")]
