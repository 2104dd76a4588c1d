# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = 报名成功：{ $subject }
letter-update-subject = 已更改：{ $subject }
letter-reminder-subject = 提醒：{ $subject }
letter-cancellation-subject = 报名已取消：{ $subject }

letter-greeting = { $name }，您好！
letter-greeting-nameless = 您好！

letter-confirmation-opening = 您已成功报名参加此会议。
letter-update-opening = 组织者更改了此会议。您的名额和链接保持不变；现在的安排如下：
letter-reminder-opening = 提醒您：您已报名参加此会议。
letter-canceled-themself-opening = 您已放弃此会议的名额：您的报名已取消。
letter-canceled-by-organizer-opening = 组织者已取消您对此会议的报名。
letter-canceled-for-all-opening = 组织者已取消此会议的所有报名。

letter-what = 主题：
letter-when = 时间：
letter-when-local = 即：
letter-organizer = 组织者：
letter-organizer-address = { $name }，{ $mail }
letter-about = 组织者对此会议的介绍：

letter-join = 通过您的专属链接加入：
letter-join-button = 加入会议
letter-personal = 此链接仅供您本人使用：任何人拿到它都能以您的名义入会。请勿转发此邮件。
letter-manage = 修改报名信息或取消报名：
letter-calendar = 所附邀请会将会议添加到您的日历。
letter-update-calendar = 所附邀请会更新您日历中的会议。
letter-canceled-link = 您的专属链接已失效，您的名额可供他人使用。
letter-canceled-for-all-link = 您的专属链接不再有效。您无需采取任何操作。
letter-canceled-themself-advice = 改变主意了？您可以在之前报名的地方重新报名。
letter-canceled-by-organizer-advice = 如果这出乎您的意料，请联系组织者。
letter-canceled-for-all-advice = 请向组织者询问会议是否举行以及如何举行。
letter-canceled-calendar = 所附通知会将会议从您的日历中移除。
letter-unasked = 如果您对此并不知情，可能是有人误填了您的邮箱地址，您无需进行任何操作。
letter-sender = 此邮件由负责此会议报名的 Usher 发送。

letter-offer-subject = 无法参加？{ $subject }
letter-offer-opening = 您的日历已谢绝此会议的邀请。您的名额仍然保留。
letter-offer-button = 查看我的报名
letter-offer-keep = 如果您仍会参加，则无需进行任何操作。
letter-stop-reminders = 不再接收此会议的提醒：
