# Pages attendees see.

page-brand = Usher
page-footer = 由 Usher 提供报名服务。不跟踪，不使用第三方 Cookie。
page-title = { $title } · Usher
page-when = 时间
page-untitled = 无标题会议
page-in-utc = ({ $time })
page-language = 语言
# What the language calls itself.
page-language-name = 简体中文

form-title = 报名：{ $subject }
form-title-problem = 填写有误 – 报名：{ $subject }
form-about = 会议介绍
form-speakers = 演讲者
form-heading = 报名
form-required = 标有 * 的项目为必填项。
form-first-name = 名
form-last-name = 姓
form-email = 电子邮箱
form-email-hint = 会议链接将发送到此邮箱。
form-question-choose = 请选择一项。
form-submit = 提交报名
form-privacy = 您的回答将提供给此会议的组织者。
form-summary = 请检查以下内容：
form-summary-item = { $label } – { $problem }
form-full-title = 名额已满
form-full = 可能会有人取消报名。请稍后再来查看，或咨询组织者。
form-over-title = 报名已截止
form-over = 此会议不再接受报名。
form-sign-in-title = 仅限组织成员
form-sign-in = 只有组织成员才能报名参加此会议。目前需通过其所在组织的系统报名；请向会议组织者咨询是哪个系统。
form-sign-in-here = 只有该组织的成员才能报名参加此会议。请使用您在该组织的帐户登录。
form-sign-in-button = 登录
form-sign-out = 退出登录
form-member = 这是您组织目录中的信息。如有错误，请告知负责维护的人员；会议链接将发送到此邮箱。
form-other-title = 您属于另一个组织
form-other = 您已登录，但此会议面向另一个组织的成员。如果您在那里有帐户，请退出后用该帐户登录。
form-unknown-title = 您的帐户无法在此使用
form-unknown = 您已登录，但组织目录中没有您的帐户，或者该帐户已被停用。请联系负责帐户的人员。
form-incomplete-title = 目录中缺少信息
form-incomplete = 您已登录，但组织目录中缺少您的名字、姓氏或邮箱，没有这些信息就无法报名。请联系负责维护目录的人员。
form-organizer = 组织者：{ $name }
form-sign-in-title-named = 仅限 { $name } 的成员
form-sign-in-named = 只有 { $name } 的成员才能报名参加此会议。目前需通过其所在组织的系统报名；请向会议组织者咨询是哪个系统。
form-sign-in-here-named = 只有 { $name } 的成员才能报名参加此会议。请使用您在该组织的帐户登录。

flaw-missing = 请填写此项。
flaw-too-long = 内容过长。
flaw-longer-than = { $limit ->
   *[other] 最多 { $limit } 个字符。
}
flaw-not-an-email = 无法向此邮箱地址发送邮件；格式应类似 name@example.com。
flaw-not-a-choice = 请选择其中一项。
flaw-unreadable = 含有无法显示的字符。

enrolled-title = 请查收邮件
enrolled-sent = 您已成功报名参加“{ $subject }”。确认邮件将发送到您填写的邮箱。
enrolled-sent-to = 您已成功报名参加“{ $subject }”。确认邮件将发送到 { $email }。
enrolled-link = 邮件中有您的会议专属链接和日历邀请。
enrolled-wait = 几分钟后仍未收到？请查看垃圾邮件文件夹，并检查邮箱地址是否正确。
enrolled-member-title = 您已报名
enrolled-join = 您的会议专属链接

