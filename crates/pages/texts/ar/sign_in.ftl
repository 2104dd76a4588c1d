# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = تسجيل الدخول
issuer-for = للمتابعة إلى { $app }
issuer-user-name = اسم المستخدم
issuer-password = كلمة المرور
issuer-button = تسجيل الدخول
issuer-title-problem = مشكلة – تسجيل الدخول

issuer-wrong = اسم المستخدم أو كلمة المرور غير صحيح.
issuer-slow-down = محاولات كثيرة. يُرجى الانتظار قليلًا ثم المحاولة من جديد.
# Pages without a form: the sentences say why.
issuer-impossible-title = تسجيل الدخول غير ممكن
issuer-stale = هذا النموذج قديم جدًا أو لم يُنشأ هنا. يُرجى العودة إلى التطبيق والبدء من جديد.
issuer-away = لا يمكن الرجوع إلى الدليل في الوقت الحالي. يُرجى المحاولة بعد قليل.
issuer-malformed = صيغة الطلب غير صحيحة.
issuer-unknown-app = هذا التطبيق غير معروف هنا.
issuer-unknown-return = عنوان العودة غير مسجل لهذا التطبيق.
issuer-late = لم يصل النموذج في الوقت المحدد.
issuer-incomplete = النموذج غير مكتمل.
issuer-app-gone = لم يعد هذا التطبيق معروفًا هنا.

signed-out-title = تم تسجيل خروجك
signed-out = لم يعد أحد مسجلًا للدخول هنا في هذا المتصفح.
signed-out-there = قد تكون جلستك لدى مؤسستك لا تزال مفتوحة، ولن تُطلب منك كلمة المرور حينئذ في المرة القادمة. على جهاز يستخدمه آخرون، يُرجى تسجيل الخروج هناك أيضًا.
signed-out-there-button = تسجيل الخروج لدى مؤسستك أيضًا
signed-out-back = العودة إلى الاجتماع
