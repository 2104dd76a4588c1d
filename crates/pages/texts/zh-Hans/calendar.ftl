# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date } { $time } { $zone }
when-same-day = { $date } { $start }–{ $end } { $zone }
when-several-days = { $date } { $start } – { $endDate } { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }–{ $end } { $zone }

# The text inside a calendar entry.
invite-join = 通过您的专属链接加入：
invite-personal = 此链接仅供您本人使用，请勿转发。
invite-canceled = 此报名已取消。

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = 添加到日历
calendar-file = 日历文件
calendar-google = Google 日历
calendar-outlook = Outlook.com
calendar-office365 = 工作或学校 Outlook
calendar-explain = 日历文件适用于任何日历。只有在您打开 Google 或微软的链接时，它们才会得知此会议和您的专属链接。
calendar-letter = 您也可以自行将会议添加到 Google 日历、Outlook.com 或工作或学校 Outlook：
calendar-way = 只有在您按下按钮后，日历才会得知此会议和您的专属链接，并打开一个已填好的新日程。
calendar-way-button = 前往 { $calendar }
