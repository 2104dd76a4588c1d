# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = 候补名单：{ $subject }
waiting-listed-opening = 此会议名额已满。您已列入候补名单。
waiting-listed-explain = 一旦有名额空出，我们会写信通知您，并为您保留一段时间。在此之前您无需进行任何操作。
waiting-offered-subject = 为您保留了名额：{ $subject }
waiting-offered-opening = 此会议空出了一个名额，已为您保留。
waiting-offered-until = 请在 { $time } 之前接受。逾期后，名额将转给候补名单上的下一位。
waiting-offered-button = 接受或放弃
waiting-expired-subject = 名额保留已过期：{ $subject }
waiting-expired-opening = 我们曾为您保留一个名额，但您未及时接受。该名额已转给候补名单上的下一位。
waiting-expired-advice = 仍想参加？您可以在之前报名的地方重新报名。
waiting-pending-subject = 已收到报名申请：{ $subject }
waiting-pending-opening = 此会议的每个报名均由组织者审核。您的申请已收到。
waiting-pending-explain = 您目前还没有名额。组织者作出决定后，我们会立即写信通知您。
waiting-rejected-subject = 报名未通过：{ $subject }
waiting-rejected-opening = 组织者未接受您对此会议的报名。
waiting-withdrawn-opening = 您已撤回对此会议的报名。
waiting-own = 查看或撤回报名：
waiting-offered-own = 在此接受或放弃：

# The sign-up page, and the page after it.
waiting-form-explain = 您可以加入候补名单。一旦有名额空出，我们会写信通知您，并为您保留一段时间。
waiting-form-button = 加入候补名单
waiting-email-hint = 与报名有关的邮件将发送到此邮箱。
waiting-approval-title = 每个报名均由组织者审核
waiting-approval-explain = 请提交报名，组织者作出决定后，我们会立即写信通知您。
waiting-approval-button = 申请名额
waiting-enrolled = 您已列入“{ $subject }”的候补名单。相关邮件将发送到您填写的邮箱。
waiting-enrolled-to = 您已列入“{ $subject }”的候补名单。相关邮件将发送到 { $email }。
waiting-asked = 您对“{ $subject }”的报名将由组织者审核。相关邮件将发送到您填写的邮箱。
waiting-asked-to = 您对“{ $subject }”的报名将由组织者审核。相关邮件将发送到 { $email }。
waiting-letter = 邮件中的链接可用于查看报名状态和撤回报名。

# One's own registration, and the door.
waiting-status-listed = 您在候补名单上。
waiting-status-offered = 已为您保留一个名额。
waiting-status-pending = 组织者尚未审核您的报名。
waiting-status-rejected = 组织者未接受您的报名。
waiting-status-expired = 为您保留的名额已转给他人。
waiting-accept-heading = 为您保留的名额
waiting-accept-button = 接受名额
waiting-decline-button = 放弃名额
waiting-leave-heading = 改变主意了？
waiting-leave-listed = 您将失去在候补名单上的排位。
waiting-leave-pending = 您的报名会立即撤回。
waiting-leave-offered = 名额将转给下一位。
waiting-leave-button = 撤回我的报名
waiting-accepted = 名额已归您所有。包含您专属链接的邮件正在发送。
waiting-left-title = 您的报名已撤回
waiting-left = 您不再等待“{ $subject }”的名额。
waiting-left-letter = 确认邮件正在发送。
waiting-gate-title = 您目前还没有名额
waiting-gate = 获得名额后，您的链接即可打开会议。报名状态请查看发给您的邮件。
