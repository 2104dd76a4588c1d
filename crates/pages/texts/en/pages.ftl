# Pages attendees see.

page-brand = Usher
page-footer = Registration by Usher. No tracking, no cookies from others.
page-title = { $title } · Usher
page-when = When
page-untitled = Untitled meeting
page-in-utc = ({ $time })
page-language = Language
# What the language calls itself.
page-language-name = English

form-title = Register: { $subject }
form-title-problem = Problem – register: { $subject }
form-about = About this meeting
form-speakers = Speakers
form-heading = Register
form-required = Fields marked with * must be filled in.
form-first-name = First name
form-last-name = Last name
form-email = E-mail address
form-email-hint = The link to the meeting goes to this address.
form-question-choose = Choose one.
form-submit = Register
form-privacy = Your answers go to the organizer of this meeting.
form-summary = Please check the following:
form-summary-item = { $label } – { $problem }
form-full-title = All places are taken
form-full = Somebody may still give a place back. Look here again later, or ask the organizer.
form-over-title = Registration is closed
form-over = This meeting no longer takes registrations.
form-sign-in-title = For members of the organisation
form-sign-in = Only members of the organisation can register for this meeting. For now they do so through their own organisation’s system; ask the organizer which one that is.
form-sign-in-here = Only members of the organisation can register for this meeting. Sign in with the account you have there.
form-sign-in-button = Sign in
form-sign-out = Sign out
form-member = These come from your organisation’s directory. If something is wrong, tell whoever looks after it; the link to the meeting goes to this address.
form-other-title = You belong to another organisation
form-other = You are signed in, but this meeting is for members of another organisation. If you have an account there, sign out and sign in with that one.
form-unknown-title = Your account cannot be used here
form-unknown = You are signed in, but the organisation’s directory does not know your account, or it is disabled. Ask whoever looks after the accounts.
form-incomplete-title = Something is missing in the directory
form-incomplete = You are signed in, but the organisation’s directory lacks your first name, your last name or your e-mail address, and you cannot be registered without them. Ask whoever looks after it.
form-organizer = Organized by { $name }
form-sign-in-title-named = For members of { $name }
form-sign-in-named = Only members of { $name } can register for this meeting. For now they do so through their own organisation’s system; ask the organizer which one that is.
form-sign-in-here-named = Only members of { $name } can register for this meeting. Sign in with the account you have there.

flaw-missing = Please fill this in.
flaw-too-long = This is too long.
flaw-longer-than = { $limit ->
    [one] At most { $limit } character.
   *[other] At most { $limit } characters.
}
flaw-not-an-email = This is not an e-mail address we can write to; it should look like name@example.com.
flaw-not-a-choice = Please choose one of the options.
flaw-unreadable = This holds characters that cannot be shown.

enrolled-title = Check your mailbox
enrolled-sent = You have a place in “{ $subject }”. The letter about it goes to the address you gave.
enrolled-sent-to = You have a place in “{ $subject }”. The letter about it goes to { $email }.
enrolled-link = It holds your personal link to the meeting and an invitation for your calendar.
enrolled-wait = Nothing after a few minutes? Look into your spam folder and check that the address is right.
enrolled-member-title = You are registered
enrolled-join = Your personal link to the meeting

