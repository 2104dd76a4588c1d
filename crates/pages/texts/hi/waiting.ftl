# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = प्रतीक्षा सूची: { $subject }
waiting-listed-opening = इस मीटिंग के सभी स्थान भर चुके हैं। आप प्रतीक्षा सूची में हैं।
waiting-listed-explain = जब आपके लिए कोई स्थान ख़ाली होगा, तो हम आपको लिखेंगे और उसे कुछ समय तक आपके लिए रखेंगे। तब तक आपको कुछ करने की ज़रूरत नहीं है।
waiting-offered-subject = आपके लिए एक स्थान: { $subject }
waiting-offered-opening = इस मीटिंग में एक स्थान ख़ाली हुआ है, और वह आपके लिए रखा गया है।
waiting-offered-until = इसे { $time } तक स्वीकार करें। उसके बाद यह प्रतीक्षा सूची के अगले व्यक्ति को मिलेगा।
waiting-offered-button = स्वीकार या अस्वीकार करें
waiting-expired-subject = प्रस्ताव की अवधि समाप्त: { $subject }
waiting-expired-opening = आपके लिए एक स्थान रखा गया था, पर वह समय पर स्वीकार नहीं हुआ। वह प्रतीक्षा सूची के अगले व्यक्ति को मिल गया है।
waiting-expired-advice = क्या आप अब भी आना चाहते हैं? आप वहीं फिर से पंजीकरण कर सकते हैं जहाँ पहले किया था।
waiting-pending-subject = पंजीकरण का अनुरोध मिला: { $subject }
waiting-pending-opening = इस मीटिंग के हर पंजीकरण पर आयोजक निर्णय लेते हैं। आपका अनुरोध मिल गया है।
waiting-pending-explain = आपका स्थान अभी पक्का नहीं है। आयोजक के निर्णय लेते ही हम आपको लिखेंगे।
waiting-rejected-subject = पंजीकरण स्वीकार नहीं हुआ: { $subject }
waiting-rejected-opening = आयोजक ने इस मीटिंग के लिए आपका पंजीकरण स्वीकार नहीं किया है।
waiting-withdrawn-opening = आपने इस मीटिंग के लिए अपना पंजीकरण वापस ले लिया है।
waiting-own = अपना पंजीकरण देखें या उसे वापस लें:
waiting-offered-own = यहाँ स्वीकार या अस्वीकार करें:

# The sign-up page, and the page after it.
waiting-form-explain = आप प्रतीक्षा सूची में शामिल हो सकते हैं। जब आपके लिए कोई स्थान ख़ाली होगा, तो हम आपको लिखेंगे और उसे कुछ समय तक आपके लिए रखेंगे।
waiting-form-button = प्रतीक्षा सूची में शामिल हों
waiting-email-hint = आपके पंजीकरण से जुड़े संदेश इसी पते पर भेजे जाएँगे।
waiting-approval-title = हर पंजीकरण पर आयोजक निर्णय लेते हैं
waiting-approval-explain = अपना पंजीकरण भेजें; आयोजक के निर्णय लेते ही हम आपको लिखेंगे।
waiting-approval-button = स्थान का अनुरोध करें
waiting-enrolled = आप “{ $subject }” की प्रतीक्षा सूची में हैं। इसका संदेश आपके दिए हुए पते पर भेजा जा रहा है।
waiting-enrolled-to = आप “{ $subject }” की प्रतीक्षा सूची में हैं। इसका संदेश { $email } पर भेजा जा रहा है।
waiting-asked = “{ $subject }” के लिए आपके पंजीकरण पर आयोजक निर्णय लेंगे। इसका संदेश आपके दिए हुए पते पर भेजा जा रहा है।
waiting-asked-to = “{ $subject }” के लिए आपके पंजीकरण पर आयोजक निर्णय लेंगे। इसका संदेश { $email } पर भेजा जा रहा है।
waiting-letter = उसमें एक लिंक है जिससे आप अपने पंजीकरण की स्थिति देख सकते हैं और उसे वापस ले सकते हैं।

# One's own registration, and the door.
waiting-status-listed = आप प्रतीक्षा सूची में हैं।
waiting-status-offered = आपके लिए एक स्थान रखा गया है।
waiting-status-pending = आयोजक ने आपके पंजीकरण पर अभी निर्णय नहीं लिया है।
waiting-status-rejected = आयोजक ने आपका पंजीकरण स्वीकार नहीं किया है।
waiting-status-expired = आपके लिए रखा गया स्थान किसी और को मिल गया है।
waiting-accept-heading = आपके लिए एक स्थान
waiting-accept-button = स्थान स्वीकार करें
waiting-decline-button = स्थान अस्वीकार करें
waiting-leave-heading = विचार बदल गया?
waiting-leave-listed = सूची में आपकी बारी चली जाएगी।
waiting-leave-pending = आपका पंजीकरण तुरंत वापस ले लिया जाएगा।
waiting-leave-offered = स्थान अगले व्यक्ति को मिल जाएगा।
waiting-leave-button = मेरा पंजीकरण वापस लें
waiting-accepted = स्थान आपका है। आपके निजी लिंक वाला संदेश भेजा जा रहा है।
waiting-left-title = आपका पंजीकरण वापस ले लिया गया है
waiting-left = आप अब “{ $subject }” में स्थान की प्रतीक्षा नहीं कर रहे हैं।
waiting-left-letter = इसकी पुष्टि का संदेश भेजा जा रहा है।
waiting-gate-title = आपका स्थान अभी पक्का नहीं है
waiting-gate = स्थान आपका होते ही आपका लिंक मीटिंग खोलेगा। आपको भेजे गए संदेश बताते हैं कि आपके पंजीकरण की स्थिति क्या है।
