# Dates and times, wherever they are written.

when-date = { $weekday }, { $day } { $month } { $year }
when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }

when-weekday-1 = Monday
when-weekday-2 = Tuesday
when-weekday-3 = Wednesday
when-weekday-4 = Thursday
when-weekday-5 = Friday
when-weekday-6 = Saturday
when-weekday-7 = Sunday

# In the form they take beside a day of the month.
when-month-1 = January
when-month-2 = February
when-month-3 = March
when-month-4 = April
when-month-5 = May
when-month-6 = June
when-month-7 = July
when-month-8 = August
when-month-9 = September
when-month-10 = October
when-month-11 = November
when-month-12 = December

# The text inside a calendar entry.
invite-join = Join with your personal link:
invite-personal = The link was made for you alone. Please do not pass it on.
invite-manage = Give your place back here if you cannot come:
invite-canceled = This registration is cancelled.
