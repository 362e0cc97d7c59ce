"""The trail of a batch and the finance system's answers are never changed: the database itself refuses."""

from __future__ import annotations

from django.db import migrations

from wagtail_epayment.append_only import Refusal, refused

REFUSALS = [
    Refusal(
        f"wagtail_xfinanz_{table}_{verb.lower()}", f"wagtail_xfinanz_{table}", verb, f"{what} are never {done}."
    )
    for table, what, verbs in (
        ("handoverevent", "Events of a batch", ("UPDATE", "DELETE")),
        ("batchdelivery", "Hand-overs", ("DELETE",)),
        ("acknowledgementimport", "Answers of the finance system", ("UPDATE", "DELETE")),
        ("postingacknowledgement", "Answers of the finance system", ("UPDATE", "DELETE")),
    )
    for verb, done in (("UPDATE", "changed"), ("DELETE", "deleted"))
    if verb in verbs
]


class Migration(migrations.Migration):
    dependencies = [("wagtail_xfinanz", "0008_handover")]
    operations = [refused(*REFUSALS)]
