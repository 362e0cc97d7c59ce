"""What is released, handed over, answered, signed or decided cannot be emptied by TRUNCATE either (PostgreSQL)."""

from __future__ import annotations

from django.db import migrations

from wagtail_epayment.append_only import never_emptied


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0014_gaps_append_only")]
    operations = [
        never_emptied(
            "wagtail_xfinanz",
            *("batch", "postingrecord", "batchfile", "filechunk", "mappingversion"),
            *("handoverevent", "batchdelivery", "acknowledgementimport", "postingacknowledgement"),
            *("dailyclosing", "closingentry", "rejectiondecision", "fetchedanswer", "auditexport"),
        )
    ]
