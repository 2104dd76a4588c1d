# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = पंजीकरण अभी शुरू नहीं हुआ है
opening-explain = आप { $time } से पंजीकरण कर सकते हैं। यह पृष्ठ खुला रखें, फ़ॉर्म अपने आप आ जाएगा, या तब फिर से आएँ।
opening-closed = यह { $time } को बंद हो गया।

zone-summary = समय किसी और समय क्षेत्र में दिखाएँ
zone-label = समय क्षेत्र
zone-button = दिखाएँ
zone-yours = आपका समय, { $zone } में: { $time }

consent-heading = सहमति
consent-notice = गोपनीयता सूचना
flaw-not-agreed = यदि आप सहमत हैं तो कृपया बॉक्स पर निशान लगाएँ; इसके बिना हम आपका पंजीकरण नहीं कर सकते।

again-on-its-page = कुछ नया भरना है या उस पर सहमति देनी है। कृपया इस बैठक के पृष्ठ पर फिर से पंजीकरण करें।
