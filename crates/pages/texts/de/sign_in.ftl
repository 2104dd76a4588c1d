# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Einloggen
issuer-for = weiter zu { $app }
issuer-user-name = Benutzername
issuer-password = Passwort
issuer-button = Einloggen
issuer-title-problem = Fehler – einloggen

issuer-wrong = Der Benutzername oder das Passwort ist falsch.
issuer-slow-down = Zu viele Versuche. Bitte warten Sie ein wenig, bevor Sie es noch einmal versuchen.
# Pages without a form: the sentences say why.
issuer-impossible-title = Einloggen ist nicht möglich
issuer-stale = Dieses Formular ist zu alt oder stammt nicht von hier. Gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.
issuer-away = Das Verzeichnis kann im Augenblick nicht befragt werden. Bitte versuchen Sie es bald noch einmal.
issuer-malformed = Die Anfrage ist nicht richtig aufgebaut.
issuer-unknown-app = Die Anwendung ist hier nicht bekannt.
issuer-unknown-return = Die Adresse, zu der es zurückgehen soll, ist für diese Anwendung nicht eingetragen.
issuer-late = Das Formular kam nicht rechtzeitig an.
issuer-incomplete = Das Formular ist nicht vollständig.
issuer-app-gone = Die Anwendung ist hier nicht mehr bekannt.

signed-out-title = Sie sind ausgeloggt
signed-out = In diesem Browser ist hier niemand mehr eingeloggt.
signed-out-there = Bei Ihrer Organisation sind Sie vielleicht noch eingeloggt und würden dann beim nächsten Mal nicht nach dem Passwort gefragt. Loggen Sie sich an einem Computer, den auch andere nutzen, bitte dort ebenfalls aus.
signed-out-there-button = Auch bei Ihrer Organisation ausloggen
signed-out-back = Zurück zur Besprechung
