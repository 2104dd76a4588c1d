# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Anmelden
issuer-for = weiter zu { $app }
issuer-user-name = Benutzername
issuer-password = Passwort
issuer-button = Anmelden
issuer-title-problem = Fehler – anmelden

issuer-wrong = Der Benutzername oder das Passwort ist falsch.
issuer-slow-down = Zu viele Versuche. Bitte warten Sie ein wenig, bevor Sie es noch einmal versuchen.
# Pages without a form: the sentences say why.
issuer-impossible-title = Anmelden ist nicht möglich
issuer-stale = Dieses Formular ist zu alt oder stammt nicht von hier. Gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.
issuer-away = Das Verzeichnis kann im Augenblick nicht befragt werden. Bitte versuchen Sie es bald noch einmal.
issuer-malformed = Die Anfrage ist nicht richtig aufgebaut.
issuer-unknown-app = Die Anwendung ist hier nicht bekannt.
issuer-unknown-return = Die Adresse, zu der es zurückgehen soll, ist für diese Anwendung nicht eingetragen.
issuer-late = Das Formular kam nicht rechtzeitig an.
issuer-incomplete = Das Formular ist nicht vollständig.
issuer-app-gone = Die Anwendung ist hier nicht mehr bekannt.

signed-out-title = Sie sind abgemeldet
signed-out = In diesem Browser ist hier niemand mehr angemeldet.
signed-out-there = Bei Ihrer Organisation sind Sie vielleicht noch angemeldet und würden dann beim nächsten Mal nicht nach dem Passwort gefragt. Melden Sie sich an einem Computer, den auch andere nutzen, bitte dort ebenfalls ab.
signed-out-there-button = Auch bei Ihrer Organisation abmelden
signed-out-back = Zurück zur Besprechung
