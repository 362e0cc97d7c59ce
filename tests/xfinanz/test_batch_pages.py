"""The pages of a batch, from collecting payments to downloading the file."""

from __future__ import annotations

import hashlib

import pytest
from lxml import html
from wagtail.models import ModelLogEntry

from tests.xfinanz.factories import number_range, pay, released
from wagtail_epayment.flows import NewItem, create_order
from wagtail_xfinanz.flows import collect
from wagtail_xfinanz.models import Batch, BatchState

pytestmark = pytest.mark.django_db
BATCHES = "/admin/xfinanz_batches/"


@pytest.fixture
def draft(paid, tenant):
    return collect(tenant, by=None).batches[0]


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_collecting_to_the_file(log_in, client, paid, anna, bernd, tenant):
    log_in(anna, "certifier")
    assert "57,50" in text(client.get(f"{BATCHES}collect/"))
    page = text(client.post(f"{BATCHES}collect/", {"tenant": tenant.pk}, follow=True))
    assert "Bereit zur Feststellung" in page
    batch = Batch.objects.get()
    page = text(client.get(f"{BATCHES}inspect/{batch.pk}/"))
    assert "Jemand muss die Buchungen prüfen und feststellen." in page
    assert "Das können: Anna Müller." in page
    assert "57,50" in page
    assert "/certify/" in page
    assert "/release/" not in page
    assert "sachliche und rechnerische Richtigkeit" in text(client.get(f"{BATCHES}{batch.pk}/certify/"))
    page = text(client.post(f"{BATCHES}{batch.pk}/certify/", follow=True))
    assert "Eine andere Person als Anna Müller muss freigeben." in page
    log_in(bernd, "releaser")
    page = text(client.get(f"{BATCHES}inspect/{batch.pk}/"))
    assert "Das können: Bernd Özgür." in page
    page = text(client.post(f"{BATCHES}{batch.pk}/release/", follow=True))
    assert "ist freigegeben" in page
    assert "2026/1" in page
    file = client.post(f"{BATCHES}{batch.pk}/export/kassenbuch/")
    content = b"".join(file.streaming_content)
    batch.refresh_from_db()
    assert batch.state == BatchState.EXPORTED
    assert hashlib.sha256(content).hexdigest() == batch.content_hash
    assert file["Content-Disposition"] == 'attachment; filename="kassenbuch-4711-2026-000001.xml"'
    again = client.get(f"{BATCHES}{batch.pk}/files/kassenbuch/")
    assert b"".join(again.streaming_content) == content
    assert "Erneut herunterladen" in text(client.get(f"{BATCHES}inspect/{batch.pk}/"))
    actions = list(ModelLogEntry.objects.order_by("pk").values_list("action", "user__username"))
    assert actions == [
        ("wagtail_xfinanz.collect", "anna"),
        ("wagtail_xfinanz.certify", "anna"),
        ("wagtail_xfinanz.release", "bernd"),
        ("wagtail_xfinanz.export", "bernd"),
    ]


def test_a_double_click_does_it_once_and_says_so(log_in, client, draft, anna, tenant):
    log_in(anna, "certifier")
    client.post(f"{BATCHES}{draft.pk}/certify/")
    assert "kein Entwurf mehr" in text(client.post(f"{BATCHES}{draft.pk}/certify/", follow=True))
    assert "keine Zahlung zu sammeln" in text(client.post(f"{BATCHES}collect/", {"tenant": tenant.pk}, follow=True))
    assert Batch.objects.count() == 1
    client.post(f"{BATCHES}{draft.pk}/discard/")
    assert client.post(f"{BATCHES}{draft.pk}/discard/").status_code == 404


def test_whoever_has_both_rights_still_cannot_do_both(log_in, client, draft, anna):
    log_in(anna, "certifier")
    log_in(anna, "releaser")
    client.post(f"{BATCHES}{draft.pk}/certify/")
    assert "/release/" not in text(client.get(f"{BATCHES}inspect/{draft.pk}/"))
    page = text(client.post(f"{BATCHES}{draft.pk}/release/", follow=True))
    assert "Freigeben muss sie eine andere Person" in page
    draft.refresh_from_db()
    assert draft.state == BatchState.CERTIFIED


STEPS = ["certify", "release", "reverse", "discard"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("certifier", {"certify", "reverse", "discard"}),
        ("releaser", {"release", "discard"}),
        ("auditor", set()),
    ],
)
def test_each_role_can_do_its_steps_only(log_in, client, draft, anna, role, allowed):
    log_in(anna, role)
    for step in STEPS:
        answer = client.get(f"{BATCHES}{draft.pk}/{step}/")
        assert (answer.status_code == 200) == (step in allowed), step
        if step not in allowed:
            assert client.post(f"{BATCHES}{draft.pk}/{step}/").status_code in (302, 403)
    draft.refresh_from_db()
    assert draft.state == BatchState.DRAFT


@pytest.mark.parametrize("role", ["editor", "clerk", "portal_admin"])
def test_others_see_no_batch(log_in, client, draft, anna, role):
    log_in(anna, role)
    for address in (BATCHES, f"{BATCHES}problems/"):
        assert client.get(address).status_code == 302
    assert client.get(f"{BATCHES}inspect/{draft.pk}/").status_code == 404


