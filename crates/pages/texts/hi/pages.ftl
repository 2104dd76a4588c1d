# Pages attendees see.

page-brand = Usher
page-footer = Usher द्वारा पंजीकरण। कोई ट्रैकिंग नहीं, किसी और की कुकी नहीं।
page-title = { $title } · Usher
page-when = समय
page-untitled = बिना शीर्षक की मीटिंग
page-in-utc = ({ $time })
page-language = भाषा
# What the language calls itself.
page-language-name = हिन्दी

form-title = पंजीकरण: { $subject }
form-title-problem = त्रुटि – पंजीकरण: { $subject }
form-about = इस मीटिंग के बारे में
form-speakers = वक्ता
form-heading = पंजीकरण करें
form-required = * वाले फ़ील्ड भरना ज़रूरी है।
form-first-name = पहला नाम
form-last-name = उपनाम
form-email = ईमेल पता
form-email-hint = मीटिंग का लिंक इसी पते पर भेजा जाएगा।
form-question-choose = कोई एक चुनें।
form-submit = पंजीकरण करें
form-privacy = आपके उत्तर इस मीटिंग के आयोजक को मिलेंगे।
form-summary = कृपया इन्हें फिर से देखें:
form-summary-item = { $label } – { $problem }
form-full-title = सभी स्थान भर चुके हैं
form-full = हो सकता है कि कोई अपना स्थान छोड़ दे। बाद में फिर देखें, या आयोजक से पूछें।
form-over-title = पंजीकरण बंद है
form-over = इस मीटिंग के लिए अब पंजीकरण नहीं हो रहा है।
form-sign-in-title = संगठन के सदस्यों के लिए
form-sign-in = इस मीटिंग के लिए केवल संगठन के सदस्य पंजीकरण कर सकते हैं। फ़िलहाल यह उनके अपने संगठन के सिस्टम से होता है; वह कौन-सा है, यह आयोजक से पूछें।
form-sign-in-here = इस मीटिंग के लिए केवल संगठन के सदस्य पंजीकरण कर सकते हैं। वहाँ के अपने खाते से साइन इन करें।
form-sign-in-button = साइन इन करें
form-sign-out = साइन आउट करें
form-member = आपके संगठन की निर्देशिका में यही दर्ज है। यदि कुछ गलत है, तो उसे सँभालने वालों को बताएँ; मीटिंग का लिंक इसी पते पर भेजा जाता है।
form-other-title = आप किसी दूसरे संगठन के हैं
form-other = आपने साइन इन किया है, पर यह मीटिंग किसी दूसरे संगठन के सदस्यों के लिए है। यदि वहाँ आपका खाता है, तो साइन आउट करके उससे साइन इन करें।
form-unknown-title = आपका खाता यहाँ काम नहीं आ सकता
form-unknown = आपने साइन इन किया है, पर संगठन की निर्देशिका आपके खाते को नहीं जानती, या वह बंद है। खातों को सँभालने वालों से पूछें।
form-incomplete-title = निर्देशिका में कुछ कमी है
form-incomplete = आपने साइन इन किया है, पर संगठन की निर्देशिका में आपका नाम, उपनाम या ईमेल पता नहीं है, और उनके बिना पंजीकरण नहीं हो सकता। उसे सँभालने वालों से पूछें।
form-organizer = आयोजक: { $name }
form-sign-in-title-named = { $name } के सदस्यों के लिए
form-sign-in-named = इस मीटिंग के लिए केवल { $name } के सदस्य पंजीकरण कर सकते हैं। फ़िलहाल यह उनके अपने संगठन के सिस्टम से होता है; वह कौन-सा है, यह आयोजक से पूछें।
form-sign-in-here-named = इस मीटिंग के लिए केवल { $name } के सदस्य पंजीकरण कर सकते हैं। वहाँ के अपने खाते से साइन इन करें।

flaw-missing = कृपया इसे भरें।
flaw-too-long = यह बहुत लंबा है।
flaw-longer-than = { $limit ->
    [one] अधिक से अधिक { $limit } अक्षर।
   *[other] अधिक से अधिक { $limit } अक्षर।
}
flaw-not-an-email = इस ईमेल पते पर हम संदेश नहीं भेज सकते; यह name@example.com जैसा होना चाहिए।
flaw-not-a-choice = कृपया दिए गए विकल्पों में से एक चुनें।
flaw-unreadable = इसमें ऐसे अक्षर हैं जो दिखाए नहीं जा सकते।

