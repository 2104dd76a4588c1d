# Pages that letters lead to beside the registration itself: switching reminders off.

stop-title = Reminders of this meeting
stop-explain = You can switch off the reminders of this meeting. Your registration stays as it is.
stop-button = No more reminders
stop-done-title = No more reminders
stop-done = You get no more reminders of this meeting. Your registration stays as it is, and if the meeting changes, we still write to you.
