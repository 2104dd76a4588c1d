# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }–{ $end } { $zone }

# The text inside a calendar entry.
invite-join = Únase con su enlace personal:
invite-personal = El enlace es solo para usted. Por favor, no lo comparta.
invite-canceled = Esta inscripción está cancelada.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = Añadir a su calendario
calendar-file = Archivo de calendario
calendar-google = Google Calendar
calendar-outlook = Outlook.com
calendar-office365 = Outlook profesional o educativo
calendar-explain = El archivo sirve para cualquier calendario. Google y Microsoft solo conocen la reunión y su enlace personal si usted sigue sus enlaces.
calendar-letter = También puede añadir usted la reunión a Google Calendar, a Outlook.com o a Outlook profesional o educativo:
calendar-way = El calendario solo conocerá la reunión y su enlace personal cuando usted pulse el botón. Entonces se abrirá allí una entrada nueva, ya rellenada.
calendar-way-button = Continuar a { $calendar }
