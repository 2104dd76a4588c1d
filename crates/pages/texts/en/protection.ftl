# What is asked of browsers before somebody registers.

proof-again = You are not registered yet: so that no machine takes places away from people, your form needs a moment more. Nothing you entered is lost.
proof-wait = If your browser runs no scripts, please wait 15 seconds, then press the button. Otherwise there is nothing to do.
proof-working = One moment: your browser shows that it is no machine. Then the form is sent by itself.