enrolled-title = अपना मेलबॉक्स देखें
enrolled-sent = “{ $subject }” में आपका स्थान पक्का है। इसका संदेश आपके दिए हुए पते पर भेजा जा रहा है।
enrolled-sent-to = “{ $subject }” में आपका स्थान पक्का है। इसका संदेश { $email } पर भेजा जा रहा है।
enrolled-link = उसमें मीटिंग का आपका निजी लिंक और आपके कैलेंडर के लिए आमंत्रण है।
enrolled-wait = कुछ मिनट बाद भी कुछ नहीं मिला? स्पैम फ़ोल्डर देखें और जाँचें कि पता सही है।
enrolled-member-title = आपका पंजीकरण हो गया है
enrolled-join = मीटिंग के लिए आपका निजी लिंक

manage-title = आपका पंजीकरण
manage-title-problem = समस्या – आपका पंजीकरण
manage-name = नाम
manage-email = ईमेल पता
manage-status = स्थिति
manage-status-registered = आपका पंजीकरण हो चुका है।
manage-status-canceled = आपका पंजीकरण रद्द कर दिया गया है।
manage-status-over = यह मीटिंग समाप्त हो चुकी है।
manage-status-meeting-canceled = आयोजक ने यह मीटिंग रद्द कर दी है।
manage-cancel-heading = नहीं आ सकते?
manage-cancel-explain = आपका स्थान ख़ाली हो जाएगा, और आपका निजी लिंक तुरंत काम करना बंद कर देगा।
manage-cancel-button = मेरा पंजीकरण रद्द करें
manage-canceled-explain = आपका निजी लिंक अब काम नहीं करता।
manage-again = फिर से पंजीकरण करें
manage-answers-heading = आपके उत्तर
manage-answers-button = मेरे उत्तर सहेजें
manage-answers-changed = आपके उत्तर सहेज लिए गए हैं।
manage-answers-until = इन्हें बदलने की समय-सीमा: { $time }
manage-answers-late = सहेजा नहीं गया: उत्तर केवल बैठक शुरू होने तक बदले जा सकते हैं।
manage-letter-heading = संदेश नहीं मिल रहा?
manage-letter-explain = हम उसे उसी निजी लिंक के साथ फिर से { $email } पर भेजते हैं।
manage-letter-explain-waiting = हम उसे फिर से { $email } पर भेजते हैं।
manage-letter-button = संदेश फिर से भेजें
manage-letter-sent = संदेश भेजा जा रहा है। आप कितनी भी बार माँगें, वह दस मिनट में एक ही बार भेजा जाता है।
manage-reminders-explain = आपने इस मीटिंग के अनुस्मारक बंद कर दिए हैं।
manage-reminders-button = अनुस्मारक फिर से चालू करें
manage-reminders-on = अब आपको इस मीटिंग के अनुस्मारक फिर से मिलेंगे।
manage-registered-again = आपका पंजीकरण फिर से हो गया है। नए निजी लिंक वाला संदेश भेजा जा रहा है; यह पृष्ठ पिछले पंजीकरण का है।
manage-erase-heading = मेरा डेटा मिटाएँ
manage-erase-explain = आपका नाम, पता और उत्तर हमेशा के लिए हटा दिए जाते हैं। यदि आपका स्थान है तो वह खाली हो जाता है, और इसके बारे में कोई संदेश नहीं भेजा जाता।
manage-erase-button = मेरा डेटा अभी मिटाएँ
manage-page = इस मीटिंग का पृष्ठ
manage-status-all-canceled = आयोजक ने इस मीटिंग के सभी पंजीकरण रद्द कर दिए हैं।

erased-title = आपका डेटा मिटा दिया गया है
erased-explain = आपका नाम, पता और उत्तर इस पंजीकरण से हटा दिए गए हैं, और आपके निजी लिंक अब काम नहीं करते।
erased-left = केवल इतना बचता है कि यहाँ किसी का स्थान था और कब। आयोजक ने पहले जो प्रतियाँ बनाईं, वे उनके पास हैं।

canceled-title = आपका पंजीकरण रद्द कर दिया गया है
canceled-explain = “{ $subject }” में आपका स्थान अब किसी और के लिए ख़ाली है, और आपका निजी लिंक अब काम नहीं करता।
canceled-letter = इसकी पुष्टि करने वाला संदेश, जो मीटिंग को आपके कैलेंडर से हटाता है, भेजा जा रहा है।

