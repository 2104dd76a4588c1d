# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = 报名尚未开始
opening-explain = 报名将从 { $time } 开始。您可以保持此页面打开，届时表单会自动出现；也可以到时再来。
opening-closed = 报名已于 { $time } 截止。

zone-summary = 以其他时区显示时间
zone-label = 时区
zone-button = 显示
zone-yours = 您的当地时间（{ $zone }）：{ $time }

consent-heading = 同意声明
consent-notice = 隐私声明
flaw-not-agreed = 如果您同意，请勾选此框；未经您同意，我们无法为您报名。

again-on-its-page = 有新的内容需要填写或同意。请在本会议的页面上重新报名。
