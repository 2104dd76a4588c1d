# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Registered: { $subject }
letter-cancellation-subject = Registration cancelled: { $subject }

letter-greeting = Hello { $name },
letter-greeting-nameless = Hello,

letter-confirmation-opening = You have a place in this meeting.
letter-cancellation-opening = Your registration for this meeting is cancelled.

letter-what = What:
letter-when = When:
letter-when-local = That is:
letter-organizer = Organizer:
letter-organizer-address = { $name }, { $mail }
letter-about = About this meeting, in the organizer’s words:

letter-join = Join with your personal link:
letter-join-button = Join the meeting
letter-personal = The link was made for you alone: whoever has it can join in your name. Please do not pass this letter on.
letter-manage = Cannot come? Give your place back here:
letter-calendar = The attached invitation puts the meeting into your calendar.
letter-canceled-link = Your personal link no longer works, and your place is free for somebody else.
letter-canceled-calendar = The attached notice takes the meeting out of your calendar.
letter-unasked = If you know nothing of this, somebody typed your address by mistake; you need not do anything.
letter-sender = Sent by Usher, which keeps the registrations for this meeting.
