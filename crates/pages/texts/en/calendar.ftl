# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = Join with your personal link:
invite-personal = The link was made for you alone. Please do not pass it on.
invite-manage = Give your place back here if you cannot come:
invite-canceled = This registration is cancelled.
