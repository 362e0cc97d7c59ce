"""Answers that do not fit their batch or themselves: all of a file is refused, and its lines are named."""

from __future__ import annotations

import pytest

from tests.xfinanz.handover.story import state
from wagtail_xfinanz.errors import AnswerRefused
from wagtail_xfinanz.models import (
    AcknowledgementImport,
    BatchState,
    PostingAcknowledgement,
)

pytestmark = pytest.mark.django_db
GOOD = ("B;1;angenommen", "B;2;angenommen")


def csv(*rows, end="S;2;57,50;0;0,00"):
    return "\r\n".join(["K;4711;2026;1", *rows, end]).encode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (csv("B;1;angenommen", "B;3;angenommen"), ("3", "3")),
        (csv("B;1;angenommen", "B;1;angenommen"), ("3", "2")),
        (csv(*GOOD, end="S;3;57,50;0;0,00"), ("3", "2")),
        (csv(*GOOD, end="S;2;57,51;0;0,00"), ("57,51", "57,50")),
        (csv("B;1;angenommen;;;99999", "B;2;angenommen"), ("2", "1")),
        (csv("B;1;angenommen;;;;37,51", "B;2;angenommen"), ("2", "1")),
        (csv("B;1;vielleicht", "B;2;angenommen"), ("2", "vielleicht")),
        (csv("B;eins;angenommen"), ("2", "eins")),
        (csv("B;1;angenommen;;;;37.505"), ("2", "37.505")),
        (csv("B;1"), ("2", "B")),
        (csv("X;1;angenommen"), ("2", "X")),
        (csv(*GOOD, "K;4711;2026;1"), ("4",)),
        (csv(*GOOD, "G;angenommen"), ()),
        (csv("G;angenommen", "G;angenommen"), ("3",)),
        (csv(end="S;0;0,00;0;0,00"), ()),
        (csv(*GOOD, end=""), ()),
        (csv(*GOOD) + b"\r\nB;2;angenommen", ("5",)),
        (csv(*GOOD).replace(b"4711", b"0815"), ("0815", "4711")),
        (csv(*GOOD).replace(b"2026;1", b"2026;7"), ("2026/7",)),
        (csv(*GOOD).replace(b"2026;1", b"2025;1"), ("2025/1",)),
        (csv(*GOOD).replace(b"2026;1", b"2026;1;" + b"0" * 64), ("2026/1",)),
        (b'K;4711;2026;1\r\nB;1;"angenommen', ()),
        (b"", ("CSV",)),
        (b"%PDF-1.7", ("CSV",)),
        (b"<html/>", ("CSV",)),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_and_leaves_nothing(exported, answer, data, told):
    with pytest.raises(AnswerRefused) as refused:
        answer(data)
    assert all(word in str(refused.value) for word in told), refused.value
    assert state(exported) == BatchState.EXPORTED
    assert (AcknowledgementImport.objects.count(), PostingAcknowledgement.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data.replace(b'nr="2"', b'nr="zwei"'),
        lambda data: data.replace(b"angenommen", b"akzeptiert"),
        lambda data: data.replace(b"</quittung>", b""),
        lambda data: data.replace(b"<kopf>", b"<kopf><extra/>"),
        lambda data: b'<!DOCTYPE quittung [<!ENTITY a "b">]>' + data,
        lambda data: b'<!DOCTYPE quittung SYSTEM "file:///etc/passwd">' + data,
        lambda data: data.replace(b"57.50", b"57.5"),
    ],
)
def test_broken_xml_is_refused(exported, quittung, answer, harm):
    with pytest.raises(AnswerRefused):
        answer(harm(quittung(exported)))
    assert AcknowledgementImport.objects.count() == 0


def test_many_contradictions_are_told_in_short(exported, answer):
    rows = [f"B;{number};angenommen" for number in range(3, 200)]
    with pytest.raises(AnswerRefused) as refused:
        answer(csv(*rows))
    assert len(str(refused.value)) < 2500
    assert "177" in str(refused.value)


def test_a_batch_nobody_handed_over_cannot_be_answered(batch, quittung, answer):
    with pytest.raises(AnswerRefused, match="2026/1"):
        answer(quittung(batch))
