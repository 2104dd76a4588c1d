# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start } – { $end } { $zone }

# The text inside a calendar entry.
invite-join = Participez avec votre lien personnel :
invite-personal = Ce lien est réservé à votre usage. Merci de ne pas le transmettre.
invite-canceled = Cette inscription est annulée.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = Ajouter à votre agenda
calendar-file = Fichier d’agenda
calendar-google = Google Agenda
calendar-outlook = Outlook.com
calendar-office365 = Outlook professionnel ou scolaire
calendar-explain = Le fichier convient à tous les agendas. Google et Microsoft n’ont connaissance de la réunion et de votre lien personnel que si vous suivez leur lien.
calendar-letter = Vous pouvez aussi ajouter vous-même la réunion à Google Agenda, à Outlook.com ou à Outlook professionnel ou scolaire :
calendar-way = L’agenda n’a connaissance de la réunion et de votre lien personnel que lorsque vous cliquez sur le bouton. Un nouvel événement prérempli s’y ouvre alors.
calendar-way-button = Continuer vers { $calendar }
