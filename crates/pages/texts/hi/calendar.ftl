# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date }, { $time } { $zone }
when-same-day = { $date }, { $start } – { $end } { $zone }
when-several-days = { $date }, { $start } – { $endDate }, { $end } { $zone }
when-zone = { $city } ({ $offset })

# The text inside a calendar entry.
invite-join = अपने निजी लिंक से शामिल हों:
invite-personal = यह लिंक केवल आपके लिए है। कृपया इसे किसी और को न दें।
invite-manage = यदि आप नहीं आ सकते, तो अपना स्थान यहाँ छोड़ें:
invite-canceled = यह पंजीकरण रद्द कर दिया गया है।
