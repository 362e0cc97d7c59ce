"""Taking answers in and deciding about them, in the admin."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.xfinanz.factories import account, pay, released
from tests.xfinanz.handover.story import BATCHES, text
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.flows import acknowledge, collect, export
from wagtail_xfinanz.models import (
    BatchState,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(batch, anna):
    export(batch, file_format="kassenbuch", by=anna)
    batch.refresh_from_db()
    return batch


def upload(client, tenant, data, name="quittung.xml"):
    file = SimpleUploadedFile(name, data)
    return client.post(f"{BATCHES}answers/upload/", {"tenant": tenant.pk, "file": file}, follow=True)


def test_import_list_correct_and_post_anew(certifier, exported, tenant, quittung, later, anna):
    account(tenant, "sperrgut.eilig", account="432177")
    page = text(upload(certifier, tenant, quittung(exported, rejected=(2,))))
    posting = exported.postings.get(sequence=2)
    url = f"{BATCHES}rejected/{posting.pk}/"
    assert url in page
    assert f"/{exported.pk}/post_anew/" in page
    listed = text(certifier.get(f"{BATCHES}rejected/"))
    assert "Sachkonto gesperrt" in listed
    assert url in listed
    assert "quittung.xml" in text(certifier.get(f"{BATCHES}answers/"))
    form = text(certifier.get(url))
    assert 'value="Expresszuschlag"' in form
    said = {"step": "anew", "posting_key": "sperrgut.eilig", "label": "Eilzuschlag", "reason": "", "payer": ""}
    assert certifier.post(url, said).status_code == 422
    text(certifier.post(url, said | {"reason_why": "Falsches Konto"}, follow=True))
    (draft,) = collect(tenant, by=anna, cut_off=later).batches
    assert draft.postings.get().posting.label == "Eilzuschlag"
    assert str(draft) in text(certifier.get(f"{BATCHES}rejected/"))
    assert "2026/1/2" in text(certifier.get(f"{BATCHES}inspect/{draft.pk}/"))


def test_all_of_a_batch_at_once(certifier, exported, tenant, quittung, later, anna):
    upload(certifier, tenant, quittung(exported, rejected=(1, 2)))
    text(certifier.get(f"{BATCHES}{exported.pk}/post_anew/"))
    text(certifier.post(f"{BATCHES}{exported.pk}/post_anew/", {"reason": "Mandant war gesperrt"}, follow=True))
    assert collect(tenant, by=anna, cut_off=later).batches[0].total_cents == 5750


def test_an_auditor_sees_it_and_decides_nothing(log_in, bernd, exported, site, tenant, quittung, anna):
    acknowledge(tenant, data=quittung(exported, rejected=(2,)), filename="q.xml", by=anna)
    auditor = log_in(bernd.__class__.objects.create_user("pruefung", password="x"), "auditor", site)
    url = f"{BATCHES}rejected/{exported.postings.get(sequence=2).pk}/"
    assert '<form method="post" novalidate' not in text(auditor.get(url))
    assert auditor.post(url, {"step": "anew", "reason_why": "x"}).status_code in (302, 403)
    assert not exported.postings.filter(rejection_decisions__isnull=False).exists()


def test_what_is_refused_is_told_with_its_line(certifier, exported, tenant):
    answer = upload(certifier, tenant, b"K;4711;2026;1\r\nB;9;angenommen\r\nS;1;0,00;0;0,00", "q.csv")
    page = text(answer, status=422)
    assert "2" in page
    assert not PostingAcknowledgement.objects.exists()


def test_twice_the_same_file(certifier, exported, tenant, quittung):
    for _time in range(2):
        text(upload(certifier, tenant, quittung(exported)))
    assert PostingAcknowledgement.objects.count() == 2


def test_contradictions_are_decided_by_a_person(certifier, exported, tenant, quittung):
    upload(certifier, tenant, quittung(exported))
    page = text(upload(certifier, tenant, quittung(exported, rejected=(1,))))
    assert f"/{exported.pk}/decide/" in page
    row = PostingAcknowledgement.objects.get(counts=False)
    url = f"{BATCHES}{exported.pk}/decide/"
    assert "S17" in text(certifier.get(url))
    certifier.post(url, {"answer": row.pk, "accepted": "no"})
    assert not PostingAcknowledgement.objects.filter(decides=row).exists()
    certifier.post(url, {"answer": row.pk, "accepted": "no", "reason": "nachgesehen"})
    exported.refresh_from_db()
    assert exported.state == BatchState.PARTLY


def test_nobody_answers_for_the_neighbour(log_in, exported, tenant, other_site, other_tenant, anna, quittung):
    client = log_in(anna.__class__.objects.create_user("nachbar", password="x"), "certifier", other_site)
    assert upload(client, tenant, quittung(exported)).status_code == 422
    assert upload(client, other_tenant, quittung(exported)).status_code == 422
    assert not PostingAcknowledgement.objects.exists()
    source = acknowledge(tenant, data=quittung(exported, rejected=(2,)), filename="q.xml", by=anna).source
    rejected = exported.postings.get(sequence=2)
    of_batch = [f"{exported.pk}/{name}/" for name in ("trail", "decide", "post_anew", f"answers/{source.sha256}")]
    for page in (*of_batch, f"rejected/{rejected.pk}/"):
        assert client.get(f"{BATCHES}{page}").status_code == 404


def test_the_lists_take_the_same_queries_for_one_and_many(
    certifier, exported, site, tenant, anna, bernd, later, quittung
):
    def queries():
        counts = []
        for page in ("handovers/", "answers/", "rejected/"):
            certifier.get(f"{BATCHES}{page}")
            with CaptureQueriesContext(connection) as context:
                text(certifier.get(f"{BATCHES}{page}"))
            counts.append(len(context))
        return counts

    upload(certifier, tenant, quittung(exported, rejected=(1, 2)))
    before = queries()
    for number in range(3):
        order = create_order(site=site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")])
        pay(order, 100)
        (more,) = released(tenant, anna, bernd, cut_off=later)
        if number:
            export(more, file_format="kassenbuch", by=anna)
            upload(certifier, tenant, quittung(more, rejected=(1,)))
    # A released batch that waits costs one query for all of them.
    assert all(after - one <= 1 for one, after in zip(before, queries(), strict=True))
    assert max(before) <= 16