gate-early-title = मीटिंग अभी खुली नहीं है
gate-early = आप इस समय से शामिल हो सकते हैं: { $time }। यह पृष्ठ खुला रखें और आप अपने आप अंदर पहुँच जाएँगे, या तब उसी लिंक से फिर आएँ।
gate-early-again = फिर कोशिश करें
gate-ready-title = मीटिंग खुली है
gate-ready = शामिल होने के लिए बटन दबाएँ। आपका निजी लिंक एक समय में एक ही उपकरण को अंदर आने देता है।
gate-ready-join = शामिल हों
gate-elsewhere-title = आप किसी दूसरे उपकरण से शामिल हैं
gate-elsewhere = आपका निजी लिंक एक समय में एक ही उपकरण को अंदर आने देता है, और कुछ देर पहले एक दूसरा उपकरण उससे अंदर आया। इसके बजाय यहाँ से शामिल हों, तो वह दोबारा अंदर नहीं आ पाएगा, जब तक वह फिर से जगह न ले। यदि वह आपका नहीं था, तो आयोजक से पूछें।
gate-elsewhere-join = इसके बजाय इस उपकरण से शामिल हों
gate-guest = अतिथि
gate-over-title = यह मीटिंग समाप्त हो चुकी है
gate-over = मीटिंग समाप्त होने पर प्रवेश बंद हो गया।
gate-canceled-title = यह लिंक अब काम नहीं करता
gate-canceled = जिस पंजीकरण का यह लिंक है वह रद्द हो चुका है, या मीटिंग रद्द हो चुकी है।
gate-no-address-title = मीटिंग रूम अभी तैयार नहीं है
gate-no-address = आयोजक ने अभी नहीं बताया है कि मीटिंग कहाँ होगी। आपका लिंक सही है; थोड़ी देर बाद फिर कोशिश करें।
gate-personal-title = आपको अपना निजी लिंक चाहिए
gate-personal = इस मीटिंग में हर व्यक्ति अपने निजी लिंक से शामिल होता है। आपका लिंक उस संदेश में है जो पंजीकरण के समय आपको भेजा गया था।
gate-personal-register = अभी तक पंजीकरण नहीं किया?
# How long it is until then, as CLDR says it.
gate-opens = मीटिंग { $time } खुलेगी।
gate-in-minutes = { $count ->
    [one] { $count } मिनट में
   *[other] { $count } मिनट में
}
gate-in-hours = { $count ->
    [one] { $count } घंटे में
   *[other] { $count } घंटे में
}
gate-in-days = { $count ->
    [one] { $count } दिन में
   *[other] { $count } दिन में
}

withdrawn-title = यह पंजीकरण वापस ले लिया गया है
withdrawn-explain = आयोजक ने मीटिंग रद्द कर दी है, या उसके लिए अब पंजीकरण नहीं लेते। जो पंजीकृत थे, उन्हें इसके बारे में संदेश मिला है।
called-off-title = यह बैठक रद्द कर दी गई है
called-off-explain = जो पंजीकृत थे, उन्हें इसकी सूचना ईमेल से दी गई है।

not-found-title = यहाँ कुछ नहीं है
not-found = पता ग़लत है, या जो यहाँ था वह अब नहीं है। यदि आप किसी संदेश के लिंक से आए हैं, तो जाँच लें कि लिंक बीच से कटा हुआ न हो।

sign-in-failed-title = आपने साइन इन नहीं किया है
sign-in-failed = साइन इन बीच में रुक गया, दस मिनट से अधिक चला, या किसी दूसरे ब्राउज़र में शुरू हुआ था। कुछ भी बदला नहीं गया।
sign-in-again = फिर से कोशिश करें

problem-unavailable-title = अभी यह संभव नहीं है
problem-unavailable = आपने जो भरा उसमें कोई ग़लती नहीं थी। कृपया एक मिनट बाद फिर कोशिश करें।
problem-too-many-title = बहुत ज़्यादा कोशिशें
problem-too-many = कृपया फिर कोशिश करने से पहले एक मिनट रुकें।
problem-refused-title = यह नहीं हो सका
problem-refused = फ़ॉर्म जिस तरह भेजा गया, उसे हम स्वीकार नहीं कर सकते। वापस जाएँ, पेज फिर से लोड करें और फ़ॉर्म दोबारा भेजें।
problem-fault-title = कुछ गड़बड़ हो गई
problem-fault = ग़लती हमारी है। इसे दर्ज कर लिया गया है; कृपया बाद में फिर कोशिश करें।
problem-request = मदद माँगते समय यह नंबर बताएँ: { $id }
