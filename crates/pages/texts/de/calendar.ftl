# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } Uhr { $zone }
when-same-day = { $date }, { $start }–{ $end } Uhr { $zone }
when-several-days = { $date }, { $start } Uhr – { $endDate }, { $end } Uhr { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }–{ $end } Uhr { $zone }

# The text inside a calendar entry.
invite-join = Über Ihren persönlichen Link teilnehmen:
invite-personal = Der Link gilt nur für Sie. Bitte geben Sie ihn nicht weiter.
invite-canceled = Diese Anmeldung ist storniert.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = In den Kalender eintragen
calendar-file = Kalenderdatei
calendar-google = Google Kalender
calendar-outlook = Outlook.com
calendar-office365 = Outlook für Arbeit oder Schule
calendar-explain = Die Datei passt zu jedem Kalender. Google und Microsoft erfahren von der Besprechung und Ihrem persönlichen Link nur, wenn Sie deren Link folgen.
calendar-letter = Sie können die Besprechung auch selbst in Google Kalender, Outlook.com oder Outlook für Arbeit oder Schule eintragen:
calendar-way = Erst wenn Sie auf die Schaltfläche klicken, erfährt der Kalender von der Besprechung und Ihrem persönlichen Link. Dann öffnet sich dort ein neuer, bereits ausgefüllter Eintrag.
calendar-way-button = Weiter zu { $calendar }
