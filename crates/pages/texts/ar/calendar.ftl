# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }، { $time } { $zone }
when-same-day = { $date }، { $start } – { $end } { $zone }
when-several-days = { $date }، { $start } – { $endDate }، { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = انضم عبر رابطك الشخصي:
invite-personal = هذا الرابط مخصص لك وحدك. يُرجى عدم مشاركته.
invite-manage = إذا تعذر عليك الحضور، فتنازل عن مقعدك هنا:
invite-canceled = أُلغي هذا التسجيل.
