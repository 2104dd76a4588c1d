stop-title = 此会议的提醒
stop-explain = 您可以关闭此会议的提醒。您的报名保持不变。
stop-button = 不再提醒
stop-done-title = 已关闭提醒
stop-done = 您将不再收到此会议的提醒。您的报名保持不变；如会议有变动，我们仍会发邮件通知您。
