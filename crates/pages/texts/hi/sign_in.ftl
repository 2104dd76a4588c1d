# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = साइन इन करें
issuer-for = { $app } पर आगे बढ़ने के लिए
issuer-user-name = उपयोगकर्ता नाम
issuer-password = पासवर्ड
issuer-button = साइन इन करें
issuer-title-problem = समस्या – साइन इन करें

issuer-wrong = उपयोगकर्ता नाम या पासवर्ड गलत है।
issuer-slow-down = बहुत अधिक प्रयास हुए। थोड़ी देर रुककर फिर प्रयास करें।
# Pages without a form: the sentences say why.
issuer-impossible-title = साइन इन संभव नहीं है
issuer-stale = यह फ़ॉर्म बहुत पुराना है या यहाँ नहीं बना था। ऐप्लिकेशन पर वापस जाकर फिर से शुरू करें।
issuer-away = इस समय निर्देशिका से पूछा नहीं जा सकता। कृपया थोड़ी देर में फिर प्रयास करें।
issuer-malformed = अनुरोध सही रूप में नहीं है।
issuer-unknown-app = यह ऐप्लिकेशन यहाँ ज्ञात नहीं है।
issuer-unknown-return = लौटने का पता इस ऐप्लिकेशन के लिए पंजीकृत नहीं है।
issuer-late = फ़ॉर्म समय पर नहीं पहुँचा।
issuer-incomplete = फ़ॉर्म अधूरा है।
issuer-app-gone = यह ऐप्लिकेशन अब यहाँ ज्ञात नहीं है।

signed-out-title = आप साइन आउट हो गए हैं
signed-out = इस ब्राउज़र में यहाँ अब कोई साइन इन नहीं है।
signed-out-there = हो सकता है कि आप अपने संगठन में अब भी साइन इन हों; तब अगली बार पासवर्ड नहीं पूछा जाएगा। जिस कंप्यूटर का दूसरे भी उपयोग करते हैं, उस पर वहाँ भी साइन आउट करें।
signed-out-there-button = अपने संगठन में भी साइन आउट करें
signed-out-back = मीटिंग पर वापस जाएँ
