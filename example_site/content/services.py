"""What the service pages of the towns say."""

from __future__ import annotations

from typing import Any

SERVICES: dict[str, dict[str, Any]] = {
    "sperrgut": {
        "title": "Sperrgutabfuhr",
        "leika_key": "99012011058000",
        "teaser": "Alte Möbel, Matratzen und Teppiche holen wir an der Straße ab. Bestellen und bezahlen Sie online.",
        "search_terms": "Sperrmüll, Möbel, Entsorgung, Matratze",
        "full_text": "<p>Sperrgut sind Gegenstände aus dem Haushalt, die auch zerkleinert nicht in die Mülltonne passen: Möbel, Matratzen, Teppiche, Koffer, Kinderwagen.</p><p>Nicht zum Sperrgut gehören Bauschutt, Autoreifen, Farben und Elektrogeräte. Elektrogeräte nimmt der Wertstoffhof kostenlos an.</p>",
        "procedure": "<ol><li>Sie bestellen die Abholung und bezahlen online.</li><li>Wir schreiben Ihnen den Tag der Abholung.</li><li>Sie stellen das Sperrgut am Abholtag bis 6 Uhr gut sichtbar an die Straße.</li></ol>",
        "costs": "<p>Die Gebühr richtet sich nach der Zahl der Stücke. Wenn wir innerhalb von drei Werktagen kommen sollen, kommt ein Zuschlag hinzu.</p>",
        "processing_time": "in der Regel drei Wochen, Express drei Werktage",
        "legal_basis": "<p>Abfallsatzung und Gebührensatzung der Stadt in der geltenden Fassung.</p>",
        "needed": "Zahl und Art der Stücke\nAbholadresse\nEine Zahlungsmöglichkeit",
    },
    "bewohnerparkausweis": {
        "title": "Bewohnerparkausweis",
        "leika_key": "99108008012000",
        "teaser": "Ein Jahr parken in Ihrem Wohngebiet, ohne Parkschein.",
        "search_terms": "Anwohnerparken, Parkausweis, Parken",
        "full_text": "<p>Wer in einem Bewohnerparkgebiet mit Hauptwohnung gemeldet ist und keinen eigenen Stellplatz hat, kann einen Ausweis für ein Fahrzeug bekommen.</p>",
        "requirements": "<ul><li>Hauptwohnung im Bewohnerparkgebiet</li><li>Kein privater Stellplatz</li></ul>",
        "documents_needed": "<p>Fahrzeugschein; wenn das Fahrzeug nicht auf Sie zugelassen ist, eine Erklärung der Halterin oder des Halters.</p>",
        "processing_time": "etwa eine Woche",
        "legal_basis": "<p>§ 45 Absatz 1b Straßenverkehrs-Ordnung.</p>",
        "needed": "Fahrzeugschein als Foto oder PDF\nAmtliches Kennzeichen",
    },
    "hundesteuer": {
        "title": "Hundesteuer: Hund anmelden",
        "leika_key": "99102013104000",
        "teaser": "Melden Sie Ihren Hund an. Das ist Pflicht und kostet an dieser Stelle nichts.",
        "search_terms": "Hund, Hundemarke, Steuer",
        "full_text": "<p>Wer einen Hund hält, muss ihn innerhalb von zwei Wochen anmelden. Sie bekommen dann einen Steuerbescheid und die Hundemarke.</p>",
        "deadline": "<p>Zwei Wochen, nachdem Sie den Hund aufgenommen haben.</p>",
        "processing_time": "etwa zwei Wochen",
        "needed": "Rasse und Alter des Hundes",
    },
    "meldebescheinigung": {
        "title": "Meldebescheinigung",
        "leika_key": "99115005011000",
        "teaser": "Bestätigt, wo Sie gemeldet sind. Online mit Servicekonto.",
        "search_terms": "Wohnsitz, Anmeldung, Bescheinigung",
        "full_text": "<p>Eine Meldebescheinigung brauchen Sie zum Beispiel für die Kita-Anmeldung, für Banken oder Behörden im Ausland.</p>",
        "processing_time": "zwei Werktage",
        "legal_basis": "<p>§ 18 Bundesmeldegesetz.</p>",
        "needed": "Servicekonto mit Online-Ausweis oder Zertifikat",
    },
    "rathausfuehrung": {
        "title": "Führung durchs Rathaus",
        "teaser": "Ratssaal, Turm und Trauzimmer: jeden ersten Samstag im Monat.",
        "search_terms": "Besichtigung, Turm, Tourismus",
        "full_text": "<p>Die Führung dauert eine Stunde und beginnt um 11 Uhr am Haupteingang. Kinder unter 14 Jahren gehen kostenlos mit.</p>",
        "hints": "<p>Der Turm hat 112 Stufen. Auf Wunsch zeigen wir einen stufenlosen Rundgang.</p>",
        "processing_time": "Bestätigung innerhalb von drei Werktagen",
        "needed": "Zahl der Personen",
    },
    "maengelmelder": {
        "title": "Mängelmelder",
        "teaser": "Schlagloch, wilder Müll, defekte Laterne? Sagen Sie uns, wo.",
        "search_terms": "Schaden, Schlagloch, Laterne, Müll",
        "full_text": "<p>Ihre Meldung geht ohne Umweg an den Bauhof. Sie müssen Ihren Namen nicht nennen.</p>",
        "processing_time": "Wir sehen innerhalb von drei Werktagen nach",
        "needed": "Ort des Mangels",
    },
}

