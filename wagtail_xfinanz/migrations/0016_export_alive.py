from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0015_never_emptied")]
    operations = [migrations.RenameField("auditexport", "started_at", "alive_at")]
