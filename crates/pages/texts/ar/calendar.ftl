# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }، { $time } { $zone }
when-same-day = { $date }، { $start } – { $end } { $zone }
when-several-days = { $date }، { $start } – { $endDate }، { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start } – { $end } { $zone }

# The text inside a calendar entry.
invite-join = انضم عبر رابطك الشخصي:
invite-personal = هذا الرابط مخصص لك وحدك. يُرجى عدم مشاركته.
invite-canceled = أُلغي هذا التسجيل.

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = إضافة إلى تقويمك
calendar-file = ملف التقويم
calendar-google = تقويم Google
calendar-outlook = Outlook.com
calendar-office365 = Outlook للعمل أو الدراسة
calendar-explain = يصلح الملف لكل تقويم. ولا تعلم Google وMicrosoft بالاجتماع وبرابطك الشخصي إلا إذا فتحت الرابط الخاص بكل منهما.
calendar-letter = يمكنك أيضًا إضافة الاجتماع بنفسك إلى تقويم Google أو Outlook.com أو Outlook للعمل أو الدراسة:
calendar-way = لا يعلم التقويم بالاجتماع وبرابطك الشخصي إلا عند الضغط على الزر، ثم يُفتح فيه موعد جديد بياناته مكتملة.
calendar-way-button = المتابعة إلى { $calendar }
