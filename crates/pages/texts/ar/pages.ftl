# Pages attendees see.

page-brand = Usher
page-footer = التسجيل عبر Usher. بلا تتبع وبلا ملفات تعريف ارتباط من جهات أخرى.
page-title = { $title } · Usher
page-when = الموعد
page-untitled = اجتماع بلا عنوان
page-in-utc = ({ $time })
page-language = اللغة
# What the language calls itself.
page-language-name = العربية

form-title = التسجيل: { $subject }
form-title-problem = خطأ – التسجيل: { $subject }
form-about = عن هذا الاجتماع
form-speakers = المتحدثون
form-heading = التسجيل
form-required = الحقول المشار إليها بعلامة * إلزامية.
form-first-name = الاسم الأول
form-last-name = اسم العائلة
form-email = البريد الإلكتروني
form-email-hint = يُرسل رابط الاجتماع إلى هذا العنوان.
form-question-choose = يُرجى اختيار إجابة واحدة.
form-submit = تسجيل
form-privacy = تُرسل إجاباتك إلى منظِّم هذا الاجتماع.
form-summary = يُرجى مراجعة ما يلي:
form-summary-item = { $label } – { $problem }
form-full-title = جميع المقاعد محجوزة
form-full = قد يتنازل أحدهم عن مقعده. يمكنك العودة إلى هنا لاحقًا أو سؤال المنظِّم.
form-over-title = أُغلق باب التسجيل
form-over = لم يعد هذا الاجتماع يقبل التسجيل.
form-sign-in-title = لأعضاء المؤسسة
form-sign-in = التسجيل في هذا الاجتماع متاح لأعضاء المؤسسة فقط. ويجري ذلك حاليًا عبر نظام مؤسستهم؛ يُرجى سؤال المنظِّم عن هذا النظام.
form-sign-in-here = لا يمكن التسجيل في هذا الاجتماع إلا لأعضاء المنظمة. يُرجى تسجيل الدخول بالحساب الذي لديك هناك.
form-sign-in-button = تسجيل الدخول
form-sign-out = تسجيل الخروج
form-member = هكذا ورد في دليل منظمتك. إن كان هناك خطأ فأبلغ القائمين عليه؛ ويُرسل رابط الاجتماع إلى هذا العنوان.
form-other-title = أنت تنتمي إلى منظمة أخرى
form-other = لقد سجّلت الدخول، لكن هذا الاجتماع لأعضاء منظمة أخرى. إن كان لديك حساب هناك فسجّل الخروج ثم ادخل به.
form-unknown-title = لا يمكن استخدام حسابك هنا
form-unknown = لقد سجّلت الدخول، لكن دليل المنظمة لا يعرف حسابك أو أنه معطّل. يُرجى سؤال القائمين على الحسابات.
form-incomplete-title = هناك ما ينقص في الدليل
form-incomplete = لقد سجّلت الدخول، لكن دليل المنظمة يخلو من اسمك الأول أو اسم عائلتك أو بريدك الإلكتروني، ولا يمكن التسجيل من دونها. يُرجى سؤال القائمين عليه.
form-organizer = المنظِّم: { $name }
form-sign-in-title-named = لأعضاء { $name }
form-sign-in-named = التسجيل في هذا الاجتماع متاح لأعضاء { $name } فقط. ويجري ذلك حاليًا عبر نظام مؤسستهم؛ يُرجى سؤال المنظِّم عن هذا النظام.
form-sign-in-here-named = لا يمكن التسجيل في هذا الاجتماع إلا لأعضاء { $name }. يُرجى تسجيل الدخول بالحساب الذي لديك هناك.

flaw-missing = يُرجى ملء هذا الحقل.
flaw-too-long = النص طويل جدًا.
flaw-longer-than = { $limit ->
    [zero] لا يُسمح بأي حرف.
    [one] حرف واحد على الأكثر.
    [two] حرفان على الأكثر.
    [few] { $limit } أحرف على الأكثر.
    [many] { $limit } حرفًا على الأكثر.
   *[other] { $limit } حرف على الأكثر.
}
flaw-not-an-email = لا يمكننا الكتابة إلى هذا العنوان؛ ينبغي أن يكون على شكل name@example.com.
flaw-not-a-choice = يُرجى اختيار أحد الخيارات.
flaw-unreadable = يحتوي على رموز لا يمكن عرضها.

