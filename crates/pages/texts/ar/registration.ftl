# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = لم يُفتح باب التسجيل بعد
opening-explain = يمكنكم التسجيل ابتداءً من { $time }. اتركوا هذه الصفحة مفتوحة فيظهر النموذج من تلقاء نفسه، أو عودوا في ذلك الوقت.
opening-closed = أُغلق التسجيل في { $time }.

zone-summary = عرض الأوقات في منطقة زمنية أخرى
zone-label = المنطقة الزمنية
zone-button = عرض
zone-yours = وقتكم في { $zone }: { $time }

consent-heading = الموافقة
consent-notice = إشعار الخصوصية
flaw-not-agreed = يُرجى وضع علامة في المربع إذا كنت موافقًا؛ فبدونها لا يمكننا تسجيلك.

again-on-its-page = هناك بيانات جديدة يلزم تعبئتها أو الموافقة عليها. يرجى التسجيل من جديد في صفحة هذا الاجتماع.
