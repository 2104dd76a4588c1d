# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start }–{ $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }–{ $end } { $zone }

# The text inside a calendar entry.
invite-join = Join with your personal link:
invite-personal = The link was made for you alone. Please do not pass it on.
invite-canceled = This registration is cancelled.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = Add to your calendar
calendar-file = Calendar file
calendar-google = Google Calendar
calendar-outlook = Outlook.com
calendar-office365 = Outlook for work or school
calendar-explain = The file works with every calendar. Google and Microsoft learn of the meeting and of your personal link only if you follow their links.
calendar-letter = You can also add the meeting to Google Calendar, Outlook.com or Outlook for work or school yourself:
calendar-way = The calendar learns of the meeting and of your personal link only when you press the button. It then opens a new entry, filled in.
calendar-way-button = Continue to { $calendar }