enrolled-title = يُرجى تفقد بريدك
enrolled-sent = مقعدك في «{ $subject }» محجوز. تُرسل رسالة التأكيد إلى العنوان الذي أدخلته.
enrolled-sent-to = مقعدك في «{ $subject }» محجوز. تُرسل رسالة التأكيد إلى { $email }.
enrolled-link = تحتوي الرسالة على رابطك الشخصي إلى الاجتماع ودعوة لتقويمك.
enrolled-wait = لم يصل شيء بعد بضع دقائق؟ يُرجى تفقد مجلد البريد غير المرغوب فيه والتأكد من صحة العنوان.
enrolled-member-title = تم تسجيلك
enrolled-join = رابطك الشخصي إلى الاجتماع

manage-title = تسجيلك
manage-title-problem = مشكلة – تسجيلك
manage-name = الاسم
manage-email = البريد الإلكتروني
manage-status = الحالة
manage-status-registered = تسجيلك مؤكد.
manage-status-canceled = أُلغي تسجيلك.
manage-status-over = انتهى هذا الاجتماع.
manage-status-meeting-canceled = ألغى المنظِّم هذا الاجتماع.
manage-cancel-heading = هل تعذر عليك الحضور؟
manage-cancel-explain = سيصبح مقعدك متاحًا لغيرك، وسيتوقف رابطك الشخصي عن العمل فورًا.
manage-cancel-button = إلغاء تسجيلي
manage-canceled-explain = لم يعد رابطك الشخصي يعمل.
manage-again = التسجيل من جديد
manage-answers-heading = إجاباتك
manage-answers-button = حفظ إجاباتي
manage-answers-changed = حُفظت إجاباتك.
manage-answers-until = يمكن تغييرها حتى: { $time }
manage-answers-late = لم يُحفظ: لا يمكن تغيير الإجابات إلا قبل بدء الاجتماع.
manage-letter-heading = هل فقدت الرسالة؟
manage-letter-explain = نرسلها مرة أخرى إلى { $email } مع الرابط الشخصي نفسه.
manage-letter-explain-waiting = نرسلها مرة أخرى إلى { $email }.
manage-letter-button = إرسال الرسالة مرة أخرى
manage-letter-sent = الرسالة في طريقها إليك. تُرسل مرة واحدة كل عشر دقائق مهما تكرر الطلب.
manage-reminders-explain = طلبت إيقاف التذكيرات بهذا الاجتماع.
manage-reminders-button = استئناف التذكيرات
manage-reminders-on = ستصلك التذكيرات بهذا الاجتماع من جديد.
manage-registered-again = أنت مسجَّل من جديد. رسالة فيها رابطك الشخصي الجديد في طريقها إليك؛ وهذه الصفحة تخص التسجيل السابق.
manage-erase-heading = محو بياناتي
manage-erase-explain = يُزال اسمك وعنوانك وإجاباتك نهائيًا. وإن كان لك مقعد فإنه يصبح متاحًا لغيرك، ولا تُرسل رسالة بذلك.
manage-erase-button = محو بياناتي الآن
manage-page = صفحة هذا الاجتماع
manage-status-all-canceled = ألغى المنظِّم جميع التسجيلات في هذا الاجتماع.

erased-title = مُحيت بياناتك
erased-explain = أُزيل اسمك وعنوانك وإجاباتك من هذا التسجيل، ولم تعد روابطك الشخصية تعمل.
erased-left = ما يبقى هو أن شخصًا كان له مقعد هنا، ومتى. والنسخ التي أعدّها المنظِّم من قبل موجودة لديه.

canceled-title = أُلغي تسجيلك
canceled-explain = أصبح مقعدك في «{ $subject }» متاحًا لغيرك، ولم يعد رابطك الشخصي يعمل.
canceled-letter = رسالة تؤكد ذلك وتزيل الاجتماع من تقويمك في طريقها إليك.

