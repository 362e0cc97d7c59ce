"""Answers as XML after quittung-1.xsd: own namespace, own documented schema, always validated."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from lxml import etree

from ...errors import AnswerRefused
from ..base import Answer, BaseAcknowledgementFormat, BatchAnswer, Totals, cents_of, refused
from ..registry import acknowledgement_formats

NAMESPACE = "urn:wagtail-xfinanz:quittung:1"
SCHEMA = Path(__file__).with_name("quittung-1.xsd")
_NS = {"q": NAMESPACE}


@acknowledgement_formats.register("quittung")
class QuittungFormat(BaseAcknowledgementFormat):
    """No DTD, no entities, no network."""

    label = gettext_lazy("Quittung (XML)")

    def recognises(self, data: bytes) -> bool:
        return NAMESPACE.encode() in data[:2000]

    def read(self, data: bytes) -> BatchAnswer:
        root = _parsed(data)
        _check(root)
        whole = root.find("q:gesamt", _NS)
        return BatchAnswer(
            tenant_number=_text(root, "q:kopf/q:mandant"),
            budget_year=int(_text(root, "q:kopf/q:haushaltsjahr")),
            number=int(_text(root, "q:kopf/q:nummer")),
            file_sha256=_text(root, "q:kopf/q:pruefsumme"),
            totals=_totals(root),
            answers=tuple(_answer(node) for node in root.iterfind("q:buchungen/q:buchung", _NS)),
            whole=None if whole is None else _answer(whole),
        )


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise refused(error.lineno or 0, str(error.msg)) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs lack it
        raise AnswerRefused(_("A document type declaration is not allowed."))
    return root


def _check(root: Any) -> None:
    if not schema().validate(root):
        error: Any = schema().error_log[0]  # type: ignore[index]  # the stubs lack it
        raise refused(error.line, error.message)


@lru_cache(maxsize=1)
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True, resolve_entities=False)))


def _text(node: Any, path: str) -> str:
    return (node.findtext(path, namespaces=_NS) or "").strip()


def _answer(node: Any) -> Answer:
    amount = _text(node, "q:betrag")
    return Answer(
        line=node.sourceline or 0,
        sequence=int(node.get("nr", "0")),
        accepted=node.get("status") == "angenommen",
        code=_text(node, "q:code"),
        text=_text(node, "q:text"),
        reference=_text(node, "q:kassenzeichen"),
        amount_cents=cents_of(amount, line=node.sourceline or 0) if amount else None,
    )


def _totals(root: Any) -> Totals:
    node = root.find("q:kontrollsatz", _NS)
    accepted, rejected = node.find("q:angenommen", _NS), node.find("q:abgelehnt", _NS)
    return Totals(
        accepted_count=int(accepted.get("anzahl")),
        accepted_cents=cents_of(accepted.get("summe"), line=accepted.sourceline or 0),
        rejected_count=int(rejected.get("anzahl")),
        rejected_cents=cents_of(rejected.get("summe"), line=rejected.sourceline or 0),
    )