def test_an_auditor_reads_everything_and_changes_nothing(log_in, client, paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    auditor = anna.__class__.objects.create_user("rpa", password="x")
    log_in(auditor, "auditor")
    for address in (BATCHES, f"{BATCHES}inspect/{batch.pk}/", f"{BATCHES}history/{batch.pk}/", f"{BATCHES}problems/"):
        assert client.get(address).status_code == 200, address
    assert client.get(f"{BATCHES}collect/").status_code == 302
    assert client.post(f"{BATCHES}{batch.pk}/export/csv/").status_code == 302
    assert client.get(f"{BATCHES}{batch.pk}/files/csv/").status_code == 404
    batch.refresh_from_db()
    assert batch.state == BatchState.RELEASED


def test_another_town_does_not_exist(log_in, client, paid, tenant, other_tenant, other_site, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.EXPORTED)
    number_range(tenant)
    stranger = anna.__class__.objects.create_user("nachbar", password="x")
    for role in ("certifier", "releaser", "portal_admin", "auditor"):
        log_in(stranger, role, at=other_site)
    for address in (
        BATCHES,
        f"{BATCHES}collect/",
        f"{BATCHES}problems/",
        "/admin/xfinanz_tenants/",
        "/admin/xfinanz_ranges/",
    ):
        page = text(client.get(address))
        assert "Musterstadt" not in page, address
        assert "2026/1" not in page, address
    for step in STEPS:
        assert client.post(f"{BATCHES}{batch.pk}/{step}/").status_code == 404
    hidden = [
        f"{BATCHES}inspect/{batch.pk}/",
        f"{BATCHES}history/{batch.pk}/",
        f"{BATCHES}{batch.pk}/files/csv/",
        f"/admin/xfinanz_tenants/edit/{tenant.pk}/",
        f"/admin/xfinanz_ranges/edit/{tenant.ranges.get().pk}/",
        f"/admin/snippets/wagtail_xfinanz/postingaccount/edit/{tenant.accounts.first().pk}/",
    ]
    for address in hidden:
        assert client.get(address).status_code == 404, address
    assert client.post(f"{BATCHES}{batch.pk}/export/csv/").status_code == 404
    assert client.post(f"{BATCHES}collect/", {"tenant": tenant.pk}).status_code == 404


def test_rights_in_one_town_are_none_in_the_next(log_in, client, draft, anna, other_site):
    """May look in Musterstadt and certify in Neustadt: that is no right to certify in Musterstadt."""
    log_in(anna, "auditor")
    log_in(anna, "certifier", at=other_site)
    client.post(f"{BATCHES}{draft.pk}/certify/")
    draft.refresh_from_db()
    assert draft.state == BatchState.DRAFT


def test_there_is_no_form_for_a_batch(admin_client, draft):
    for address in ("new/", f"edit/{draft.pk}/", f"delete/{draft.pk}/", f"copy/{draft.pk}/"):
        assert admin_client.get(BATCHES + address).status_code == 404
    page = text(admin_client.get(BATCHES))
    assert "/new/" not in page


def test_problems_are_listed_with_their_cause(log_in, client, site, tenant, anna):
    order = create_order(site=site, purpose="x", items=[NewItem("Gebühr", 700, posting_key="vergessen")])
    pay(order, 700)
    log_in(anna, "certifier")
    page = text(client.get(f"{BATCHES}problems/"))
    assert "Buchungsstelle „vergessen“" in page
    assert order.reference in page
    page = text(client.post(f"{BATCHES}collect/", {"tenant": tenant.pk}, follow=True))
    assert "1 Zahlung konnte nicht gesammelt werden" in page


def test_reversing_needs_a_reason(log_in, client, paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    log_in(anna, "certifier")
    assert "Bitte geben Sie einen Grund an" in text(
        client.post(f"{BATCHES}{batch.pk}/reverse/", {"reason": " "}, follow=True)
    )
    page = text(client.post(f"{BATCHES}{batch.pk}/reverse/", {"reason": "Falsches Konto"}, follow=True))
    assert "Falsches Konto" in page
    assert "storniert 2026/1/1" in page


def test_what_was_typed_stays_if_it_could_not_be_done(log_in, client, paid, tenant, anna, bernd, later):
    (batch,) = released(tenant, anna, bernd, cut_off=later)
    log_in(anna, "certifier")
    typed = {"reason": "Falsches Konto", "reference": "vertippt"}
    again = client.post(f"{BATCHES}{batch.pk}/reverse/", typed)
    assert again.status_code == 422
    fields = html.fromstring(again.content).xpath("//main//input[@type='text']")
    assert {field.get("name"): field.get("value") for field in fields} == typed
    assert Batch.objects.count() == 1


def test_the_list_takes_the_same_queries_for_one_and_many(
    log_in, client, site, tenant, anna, bernd, later, django_assert_max_num_queries
):
    for number in range(12):
        pay(create_order(site=site, purpose="x", items=[NewItem("x", 100, posting_key="sperrgut")]), 100)
        if number == 5:
            released(tenant, anna, bernd, cut_off=later)
        else:
            collect(tenant, by=anna, cut_off=later)
    log_in(anna, "certifier")
    client.get(BATCHES)
    with django_assert_max_num_queries(15):
        text(client.get(BATCHES))
    newest = Batch.objects.first()
    with django_assert_max_num_queries(17):
        text(client.get(f"{BATCHES}inspect/{newest.pk}/"))
