"""The questions editors choose from. Texts are translated; keys, limits and conditions are not."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .keys import KeyBlock
from .rules import RuleBlock

PRESENCE = [
    ("required", _("required")),
    ("recommended", _("recommended: may be left empty, but slows things down")),
    ("optional", _("optional")),
]
PREFILL = [
    ("first_name", _("first name")),
    ("last_name", _("last name")),
    ("email", _("e-mail address")),
    ("street", _("street")),
    ("house_number", _("house number")),
    ("postal_code", _("postal code")),
    ("city", _("town")),
    ("birth_date", _("date of birth")),
]
_PREFILL = {"label": _("fill in from the citizen's account"), "required": False}


class QuestionBlock(blocks.StructBlock):
    """What all questions have."""

    label = blocks.CharBlock(label=_("question or label"), max_length=200)
    key = KeyBlock()
    help = blocks.CharBlock(
        label=_("help"), required=False, default="", max_length=500, help_text=_("Why we ask, or where to find it.")
    )
    presence = blocks.ChoiceBlock(label=_("answer is"), choices=PRESENCE, default="required")


class TextFieldBlock(QuestionBlock):
    max_length = blocks.IntegerBlock(label=_("longest text"), default=200, min_value=1, max_value=1000)
    prefill = blocks.ChoiceBlock(choices=PREFILL, **_PREFILL)
    rule = RuleBlock()

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("One line, such as a name.")
        label_format = "{label}"
        preview_value = {"label": "Nachname", "key": "nachname", "presence": "required", "max_length": 100}


class LongTextFieldBlock(QuestionBlock):
    max_length = blocks.IntegerBlock(label=_("longest text"), default=2000, min_value=1, max_value=20000)
    rule = RuleBlock()

    class Meta:
        icon = "edit"
        label = _("Long text")
        description = _("Several lines, such as a description.")
        label_format = "{label}"
        preview_value = {"label": "Was ist passiert?", "key": "beschreibung", "max_length": 2000}


class EmailFieldBlock(QuestionBlock):
    prefill = blocks.ChoiceBlock(choices=PREFILL[2:3], **_PREFILL)
    rule = RuleBlock()

    class Meta:
        icon = "mail"
        label = _("E-mail address")
        description = _("An e-mail address.")
        label_format = "{label}"
        preview_value = {"label": "E-Mail-Adresse", "key": "email", "presence": "required"}


class PhoneFieldBlock(QuestionBlock):
    rule = RuleBlock()

    class Meta:
        icon = "mobile-alt"
        label = _("Telephone number")
        description = _("A telephone number, from abroad too.")
        label_format = "{label}"
        preview_value = {"label": "Telefon", "key": "telefon", "presence": "optional"}


class NumberFieldBlock(QuestionBlock):
    minimum = blocks.DecimalBlock(label=_("smallest number"), required=False)
    maximum = blocks.DecimalBlock(label=_("greatest number"), required=False)
    places = blocks.IntegerBlock(label=_("decimals"), default=0, min_value=0, max_value=4)
    unit = blocks.CharBlock(label=_("unit"), required=False, default="", max_length=20)
    rule = RuleBlock()

    class Meta:
        icon = "list-ol"
        label = _("Number")
        description = _("A number within limits, such as how many pieces.")
        label_format = "{label}"
        preview_value = {"label": "Anzahl der Teile", "key": "anzahl", "minimum": "1", "maximum": "10", "places": 0}


class DateFieldBlock(QuestionBlock):
    earliest_days = blocks.IntegerBlock(
        label=_("earliest, in days from today"), required=False, help_text=_("0 is today, -1 is yesterday.")
    )
    latest_days = blocks.IntegerBlock(label=_("latest, in days from today"), required=False)
    prefill = blocks.ChoiceBlock(choices=PREFILL[7:], **_PREFILL)
    rule = RuleBlock()

    class Meta:
        icon = "date"
        label = _("Date")
        description = _("A day, within limits counted from today.")
        label_format = "{label}"
        preview_value = {"label": "Wunschtermin", "key": "termin", "earliest_days": 7, "latest_days": 60}


class OptionBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("answer"), max_length=200)
    key = KeyBlock()

    class Meta:
        icon = "tick"
        label = _("Answer")
        label_format = "{label}"


class ChoiceFieldBlock(QuestionBlock):
    options = blocks.ListBlock(OptionBlock(), label=_("answers"))
    rule = RuleBlock()

    class Meta:
        icon = "radio-full"
        label = _("Choice")
        description = _("One of several answers.")
        label_format = "{label}"
        preview_value = {
            "label": "Art der Abfuhr",
            "key": "art",
            "options": [{"label": "Normal", "key": "normal"}, {"label": "Express", "key": "express"}],
        }


class MultiChoiceFieldBlock(QuestionBlock):
    options = blocks.ListBlock(OptionBlock(), label=_("answers"))
    rule = RuleBlock()

    class Meta:
        icon = "list-ul"
        label = _("Multiple choice")
        description = _("Any number of several answers.")
        label_format = "{label}"
        preview_value = {
            "label": "Was soll abgeholt werden?",
            "key": "gegenstaende",
            "options": [{"label": "Sofa", "key": "sofa"}, {"label": "Schrank", "key": "schrank"}],
        }


class YesNoFieldBlock(QuestionBlock):
    rule = RuleBlock()

    class Meta:
        icon = "check"
        label = _("Yes or no")
        description = _("A question answered with yes or no.")
        label_format = "{label}"
        preview_value = {"label": "Steht alles an der Straße?", "key": "an_strasse", "presence": "required"}


class AddressFieldBlock(QuestionBlock):
    prefill = blocks.ChoiceBlock(choices=[("address", _("address"))], **_PREFILL)
    rule = RuleBlock()

    class Meta:
        icon = "home"
        label = _("Address")
        description = _("Street, house number, postal code, town and country.")
        label_format = "{label}"
        preview_value = {"label": "Abholadresse", "key": "adresse", "prefill": "address"}


class FileFieldBlock(QuestionBlock):
    accept = blocks.MultipleChoiceBlock(
        label=_("allowed types"),
        choices=[("pdf", "PDF"), ("jpg", "JPEG"), ("png", "PNG")],
        default=["pdf", "jpg", "png"],
    )
    max_megabytes = blocks.IntegerBlock(label=_("largest file in megabytes"), default=10, min_value=1, max_value=50)
    max_files = blocks.IntegerBlock(label=_("most files"), default=1, min_value=1, max_value=20)
    rule = RuleBlock()

    class Meta:
        icon = "upload"
        label = _("File")
        description = _("One or more files. What is in a file is checked, not only its name.")
        label_format = "{label}"
        preview_value = {"label": "Foto", "key": "foto", "accept": ["jpg", "png"], "max_megabytes": 10, "max_files": 3}


class ContentBlock(blocks.StructBlock):
    text = blocks.RichTextBlock(label=_("text"), features=["h3", "bold", "italic", "ol", "ul", "link"])
    rule = RuleBlock()

    class Meta:
        icon = "info-circle"
        label = _("Explanation")
        description = _("Text between the questions.")
        preview_value = {"text": "<p>Bitte stellen Sie alles bis 6 Uhr an die Straße.</p>"}


QUESTIONS: list[tuple[str, type[blocks.StructBlock]]] = [
    ("text", TextFieldBlock),
    ("long_text", LongTextFieldBlock),
    ("email", EmailFieldBlock),
    ("phone", PhoneFieldBlock),
    ("number", NumberFieldBlock),
    ("date", DateFieldBlock),
    ("choice", ChoiceFieldBlock),
    ("multi_choice", MultiChoiceFieldBlock),
    ("yes_no", YesNoFieldBlock),
    ("address", AddressFieldBlock),
    ("file", FileFieldBlock),
    ("content", ContentBlock),
]

__all__ = ["PREFILL", "QUESTIONS", "OptionBlock", "QuestionBlock"]
