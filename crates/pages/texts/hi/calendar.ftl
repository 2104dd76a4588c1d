# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start } – { $end } { $zone }

# The text inside a calendar entry.
invite-join = अपने निजी लिंक से शामिल हों:
invite-personal = यह लिंक केवल आपके लिए है। कृपया इसे किसी और को न दें।
invite-canceled = यह पंजीकरण रद्द कर दिया गया है।

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = अपने कैलेंडर में जोड़ें
calendar-file = कैलेंडर फ़ाइल
calendar-google = Google कैलेंडर
calendar-outlook = Outlook.com
calendar-office365 = कार्यालय या विद्यालय का Outlook
calendar-explain = फ़ाइल हर कैलेंडर में काम करती है। Google और Microsoft को मीटिंग और आपके निजी लिंक का पता तभी चलता है, जब आप उनका लिंक खोलते हैं।
calendar-letter = आप मीटिंग को स्वयं Google कैलेंडर, Outlook.com या कार्यालय अथवा विद्यालय के Outlook में भी जोड़ सकते हैं:
calendar-way = कैलेंडर को मीटिंग और आपके निजी लिंक का पता तभी चलता है, जब आप बटन दबाते हैं। तब वहाँ पहले से भरी हुई एक नई प्रविष्टि खुलती है।
calendar-way-button = { $calendar } पर जाएँ
