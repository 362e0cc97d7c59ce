from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from wagtail_buergerportal.assistants.errors import UploadRefused
from wagtail_buergerportal.assistants.models import DraftUpload
from wagtail_buergerportal.assistants.sniffing import clean_name, content_type_of

from .conftest import PERSON, PNG

pytestmark = pytest.mark.django_db

EXE = b"MZ\x90\x00" + b"\x00" * 200
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def at_photo(wizard):
    wizard.starts()
    wizard.fills("gegenstaende", anzahl="1", art="normal")
    wizard.fills("person", **PERSON)
    return wizard


def file(data, name):
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def test_an_uploaded_file_is_listed_kept_sealed_and_handed_in(at_photo, png, cases):
    page = at_photo.fills("foto", bild=png("Mein Foto.png"), bemerkung="", _upload="bild")
    assert "Mein Foto.png" in page.content.decode()
    assert PNG[:30] not in bytes(DraftUpload.objects.get().sealed)
    at_photo.fills("foto", bemerkung="links")
    at_photo.sends()
    upload = cases.get().uploads.get()
    assert upload.filename == "Mein Foto.png"
    assert upload.content_type == "image/png"
    assert upload.size == len(PNG)


def test_a_file_can_be_taken_back(at_photo, png):
    at_photo.fills("foto", bild=png(), bemerkung="bleibt", _upload="bild")
    page = at_photo.fills("foto", bemerkung="bleibt", _remove=str(DraftUpload.objects.get().pk))
    assert not DraftUpload.objects.exists()
    assert 'value="bleibt"' in page.content.decode()
    at_photo.fills("foto", bemerkung="bleibt", _remove="kein-schlüssel")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (EXE, "rechnung.pdf"),
        (b"", "leer.pdf"),
        (b"<svg onload=alert(1)>", "bild.png"),
        (b"PK\x03\x04aaaa", "a.pdf"),
    ],
)
def test_what_is_not_what_it_says_is_refused_at_the_field(at_photo, data, name):
    at_photo.fills("foto", bild=file(data, name), bemerkung="bleibt hier")
    assert at_photo.page.status_code == 422
    assert at_photo.errors[0][0] == "f-bild"
    assert 'value="bleibt hier"' in at_photo.page.content.decode()
    assert not DraftUpload.objects.exists()


def test_fifty_megabytes_are_answered_at_the_field_and_nothing_else_is_lost(at_photo):
    at_photo.fills("foto", bild=file(PDF + b"0" * 50 * 1024 * 1024, "gross.pdf"), bemerkung="bleibt hier")
    assert at_photo.page.status_code == 422
    assert at_photo.errors == [
        ("f-bild", "Foto: Die Datei ist zu groß: Möglich sind höchstens 1 MB. Bitte verkleinern oder teilen Sie sie.")
    ]
    assert 'value="bleibt hier"' in at_photo.page.content.decode()


def test_more_files_than_asked_for_are_refused(at_photo, png):
    at_photo.fills("foto", bild=[png("a.png"), png("b.png"), png("c.png")], bemerkung="")
    assert DraftUpload.objects.count() == 2
    assert "2 Dateien" in at_photo.errors[0][1]


def test_a_file_for_a_field_that_is_not_there_is_never_kept(at_photo, png):
    at_photo.fills("foto", fremd=png(), vorname=png(), bemerkung="")
    assert not DraftUpload.objects.exists()


def test_a_huge_text_is_answered_on_the_page_and_what_was_saved_stays(at_photo):
    at_photo.opens("gegenstaende")
    page = at_photo.fills("gegenstaende", anzahl="1", art="normal", hinweise="x" * 3_000_000)
    assert page.status_code == 413
    assert "mehr gesendet" in page.content.decode()
    assert 'value="1"' in page.content.decode()
    page = at_photo.fills("gegenstaende", anzahl="1", art="normal", hinweise="x" * 100_000)
    assert page.status_code == 422
    assert "x" * 1000 in page.content.decode()


def test_too_many_inputs_are_answered_too(at_photo):
    page = at_photo.fills("gegenstaende", **{f"f{number}": "x" for number in range(2000)})
    assert page.status_code == 413


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Dokumente\\Brief.exe", "Brief.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.pdf"),
        ("", "Datei.pdf"),
        ("😀.pdf", "Datei.pdf"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        ("Zeugnis Müller (1).pdf", "Zeugnis Müller (1).pdf"),
        ('"><script>.pdf', "script.pdf"),
    ],
)
def test_file_names_are_tidied(name, kept):
    assert clean_name(name, "application/pdf") == kept


def test_the_type_must_be_one_of_those_asked_for():
    assert content_type_of(PDF, ("pdf",)) == "application/pdf"
    with pytest.raises(UploadRefused):
        content_type_of(PDF, ("png",))
    with pytest.raises(UploadRefused):
        content_type_of(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", ("png",))
