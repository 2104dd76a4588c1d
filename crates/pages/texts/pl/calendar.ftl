# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = Dołącz, używając osobistego linku:
invite-personal = Link jest przeznaczony wyłącznie dla Pani/Pana. Prosimy nikomu go nie przekazywać.
invite-manage = W razie nieobecności prosimy zwolnić miejsce tutaj:
invite-canceled = Ta rejestracja została anulowana.
