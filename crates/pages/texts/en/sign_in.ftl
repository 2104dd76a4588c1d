# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Sign in
issuer-for = to continue to { $app }
issuer-user-name = User name
issuer-password = Password
issuer-button = Sign in
issuer-title-problem = Problem – sign in

issuer-wrong = The user name or the password is wrong.
issuer-slow-down = Too many attempts. Wait a little, then try again.
# Pages without a form: the sentences say why.
issuer-impossible-title = Sign-in is not possible
issuer-stale = This form is too old or was not made here. Go back to the application and start again.
issuer-away = The directory cannot be asked at the moment. Try again soon.
issuer-malformed = The request is not well-formed.
issuer-unknown-app = The application is not known here.
issuer-unknown-return = The address to return to is not registered for this application.
issuer-late = The form did not arrive in time.
issuer-incomplete = The form is not complete.
issuer-app-gone = The application is not known here any longer.

signed-out-title = You are signed out
signed-out = Nobody is signed in here any more in this browser.
signed-out-there = You may still be signed in at your organisation, and would then not be asked for your password next time. On a computer that others use, sign out there as well.
signed-out-there-button = Sign out at your organisation as well
signed-out-back = Back to the meeting
