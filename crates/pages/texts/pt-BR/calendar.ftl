# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start } – { $end } { $zone }

# The text inside a calendar entry.
invite-join = Entre com o seu link pessoal:
invite-personal = O link é só para você. Por favor, não o compartilhe.
invite-canceled = Esta inscrição está cancelada.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = Adicionar à sua agenda
calendar-file = Arquivo de agenda
calendar-google = Google Agenda
calendar-outlook = Outlook.com
calendar-office365 = Outlook corporativo ou escolar
calendar-explain = O arquivo serve para qualquer agenda. O Google e a Microsoft só ficam sabendo da reunião e do seu link pessoal se você seguir os links deles.
calendar-letter = Você também pode adicionar a reunião ao Google Agenda, ao Outlook.com ou ao Outlook corporativo ou escolar:
calendar-way = A agenda só fica sabendo da reunião e do seu link pessoal quando você clica no botão. Um novo evento, já preenchido, é então aberto nela.
calendar-way-button = Continuar para { $calendar }
