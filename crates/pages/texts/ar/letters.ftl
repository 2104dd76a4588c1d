# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = تم التسجيل: { $subject }
letter-update-subject = تغيير: { $subject }
letter-reminder-subject = تذكير: { $subject }
letter-cancellation-subject = أُلغي التسجيل: { $subject }

letter-greeting = مرحبًا { $name }،
letter-greeting-nameless = مرحبًا،

letter-confirmation-opening = مقعدك في هذا الاجتماع محجوز.
letter-update-opening = غيَّر المنظِّم هذا الاجتماع. يبقى مقعدك وروابطك كما هي؛ والمعتمد الآن هو:
letter-reminder-opening = تذكير: مقعدك في هذا الاجتماع محجوز.
letter-canceled-themself-opening = لقد تخلّيت عن مقعدك في هذا الاجتماع: تسجيلك ملغى.
letter-canceled-by-organizer-opening = ألغى المنظِّم تسجيلك في هذا الاجتماع.
letter-canceled-for-all-opening = ألغى المنظِّم جميع التسجيلات في هذا الاجتماع.

letter-what = الموضوع:
letter-when = الموعد:
letter-when-local = أي:
letter-organizer = المنظِّم:
letter-organizer-address = { $name }، { $mail }
letter-about = عن هذا الاجتماع، بكلمات المنظِّم:

letter-join = انضم عبر رابطك الشخصي:
letter-join-button = الانضمام إلى الاجتماع
letter-personal = هذا الرابط مخصص لك وحدك: فكل من يملكه يستطيع الانضمام باسمك. يُرجى عدم إعادة توجيه هذه الرسالة.
letter-manage = عدّل تسجيلك أو تنازل عن مقعدك هنا:
letter-calendar = الدعوة المرفقة تضيف الاجتماع إلى تقويمك.
letter-update-calendar = الدعوة المرفقة تحدِّث الاجتماع في تقويمك.
letter-canceled-link = لم يعد رابطك الشخصي يعمل، وأصبح مقعدك متاحًا لغيرك.
letter-canceled-for-all-link = لم يعد رابطك الشخصي يعمل. لا يلزمك فعل شيء.
letter-canceled-themself-advice = هل غيَّرت رأيك؟ يمكنك التسجيل من جديد حيث سجَّلت من قبل.
letter-canceled-by-organizer-advice = إن لم تكن تتوقع ذلك فيُرجى سؤال المنظِّم.
letter-canceled-for-all-advice = يُرجى سؤال المنظِّم عمّا إذا كان الاجتماع سيُعقد وكيف.
letter-canceled-calendar = الإشعار المرفق يزيل الاجتماع من تقويمك.
letter-unasked = إذا لم يكن لديك علم بهذا الأمر، فقد أدخل شخص ما عنوانك عن طريق الخطأ، ولا يلزمك فعل أي شيء.
letter-sender = أُرسلت هذه الرسالة من Usher الذي يتولى التسجيل لهذا الاجتماع.

letter-offer-subject = هل تعذر عليك الحضور؟ { $subject }
letter-offer-opening = رفض تقويمك الدعوة إلى هذا الاجتماع. لا يزال مقعدك محجوزًا.
letter-offer-button = عرض تسجيلي
letter-offer-keep = إذا كنت ستحضر رغم ذلك، فلا يلزمك فعل أي شيء.
letter-stop-reminders = لإيقاف التذكيرات بهذا الاجتماع:
