"""The six assistants of the district."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .forms import fee, person, question, step, text, when


@dataclass(frozen=True)
class AssistantText:
    """An assistant as an editor would write it."""

    slug: str
    title: str
    intro: str
    steps: list[dict[str, Any]]
    fees: list[dict[str, Any]] = field(default_factory=list)


BULKY = [
    ("sofa", "Sofa oder Sessel"),
    ("bett", "Bett oder Matratze"),
    ("schrank", "Schrank oder Regal"),
    ("tisch", "Tisch oder Stühle"),
    ("teppich", "Teppich"),
    ("sonstiges", "Sonstiges"),
]

SPERRGUT = AssistantText(
    "sperrgut",
    "Sperrgut abholen lassen",
    "Wir holen große Gegenstände aus Ihrem Haushalt an der Straße ab. Bauschutt, Reifen und Elektrogeräte nehmen wir nicht mit.",
    [
        step(
            "abholung",
            "Was sollen wir abholen?",
            question("multi_choice", "gegenstaende", "Welche Gegenstände?", options=BULKY),
            question(
                "long_text",
                "beschreibung",
                "Was ist das Sonstige?",
                rule=when("gegenstaende", "is", "sonstiges"),
                max_length=500,
            ),
            question(
                "number",
                "stueck",
                "Wie viele Stücke insgesamt?",
                help="Jedes Möbelstück zählt einzeln, höchstens 15.",
                minimum=1,
                maximum=15,
                places=0,
            ),
            question(
                "choice",
                "art",
                "Wann sollen wir kommen?",
                options=[
                    ("normal", "Normal: innerhalb von drei Wochen"),
                    ("express", "Express: innerhalb von drei Werktagen, mit Zuschlag"),
                ],
            ),
            question(
                "date",
                "wunschtag",
                "Wunschtag",
                help="Tag, Monat, Jahr. Wir versuchen, ihn einzuhalten.",
                earliest_days=5,
                latest_days=60,
                optional=True,
                rule=when("art", "is", "normal"),
            ),
        ),
        step(
            "ort",
            "Wo steht das Sperrgut?",
            question("address", "adresse", "Abholadresse", prefill="address"),
            question(
                "long_text",
                "stelle",
                "Hinweis für die Abholung",
                help="Zum Beispiel: vor der Garage links.",
                optional=True,
                max_length=300,
            ),
            question(
                "file",
                "foto",
                "Foto",
                help="Ein Foto hilft uns, den richtigen Wagen zu schicken.",
                optional=True,
                accept=["jpg", "png"],
                max_megabytes=10,
                max_files=1,
            ),
        ),
        person(),
    ],
    [fee("sperrgut.piece", times="stueck"), fee("sperrgut.express", rule=when("art", "is", "express"))],
)

SPERRGUT_EN = AssistantText(
    "sperrgut",
    "Have bulky waste collected",
    "We collect large items of your household at the roadside. We do not take rubble, tyres or electrical appliances.",
    [
        step(
            "abholung",
            "What should we collect?",
            question(
                "multi_choice",
                "gegenstaende",
                "Which items?",
                options=[
                    ("sofa", "Sofa or armchair"),
                    ("bett", "Bed or mattress"),
                    ("schrank", "Cupboard or shelf"),
                    ("tisch", "Table or chairs"),
                    ("teppich", "Carpet"),
                    ("sonstiges", "Something else"),
                ],
            ),
            question(
                "long_text",
                "beschreibung",
                "What else is it?",
                rule=when("gegenstaende", "is", "sonstiges"),
                max_length=500,
            ),
            question(
                "number",
                "stueck",
                "How many pieces altogether?",
                help="Each piece of furniture counts, 15 at most.",
                minimum=1,
                maximum=15,
                places=0,
            ),
            question(
                "choice",
                "art",
                "When should we come?",
                options=[
                    ("normal", "Normal: within three weeks"),
                    ("express", "Express: within three working days, at extra charge"),
                ],
            ),
            question(
                "date",
                "wunschtag",
                "Preferred day",
                help="Day, month, year. We try to keep it.",
                earliest_days=5,
                latest_days=60,
                optional=True,
                rule=when("art", "is", "normal"),
            ),
        ),
        step(
            "ort",
            "Where is it?",
            question("address", "adresse", "Address of collection", prefill="address"),
            question(
                "long_text",
                "stelle",
                "Note for the collection",
                help="For example: in front of the garage.",
                optional=True,
                max_length=300,
            ),
            question(
                "file",
                "foto",
                "Photo",
                help="A photo helps us to send the right lorry.",
                optional=True,
                accept=["jpg", "png"],
                max_megabytes=10,
                max_files=1,
            ),
        ),
        step(
            "person",
            "About you",
            question("text", "vorname", "First name", prefill="first_name", max_length=100),
            question("text", "nachname", "Last name", prefill="last_name", max_length=100),
            question("email", "email", "E-mail address", help="For the confirmation.", prefill="email"),
            question("phone", "telefon", "Telephone", help="Only for questions.", optional=True),
        ),
    ],
    SPERRGUT.fees,
)

PARKEN = AssistantText(
    "bewohnerparkausweis",
    "Bewohnerparkausweis beantragen",
    "Mit dem Ausweis parken Sie ein Jahr lang in Ihrem Bewohnerparkgebiet.",
    [
        step(
            "fahrzeug",
            "Ihr Fahrzeug",
            question("text", "kennzeichen", "Amtliches Kennzeichen", help="Zum Beispiel MUS-AB 123.", max_length=12),
            question(
                "choice",
                "gebiet",
                "Bewohnerparkgebiet",
                options=[("altstadt", "Altstadt"), ("bahnhof", "Bahnhofsviertel"), ("ufer", "Am Ufer")],
            ),
            question("yes_no", "halter", "Ist das Fahrzeug auf Sie zugelassen?"),
            question(
                "file",
                "nachweis",
                "Fahrzeugschein oder Überlassungserklärung",
                accept=["pdf", "jpg", "png"],
                max_megabytes=10,
                max_files=2,
            ),
        ),
        step("wohnung", "Ihre Wohnung", question("address", "adresse", "Hauptwohnung", prefill="address")),
        person(),
    ],
    [fee("parken.ausweis")],
)

HUND = AssistantText(
    "hundesteuer",
    "Hund zur Hundesteuer anmelden",
    "Melden Sie Ihren Hund innerhalb von zwei Wochen an. Die Anmeldung kostet nichts; über die Steuer bekommen Sie einen Bescheid.",
    [
        step(
            "hund",
            "Ihr Hund",
            question("text", "name", "Name des Hundes", max_length=60),
            question(
                "text",
                "rasse",
                "Rasse",
                help="Bei Mischlingen die Rassen der Eltern, wenn Sie sie kennen.",
                max_length=100,
            ),
            question("date", "seit", "Seit wann halten Sie den Hund?", latest_days=0),
            question("yes_no", "weitere", "Halten Sie weitere Hunde?"),
            question(
                "number",
                "anzahl",
                "Wie viele weitere?",
                minimum=1,
                maximum=20,
                places=0,
                rule=when("weitere", "is", "yes"),
            ),
        ),
        step("wohnung", "Ihre Wohnung", question("address", "adresse", "Anschrift", prefill="address")),
        person(),
    ],
)

MELDE = AssistantText(
    "meldebescheinigung",
    "Meldebescheinigung beantragen",
    "Die Bescheinigung bestätigt, wo Sie gemeldet sind. Wir brauchen eine sichere Anmeldung, weil wir nur Ihnen selbst Auskunft geben dürfen.",
    [
        person("Diese Angaben kommen aus Ihrem Konto."),
        step(
            "zweck",
            "Wofür brauchen Sie die Bescheinigung?",
            question("date", "geburt", "Geburtsdatum", latest_days=0, prefill="birth_date"),
            question("address", "adresse", "Gemeldete Anschrift", prefill="address"),
            question(
                "choice",
                "umfang",
                "Umfang",
                options=[
                    ("einfach", "Einfach: Name und Anschrift"),
                    ("erweitert", "Erweitert: mit Geburtsdatum und Familienstand"),
                ],
            ),
        ),
    ],
    [fee("melde.bescheinigung")],
)

FUEHRUNG = AssistantText(
    "rathausfuehrung",
    "Führung durchs Rathaus buchen",
    "Jeden ersten Samstag im Monat zeigen wir Ratssaal, Turm und Trauzimmer.",
    [
        step(
            "termin",
            "Wann und mit wem?",
            question("date", "tag", "Tag der Führung", earliest_days=3, latest_days=180),
            question(
                "number",
                "personen",
                "Wie viele Personen ab 14 Jahren?",
                help="Kinder unter 14 gehen kostenlos mit.",
                minimum=1,
                maximum=25,
                places=0,
            ),
            question(
                "yes_no",
                "barrierefrei",
                "Braucht jemand einen stufenlosen Weg?",
                help="Der Turm ist nur über Treppen zu erreichen; wir planen dann einen anderen Rundgang.",
            ),
        ),
        person(),
    ],
    [fee("fuehrung.person", times="personen")],
)

MAENGEL = AssistantText(
    "maengelmelder",
    "Mangel melden",
    "Schlagloch, wilder Müll, defekte Laterne? Sagen Sie uns, wo. Ihren Namen brauchen wir nicht.",
    [
        step(
            "mangel",
            "Was ist Ihnen aufgefallen?",
            question(
                "choice",
                "art",
                "Worum geht es?",
                options=[
                    ("strasse", "Straße oder Gehweg"),
                    ("licht", "Beleuchtung"),
                    ("muell", "Wilder Müll"),
                    ("gruen", "Spielplatz oder Grünanlage"),
                ],
            ),
            question(
                "long_text", "ort", "Wo ist es?", help="Straße und Hausnummer oder eine Beschreibung.", max_length=500
            ),
            question("long_text", "beschreibung", "Was ist zu sehen?", optional=True, max_length=1000),
            question(
                "file",
                "foto",
                "Foto",
                help="Bitte ohne Personen und Kennzeichen.",
                optional=True,
                accept=["jpg", "png"],
                max_megabytes=10,
                max_files=2,
            ),
            text("<p>Bei Gefahr für Leib und Leben rufen Sie bitte die 112.</p>"),
        ),
        step(
            "antwort",
            "Möchten Sie eine Antwort?",
            question(
                "email", "email", "E-Mail-Adresse", help="Nur wenn Sie eine Antwort möchten.", optional=True, prefill=""
            ),
        ),
    ],
)

ALL = (SPERRGUT, PARKEN, HUND, MELDE, FUEHRUNG, MAENGEL)
