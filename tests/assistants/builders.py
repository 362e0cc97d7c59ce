"""Assistants as editors would click them together."""

from __future__ import annotations

from wagtail.models import Locale

from wagtail_buergerportal.assistants.models import Assistant

EXPRESS = {"mode": "all", "conditions": [{"field": "art", "operator": "is", "value": "express"}]}


def question(kind, label, key="", **more):
    return {"type": kind, "value": {"label": label, "key": key, "presence": "required", **more}}


def options(*pairs):
    return [{"key": key, "label": label} for key, label in pairs]


def step(title, key, *fields, **more):
    return {"type": "step", "value": {"title": title, "key": key, "fields": list(fields), **more}}


def fee(key, **more):
    return {"type": "fee", "value": {"key": key, "quantity": 1, **more}}


def sperrgut_steps():
    return [
        step(
            "Was soll abgeholt werden?",
            "gegenstaende",
            question("number", "Anzahl der Teile", "anzahl", minimum="1", maximum="10", places=0),
            question("choice", "Art der Abfuhr", "art", options=options(("normal", "Normal"), ("express", "Express"))),
            question("yes_no", "Kommt jemand an die Tür?", "tuer", rule=EXPRESS),
            question("long_text", "Hinweise", "hinweise", presence="optional", max_length=500),
        ),
        step(
            "Wann bei Express?",
            "express",
            question("date", "Wunschtermin", "termin", earliest_days=1, latest_days=60),
            rule=EXPRESS,
        ),
        step(
            "Wer sind Sie?",
            "person",
            question("text", "Vorname", "vorname", prefill="first_name", max_length=60),
            question("text", "Nachname", "nachname", prefill="last_name", max_length=60),
            question("email", "E-Mail-Adresse", "email", prefill="email"),
            question("phone", "Telefon", "telefon", presence="optional"),
            question("address", "Abholadresse", "adresse", prefill="address"),
        ),
        step(
            "Foto",
            "foto",
            question(
                "file", "Foto", "bild", presence="optional", accept=["jpg", "png", "pdf"], max_megabytes=1, max_files=2
            ),
            question("text", "Bemerkung zum Foto", "bemerkung", presence="recommended", max_length=100),
        ),
    ]


def sperrgut_fees():
    return [fee("sperrgut.piece", quantity_field="anzahl"), fee("sperrgut.express", rule=EXPRESS)]


def make(title="Sperrgutabfuhr", *, steps=None, fees=None, language="de", publish=True, **more):
    locale, _new = Locale.objects.get_or_create(language_code=language)
    assistant = Assistant(title=title, locale=locale, live=False, **more)
    field = Assistant._meta.get_field("steps")
    assistant.steps = field.stream_block.to_python(sperrgut_steps() if steps is None else steps)
    assistant.fees = Assistant._meta.get_field("fees").stream_block.to_python(sperrgut_fees() if fees is None else fees)
    assistant.save()
    if publish:
        assistant.save_revision().publish()
        assistant.refresh_from_db()
    return assistant
