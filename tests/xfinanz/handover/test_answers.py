"""What the finance system says of a batch, and what becomes of it."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from tests.xfinanz.factories import pay, released
from tests.xfinanz.handover.sftp_server import cut
from tests.xfinanz.handover.story import state
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.errors import ReasonMissing, WrongState
from wagtail_xfinanz.flows import (
    acknowledge,
    certify,
    decide,
    deliver_due,
    export,
    hand_over,
    release,
    reverse,
)
from wagtail_xfinanz.flows.answers import contradictions_of, rejected_of
from wagtail_xfinanz.models import (
    AcknowledgementImport,
    BatchState,
    DeliveryState,
    HandoverEvent,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db


def test_all_accepted(exported, quittung, answer):
    source = answer(quittung(exported))
    assert (source.accepted, source.rejected) == (2, 0)
    assert state(exported) == BatchState.ACKNOWLEDGED
    assert exported.deliveries.get().state == DeliveryState.ACKNOWLEDGED
    assert exported.handover_events.last().kind == "acknowledged"


def test_all_rejected(exported, quittung, answer):
    answer(quittung(exported, rejected=(1, 2)))
    assert state(exported) == BatchState.REJECTED


def test_one_of_two_rejected_is_told_with_its_reason(exported, quittung, answer):
    answer(quittung(exported, rejected=(2,)))
    assert state(exported) == BatchState.PARTLY
    (record,) = rejected_of(exported)
    said = record.acknowledgements.get()
    assert (record.sequence, said.code, said.text) == (2, "S17", "Sachkonto gesperrt")


def test_answers_may_come_in_parts(exported, quittung, answer):
    answer(quittung(exported, only=(1,)))
    assert state(exported) == BatchState.EXPORTED
    answer(quittung(exported, only=(2,)))
    assert state(exported) == BatchState.ACKNOWLEDGED


def test_a_whole_batch_in_one_word(exported, answer):
    answer(
        b"K;4711;2026;1\r\nG;abgelehnt;F1;Mandant gesperrt\r\nS;0;0,00;2;57,50\r\n",
        "quittung.csv",
    )
    assert state(exported) == BatchState.REJECTED
    assert PostingAcknowledgement.objects.filter(code="F1").count() == 2


def test_csv_says_the_same(exported, answer, paid):
    sha256 = exported.files.get(format="csv").sha256
    text = (
        f"K;4711;2026;1;{sha256}\r\nSatz;Nr;Status;Code;Text;Kassenzeichen;Betrag\r\n"
        f"B;1;angenommen;;;{paid.reference};37,50\r\n"
        f"B;2;abgelehnt;S17;Sachkonto für „Prüfung“;{paid.reference};20,00\r\n"
        "S;1;37,50;1;20,00\r\n"
    )
    answer(text.encode(), "quittung.csv")
    assert state(exported) == BatchState.PARTLY
    assert rejected_of(exported).get().acknowledgements.get().text == "Sachkonto für „Prüfung“"


def test_the_same_file_again_changes_nothing(exported, tenant, anna, quittung):
    data = quittung(exported)
    first = acknowledge(tenant, data=data, filename="a.xml", by=anna)
    again = acknowledge(tenant, data=data, filename="b.xml", by=anna)
    assert (again.source, again.is_repetition) == (first.source, True)
    assert (PostingAcknowledgement.objects.count(), HandoverEvent.objects.filter(kind="acknowledged").count()) == (2, 1)


def test_the_same_answer_in_another_file_counts_once(exported, quittung, answer):
    answer(quittung(exported))
    source = answer(quittung(exported) + b"\n")
    assert (source.accepted, source.repeated) == (0, 2)
    assert PostingAcknowledgement.objects.count() == 2


def test_the_file_is_kept_as_it_came_and_encrypted(exported, quittung, answer):
    data = quittung(exported)
    source = answer(data)
    assert source.raw == data
    assert b"quittung" not in bytes(source.sealed)


def test_an_answer_proves_that_an_uncertain_hand_over_arrived(batch, sftp, server, bernd, quittung, answer):
    delivery = hand_over(batch, by=bernd)
    server.once("after", "rename", cut)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.UNKNOWN
    answer(quittung(batch))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == (DeliveryState.ACKNOWLEDGED, None)
    assert state(batch) == BatchState.ACKNOWLEDGED


class TestContradiction:
    @pytest.fixture
    def contradiction(self, exported, quittung, answer):
        answer(quittung(exported))
        source = answer(quittung(exported, rejected=(2,)))
        assert (source.contradicting, source.repeated) == (1, 1)
        return contradictions_of(exported).get()

    def test_it_is_kept_and_changes_nothing(self, contradiction, exported):
        assert (contradiction.record.sequence, contradiction.code, contradiction.counts) == (2, "S17", False)
        assert state(exported) == BatchState.ACKNOWLEDGED

    def test_a_person_decides_for_the_later_one(self, contradiction, exported, anna):
        decide(contradiction, accepted=False, by=anna, reason="im Verfahren nachgesehen")
        assert state(exported) == BatchState.PARTLY
        assert [record.sequence for record in rejected_of(exported)] == [2]
        assert not contradictions_of(exported).exists()
        with pytest.raises(WrongState):
            decide(contradiction, accepted=True, by=anna, reason="doch nicht")

    def test_or_for_the_earlier_one(self, contradiction, exported, anna):
        decide(contradiction, accepted=True, by=anna, reason="Irrläufer")
        assert state(exported) == BatchState.ACKNOWLEDGED
        assert not rejected_of(exported).exists()

    def test_never_without_a_reason(self, contradiction, anna):
        with pytest.raises(ReasonMissing):
            decide(contradiction, accepted=True, by=anna, reason=" ")


def test_what_takes_back_accepted_postings_is_handed_over(
    batch, directory, inbox, tenant, anna, bernd, quittung, answer
):
    hand_over(batch, by=anna)
    deliver_due()
    directory.is_automatic = True
    directory.save()
    answer(quittung(batch))
    release(certify(reverse(batch, by=anna, reason="x"), by=anna), by=bernd)
    deliver_due()
    assert len(list(inbox.iterdir())) == 2


@pytest.mark.parametrize(
    "crime",
    [
        lambda: HandoverEvent.objects.update(text="x"),
        lambda: HandoverEvent.objects.all()._raw_delete("default"),
        lambda: PostingAcknowledgement.objects.update(accepted=False),
        lambda: PostingAcknowledgement.objects.all()._raw_delete("default"),
        lambda: AcknowledgementImport.objects.update(accepted=7),
        lambda: AcknowledgementImport.objects.all()._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_the_trail(exported, quittung, answer, crime):
    answer(quittung(exported))
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        crime()


def test_the_command_takes_a_file_twice(exported, quittung, tmp_path):
    path = tmp_path / "quittung.xml"
    path.write_bytes(quittung(exported, rejected=(2,)))
    for told in ("1 accepted, 1 rejected", "nothing has changed"):
        out = io.StringIO()
        call_command("xfinanz_acknowledge", str(path), stdout=out)
        assert told in out.getvalue()


def test_the_command_says_what_is_wrong(exported, quittung, tmp_path, tenant, other_site):
    with pytest.raises(CommandError, match=r"fehlt\.xml"):
        call_command("xfinanz_acknowledge", str(tmp_path / "fehlt.xml"))
    path = tmp_path / "quittung.xml"
    path.write_bytes(quittung(exported, mandant="9999"))
    with pytest.raises(CommandError, match="9999"):
        call_command("xfinanz_acknowledge", str(path))
    type(tenant).objects.create(site=other_site, name="andere", number="4711")
    path.write_bytes(quittung(exported))
    with pytest.raises(CommandError, match="--site"):
        call_command("xfinanz_acknowledge", str(path))
    call_command("xfinanz_acknowledge", str(path), site="testserver", stdout=io.StringIO())
    path.write_bytes(quittung(exported, rejected=(1,)))
    with pytest.raises(CommandError, match="contradict"):
        call_command("xfinanz_acknowledge", str(path), site="testserver")


def test_a_thousand_answers_take_few_queries(
    site, tenant, anna, bernd, later, quittung, answer, django_assert_max_num_queries
):
    order = create_order(
        site=site, purpose="x", items=[NewItem(f"x{i}", 1, posting_key="sperrgut") for i in range(1000)]
    )
    pay(order, 1000)
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    export(batch, file_format="kassenbuch", by=anna)
    data = quittung(batch, rejected=range(1, 500))
    with django_assert_max_num_queries(30):
        source = answer(data)
    assert (source.accepted, source.rejected) == (501, 499)
