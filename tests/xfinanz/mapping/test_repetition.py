"""What may come several times, but not any number of times: the schema of a finance system often sets a limit."""

from __future__ import annotations

import io

import pytest

from tests.xfinanz.mapping.samples import header_for, lines_of, posting, posting_
from tests.xfinanz.schemas.zips import schema, zipped
from wagtail_xfinanz.errors import FormatInvalid
from wagtail_xfinanz.flows.equip import equipment_of
from wagtail_xfinanz.flows.load_schema import LoadedSchema
from wagtail_xfinanz.formats.xfinanz.adapter import XFinanzFormat
from wagtail_xfinanz.mapping import Entry, Mapping, Repeat
from wagtail_xfinanz.mapping.planning import make_plan
from wagtail_xfinanz.mapping.suggest import suggest
from wagtail_xfinanz.schemas import open_package
from wagtail_xfinanz.schemas.tree import Tree

LEDGER = """<xs:complexType name="line"><xs:sequence><xs:element name="amount" type="xs:decimal"/></xs:sequence>
</xs:complexType>
<xs:element name="ledger"><xs:complexType><xs:choice><xs:element name="cash" type="line" maxOccurs="3"/>
<xs:element name="booking" type="line" maxOccurs="3"/></xs:choice></xs:complexType></xs:element>"""
GROUPS = """<xs:element name="ledger"><xs:complexType><xs:choice>
<xs:sequence maxOccurs="3"><xs:element name="amount" type="xs:decimal"/><xs:element name="end"/></xs:sequence>
<xs:element name="empty"/></xs:choice></xs:complexType></xs:element>"""
MAPPING = Mapping(
    "ledger", (Entry("/ledger/cash", repeat=Repeat.POSTINGS), Entry("/ledger/cash/amount", posting_("amount")))
)


def read(body=LEDGER):
    package = open_package(zipped({"a.xsd": schema(body)}))
    return LoadedSchema(package, Tree(package))


def written(mapping, count, body=LEDGER):
    """The file for so many postings, validated as before a release."""
    loaded = read(body)
    file_format = XFinanzFormat(equipment_of(make_plan(mapping, loaded.tree), loaded))
    out, lines = io.BytesIO(), lines_of([posting(entry_id=number) for number in range(count)])
    file_format.write(out, header=header_for(lines), lines=lines)
    out.seek(0)
    file_format.validate(out)
    return out.getvalue()


def test_a_limited_repetition_is_one_with_a_note():
    plan = make_plan(MAPPING, read().tree)
    assert not plan.problems
    (note,) = plan.findings
    assert (note.path, "3" in note.message) == ("/ledger/cash", True)
    assert written(MAPPING, 3).count(b"<cash>") == 3


def test_one_posting_too_many_makes_no_file_and_is_named():
    with pytest.raises(FormatInvalid, match=r"4.*cash"):
        written(MAPPING, 4)


def test_what_comes_once_is_not_repeated():
    once = MAPPING.having([Entry("/ledger/cash/amount", posting_("amount"), repeat=Repeat.POSTINGS)])
    assert "/ledger/cash/amount" in {problem.path for problem in make_plan(once, read().tree).problems}


def test_alternatives_of_a_choice_are_named_as_what_could_be_repeated():
    told = " ".join(problem.message for problem in make_plan(Mapping("ledger"), read().tree).problems)
    assert "cash, booking" in told.rpartition(":")[2]


def test_a_suggested_repetition_is_possible():
    found = suggest(read().tree.root("ledger"), Mapping("ledger"))
    assert found["/ledger/booking"].repeat == Repeat.POSTINGS
    accepted = make_plan(Mapping("ledger").having(found.values()), read().tree)
    assert not accepted.problems


def test_a_repeated_group_may_be_an_alternative():
    mapping = Mapping("ledger", (Entry("/ledger/#1", repeat=Repeat.POSTINGS),))
    missing = make_plan(mapping, read(GROUPS).tree).problems
    assert "/ledger/#1" not in {problem.path for problem in missing}
    whole = mapping.having([Entry("/ledger/#1/amount", posting_("amount")), Entry("/ledger/#1/end", None)])
    assert {problem.path for problem in make_plan(whole, read(GROUPS).tree).problems} <= {"/ledger/#1/end"}
