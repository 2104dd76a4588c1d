# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = 报名成功：{ $subject }
letter-cancellation-subject = 报名已取消：{ $subject }

letter-greeting = { $name }，您好！
letter-greeting-nameless = 您好！

letter-confirmation-opening = 您已成功报名参加此会议。
letter-cancellation-opening = 您对此会议的报名已取消。

letter-what = 主题：
letter-when = 时间：
letter-when-local = 即：
letter-organizer = 组织者：
letter-organizer-address = { $name }，{ $mail }
letter-about = 组织者对此会议的介绍：

letter-join = 通过您的专属链接加入：
letter-join-button = 加入会议
letter-personal = 此链接仅供您本人使用：任何人拿到它都能以您的名义入会。请勿转发此邮件。
letter-manage = 无法参加？请在此取消报名：
letter-calendar = 所附邀请会将会议添加到您的日历。
letter-canceled-link = 您的专属链接已失效，您的名额可供他人使用。
letter-canceled-calendar = 所附通知会将会议从您的日历中移除。
letter-unasked = 如果您对此并不知情，可能是有人误填了您的邮箱地址，您无需进行任何操作。
letter-sender = 此邮件由负责此会议报名的 Usher 发送。
