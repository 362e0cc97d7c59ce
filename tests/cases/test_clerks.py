"""Who in the administration sees and moves which case."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from wagtail_buergerportal.cases.flows import MessageNeeded, NotAllowed, assign, change_state
from wagtail_buergerportal.cases.models import Case, CaseState
from wagtail_buergerportal.cases.payments import order_for
from wagtail_buergerportal.cases.transitions import EDGES

from .conftest import FEE, PDF


@pytest.fixture
def case(hand_in):
    return hand_in(uploads=(PDF,)).case


def now(case):
    return Case.objects.get(pk=case.pk)


def test_a_clerk_reads_and_works_on_the_departments_cases(clerk, case):
    assert case.number in clerk.inbox().text
    page = clerk.page(case).text
    assert "Kim Muster" in page
    assert "Lageplan" in page
    clerk.does(case, "take")
    assert now(case).assigned_to == clerk.user
    assert now(case).state == CaseState.IN_PROGRESS
    clerk.does(case, "state", state="done", seen="in_progress", text="Abgeholt.")
    assert now(case).state == CaseState.DONE
    assert now(case).purge_on


def outsiders(staff):
    return [
        staff("clerk:Ordnungsamt"),
        staff("clerk:Bauhof", town="NEU"),
        staff("auditor", town="NEU"),
        staff("editor"),
        staff("portal_admin"),
        staff("releaser"),
    ]


def test_nobody_else_sees_counts_opens_moves_or_fetches(staff, case):
    for person in outsiders(staff):
        listing = person.inbox()
        assert listing.status_code == 302 or case.number not in listing.text
        assert person.page(case).status_code in (302, 404)
        assert person.client.get(f"/admin/case-files/{case.uploads.get().pk}/").status_code in (302, 404)
        assert person.client.post(f"/admin/case-work/{case.pk}/", {"action": "take"}).status_code in (302, 404)
        assert "Neue Vorgänge" not in person.client.get("/admin/").text
        assert case.number not in person.client.get("/admin/cases/", {"export": "csv"}).getvalue().decode()
    assert now(case).assigned_to is None
    assert case.events.count() == 1


def test_an_auditor_reads_and_changes_nothing(staff, case):
    auditor = staff("auditor")
    assert case.number in auditor.inbox().text
    page = auditor.page(case).text
    assert "Kim Muster" in page
    assert "Wie geht es weiter?" not in page
    assert auditor.client.post(f"/admin/case-work/{case.pk}/", {"action": "take"}).status_code == 404
    assert now(case).assigned_to is None


def test_the_panel_counts_only_own_new_cases(clerk, case, hand_in, elsewhere, town):
    hand_in(department=town.departments.get(name="Ordnungsamt"))
    hand_in(fee_lines=FEE, payment_policy="required")
    assert "1 Vorgang wartet" in clerk.client.get("/admin/").text


def test_there_is_no_address_to_add_edit_copy_or_delete_a_case(case, admin_client):
    names = {name for name in get_resolver("wagtail.admin.urls").reverse_dict if isinstance(name, str)}
    for action in ("add", "edit", "delete", "copy", "history", "usage"):
        assert f"cases:{action}" not in names
        assert admin_client.get(f"/admin/cases/{action}/{case.pk}/").status_code == 404
    assert admin_client.get("/admin/cases/new/").status_code == 404


def test_a_file_is_attached_and_fetching_it_is_noted(clerk, case):
    answer = clerk.client.get(f"/admin/case-files/{case.uploads.get().pk}/")
    assert answer.content == PDF.data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    event = case.events.get(kind="downloaded")
    assert event.user == clerk.user
    assert not event.is_public


def test_files_are_not_there_without_login(case):
    assert Client().get(f"/admin/case-files/{case.uploads.get().pk}/").status_code == 302


def test_a_case_can_be_given_to_a_colleague_of_the_department_only(clerk, staff, case):
    colleague = staff("clerk:Bauhof", name="ali")
    stranger = staff("clerk:Ordnungsamt", name="eva")
    page = clerk.page(case).text
    assert "ali" in page
    assert "eva" not in page
    clerk.does(case, "assign", to=stranger.user.pk)
    assert now(case).assigned_to is None
    clerk.does(case, "assign", to=colleague.user.pk)
    assert now(case).assigned_to == colleague.user


def test_names_of_other_towns_staff_and_departments_are_in_no_filter(clerk, staff, case, neighbour):
    staff("clerk:Bauhof", town="NEU", name="fremde-kollegin")
    neighbour.departments.create(name="Geheimamt")
    page = clerk.inbox().text
    assert "fremde-kollegin" not in page
    assert "Geheimamt" not in page
    assert "Ordnungsamt" not in page
    foreign = neighbour.departments.get(name="Geheimamt").pk
    assert "Geheimamt" not in clerk.inbox(department=foreign).text


def test_filters_and_search(clerk, hand_in):
    one, two = hand_in().case, hand_in(title="Führung").case
    assign(one, to=clerk.user, by=clerk.user)
    assert two.number not in clerk.inbox(assigned="me").text
    assert one.number not in clerk.inbox(assigned="nobody").text
    assert one.number not in clerk.inbox(state="received").text
    found = clerk.inbox(q=two.number).text
    assert two.number in found
    assert one.number not in found


def test_the_export_tells_no_personal_data(clerk, case):
    text = clerk.client.get("/admin/cases/", {"export": "csv"}).getvalue().decode()
    assert case.number in text
    assert "Muster" not in text.replace("Musterstadt", "")
    assert "kim@" not in text


def test_the_inbox_takes_a_fixed_number_of_queries(clerk, hand_in, django_assert_max_num_queries):
    def count():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert clerk.inbox().status_code == 200
        return len(queries)

    hand_in()
    count()  # caches of content types and the like
    few = count()
    for __ in range(15):
        assign(hand_in().case, to=clerk.user, by=clerk.user)
    assert count() <= few + 1
    assert few <= 30


def test_a_double_click_keeps_a_note_once(clerk, case):
    for __ in range(2):
        clerk.does(case, "note", text="Angerufen", once="abc")
    assert case.events.filter(text="Angerufen").count() == 1


def test_two_clerks_at_once_do_not_overwrite_each_other(clerk, case):
    clerk.does(case, "take")
    clerk.does(case, "state", state="done", seen="in_progress")
    answer = clerk.does(case, "state", state="rejected", seen="in_progress", text="Nein")
    assert "verschoben" in answer.text or "anderer Stelle" in answer.text or "jemand" in answer.text
    assert now(case).state == CaseState.DONE


def test_a_rejection_needs_a_word_to_the_citizen(clerk, case):
    clerk.does(case, "state", state="rejected", seen="received", text=" ")
    assert now(case).state == CaseState.RECEIVED
    with pytest.raises(MessageNeeded):
        change_state(case, to="rejected", by=clerk.user)


@pytest.mark.parametrize("old", list(CaseState))
@pytest.mark.parametrize("new", list(CaseState))
def test_a_case_moves_only_along_the_table(hand_in, clerk, old, new):
    case = hand_in().case
    Case.objects.update(state=old)
    if new == old or new in EDGES[old]:
        assert change_state(case, to=new, by=clerk.user, message="Weil.").state == new
    else:
        with pytest.raises(NotAllowed):
            change_state(case, to=new, by=clerk.user, message="Weil.")


def test_reopening_a_case_stops_its_deletion(clerk, case):
    change_state(case, to="done", by=clerk.user)
    assert change_state(case, to="in_progress", by=clerk.user).purge_on is None
    assert now(case).closed_at is None


def test_a_public_message_is_announced_by_mail_without_its_text(
    clerk, case, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        clerk.does(case, "note", text="Ihr Termin: Dienstag", is_public="on", once="1")
        clerk.does(case, "note", text="intern", once="2")
    (mail,) = mailoutbox
    assert "Dienstag" not in mail.body
    assert case.number in mail.subject


def test_garbage_in_a_form_changes_nothing(clerk, case):
    for data in ({"action": "delete"}, {"action": "state", "state": "nonsense"}, {}, {"action": "note", "text": ""}):
        assert clerk.client.post(f"/admin/case-work/{case.pk}/", data).status_code == 302
    assert now(case).state == CaseState.RECEIVED
    assert case.events.count() == 1


def test_hostile_text_stays_text_in_the_admin(clerk, hand_in):
    evil = "<script>alert(1)</script>"
    case = hand_in(summary=[{"title": evil, "rows": [{"label": evil, "value": evil}]}], title=evil[:100]).case
    assert "<script>alert(1)" not in clerk.page(case).text
    assert "<script>alert(1)" not in clerk.inbox().text


def test_a_clerk_can_ask_for_a_paid_fee_to_be_given_back(staff, clerk, owing, bank):
    case = owing
    assert "/admin/epayment_refunds/ask/" not in clerk.page(case).text, "nothing has been paid yet"
    order = order_for(case)
    bank.pays(order)
    address = f"/admin/epayment_refunds/ask/{order.pk}/"
    assert address in clerk.page(case).text
    assert clerk.client.get(address).status_code == 200
    assert address not in staff("auditor").page(case).text
