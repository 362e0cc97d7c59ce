"""A schema that uses what is allowed and seldom, mapped by paths as the editor has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from tests.xfinanz.mapping.samples import (
    NUMBER,
    TOTAL,
    batch,
    constant,
    loaded,
    plan_of,
    posting,
    posting_,
    written,
)
from wagtail_xfinanz.mapping import Condition, Entry, Mapping, Repeat, Test
from wagtail_xfinanz.mapping.plan import PlanElement
from wagtail_xfinanz.mapping.prefixes import prefixes_for
from wagtail_xfinanz.posting import PostingKind
from wagtail_xfinanz.schemas.describe import type_in_words

NAME = "kreiskasse"
K, P = "{urn:kreis:kasse/7}", "{urn:kreis:person}"
ROOT = f"/{K}Lieferung"
RECORD = f"{ROOT}/#1/Satz"
PERSON = f"{RECORD}/Zahler~{P}Mensch"
SIDES = tuple((kind, "S" if "fee" in kind or kind == "refund" else "H") for kind in PostingKind.values)
MAPPING = Mapping(
    f"{K}Lieferung",
    (
        Entry(f"{ROOT}/@mandant", batch("tenant_number")),
        Entry(f"{ROOT}/@lauf", batch("number")),
        Entry(f"{ROOT}/Kopf/@{K}stufe", constant("offen")),
        Entry(f"{ROOT}/Kopf/Stand", batch("released_at")),
        Entry(f"{ROOT}/Kopf/Quelle", constant("MUS")),
        Entry(f"{ROOT}/Kopf/Sprachen", constant("de en")),
        Entry(f"{ROOT}/#1", repeat=Repeat.POSTINGS),
        Entry(f"{RECORD}/@{K}id", posting_("uuid"), prefix="s-"),
        Entry(f"{RECORD}/@{K}storno", constant("true")),
        Entry(f"{RECORD}/Nr", posting_("sequence")),
        Entry(f"{RECORD}/Wert", posting_("amount"), format="decimal_unsigned"),
        Entry(f"{RECORD}/Wert/@sh", posting_("kind"), table=SIDES),
        Entry(f"{RECORD}/Soll/Produkt", posting_("product")),
        Entry(f"{RECORD}/Soll/Sachkonto", posting_("account")),
        Entry(f"{RECORD}/Haushalt", posting_("budget_line")),
        Entry(PERSON, condition=Condition("payer", Test.FILLED)),
        Entry(f"{PERSON}/{P}Anzeige", posting_("payer")),
        Entry(f"{RECORD}/Tag", posting_("booked_on"), format="compact"),
        Entry(f"{RECORD}/Merkmal", posting_("method"), cut=27),
        Entry(f"{RECORD}/Merkmal/@{K}name", constant("zahlweg")),
        Entry(f"{ROOT}/{K}Tagesende/Anzahl", NUMBER),
        Entry(f"{ROOT}/{K}Tagesende/Summe", TOTAL, format="decimal_unsigned"),
    ),
).having(())
CASES = {
    "doppisch": posting(product="11.01.02", payer="Zoë Ümit", method="card"),
    "kameral": posting(account="", budget_line="7200.1100"),
    "refund": posting(kind="refund", amount_cents=-500, product="1"),
    "fee": posting(kind="fee", amount_cents=-30, product="1"),
}


def test_what_is_seldom_is_told_in_words():
    tree = loaded(NAME)[1]
    assert tree.messages == [f"{K}Lieferung"]
    assert "string" not in type_in_words(tree.find(f"{ROOT}/Kopf/Sprachen"))
    stage = tree.find(f"{ROOT}/Kopf").attribute(f"{K}stufe")
    assert stage.type.opaque
    assert tree.find(f"{RECORD}/Wert").attribute("sh")


def test_it_can_be_mapped():
    assert [finding.message for finding in plan_of(MAPPING, NAME).problems] == []


@pytest.mark.parametrize("case", CASES)
def test_the_file_is_valid(case):
    content = written(MAPPING, NAME, [CASES[case], replace(CASES[case], entry_id=2)])
    root, validator = etree.fromstring(content), loaded(NAME)[0].schema
    assert validator.validate(root), validator.error_log.last_error
    first = root.find("Satz")
    chosen = {"Soll", "Haushalt"} & {child.tag for child in first}
    assert chosen == ({"Haushalt"} if case == "kameral" else {"Soll"})
    assert first.find("Wert").get("sh") == ("H" if case in ("doppisch", "kameral") else "S")
    assert (first.find("Zahler") is not None) is (case == "doppisch")


def test_a_list_that_does_not_fit_is_found_by_the_whole_file():
    wrong = MAPPING.having([Entry(f"{ROOT}/Kopf/Sprachen", constant("de fr"))])
    assert plan_of(wrong, NAME).problems == []
    content = written(wrong, NAME, [CASES["doppisch"]])
    assert not loaded(NAME)[0].schema.validate(etree.fromstring(content))


def test_no_prefix_stands_for_two_namespaces():
    """The schema's authors call one of theirs as we would call the next."""
    parts = [PlanElement(f"{{urn:{name}}}part", "", required=True) for name in ("unnamed", "other")]
    root = PlanElement("{urn:known}root", "", required=True, parts=[*parts])
    prefixes = prefixes_for(root, {"urn:known": "n2"})
    assert sorted(prefixes.values()) == ["n1", "n2", "n3"]
