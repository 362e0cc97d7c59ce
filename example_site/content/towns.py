"""The district and its towns, none of which exists."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Of every login of the demo.
PASSWORD = "demo-musterland"


@dataclass(frozen=True)
class TownText:
    """One commune as the demo shows it; fees in cents."""

    slug: str
    name: str
    ags: str
    ars: str
    prefix: str
    colour: str
    contact: str
    phone: str
    street: str
    postal_code: str
    city: str
    tenant: str
    iban: str = ""
    fees: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    by_law: str = ""

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"

    @property
    def mail(self) -> str:
        return f"buergerbuero@{self.slug}.example"


KREIS = TownText(
    "kreis",
    "Kreis Musterland",
    "05999000",
    "059990000000",
    "KML",
    "#3b3b6d",
    "Sabine Lindner",
    "02339 930-0",
    "Kreishausplatz 1",
    "58999",
    "Musterstadt",
    "",
)

MUSTERSTADT = TownText(
    "musterstadt",
    "Musterstadt",
    "05999008",
    "059990008008",
    "MUS",
    "#1a4a7a",
    "Jutta Brandt",
    "02339 71-100",
    "Rathausplatz 2",
    "58999",
    "Musterstadt",
    "008",
    "DE02120300000000202051",
    {
        "sperrgut.piece": ("Abholung je Stück", 850, "sperrgut"),
        "sperrgut.express": ("Expresszuschlag", 2500, "sperrgut"),
        "parken.ausweis": ("Bewohnerparkausweis für ein Jahr", 3070, "parken"),
        "melde.bescheinigung": ("Meldebescheinigung", 900, "meldewesen"),
        "fuehrung.person": ("Führung je Person", 400, "kultur"),
    },
    "Gebührensatzung der Stadt Musterstadt vom 11. Dezember 2025",
)

NEUSTADT = TownText(
    "neustadt",
    "Neustadt a. d. Probe",
    "05999016",
    "059990016016",
    "NEU",
    "#2f6b3c",
    "Hans-Peter Öztürk",
    "02338 55-0",
    "Am Markt 7",
    "58998",
    "Neustadt a. d. Probe",
    "016",
    "DE02500105170137075030",
    {
        "sperrgut.piece": ("Abholung je Stück", 1200, "sperrgut"),
        "sperrgut.express": ("Expresszuschlag", 1950, "sperrgut"),
        "parken.ausweis": ("Bewohnerparkausweis für ein Jahr", 4500, "parken"),
        "melde.bescheinigung": ("Meldebescheinigung", 1100, "meldewesen"),
        "fuehrung.person": ("Führung je Person", 350, "kultur"),
    },
    "Satzung über Gebühren der Stadt Neustadt a. d. Probe vom 27. November 2025",
)

TOWNS = (MUSTERSTADT, NEUSTADT)

DEPARTMENTS = {
    "sperrgut": "Abfallwirtschaft",
    "bewohnerparkausweis": "Straßenverkehr",
    "hundesteuer": "Steuern",
    "meldebescheinigung": "Bürgerbüro",
    "rathausfuehrung": "Bürgerbüro",
    "maengelmelder": "Abfallwirtschaft",
}

ACCOUNTS = {
    "sperrgut": ("Sperrgutabfuhr", "11.01.02", "432100"),
    "parken": ("Parkausweise", "12.02.01", "431100"),
    "meldewesen": ("Gebühren Meldewesen", "02.03.01", "431100"),
    "kultur": ("Führungen", "04.01.05", "441500"),
    "verwahrung": ("Verwahrgelder", "99.01.01", "379900"),
    "anbietergebuehr": ("Gebühren der Zahlungsdienste", "01.08.01", "543100"),
}
