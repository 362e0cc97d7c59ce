"""Two towns of one district. Musterstadt has secrets in every model; Neustadt has staff in every role."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from functools import cache, cached_property

from django.contrib.auth import get_user_model
from django.test import TestCase
from django.utils import timezone
from wagtail.models import Collection, Locale, Page, Site

from example_site.content.build import build
from wagtail_buergerportal.assistants.flows.drafts import begin
from wagtail_buergerportal.assistants.models import Assistant, AssistantPlacement, Draft
from wagtail_buergerportal.cases import payments
from wagtail_buergerportal.cases.flows import add_note, assign, submit
from wagtail_buergerportal.cases.models import Case, CaseDeletion, CaseUpload
from wagtail_buergerportal.cases.submission import FeeLine, Submission, UploadedPart
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.services.models import Fee, FeeSchedule
from wagtail_epayment.flows import refundable_cents, request_refund
from wagtail_epayment.flows.connect import issue_key, issue_secret
from wagtail_epayment.flows.import_report import import_file
from wagtail_epayment.flows.inbox import store
from wagtail_epayment.flows.issue import issue_receipt
from wagtail_epayment.models import (
    ApiClient,
    EntryKind,
    EventKind,
    LedgerEntry,
    MessageSource,
    OutboxEvent,
    PaymentAttempt,
    PaymentContract,
    PaymentOrder,
    ProviderMessage,
    Refund,
    SettlementLine,
    SettlementReport,
    WebhookDelivery,
    WebhookEndpoint,
)
from wagtail_epayment.providers.base import RawMessage
from wagtail_xfinanz.budget import local_day
from wagtail_xfinanz.flows import acknowledge, certify, collect, export, prepare_day, release, sign_day
from wagtail_xfinanz.models import (
    AuditExport,
    Batch,
    CsvProfile,
    DailyClosing,
    DeliveryChannel,
    FetchedAnswer,
    FinanceTenant,
    KassenzeichenRange,
    MappingVersion,
    PostingAccount,
    PostingRecord,
    SchemaPackage,
)

SECRET = "Geheim-A7"
GUESS = "Geheim-"
#: What nobody in Neustadt may ever read.
MARKERS = (SECRET, "MUS-2", "musterstadt-", "geheim-a7.pdf")
#: How the rows of a model are those of a town.
OF_A_TOWN = {
    ApiClient: "site",
    Assistant: "site",
    AssistantPlacement: "site",
    Batch: "tenant__site",
    Case: "site",
    CaseDeletion: "site",
    DailyClosing: "tenant__site",
    CsvProfile: "tenant__site",
    DeliveryChannel: "tenant__site",
    Department: "site",
    FeeSchedule: "site",
    FinanceTenant: "site",
    KassenzeichenRange: "tenant__site",
    LedgerEntry: "order__site",
    PaymentAttempt: "order__site",
    PaymentContract: "site",
    PaymentOrder: "site",
    PostingAccount: "tenant__site",
    ProviderMessage: "contract__site",
    Refund: "order__site",
    SettlementLine: "report__site",
    SettlementReport: "site",
    MappingVersion: "tenant__site",
    SchemaPackage: "site",
    WebhookDelivery: "endpoint__site",
    WebhookEndpoint: "site",
}


@dataclass(eq=False)
class World:
    home: Site
    stranger: Site
    staff: list = field(default_factory=list)

    def rows(self, model, site=None):
        return model.objects.filter(**{OF_A_TOWN[model]: site or self.stranger})

    def state(self):
        """All that Musterstadt has, to see that nobody changed it."""
        return {model.__name__: list(self.rows(model).order_by("pk").values()) for model in OF_A_TOWN}

    @cache  # noqa: B019 - lives as long as the one world
    def last(self, model):
        return self.rows(model).last().pk

    @cached_property
    def keys(self):
        """What Musterstadt's addresses are made of, read once: nothing the tests do outlives them."""
        order = self.rows(PaymentOrder).order_by("created_at").last()
        case = self.rows(Case).get()
        attempt = PaymentAttempt.objects.filter(order=order).first()
        return {
            "revision_id": 1,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "task_state_id": 1,
            "workflow_state_id": 1,
            "task_id": 1,
            "action_name": "approve",
            "name": "kassenbuch",
            "order": order.pk,
            "upload_id": CaseUpload.objects.get(case=case).pk,
            "number": case.number,
            "slug": "geheim",
            "draft_id": Draft.objects.filter(placement__site=self.stranger).last().pk,
            "key": "abholung",
            "provider": "sandbox",
            "contract_id": attempt.contract_id,
            "return_token": attempt.return_token,
            "entry_id": LedgerEntry.objects.filter(order=order).first().pk,
            "tx_id": attempt.merchant_tx_id,
            "ref": "unknown",
            "day": self.rows(DailyClosing).last().day.isoformat(),
            "tenant": self.rows(FinanceTenant).get().pk,
            "posting": PostingRecord.objects.filter(batch__tenant__site=self.stranger).last().pk,
            "token": order.token,
            "export": AuditExport.objects.get(tenant__site=self.stranger).pk,
            "fetched": FetchedAnswer.objects.get(channel__tenant__site=self.stranger).pk,
        }