manage-title = 您的报名
manage-title-problem = 有误 – 您的报名
manage-name = 姓名
manage-email = 电子邮箱
manage-status = 状态
manage-status-registered = 您已报名。
manage-status-canceled = 您的报名已取消。
manage-status-over = 此会议已结束。
manage-status-meeting-canceled = 组织者已取消此会议。
manage-cancel-heading = 无法参加？
manage-cancel-explain = 您的名额将被释放，您的专属链接会立即失效。
manage-cancel-button = 取消我的报名
manage-canceled-explain = 您的专属链接已失效。
manage-again = 重新报名
manage-answers-heading = 您的回答
manage-answers-button = 保存我的回答
manage-answers-changed = 您的回答已保存。
manage-answers-until = 可修改至：{ $time }
manage-answers-late = 未保存：只能在会议开始前修改回答。
manage-letter-heading = 没有找到邮件？
manage-letter-explain = 我们会将带有同一专属链接的邮件再次发送到 { $email }。
manage-letter-explain-waiting = 我们会将邮件再次发送到 { $email }。
manage-letter-button = 重新发送邮件
manage-letter-sent = 邮件正在发送。无论请求多少次，十分钟内只发送一次。
manage-reminders-explain = 您已选择不再接收此会议的提醒。
manage-reminders-button = 恢复提醒
manage-reminders-on = 您将重新收到此会议的提醒。
manage-registered-again = 您已重新报名。带有新专属链接的邮件正在发送；此页面属于之前的报名。
manage-erase-heading = 删除我的数据
manage-erase-explain = 您的姓名、邮箱和回答将被永久删除。如果您有名额，名额将被释放，且不会为此发送邮件。
manage-erase-button = 立即删除我的数据
manage-page = 此会议的页面
manage-status-all-canceled = 组织者已取消此会议的所有报名。

erased-title = 您的数据已删除
erased-explain = 您的姓名、邮箱和回答已从此报名中删除，您的专属链接不再有效。
erased-left = 仅保留曾有人在此占有名额及其时间。组织者之前制作的副本由组织者保管。

canceled-title = 您的报名已取消
canceled-explain = 您在“{ $subject }”中的名额可供他人使用，您的专属链接已失效。
canceled-letter = 我们正在发送确认邮件，它会将会议从您的日历中移除。

gate-early-title = 会议尚未开放
gate-early = 您可以从此时起加入：{ $time }。保持此页面打开即可自动进入，也可以届时用同一链接再来。
gate-early-again = 重试
gate-ready-title = 会议已开放
gate-ready = 请按按钮加入。您的专属链接一次只允许一台设备进入。
gate-ready-join = 加入
gate-elsewhere-title = 您正在另一台设备上参加
gate-elsewhere = 您的专属链接一次只允许一台设备进入，而另一台设备不久前用它进入了。如果改在这里加入，那台设备将无法再次进入，除非它重新接管。如果那不是您的设备，请联系组织者。
gate-elsewhere-join = 改用这台设备加入
gate-guest = 访客
gate-over-title = 此会议已结束
gate-over = 会议结束时入口已关闭。
gate-canceled-title = 此链接已失效
gate-canceled = 与此链接对应的报名已取消，或会议已取消。
gate-no-address-title = 会议室尚未就绪
gate-no-address = 组织者尚未说明会议在哪里举行。您的链接没有问题，请稍后再试。
gate-personal-title = 您需要专属链接
gate-personal = 每个人都用自己的链接加入此会议。您的链接在报名时收到的邮件中。
gate-personal-register = 还没有报名？
# How long it is until then, as CLDR says it.
gate-opens = { $time }开放。
gate-in-minutes = { $count ->
   *[other] { $count }分钟后
}
gate-in-hours = { $count ->
   *[other] { $count }小时后
}
gate-in-days = { $count ->
   *[other] { $count }天后
}

withdrawn-title = 此报名已撤回
withdrawn-explain = 组织者已取消会议，或不再接受报名。已报名者会收到相关邮件。
called-off-title = 此会议已取消
called-off-explain = 已报名者都已收到邮件通知。

not-found-title = 找不到页面
not-found = 地址有误，或此处的内容已不存在。如果您是通过邮件中的链接前来，请检查链接是否完整。

sign-in-failed-title = 您未登录
sign-in-failed = 登录被中断、超过了十分钟，或者是在另一个浏览器中开始的。未做任何更改。
sign-in-again = 再试一次

problem-unavailable-title = 暂时无法处理
problem-unavailable = 您填写的内容没有问题。请一分钟后再试。
problem-too-many-title = 尝试次数过多
problem-too-many = 请等待一分钟后再试。
problem-refused-title = 操作未成功
problem-refused = 表单的提交方式无法被接受。请返回，重新加载页面后再次提交。
problem-fault-title = 出错了
problem-fault = 这是我们的故障，已被记录；请稍后再试。
problem-request = 如需帮助，请提供此编号：{ $id }
