# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Registered: { $subject }
letter-update-subject = Changed: { $subject }
letter-reminder-subject = Reminder: { $subject }
letter-cancellation-subject = Registration cancelled: { $subject }

letter-greeting = Hello { $name },
letter-greeting-nameless = Hello,

letter-confirmation-opening = You have a place in this meeting.
letter-update-opening = The organizer has changed this meeting. Your place and your links stay as they are; this is what holds now:
letter-reminder-opening = A reminder: you have a place in this meeting.
# Three reasons of a cancellation: the person themself; the organizer, this one registration; the organizer, every
# registration, because they deleted the meeting or no longer take registrations for it.
letter-canceled-themself-opening = You have given your place in this meeting back: your registration is cancelled.
letter-canceled-by-organizer-opening = The organizer has cancelled your registration for this meeting.
letter-canceled-for-all-opening = The organizer has cancelled all registrations for this meeting.

letter-what = What:
letter-when = When:
letter-when-local = That is:
letter-organizer = Organizer:
letter-organizer-address = { $name }, { $mail }
letter-about = About this meeting, in the organizer’s words:

letter-join = Join with your personal link:
letter-join-button = Join the meeting
letter-personal = The link was made for you alone: whoever has it can join in your name. Please do not pass this letter on.
letter-manage = Change your registration, or give your place back:
letter-calendar = The attached invitation puts the meeting into your calendar.
letter-update-calendar = The attached invitation brings the entry in your calendar up to date.
letter-canceled-link = Your personal link no longer works, and your place is free for somebody else.
letter-canceled-for-all-link = Your personal link no longer works. You need not do anything.
letter-canceled-themself-advice = Changed your mind? You may register again where you registered before.
letter-canceled-by-organizer-advice = If you did not expect this, please ask the organizer.
letter-canceled-for-all-advice = Please ask the organizer whether and how the meeting takes place.
letter-canceled-calendar = The attached notice takes the meeting out of your calendar.
letter-unasked = If you know nothing of this, somebody typed your address by mistake; you need not do anything.
letter-sender = Sent by Usher, which keeps the registrations for this meeting.

# The letter to somebody whose calendar answered that they do not come; and a line below every reminder.
letter-offer-subject = Not coming? { $subject }
letter-offer-opening = Your calendar has declined the invitation to this meeting. You still have your place.
letter-offer-button = To my registration
letter-offer-keep = If you are coming after all, you need not do anything.
letter-stop-reminders = No more reminders of this meeting:
