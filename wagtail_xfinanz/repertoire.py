"""Which characters a finance system takes: the repertoires of the XÖV world, read from their published schemas.

Sources: String.Latin 1.1.1 ("Lateinische Zeichen in Unicode", KoSIT) and DIN 91379:2022-08, datatypes A to E; the
schema files lie unchanged in ``vendored``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _
from lxml import etree

_HERE = Path(__file__).parent
_XS = "{http://www.w3.org/2001/XMLSchema}"
_CLUSTER = re.compile("(?s:.)(?:\u035f(?s:.))?[\u0300-\u036f\u1dc4-\u1dff]*")


class Repertoire(models.TextChoices):
    """What text must consist of. The kassenbuch's own is Latin with its signs, near datatype C."""

    KASSENBUCH = "kassenbuch", _("Latin letters and signs (kassenbuch)")
    STRING_LATIN = "string_latin", _("String.Latin 1.1.1 (XFinanz 3)")
    DIN_A = "datatypeA", _("DIN 91379, datatype A: names of people")
    DIN_B = "datatypeB", _("DIN 91379, datatype B: other names")
    DIN_C = "datatypeC", _("DIN 91379, datatype C: all normative characters")
    DIN_D = "datatypeD", _("DIN 91379, datatype D: names of companies and products")
    DIN_E = "datatypeE", _("DIN 91379, datatype E: also Greek and Cyrillic")


#: What a tenant may ask for: all within what the kassenbuch can write.
OF_TENANTS = (Repertoire.KASSENBUCH, Repertoire.STRING_LATIN, Repertoire.DIN_B, Repertoire.DIN_C)
_FILES = {Repertoire.STRING_LATIN: ("latinchars.xsd", "String.Latin")}


def outside(text: str, repertoire: Repertoire) -> list[str]:
    """The characters, with their marks, that the repertoire does not have; each once, in order."""
    if _pattern(repertoire).fullmatch(text):
        return []
    return [cluster for cluster in dict.fromkeys(_CLUSTER.findall(text)) if not _pattern(repertoire).fullmatch(cluster)]


def with_search_forms(text: str) -> str:
    """Letters String.Latin does not have, written by their search form of DIN 91379: "ĝ" becomes "g"."""
    if not outside(text, Repertoire.STRING_LATIN):
        return text
    forms = _search_forms()
    return "".join(forms.get(cluster, cluster) for cluster in _CLUSTER.findall(text))


@lru_cache
def _pattern(repertoire: Repertoire) -> re.Pattern[str]:
    """The published pattern. XSD's language of patterns is a part of Python's as far as these files use it."""
    if repertoire == Repertoire.KASSENBUCH:
        from .text import KASSENBUCH_PATTERN

        return KASSENBUCH_PATTERN
    filename, name = _FILES.get(repertoire, ("din-norm-91379-datatypes.xsd", repertoire.value))
    schema = etree.parse(_HERE / "vendored" / filename, etree.XMLParser(resolve_entities=False, no_network=True))
    found = schema.find(f".//{_XS}simpleType[@name='{name}']//{_XS}pattern")
    if found is None:
        raise LookupError(f"{filename} has no pattern for {name}.")
    return re.compile(str(found.get("value")))


@lru_cache(maxsize=1)
def _search_forms() -> dict[str, str]:
    lines = (_HERE / "transliteration.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)