gate-early-title = لم يُفتح الاجتماع بعد
gate-early = يمكنك الانضمام ابتداءً من: { $time }. أبقِ هذه الصفحة مفتوحة لتدخل تلقائيًا، أو عُد حينها بالرابط نفسه.
gate-early-again = إعادة المحاولة
gate-ready-title = الاجتماع مفتوح
gate-ready = اضغط الزر للانضمام. رابطك الشخصي يُدخل جهازًا واحدًا في كل مرة.
gate-ready-join = الانضمام
gate-elsewhere-title = أنت منضم من جهاز آخر
gate-elsewhere = رابطك الشخصي يُدخل جهازًا واحدًا في كل مرة، وقد دخل به جهاز آخر قبل قليل. إذا انضممت من هنا بدلًا منه فلن يُدخَل ذلك الجهاز مجددًا إلا إذا استعاد المكان بدوره. وإن لم يكن جهازك فاسأل المنظِّم.
gate-elsewhere-join = الانضمام من هذا الجهاز بدلًا منه
gate-guest = ضيف
gate-over-title = انتهى هذا الاجتماع
gate-over = أُغلق باب الدخول بانتهاء الاجتماع.
gate-canceled-title = لم يعد هذا الرابط يعمل
gate-canceled = أُلغي التسجيل الذي يخصه هذا الرابط، أو أُلغي الاجتماع.
gate-no-address-title = غرفة الاجتماع غير جاهزة
gate-no-address = لم يحدد المنظِّم بعد مكان انعقاد الاجتماع. رابطك صحيح؛ يُرجى المحاولة بعد قليل.
gate-personal-title = يلزمك رابطك الشخصي
gate-personal = ينضم كل شخص إلى هذا الاجتماع برابط خاص به. ستجد رابطك في الرسالة التي وصلتك عند التسجيل.
gate-personal-register = لم تسجل بعد؟
# How long it is until then, as CLDR says it.
gate-opens = يُفتح الاجتماع { $time }.
gate-in-minutes = { $count ->
    [zero] خلال { $count } دقيقة
    [one] خلال دقيقة واحدة
    [two] خلال دقيقتين
    [few] خلال { $count } دقائق
    [many] خلال { $count } دقيقة
   *[other] خلال { $count } دقيقة
}
gate-in-hours = { $count ->
    [zero] خلال { $count } ساعة
    [one] خلال ساعة واحدة
    [two] خلال ساعتين
    [few] خلال { $count } ساعات
    [many] خلال { $count } ساعة
   *[other] خلال { $count } ساعة
}
gate-in-days = { $count ->
    [zero] خلال { $count } يوم
    [one] خلال يوم واحد
    [two] خلال يومين
    [few] خلال { $count } أيام
    [many] خلال { $count } يومًا
   *[other] خلال { $count } يوم
}

withdrawn-title = سُحب هذا التسجيل
withdrawn-explain = ألغى المنظِّم الاجتماع أو لم يعد يقبل التسجيل فيه. وقد وصلت إلى المسجَّلين رسالة بذلك.
called-off-title = أُلغي هذا الاجتماع
called-off-explain = تلقّى كل من سجّل رسالة بذلك.

not-found-title = لا شيء هنا
not-found = العنوان غير صحيح، أو أن ما كان هنا لم يعد موجودًا. إذا وصلت عبر رابط في رسالة، فيُرجى التأكد من أنه كامل.

sign-in-failed-title = لم تسجّل الدخول
sign-in-failed = انقطع تسجيل الدخول، أو استغرق أكثر من عشر دقائق، أو بدأ في متصفح آخر. لم يتغير شيء.
sign-in-again = إعادة المحاولة

problem-unavailable-title = هذا غير ممكن حاليًا
problem-unavailable = لا خطأ فيما أدخلته. يُرجى المحاولة مرة أخرى بعد دقيقة.
problem-too-many-title = محاولات كثيرة جدًا
problem-too-many = يُرجى الانتظار دقيقة قبل المحاولة مرة أخرى.
problem-refused-title = لم تنجح العملية
problem-refused = أُرسل النموذج بطريقة لا يمكننا قبولها. يُرجى الرجوع وإعادة تحميل الصفحة وإرساله مرة أخرى.
problem-fault-title = حدث خطأ ما
problem-fault = الخطأ من جانبنا وقد سُجِّل؛ يُرجى المحاولة لاحقًا.
problem-request = عند طلب المساعدة، يُرجى ذكر هذا الرقم: { $id }
