# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = Entre com o seu link pessoal:
invite-personal = O link é só para você. Por favor, não o compartilhe.
invite-manage = Se não puder comparecer, libere a sua vaga aqui:
invite-canceled = Esta inscrição está cancelada.
