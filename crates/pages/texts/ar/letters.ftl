# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = تم التسجيل: { $subject }
letter-cancellation-subject = أُلغي التسجيل: { $subject }

letter-greeting = مرحبًا { $name }،
letter-greeting-nameless = مرحبًا،

letter-confirmation-opening = مقعدك في هذا الاجتماع محجوز.
letter-cancellation-opening = أُلغي تسجيلك في هذا الاجتماع.

letter-what = الموضوع:
letter-when = الموعد:
letter-when-local = أي:
letter-organizer = المنظِّم:
letter-organizer-address = { $name }، { $mail }
letter-about = عن هذا الاجتماع، بكلمات المنظِّم:

letter-join = انضم عبر رابطك الشخصي:
letter-join-button = الانضمام إلى الاجتماع
letter-personal = هذا الرابط مخصص لك وحدك: فكل من يملكه يستطيع الانضمام باسمك. يُرجى عدم إعادة توجيه هذه الرسالة.
letter-manage = هل تعذر عليك الحضور؟ تنازل عن مقعدك هنا:
letter-calendar = الدعوة المرفقة تضيف الاجتماع إلى تقويمك.
letter-canceled-link = لم يعد رابطك الشخصي يعمل، وأصبح مقعدك متاحًا لغيرك.
letter-canceled-calendar = الإشعار المرفق يزيل الاجتماع من تقويمك.
letter-unasked = إذا لم يكن لديك علم بهذا الأمر، فقد أدخل شخص ما عنوانك عن طريق الخطأ، ولا يلزمك فعل أي شيء.
letter-sender = أُرسلت هذه الرسالة من Usher الذي يتولى التسجيل لهذا الاجتماع.
