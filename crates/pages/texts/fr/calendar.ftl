# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = Participez avec votre lien personnel :
invite-personal = Ce lien est réservé à votre usage. Merci de ne pas le transmettre.
invite-manage = En cas d’empêchement, libérez votre place ici :
invite-canceled = Cette inscription est annulée.