manage-title = Your registration
manage-title-problem = Problem – your registration
manage-name = Name
manage-email = E-mail address
manage-status = Status
manage-status-registered = You are registered.
manage-status-canceled = Your registration is cancelled.
manage-status-over = This meeting is over.
manage-status-meeting-canceled = The organizer has cancelled this meeting.
manage-cancel-heading = Cannot come?
manage-cancel-explain = Your place is given back, and your personal link stops working at once.
manage-cancel-button = Cancel my registration
manage-canceled-explain = Your personal link no longer works.
manage-again = Register again
manage-answers-heading = Your answers
manage-answers-button = Save my answers
manage-answers-changed = Your answers are saved.
manage-answers-until = You can change them until { $time }.
manage-answers-late = Not saved: answers can be changed only until the meeting begins.
manage-letter-heading = Lost the letter?
manage-letter-explain = We send it once more to { $email }, with the same personal link.
manage-letter-explain-waiting = We send it once more to { $email }.
manage-letter-button = Send the letter again
manage-letter-sent = The letter is on its way. It is sent at most once every ten minutes.
manage-reminders-explain = You asked for no more reminders of this meeting.
manage-reminders-button = Remind me again
manage-reminders-on = You get reminders of this meeting again.
manage-registered-again = You are registered again. A letter with your new personal link is on its way; this page is of the registration before.
manage-erase-heading = Erase my data
manage-erase-explain = Your name, address and answers are removed for good. If you have a place, it is given back, and no letter is sent about it.
manage-erase-button = Erase my data now
manage-page = The page of this meeting
manage-status-all-canceled = The organizer has cancelled all registrations for this meeting.

erased-title = Your data is erased
erased-explain = Your name, address and answers are gone from this registration, and your personal links no longer work.
erased-left = What stays is that somebody had a place here, and when. Copies that the organizer made before are with them.

canceled-title = Your registration is cancelled
canceled-explain = Your place in “{ $subject }” is free for somebody else, and your personal link no longer works.
canceled-letter = A letter that confirms this, and takes the meeting out of your calendar, is on its way.

gate-early-title = The door is not open yet
gate-early = You can join from { $time }. Keep this page open and it lets you in by itself, or come back then with the same link.
gate-early-again = Try again
gate-ready-title = The door is open
gate-ready = Press the button to join. Your personal link lets one device in at a time.
gate-ready-join = Join
gate-elsewhere-title = You are in on another device
gate-elsewhere = Your personal link lets one device in at a time, and another one came in with it a short while ago. Join here instead, and that one is not let in again unless it takes over in turn. If it was not yours, ask the organizer.
gate-elsewhere-join = Join on this device instead
gate-guest = Guest
gate-over-title = This meeting is over
gate-over = The door closed when the meeting ended.
gate-canceled-title = This link no longer works
gate-canceled = The registration it belongs to is cancelled, or the meeting is.
gate-no-address-title = The meeting room is not ready
gate-no-address = The organizer has not said yet where the meeting takes place. Your link is right; try again in a little while.
gate-personal-title = You need your personal link
gate-personal = Everybody joins this meeting with a link of their own. Yours is in the letter you were sent when you registered.
gate-personal-register = Not registered yet?
# How long it is until then, as CLDR says it.
gate-opens = It opens { $time }.
gate-in-minutes = { $count ->
    [one] in { $count } minute
   *[other] in { $count } minutes
}
gate-in-hours = { $count ->
    [one] in { $count } hour
   *[other] in { $count } hours
}
gate-in-days = { $count ->
    [one] in { $count } day
   *[other] in { $count } days
}

withdrawn-title = This registration was withdrawn
withdrawn-explain = The organizer has cancelled the meeting, or its registration. Whoever was registered has a letter about it.
called-off-title = This meeting was cancelled
called-off-explain = Whoever was registered has a letter about it.

not-found-title = Nothing here
not-found = The address is wrong, or what stood here is gone. If you came by a link in a letter, make sure that it was not cut in two.

sign-in-failed-title = You are not signed in
sign-in-failed = The sign-in was broken off, took longer than ten minutes, or was begun in another browser. Nothing was changed.
sign-in-again = Try again

problem-unavailable-title = For a moment we cannot do this
problem-unavailable = Nothing you entered was wrong. Please try again in a minute.
problem-too-many-title = Too many tries
problem-too-many = Please wait a minute before you try again.
problem-refused-title = This did not work
problem-refused = The form was sent in a way we cannot accept. Go back, load the page again and send it once more.
problem-fault-title = Something broke
problem-fault = The fault is ours. It has been written down; please try again later.
problem-request = If you ask for help, give this number: { $id }
