# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Waiting list: { $subject }
waiting-listed-opening = All places in this meeting are taken. You are on the waiting list.
waiting-listed-explain = When a place becomes free for you, we write to you and hold it for a while. Until then you need not do anything.
waiting-offered-subject = A place for you: { $subject }
waiting-offered-opening = A place in this meeting has become free, and it is held for you.
waiting-offered-until = Accept it by { $time }. After that it goes to the next person on the waiting list.
waiting-offered-button = Accept or decline
waiting-expired-subject = Offer expired: { $subject }
waiting-expired-opening = A place was held for you, but you did not accept it in time. It has gone to the next person on the waiting list.
waiting-expired-advice = Would you still like to come? You may register again where you registered before.
waiting-pending-subject = Registration requested: { $subject }
waiting-pending-opening = The organizer decides about each registration for this meeting. Yours has arrived.
waiting-pending-explain = You have no place yet. We write to you as soon as the organizer has decided.
waiting-rejected-subject = Registration not accepted: { $subject }
waiting-rejected-opening = The organizer has not accepted your registration for this meeting.
waiting-withdrawn-opening = You have withdrawn your registration for this meeting.
waiting-own = See your registration, or withdraw it:
waiting-offered-own = Accept or decline here:

# The sign-up page, and the page after it.
waiting-form-explain = You can join the waiting list. When a place becomes free for you, we write to you and hold it for a while.
waiting-form-button = Join the waiting list
waiting-email-hint = Letters about your registration go to this address.
waiting-approval-title = The organizer decides about each registration
waiting-approval-explain = Send your registration, and we write to you as soon as the organizer has decided.
waiting-approval-button = Ask for a place
waiting-enrolled = You are on the waiting list for “{ $subject }”. The letter about it goes to the address you gave.
waiting-enrolled-to = You are on the waiting list for “{ $subject }”. The letter about it goes to { $email }.
waiting-asked = The organizer decides about your registration for “{ $subject }”. The letter about it goes to the address you gave.
waiting-asked-to = The organizer decides about your registration for “{ $subject }”. The letter about it goes to { $email }.
waiting-letter = It holds a link by which you can see how you stand, and withdraw your registration.

# One's own registration, and the door.
waiting-status-listed = You are on the waiting list.
waiting-status-offered = A place is held for you.
waiting-status-pending = The organizer has not decided about your registration yet.
waiting-status-rejected = The organizer has not accepted your registration.
waiting-status-expired = The place that was held for you has gone to somebody else.
waiting-accept-heading = A place for you
waiting-accept-button = Accept the place
waiting-decline-button = Decline the place
waiting-leave-heading = Changed your mind?
waiting-leave-listed = You lose your turn on the list.
waiting-leave-pending = Your registration is withdrawn at once.
waiting-leave-offered = The place goes to the next person.
waiting-leave-button = Withdraw my registration
waiting-accepted = The place is yours. A letter with your personal link is on its way.
waiting-left-title = Your registration is withdrawn
waiting-left = You no longer wait for a place in “{ $subject }”.
waiting-left-letter = A letter that confirms this is on its way.
waiting-gate-title = You have no place yet
waiting-gate = Your link opens the meeting once a place is yours. The letters that you were sent say how you stand.
