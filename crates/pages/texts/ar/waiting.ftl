# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = قائمة الانتظار: { $subject }
waiting-listed-opening = جميع المقاعد في هذا الاجتماع محجوزة. أنت الآن على قائمة الانتظار.
waiting-listed-explain = عندما يتوفر لك مقعد نراسلك ونحتفظ به لك مدة من الوقت. لا يلزمك فعل أي شيء حتى ذلك الحين.
waiting-offered-subject = مقعد لك: { $subject }
waiting-offered-opening = توفر مقعد في هذا الاجتماع، وهو محفوظ لك.
waiting-offered-until = يُرجى قبوله قبل { $time }. بعد ذلك ينتقل إلى الشخص التالي في قائمة الانتظار.
waiting-offered-button = القبول أو الاعتذار
waiting-expired-subject = انتهت مدة العرض: { $subject }
waiting-expired-opening = كان هناك مقعد محفوظ لك، لكنه لم يُقبل في الوقت المحدد. وقد انتقل إلى الشخص التالي في قائمة الانتظار.
waiting-expired-advice = هل ما زلت ترغب في الحضور؟ يمكنك التسجيل من جديد حيث سجَّلت من قبل.
waiting-pending-subject = وصل طلب التسجيل: { $subject }
waiting-pending-opening = يبتّ المنظِّم في كل تسجيل في هذا الاجتماع. وقد وصل طلبك.
waiting-pending-explain = ليس لديك مقعد بعد. سنراسلك فور أن يتخذ المنظِّم قراره.
waiting-rejected-subject = لم يُقبل التسجيل: { $subject }
waiting-rejected-opening = لم يقبل المنظِّم تسجيلك في هذا الاجتماع.
waiting-withdrawn-opening = لقد سحبت تسجيلك في هذا الاجتماع.
waiting-own = اطّلع على تسجيلك أو اسحبه هنا:
waiting-offered-own = اقبل المقعد أو اعتذر عنه هنا:

# The sign-up page, and the page after it.
waiting-form-explain = يمكنك الانضمام إلى قائمة الانتظار. عندما يتوفر لك مقعد نراسلك ونحتفظ به لك مدة من الوقت.
waiting-form-button = الانضمام إلى قائمة الانتظار
waiting-email-hint = تُرسل الرسائل المتعلقة بتسجيلك إلى هذا العنوان.
waiting-approval-title = يبتّ المنظِّم في كل تسجيل
waiting-approval-explain = أرسل تسجيلك، وسنراسلك فور أن يتخذ المنظِّم قراره.
waiting-approval-button = طلب مقعد
waiting-enrolled = أنت على قائمة الانتظار لـ«{ $subject }». تُرسل الرسالة بهذا الشأن إلى العنوان الذي أدخلته.
waiting-enrolled-to = أنت على قائمة الانتظار لـ«{ $subject }». تُرسل الرسالة بهذا الشأن إلى { $email }.
waiting-asked = يبتّ المنظِّم في تسجيلك في «{ $subject }». تُرسل الرسالة بهذا الشأن إلى العنوان الذي أدخلته.
waiting-asked-to = يبتّ المنظِّم في تسجيلك في «{ $subject }». تُرسل الرسالة بهذا الشأن إلى { $email }.
waiting-letter = تتضمن رابطًا يمكنك من خلاله الاطلاع على حالة تسجيلك وسحبه.

# One's own registration, and the door.
waiting-status-listed = أنت على قائمة الانتظار.
waiting-status-offered = هناك مقعد محفوظ لك.
waiting-status-pending = لم يبتّ المنظِّم في تسجيلك بعد.
waiting-status-rejected = لم يقبل المنظِّم تسجيلك.
waiting-status-expired = انتقل المقعد الذي كان محفوظًا لك إلى شخص آخر.
waiting-accept-heading = مقعد لك
waiting-accept-button = قبول المقعد
waiting-decline-button = الاعتذار عن المقعد
waiting-leave-heading = هل غيَّرت رأيك؟
waiting-leave-listed = ستفقد دورك في القائمة.
waiting-leave-pending = يُسحب تسجيلك فورًا.
waiting-leave-offered = ينتقل المقعد إلى الشخص التالي.
waiting-leave-button = سحب تسجيلي
waiting-accepted = المقعد لك. رسالة تتضمن رابطك الشخصي في الطريق إليك.
waiting-left-title = سُحب تسجيلك
waiting-left = لم تعد تنتظر مقعدًا في «{ $subject }».
waiting-left-letter = رسالة تؤكد ذلك في الطريق إليك.
waiting-gate-title = ليس لديك مقعد بعد
waiting-gate = يفتح رابطك الاجتماع فور أن يصبح لك مقعد. توضح الرسائل المرسلة إليك حالة تسجيلك.