def make_towns():
    """The demo; afterwards both towns have the same, and no secrets."""
    Locale.objects.get_or_create(language_code="de")
    if Page.get_first_root_node() is None:
        Page.add_root(title="Root", slug="root")
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    build(8000)
    users = get_user_model().objects.filter(username__startswith="neustadt-").order_by("username")
    return World(
        home=Site.objects.get(hostname="neustadt.localhost"),
        stranger=Site.objects.get(hostname="musterstadt.localhost"),
        staff=list(users),
    )


def add_secrets(world):
    """Give Musterstadt one more row of everything, each with the secret in it."""
    site = world.stranger
    clerk = get_user_model().objects.get(username="musterstadt-abfallwirtschaft")
    CommuneSettings.objects.filter(site=site).update(contact_name=SECRET)
    department = Department.objects.create(site=site, name=f"{SECRET} Amt")
    schedule = FeeSchedule.objects.create(
        site=site, name=f"{SECRET} Tarif", valid_from=datetime.date(2020, 1, 1), by_law=SECRET
    )
    Fee.objects.create(schedule=schedule, key="geheim", label=SECRET, amount_cents=1, posting_key="geheim")
    PaymentContract.objects.filter(site=site).update(label=SECRET)
    tenant = FinanceTenant.objects.get(site=site)
    PostingAccount.objects.create(tenant=tenant, key="geheim", label=SECRET, product="1", account="2")
    CsvProfile.objects.create(tenant=tenant, name=SECRET, is_active=False)
    assistant = Assistant.objects.filter(locale__language_code="de").first()
    own = Assistant(title=SECRET, site=site, locale=assistant.locale, steps=assistant.steps, fees=assistant.fees)
    own.save()
    own.save_revision(user=clerk).publish()
    AssistantPlacement.objects.create(site=site, slug="geheim", assistant=own, department=department)
    begin(placement=AssistantPlacement.objects.get(site=site, slug="sperrgut"), citizen=None)
    CaseDeletion.objects.create(
        site=site, number="MUS-2020-000001", service_key=SECRET, received_at=timezone.now(), retention_days=1
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        _case_with_money(site, department, clerk)
    _books(tenant)
    _applications(site)


def _applications(site):
    issue_key(ApiClient(site=site, name=SECRET))
    endpoint = WebhookEndpoint(site=site, name=SECRET, url="https://fach.example/", is_active=False)
    issue_secret(endpoint)
    order = PaymentOrder.objects.filter(site=site).last()
    event = OutboxEvent.objects.create(order=order, kind=EventKind.ORDER_PAID, key=SECRET, delivered_at=timezone.now())
    WebhookDelivery.objects.create(endpoint=endpoint, event=event, payload={"reference": SECRET})


def _case_with_money(site, department, clerk):
    case = submit(
        submission=Submission(
            submission_key=uuid.uuid4(),
            site=site,
            department=department,
            title=f"{SECRET} Anliegen",
            service_key="sperrgut",
            language="de",
            answers={"nachname": SECRET},
            summary=[{"title": SECRET, "rows": [{"label": "Name", "value": SECRET}]}],
            fee_lines=(FeeLine(SECRET, 1, 1000, 0, "geheim"),),
            payment_policy="required",
            payer={"last_name": SECRET},
            uploads=(UploadedPart("plan", "geheim-a7.pdf", "application/pdf", b"%PDF-1.7 " + SECRET.encode()),),
        )
    ).case
    assign(case, to=clerk, by=clerk)
    add_note(case, text=SECRET, by=clerk, is_public=False)
    order = payments.order_for(case)
    entry = _money(order)
    issue_receipt(entry)
    request_refund(payment=entry, amount_cents=100, believed_cents=refundable_cents(entry), reason=SECRET, user=clerk)
    raw = RawMessage(body=SECRET.encode(), headers={})
    store(contract=entry.attempt.contract, source=MessageSource.NOTIFY, raw=raw)
    row = f"id;amount;merchant_tx_id;reference;date;kind;text\n1;9.99;{SECRET};{SECRET};20.11.2026;payment;{SECRET}"
    options = {"column_text": "text"}
    import_file(
        site=site, format_name="csv", data=row.encode(), user=clerk, contract=entry.attempt.contract, options=options
    )


def _money(order):
    contract = PaymentContract.objects.get(site=order.site, provider="sandbox")
    same = {"order": order, "amount_cents": order.amount_cents, "currency": order.currency}
    attempt = PaymentAttempt.objects.create(
        **same, contract=contract, provider="sandbox", merchant_tx_id=uuid.uuid4().hex
    )
    at = timezone.now() - datetime.timedelta(hours=1)
    return LedgerEntry.objects.create(
        **same, attempt=attempt, kind=EntryKind.PAYMENT, provider_ref=SECRET, method="card", occurred_at=at
    )


def _books(tenant):
    same = {"namespace": SECRET, "sha256": "0" * 64, "size": 1}
    package = SchemaPackage.objects.create(site=tenant.site, name=f"{SECRET}.zip", **same)
    definition = {"format": "wagtail-xfinanz-mapping/1", "message": SECRET, "entries": []}
    MappingVersion.objects.create(tenant=tenant, package=package, number=1, name=SECRET, definition=definition)
    first, second = (get_user_model().objects.get(username=f"musterstadt-kasse{number}") for number in (1, 2))
    for batch in collect(tenant, by=first).batches:
        _answered(release(certify(batch, by=first), by=second), by=first)
    secret = {"label": SECRET, "credentials": {"password": SECRET}}
    channel = DeliveryChannel.objects.create(tenant=tenant, kind="directory", **secret)
    refused = {"name": f"{SECRET}.xml", "size": 1, "modified": 1, "state": "refused", "error": SECRET}
    FetchedAnswer.objects.create(channel=channel, **refused)
    today = local_day(timezone.now())
    AuditExport.objects.create(tenant=tenant, first=today, last=today, requested_by=first, error=SECRET)
    day = prepare_day(tenant, day=local_day(timezone.now()), by=first, note=SECRET)
    sign_day(day, by=second)


def _answered(batch, *, by):
    """The finance system has rejected it, and says so with the secret."""
    export(batch, file_format="kassenbuch", by=by)
    total = f"{batch.total_cents // 100},{batch.total_cents % 100:02d}"
    head = f"K;{batch.tenant.number};{batch.budget_year};{batch.number}"
    data = f"{head}\nG;abgelehnt;X;{SECRET}\nS;0;0,00;{batch.count};{total}"
    acknowledge(batch.tenant, data=data.encode(), filename=f"{SECRET}.csv", by=by)


def arguments(world, address):
    """Musterstadt's own keys for an address. Raises KeyError for a parameter nobody has thought of."""
    return {name: _pk(world, address) if name == "pk" else world.keys[name] for name in address.parameters}


def _pk(world, address):
    return _service_page(world) if address.name.endswith("_api:service") else world.last(address.model or Case)


def _service_page(world):
    return world.stranger.root_page.get_descendants().filter(slug="sperrgut").first().pk
