# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = Únase con su enlace personal:
invite-personal = El enlace es solo para usted. Por favor, no lo comparta.
invite-manage = Si no puede asistir, libere aquí su plaza:
invite-canceled = Esta inscripción está cancelada.
