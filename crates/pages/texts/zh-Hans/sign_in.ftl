# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = 登录
issuer-for = 以继续访问 { $app }
issuer-user-name = 用户名
issuer-password = 密码
issuer-button = 登录
issuer-title-problem = 有问题 – 登录

issuer-wrong = 用户名或密码不正确。
issuer-slow-down = 尝试次数过多。请稍候再试。
# Pages without a form: the sentences say why.
issuer-impossible-title = 无法登录
issuer-stale = 此表单已过期，或不是在这里生成的。请返回应用程序重新开始。
issuer-away = 目前无法查询目录。请稍后再试。
issuer-malformed = 请求的格式不正确。
issuer-unknown-app = 此处没有该应用程序的记录。
issuer-unknown-return = 返回地址未在该应用程序中登记。
issuer-late = 表单未能及时送达。
issuer-incomplete = 表单不完整。
issuer-app-gone = 此处已没有该应用程序的记录。

signed-out-title = 您已退出登录
signed-out = 此浏览器在这里已没有任何人登录。
signed-out-there = 您在所属组织那里可能仍处于登录状态，下次将不会要求输入密码。如果他人也使用这台计算机，请在那里也退出登录。
signed-out-there-button = 在所属组织也退出登录
signed-out-back = 返回会议页面
