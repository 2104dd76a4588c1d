# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = पंजीकरण हो गया: { $subject }
letter-update-subject = बदलाव: { $subject }
letter-reminder-subject = अनुस्मारक: { $subject }
letter-cancellation-subject = पंजीकरण रद्द: { $subject }

letter-greeting = नमस्ते { $name } जी,
letter-greeting-nameless = नमस्ते,

letter-confirmation-opening = इस मीटिंग में आपका स्थान पक्का है।
letter-update-opening = आयोजक ने यह मीटिंग बदल दी है। आपका स्थान और आपके लिंक वैसे ही रहते हैं; अब यह मान्य है:
letter-reminder-opening = याद दिलाने के लिए: इस मीटिंग में आपका स्थान पक्का है।
letter-canceled-themself-opening = आपने इस मीटिंग में अपना स्थान छोड़ दिया है: आपका पंजीकरण रद्द है।
letter-canceled-by-organizer-opening = आयोजक ने इस मीटिंग के लिए आपका पंजीकरण रद्द कर दिया है।
letter-canceled-for-all-opening = आयोजक ने इस मीटिंग के सभी पंजीकरण रद्द कर दिए हैं।

letter-what = विषय:
letter-when = समय:
letter-when-local = यानी:
letter-organizer = आयोजक:
letter-organizer-address = { $name }, { $mail }
letter-about = इस मीटिंग के बारे में, आयोजक के शब्दों में:

letter-join = अपने निजी लिंक से शामिल हों:
letter-join-button = मीटिंग में शामिल हों
letter-personal = यह लिंक केवल आपके लिए है: जिसके पास यह होगा, वह आपके नाम से शामिल हो सकता है। कृपया यह संदेश आगे न भेजें।
letter-manage = अपना पंजीकरण बदलें या अपना स्थान छोड़ें:
letter-calendar = संलग्न आमंत्रण मीटिंग को आपके कैलेंडर में जोड़ देता है।
letter-update-calendar = संलग्न आमंत्रण आपके कैलेंडर में मीटिंग को अपडेट करता है।
letter-canceled-link = आपका निजी लिंक अब काम नहीं करता, और आपका स्थान किसी और के लिए ख़ाली है।
letter-canceled-for-all-link = आपका निजी लिंक अब काम नहीं करता। आपको कुछ करने की आवश्यकता नहीं है।
letter-canceled-themself-advice = विचार बदल गया? आप वहीं फिर से पंजीकरण कर सकते हैं जहाँ पहले किया था।
letter-canceled-by-organizer-advice = यदि आपको इसकी अपेक्षा नहीं थी, तो कृपया आयोजक से पूछें।
letter-canceled-for-all-advice = कृपया आयोजक से पूछें कि मीटिंग होगी या नहीं और कैसे।
letter-canceled-calendar = संलग्न सूचना मीटिंग को आपके कैलेंडर से हटा देती है।
letter-unasked = यदि आपको इसकी जानकारी नहीं है, तो किसी ने ग़लती से आपका पता लिख दिया है; आपको कुछ करने की ज़रूरत नहीं है।
letter-sender = यह संदेश Usher ने भेजा है, जो इस मीटिंग के पंजीकरण सँभालता है।

letter-offer-subject = नहीं आ रहे? { $subject }
letter-offer-opening = आपके कैलेंडर ने इस मीटिंग का आमंत्रण अस्वीकार कर दिया है। आपका स्थान अब भी आपके पास है।
letter-offer-button = मेरा पंजीकरण देखें
letter-offer-keep = यदि आप फिर भी आ रहे हैं, तो आपको कुछ करने की ज़रूरत नहीं है।
letter-stop-reminders = इस मीटिंग के अनुस्मारक बंद करें:
