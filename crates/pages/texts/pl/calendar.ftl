# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }–{ $end } { $zone }

# The text inside a calendar entry.
invite-join = Dołącz, używając osobistego linku:
invite-personal = Link jest przeznaczony wyłącznie dla Pani/Pana. Prosimy nikomu go nie przekazywać.
invite-canceled = Ta rejestracja została anulowana.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = Dodaj do kalendarza
calendar-file = Plik kalendarza
calendar-google = Kalendarz Google
calendar-outlook = Outlook.com
calendar-office365 = Outlook służbowy lub szkolny
calendar-explain = Plik pasuje do każdego kalendarza. Google i Microsoft dowiedzą się o spotkaniu i osobistym linku tylko po przejściu do ich strony.
calendar-letter = Można też samodzielnie dodać spotkanie do Kalendarza Google, Outlook.com albo służbowego lub szkolnego Outlooka:
calendar-way = Kalendarz dowie się o spotkaniu i osobistym linku dopiero po naciśnięciu przycisku. Otworzy się w nim wtedy nowy, wypełniony już wpis.
calendar-way-button = Przejdź dalej: { $calendar }
