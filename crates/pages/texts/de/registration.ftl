# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = Die Anmeldung ist noch nicht geöffnet
opening-explain = Sie können sich anmelden ab: { $time }. Lassen Sie diese Seite offen, dann erscheint das Formular von selbst, oder kommen Sie dann wieder.
opening-closed = Geschlossen seit: { $time }.

zone-summary = Zeiten in einer anderen Zone anzeigen
zone-label = Zeitzone
zone-button = Anzeigen
zone-yours = Ihre Zeit in { $zone }: { $time }

consent-heading = Einwilligung
consent-notice = Datenschutzhinweise
flaw-not-agreed = Bitte setzen Sie das Häkchen, wenn Sie einverstanden sind; ohne Ihre Einwilligung können wir Sie nicht anmelden.

again-on-its-page = Es ist etwas Neues auszufüllen, oder der Text der Einwilligung hat sich geändert. Bitte melden Sie sich auf der Seite dieser Besprechung wieder an.
