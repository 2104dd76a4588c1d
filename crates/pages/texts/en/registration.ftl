# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = Registration is not open yet
opening-explain = You can register from { $time }. Keep this page open and the form comes by itself, or come back then.
opening-closed = It closed on { $time }.

zone-summary = Show times in another zone
zone-label = Time zone
zone-button = Show
zone-yours = Your time in { $zone }: { $time }

consent-heading = Consent
consent-notice = Privacy notice
flaw-not-agreed = Please tick the box if you agree; without it we cannot register you.

again-on-its-page = There is something new to fill in or to agree to. Please register again on the page of this meeting.