SPERRGUT_EN: dict[str, Any] = {
    "title": "Bulky waste collection",
    "leika_key": "99012011058000",
    "teaser": "We collect old furniture, mattresses and carpets at the roadside. Order and pay online.",
    "full_text": "<p>Bulky waste is what does not fit into the bin even in pieces: furniture, mattresses, carpets, suitcases, prams.</p><p>Rubble, tyres, paint and electrical appliances are not bulky waste. The recycling centre takes appliances free of charge.</p>",
    "procedure": "<ol><li>You order the collection and pay online.</li><li>We write to you on which day we come.</li><li>Put everything at the roadside by 6 a.m. on that day.</li></ol>",
    "costs": "<p>The fee depends on the number of pieces. Collection within three working days costs extra.</p>",
    "processing_time": "usually three weeks, express three working days",
}

IMPRINT = "<p>{name}<br>Die Bürgermeisterin<br>{street}<br>{postal_code} {city}</p><p>Telefon: {phone}<br>E-Mail: {mail}</p><p>Diese Gemeinde ist erfunden. Die Seite zeigt, was das Bürgerportal kann.</p>"
PRIVACY = "<p>Verantwortlich ist die Verwaltung von {name}. Wir verarbeiten Ihre Angaben, um Ihr Anliegen zu erledigen (Artikel 6 Absatz 1 Buchstabe e DSGVO). Entwürfe liegen verschlüsselt auf unserem Server; öffnen kann sie nur der Browser, in dem Sie begonnen haben. Nach Abschluss löschen wir Vorgänge nach der Frist, die bei der Leistung steht. Zahlungsdaten bewahrt die Kasse nach den haushaltsrechtlichen Fristen auf.</p><p>Sie haben das Recht auf Auskunft, Berichtigung, Löschung und Beschwerde bei der Landesbeauftragten für Datenschutz.</p>"
ACCESSIBILITY = "<p>{name} bemüht sich, dieses Portal nach dem Behindertengleichstellungsgesetz Nordrhein-Westfalen und der BITVNRW barrierefrei zu gestalten. Maßstab ist WCAG 2.2, Stufe AA.</p><p>Sie finden eine Barriere? Schreiben Sie uns an {mail}. Wir antworten innerhalb von zwei Wochen. Wenn Sie mit der Antwort nicht zufrieden sind, hilft die Ombudsstelle für barrierefreie Informationstechnik des Landes.</p>"
