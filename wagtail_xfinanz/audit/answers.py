"""The tables of what the finance system answered, and what people decided about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models import FetchedAnswer, PostingAcknowledgement, RejectionDecision
from .table import Column, Kind, Table, key, person

ANSWERS = Table(
    "acknowledgements",
    _("What the finance system, or a person who decided between its answers, says of postings."),
    "id",
    (
        key(_("key of the answer")),
        Column("posting", Kind.INTEGER, _("posting"), "record_id", "postings.id"),
        Column("file", Kind.TEXT, _("file it came in"), "source.filename"),
        Column("file_sha256", Kind.TEXT, _("SHA-256 of that file"), "source.sha256"),
        Column("accepted", Kind.BOOLEAN, _("accepted")),
        Column("counts", Kind.BOOLEAN, _("counts; contradictions do not until decided")),
        Column("code", Kind.TEXT, _("code")),
        Column("text", Kind.TEXT, _("text")),
        person("decided_by", _("decided by")),
        Column("reason", Kind.TEXT, _("reason")),
        Column("created_at", Kind.INSTANT, _("imported or decided at")),
    ),
    lambda period: (
        PostingAcknowledgement.objects.filter(record__in=period.posting_keys)
        .select_related("source", "decided_by")
        .defer("source__sealed")
        .order_by("pk")
    ),
)

REJECTIONS = Table(
    "rejections",
    _("What people decided about postings the finance system rejected; the newest decision holds."),
    "id",
    (
        key(_("key of the decision")),
        Column("posting", Kind.INTEGER, _("rejected posting"), "record_id", "postings.id"),
        Column("step", Kind.TEXT, _("anew: posted anew; hold: to be clarified")),
        Column("posting_key", Kind.TEXT, _("posting key it is booked on from now on; empty: that of the posting")),
        Column("reason", Kind.TEXT, _("reason")),
        person("decided_by", _("decided by")),
        Column("decided_at", Kind.INSTANT, _("decided at")),
    ),
    lambda period: (
        RejectionDecision.objects.filter(record__in=period.posting_keys).select_related("decided_by").order_by("pk")
    ),
)

FETCHED = Table(
    "fetched_answers",
    _("Files found in the answers folders of the channels in the period, and what became of each."),
    "id",
    (
        key(_("key of the file")),
        Column("channel", Kind.TEXT, _("channel"), "channel.label"),
        Column("name", Kind.TEXT, _("file name")),
        Column("size", Kind.INTEGER, _("bytes")),
        Column("sha256", Kind.TEXT, _("SHA-256 of the file")),
        Column("state", Kind.TEXT, _("state at the time of the export")),
        Column("error", Kind.TEXT, _("why it could not be taken in")),
        Column("fetched_at", Kind.INSTANT, _("fetched at")),
        person("dismissed_by", _("put aside by")),
        Column("dismissed_at", Kind.INSTANT, _("put aside at")),
        Column("reason", Kind.TEXT, _("reason")),
    ),
    lambda period: (
        FetchedAnswer.objects.filter(period.within("fetched_at"), channel__tenant=period.tenant)
        .select_related("channel", "dismissed_by")
        .defer("sealed", "channel__credentials")
        .order_by("pk")
    ),
)
