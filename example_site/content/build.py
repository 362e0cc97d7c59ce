"""Put the demo into the database, through the same models and flows people use. Running it again changes nothing."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import translation
from wagtail.models import Locale, Page, Site

from wagtail_buergerportal.assistants.models import Assistant, AssistantPlacement, PaymentPolicy
from wagtail_buergerportal.communes.flows.roles import setup_roles
from wagtail_buergerportal.communes.models import CommuneSettings, Department
from wagtail_buergerportal.identity.models import AssuranceLevel
from wagtail_buergerportal.pages.models import OfficePage, PortalHomePage, ServiceIndexPage, ServicePage
from wagtail_buergerportal.services.models import Fee, FeeSchedule
from wagtail_epayment.models import PaymentContract
from wagtail_epayment.providers.sandbox.account import open_account
from wagtail_xfinanz import conf
from wagtail_xfinanz.models import DeliveryChannel, FinanceTenant, KassenzeichenRange, PostingAccount

from . import assistants as texts
from .services import ACCESSIBILITY, IMPRINT, PRIVACY, SERVICES, SPERRGUT_EN
from .towns import ACCOUNTS, DEPARTMENTS, KREIS, PASSWORD, TOWNS, TownText

VALID_FROM = datetime.date(2026, 1, 1)
FREE = {"hundesteuer", "maengelmelder"}


def build(port: int) -> None:
    """The whole district, reachable on ``*.localhost`` at ``port``."""
    with translation.override("de"):
        for language in ("de", "en"):
            Locale.objects.get_or_create(language_code=language)
        _clear_welcome_page()
        _kreis(port)
        shared = {text.slug: _assistant(text) for text in texts.ALL}
        _english(shared["sperrgut"])
        for town in TOWNS:
            _town(town, port, shared)
        _superuser()


def _clear_welcome_page() -> None:
    Site.objects.filter(hostname="localhost").delete()
    Page.objects.filter(depth=2, slug="home").delete()


def _kreis(port: int) -> None:
    home = _home(KREIS, "Leistungen Ihrer Städte und Gemeinden, an einem Ort.")
    site = _site(KREIS, home, port, is_default=True)
    _commune(KREIS, site)
    links = "".join(f'<li><a href="http://{town.host}:{port}/">{town.name}</a></li>' for town in TOWNS)
    home.body = json.dumps([{"type": "text", "value": f"<h2>Unsere Städte</h2><ul>{links}</ul>"}])
    home.save_revision().publish()


def _town(town: TownText, port: int, shared: dict[str, Assistant]) -> None:
    home = _home(town, "Was möchten Sie erledigen?")
    site = _site(town, home, port)
    _commune(town, site)
    _money(town, site, port)
    _bookkeeping(town, site)
    departments = {name: _department(site, town, name) for name in dict.fromkeys(DEPARTMENTS.values())}
    groups = setup_roles(site)
    _staff(town, groups)
    office = _office(town, home)
    index = _child(home, ServiceIndexPage, "leistungen", title="Leistungen von A bis Z")
    pages = {slug: _service(slug, town, site, index, office, shared, departments) for slug in SERVICES}
    _fill_home(home, pages)
    _english_pages(home, index, pages["sperrgut"])


def _home(town: TownText, intro: str) -> PortalHomePage:
    root = Page.get_first_root_node()
    found = PortalHomePage.objects.filter(slug=town.slug, locale__language_code="de").first()
    if found:
        return found
    page = PortalHomePage(title=town.name, slug=town.slug, intro=intro, locale=Locale.objects.get(language_code="de"))
    root.add_child(instance=page)
    return page


def _site(town: TownText, home: Page, port: int, *, is_default: bool = False) -> Site:
    site, __ = Site.objects.update_or_create(
        hostname=town.host,
        defaults={"root_page": home, "site_name": town.name, "port": port, "is_default_site": is_default},
    )
    return site


def _commune(town: TownText, site: Site) -> None:
    values = {name: getattr(town, name) for name in ("name", "phone", "street", "postal_code", "city", "mail")}
    CommuneSettings.objects.update_or_create(
        site=site,
        defaults={
            "name": town.name,
            "ags": town.ags,
            "ars": town.ars,
            "case_prefix": town.prefix,
            "contact_name": town.contact,
            "contact_phone": town.phone,
            "contact_email": town.mail,
            "address": f"{town.street}\n{town.postal_code} {town.city}",
            "primary_colour": town.colour,
            "imprint": IMPRINT.format(**values),
            "privacy": PRIVACY.format(**values),
            "accessibility": ACCESSIBILITY.format(**values),
        },
    )


def _money(town: TownText, site: Site, port: int) -> None:
    open_account(site=site, label="Testbank", base_url=f"http://127.0.0.1:{port}/sandbox-bank/")
    PaymentContract.objects.get_or_create(
        site=site,
        provider="transfer",
        defaults={"label": "Überweisung", "options": {"account_holder": town.name, "iban": town.iban}},
    )
    schedule, __ = FeeSchedule.objects.update_or_create(
        site=site, name="Gebührentarif", valid_from=VALID_FROM, defaults={"by_law": town.by_law}
    )
    for key, (label, amount, posting_key) in town.fees.items():
        Fee.objects.update_or_create(
            schedule=schedule, key=key, defaults={"label": label, "amount_cents": amount, "posting_key": posting_key}
        )


def _bookkeeping(town: TownText, site: Site) -> None:
    tenant, __ = FinanceTenant.objects.get_or_create(site=site, defaults={"name": town.name, "number": town.tenant})
    KassenzeichenRange.objects.get_or_create(
        tenant=tenant, defaults={"prefix": f"26{town.tenant}", "counter_maximum": 9999999, "total_length": 13}
    )
    for key, (label, product, account) in ACCOUNTS.items():
        PostingAccount.objects.get_or_create(
            tenant=tenant, key=key, defaults={"label": label, "product": product, "account": account}
        )
    directory = conf.get().HANDOVER_DIRECTORIES.get(site.hostname)
    if directory is None:  # the batches of this town are downloaded
        return
    Path(directory).mkdir(parents=True, exist_ok=True)
    DeliveryChannel.objects.get_or_create(
        tenant=tenant, defaults={"kind": "directory", "label": "Verzeichnis des Finanzverfahrens"}
    )


def _department(site: Site, town: TownText, name: str) -> Department:
    email = f"{name.lower().replace('ß', 'ss').replace('ü', 'ue')}@{town.slug}.example"
    return Department.objects.update_or_create(site=site, name=name, defaults={"email": email, "phone": town.phone})[0]


def staff_of(town: TownText) -> list[tuple[str, str, str]]:
    """(user name, role key, what the person does) for every role of a town."""
    rows = [
        ("admin", "portal_admin", "Portalverwaltung"),
        ("redaktion", "editor", "Redaktion"),
        ("kasse1", "certifier", "Kasse: feststellen"),
        ("kasse2", "releaser", "Kasse: freigeben"),
        ("pruefung", "auditor", "Rechnungsprüfung"),
    ]
    for name in dict.fromkeys(DEPARTMENTS.values()):
        short = name.lower().replace("ß", "ss").replace("ü", "ue")
        rows.append((short, f"clerk:{name}", f"Sachbearbeitung {name}"))
    return [(f"{town.slug}-{user}", role, title) for user, role, title in rows]


def _staff(town: TownText, groups: dict[str, Any]) -> None:
    for name, role, title in staff_of(town):
        user, is_new = get_user_model().objects.get_or_create(
            username=name, defaults={"last_name": title, "email": f"{name}@{town.slug}.example"}
        )
        if is_new:
            user.set_password(PASSWORD)
            user.save()
        user.groups.add(groups[role])


def _superuser() -> None:
    if not get_user_model().objects.filter(username="kreis-admin").exists():
        get_user_model().objects.create_superuser("kreis-admin", "admin@kreis.example", PASSWORD)


def _assistant(text: texts.AssistantText) -> Assistant:
    found = Assistant.objects.filter(title=text.title, locale__language_code="de").first()
    if found:
        return found
    assistant = Assistant(title=text.title, intro=text.intro, locale=Locale.objects.get(language_code="de"), live=False)
    assistant.steps, assistant.fees = json.dumps(text.steps), json.dumps(text.fees)
    assistant.save()
    assistant.save_revision().publish()
    return assistant


def _english(german: Assistant) -> None:
    locale = Locale.objects.get(language_code="en")
    if german.has_translation(locale):
        return
    text = texts.SPERRGUT_EN
    english = german.copy_for_translation(locale)
    english.title, english.intro = text.title, text.intro
    english.steps, english.fees = json.dumps(text.steps), json.dumps(text.fees)
    english.live = False
    english.save()
    english.save_revision().publish()


def _placement(slug: str, site: Site, assistant: Assistant, department: Department) -> AssistantPlacement:
    service = SERVICES[slug]
    return AssistantPlacement.objects.update_or_create(
        site=site,
        slug=slug,
        defaults={
            "assistant": assistant,
            "department": department,
            "payment_policy": PaymentPolicy.NONE if slug in FREE else PaymentPolicy.REQUIRED,
            "min_level": AssuranceLevel.SUBSTANTIAL if slug == "meldebescheinigung" else AssuranceLevel.NONE,
            "needed": service["needed"],
            "processing_time": service["processing_time"],
            "confirmation": "Wir haben Ihre Angaben erhalten.",
        },
    )[0]


def _service(
    slug: str,
    town: TownText,
    site: Site,
    index: Page,
    office: Page,
    shared: dict[str, Assistant],
    departments: dict[str, Department],
) -> ServicePage:
    placement = _placement(slug, site, shared[slug], departments[DEPARTMENTS[slug]])
    values = {key: value for key, value in SERVICES[slug].items() if key != "needed"}
    body = json.dumps([{"type": "assistant", "value": {"placement": placement.pk, "heading": "", "button": ""}}])
    review = datetime.date(2027, 6, 30)
    return _child(index, ServicePage, slug, **values, office=office, body=body, review_on=review)


def _office(town: TownText, home: Page) -> OfficePage:
    return _child(
        home,
        OfficePage,
        "buergerbuero",
        title=f"Bürgerbüro {town.name}",
        street=town.street,
        postal_code=town.postal_code,
        city=town.city,
        room="Erdgeschoss",
        phone=town.phone,
        email=town.mail,
        opening_hours="<p>Montag bis Freitag 8 bis 12 Uhr, Donnerstag auch 14 bis 18 Uhr, jeden ersten Samstag im Monat 9 bis 12 Uhr.</p>",
        building_access="<p>Stufenloser Eingang an der Rückseite, Aufzug, barrierefreies WC im Erdgeschoss.</p>",
    )


def _child(parent: Page, model: type[Any], slug: str, **values: Any) -> Any:
    found = model.objects.child_of(parent).filter(slug=slug).first()
    if found:
        return found
    page = model(slug=slug, locale=parent.locale, **values)
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page


def _fill_home(home: PortalHomePage, pages: dict[str, ServicePage]) -> None:
    def cards(*slugs: str) -> list[dict[str, Any]]:
        return [{"page": pages[slug].pk, "title": "", "text": SERVICES[slug]["teaser"]} for slug in slugs]

    top = {"heading": "Häufig gesucht", "cards": cards("sperrgut", "bewohnerparkausweis", "maengelmelder")}
    life = {"heading": "Lebenslagen", "cards": cards("meldebescheinigung", "hundesteuer", "rathausfuehrung")}
    home.body = json.dumps([{"type": "top_tasks", "value": top}, {"type": "life_situations", "value": life}])
    home.save_revision().publish()


def _english_pages(home: Page, index: Page, service: ServicePage) -> None:
    locale = Locale.objects.get(language_code="en")
    if service.has_translation(locale):
        return
    # Each is published before its children are made: a page object in hand does not learn of them.
    english_home = home.copy_for_translation(locale)
    english_home.intro, english_home.body = "What would you like to do?", "[]"
    english_home.save_revision().publish()
    english_index = index.copy_for_translation(locale)
    english_index.title = "Services from A to Z"
    english_index.save_revision().publish()
    english = service.copy_for_translation(locale)
    for name, value in SPERRGUT_EN.items():
        setattr(english, name, value)
    english.save_revision().publish()
