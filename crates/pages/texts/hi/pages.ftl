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
form-summary-item = { $label }: { $problem }
form-full-title = सभी स्थान भर चुके हैं
form-full = हो सकता है कि कोई अपना स्थान छोड़ दे। बाद में फिर देखें, या आयोजक से पूछें।
form-over-title = पंजीकरण बंद है
form-over = इस मीटिंग के लिए अब पंजीकरण नहीं हो रहा है।
form-sign-in-title = संगठन के सदस्यों के लिए
form-sign-in = इस मीटिंग के लिए केवल संगठन के सदस्य पंजीकरण कर सकते हैं। फ़िलहाल यह उनके अपने संगठन के सिस्टम से होता है; वह कौन-सा है, यह आयोजक से पूछें।

flaw-missing = कृपया इसे भरें
flaw-too-long = यह बहुत लंबा है
flaw-longer-than = { $limit ->
    [one] अधिक से अधिक { $limit } अक्षर
   *[other] अधिक से अधिक { $limit } अक्षर
}
flaw-not-an-email = इस ईमेल पते पर हम संदेश नहीं भेज सकते; यह name@example.com जैसा होना चाहिए
flaw-not-a-choice = कृपया दिए गए विकल्पों में से एक चुनें
flaw-unreadable = इसमें ऐसे अक्षर हैं जो दिखाए नहीं जा सकते

enrolled-title = अपना मेलबॉक्स देखें
enrolled-sent = “{ $subject }” में आपका स्थान पक्का है। इसका संदेश आपके दिए हुए पते पर भेजा जा रहा है।
enrolled-sent-to = “{ $subject }” में आपका स्थान पक्का है। इसका संदेश { $email } पर भेजा जा रहा है।
enrolled-link = उसमें मीटिंग का आपका निजी लिंक और आपके कैलेंडर के लिए आमंत्रण है।
enrolled-wait = कुछ मिनट बाद भी कुछ नहीं मिला? स्पैम फ़ोल्डर देखें और जाँचें कि पता सही है।

manage-title = आपका पंजीकरण
manage-name = नाम
manage-status = स्थिति
manage-status-registered = आपका पंजीकरण हो चुका है।
manage-status-canceled = आपका पंजीकरण रद्द कर दिया गया है।
manage-status-over = यह मीटिंग समाप्त हो चुकी है।
manage-status-meeting-canceled = आयोजक ने यह मीटिंग रद्द कर दी है।
manage-cancel-heading = नहीं आ सकते?
manage-cancel-explain = आपका स्थान ख़ाली हो जाएगा, और आपका निजी लिंक तुरंत काम करना बंद कर देगा।
manage-cancel-button = मेरा पंजीकरण रद्द करें
manage-canceled-explain = आपका निजी लिंक अब काम नहीं करता। आपको और कुछ नहीं करना है।
manage-again = फिर से पंजीकरण करें

canceled-title = आपका पंजीकरण रद्द कर दिया गया है
canceled-explain = “{ $subject }” में आपका स्थान अब किसी और के लिए ख़ाली है, और आपका निजी लिंक अब काम नहीं करता।
canceled-letter = इसकी पुष्टि करने वाला संदेश, जो मीटिंग को आपके कैलेंडर से हटाता है, भेजा जा रहा है।

gate-early-title = मीटिंग अभी खुली नहीं है
gate-early = आप इस समय से शामिल हो सकते हैं: { $time }। आपका लिंक वही रहेगा; तब फिर आएँ।
gate-early-again = फिर कोशिश करें
gate-over-title = यह मीटिंग समाप्त हो चुकी है
gate-over = मीटिंग समाप्त होने पर प्रवेश बंद हो गया।
gate-canceled-title = यह लिंक अब काम नहीं करता
gate-canceled = जिस पंजीकरण का यह लिंक है वह रद्द हो चुका है, या मीटिंग रद्द हो चुकी है।
gate-no-address-title = मीटिंग रूम अभी तैयार नहीं है
gate-no-address = आयोजक ने अभी नहीं बताया है कि मीटिंग कहाँ होगी। आपका लिंक सही है; थोड़ी देर बाद फिर कोशिश करें।
gate-personal-title = आपको अपना निजी लिंक चाहिए
gate-personal = इस मीटिंग में हर व्यक्ति अपने निजी लिंक से शामिल होता है। आपका लिंक उस संदेश में है जो पंजीकरण के समय आपको भेजा गया था।
gate-personal-register = अभी तक पंजीकरण नहीं किया?

not-found-title = यहाँ कुछ नहीं है
not-found = पता ग़लत है, या जो यहाँ था वह अब नहीं है। यदि आप किसी संदेश के लिंक से आए हैं, तो जाँच लें कि लिंक बीच से कटा हुआ न हो।

problem-unavailable-title = अभी यह संभव नहीं है
problem-unavailable = आपने जो भरा उसमें कोई ग़लती नहीं थी। कृपया एक मिनट बाद फिर कोशिश करें।
problem-too-many-title = बहुत ज़्यादा कोशिशें
problem-too-many = कृपया फिर कोशिश करने से पहले एक मिनट रुकें।
problem-refused-title = यह नहीं हो सका
problem-refused = फ़ॉर्म जिस तरह भेजा गया, उसे हम स्वीकार नहीं कर सकते। वापस जाएँ, पेज फिर से लोड करें और फ़ॉर्म दोबारा भेजें।
problem-fault-title = कुछ गड़बड़ हो गई
problem-fault = ग़लती हमारी है। इसे दर्ज कर लिया गया है; कृपया बाद में फिर कोशिश करें।
problem-request = मदद माँगते समय यह नंबर बताएँ: { $id }
