# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date } { $time } { $zone }
when-same-day = { $date } { $start }–{ $end } { $zone }
when-several-days = { $date } { $start } – { $endDate } { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = 通过您的专属链接加入：
invite-personal = 此链接仅供您本人使用，请勿转发。
invite-manage = 如果无法参加，请在此取消报名：
invite-canceled = 此报名已取消。
