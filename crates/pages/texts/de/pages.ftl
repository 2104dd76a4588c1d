# Pages attendees see.

page-brand = Usher
page-footer = Anmeldung mit Usher. Kein Tracking, keine Cookies von Dritten.
page-title = { $title } · Usher
page-when = Wann
page-untitled = Besprechung ohne Titel
page-in-utc = ({ $time })
page-language = Sprache
# What the language calls itself.
page-language-name = Deutsch

form-title = Anmelden: { $subject }
form-title-problem = Fehler – anmelden: { $subject }
form-about = Über diese Besprechung
form-speakers = Vortragende
form-heading = Anmelden
form-required = Felder mit * müssen ausgefüllt werden.
form-first-name = Vorname
form-last-name = Nachname
form-email = E-Mail-Adresse
form-email-hint = An diese Adresse geht der Link zur Besprechung.
form-question-choose = Bitte wählen Sie eine Möglichkeit.
form-submit = Anmelden
form-privacy = Ihre Angaben gehen an die Veranstalter dieser Besprechung.
form-summary = Bitte prüfen Sie Folgendes:
form-summary-item = { $label } – { $problem }
form-full-title = Alle Plätze sind vergeben
form-full = Vielleicht wird noch ein Platz frei. Sehen Sie später wieder nach, oder wenden Sie sich an die Veranstalter.
form-over-title = Die Anmeldung ist geschlossen
form-over = Für diese Besprechung werden keine Anmeldungen mehr angenommen.
form-sign-in-title = Nur für Mitglieder der Organisation
form-sign-in = Nur Mitglieder der Organisation können sich zu dieser Besprechung anmelden. Derzeit geschieht das über das eigene System ihrer Organisation; welches das ist, sagen Ihnen die Veranstalter.
form-sign-in-here = Nur Mitglieder der Organisation können sich zu dieser Besprechung anmelden. Loggen Sie sich mit dem Konto ein, das Sie dort haben.
form-sign-in-button = Einloggen
form-sign-out = Ausloggen
form-member = So steht es im Verzeichnis Ihrer Organisation. Stimmt etwas nicht, sagen Sie es denen, die es pflegen; der Link zur Besprechung geht an diese Adresse.
form-other-title = Sie gehören zu einer anderen Organisation
form-other = Sie sind mit Ihrem Konto eingeloggt, aber diese Besprechung ist für Mitglieder einer anderen Organisation. Wenn Sie dort ein Konto haben, loggen Sie sich aus und mit jenem wieder ein.
form-unknown-title = Ihr Konto kann hier nicht verwendet werden
form-unknown = Sie sind mit Ihrem Konto eingeloggt, aber das Verzeichnis der Organisation kennt es nicht, oder es ist gesperrt. Fragen Sie die Stelle, die die Konten pflegt.
form-incomplete-title = Im Verzeichnis fehlt etwas
form-incomplete = Sie sind mit Ihrem Konto eingeloggt, aber im Verzeichnis der Organisation fehlt Ihr Vorname, Ihr Nachname oder Ihre E-Mail-Adresse, und ohne sie ist keine Anmeldung möglich. Fragen Sie die Stelle, die es pflegt.
form-organizer = Veranstaltet von { $name }
form-sign-in-title-named = Nur für Mitglieder von { $name }
form-sign-in-named = Nur Mitglieder von { $name } können sich zu dieser Besprechung anmelden. Derzeit geschieht das über das eigene System ihrer Organisation; welches das ist, sagen Ihnen die Veranstalter.
form-sign-in-here-named = Nur Mitglieder von { $name } können sich zu dieser Besprechung anmelden. Loggen Sie sich mit dem Konto ein, das Sie dort haben.

flaw-missing = Bitte ausfüllen.
flaw-too-long = Das ist zu lang.
flaw-longer-than = { $limit ->
    [one] Höchstens { $limit } Zeichen.
   *[other] Höchstens { $limit } Zeichen.
}
flaw-not-an-email = An diese E-Mail-Adresse können wir nicht schreiben; sie sollte aussehen wie name@example.com.
flaw-not-a-choice = Bitte wählen Sie eine der Möglichkeiten.
flaw-unreadable = Hier stehen Zeichen, die sich nicht darstellen lassen.

enrolled-title = Sehen Sie in Ihr Postfach
enrolled-sent = Sie haben einen Platz in „{ $subject }“. Die Nachricht darüber geht an die Adresse, die Sie angegeben haben.
enrolled-sent-to = Sie haben einen Platz in „{ $subject }“. Die Nachricht darüber geht an { $email }.
enrolled-link = Sie enthält Ihren persönlichen Link zur Besprechung und eine Einladung für Ihren Kalender.
enrolled-wait = Nach einigen Minuten noch nichts da? Sehen Sie im Spam-Ordner nach und prüfen Sie, ob die Adresse stimmt.
enrolled-member-title = Sie sind angemeldet
enrolled-join = Ihr persönlicher Link zur Besprechung

manage-title = Ihre Anmeldung
manage-title-problem = Fehler – Ihre Anmeldung
manage-name = Name
manage-email = E-Mail-Adresse
manage-status = Stand
manage-status-registered = Sie sind angemeldet.
manage-status-canceled = Ihre Anmeldung ist storniert.
manage-status-over = Diese Besprechung ist vorbei.
manage-status-meeting-canceled = Die Veranstalter haben diese Besprechung abgesagt.
manage-cancel-heading = Sie sind verhindert?
manage-cancel-explain = Ihr Platz wird frei, und Ihr persönlicher Link gilt sofort nicht mehr.
manage-cancel-button = Meine Anmeldung stornieren
manage-canceled-explain = Ihr persönlicher Link gilt nicht mehr.
manage-again = Wieder anmelden
manage-answers-heading = Ihre Antworten
manage-answers-button = Meine Antworten speichern
manage-answers-changed = Ihre Antworten sind gespeichert.
manage-answers-until = Änderbar bis: { $time }.
manage-answers-late = Nicht gespeichert: Antworten lassen sich nur bis zum Beginn der Besprechung ändern.
manage-letter-heading = Nachricht verloren?
manage-letter-explain = Wir senden sie noch einmal an { $email }, mit demselben persönlichen Link.
manage-letter-explain-waiting = Wir senden sie noch einmal an { $email }.
manage-letter-button = Nachricht noch einmal senden
manage-letter-sent = Die Nachricht ist unterwegs. Sie wird höchstens einmal in zehn Minuten gesendet, wie oft Sie auch fragen.
manage-reminders-explain = Sie haben die Erinnerungen an diese Besprechung abbestellt.
manage-reminders-button = Wieder erinnern
manage-reminders-on = Sie werden wieder an diese Besprechung erinnert.
manage-registered-again = Sie sind wieder angemeldet. Eine Nachricht mit Ihrem neuen persönlichen Link ist unterwegs; diese Seite gehört zur früheren Anmeldung.
manage-erase-heading = Meine Daten löschen
manage-erase-explain = Ihr Name, Ihre Adresse und Ihre Antworten werden endgültig entfernt. Falls Sie einen Platz haben, wird er frei, und es wird keine Nachricht darüber gesendet.
manage-erase-button = Meine Daten jetzt löschen
manage-page = Die Seite dieser Besprechung
manage-status-all-canceled = Die Veranstalter haben alle Anmeldungen zu dieser Besprechung storniert.

erased-title = Ihre Daten sind gelöscht
erased-explain = Ihr Name, Ihre Adresse und Ihre Antworten sind aus dieser Anmeldung entfernt, und Ihre persönlichen Links gelten nicht mehr.
erased-left = Es bleibt, dass jemand hier einen Platz hatte, und wann. Kopien, die die Veranstalter vorher angefertigt haben, liegen bei ihnen.

canceled-title = Ihre Anmeldung ist storniert
canceled-explain = Ihr Platz in „{ $subject }“ ist für jemand anderen frei, und Ihr persönlicher Link gilt nicht mehr.
canceled-letter = Eine Nachricht, die das bestätigt und die Besprechung aus Ihrem Kalender nimmt, ist unterwegs.

gate-early-title = Der Zugang ist noch nicht geöffnet
gate-early = Sie können teilnehmen ab: { $time }. Lassen Sie diese Seite offen, dann werden Sie von selbst eingelassen, oder kommen Sie dann mit demselben Link wieder.
gate-early-again = Noch einmal versuchen
gate-ready-title = Der Zugang ist offen
gate-ready = Tippen oder klicken Sie auf „Teilnehmen“. Mit Ihrem persönlichen Link kommt jeweils ein Gerät hinein.
gate-ready-join = Teilnehmen
gate-elsewhere-title = Sie nehmen mit einem anderen Gerät teil
gate-elsewhere = Mit Ihrem persönlichen Link kommt jeweils ein Gerät hinein, und vor Kurzem kam damit ein anderes. Nehmen Sie stattdessen hier teil, dann wird jenes nicht wieder eingelassen, außer es übernimmt seinerseits. Falls es nicht Ihres war, fragen Sie die Veranstalter.
gate-elsewhere-join = Stattdessen mit diesem Gerät teilnehmen
gate-guest = Gast
gate-over-title = Diese Besprechung ist vorbei
gate-over = Der Zugang wurde mit dem Ende der Besprechung geschlossen.
gate-canceled-title = Dieser Link gilt nicht mehr
gate-canceled = Die zugehörige Anmeldung ist storniert, oder die Besprechung ist abgesagt.
gate-no-address-title = Der Besprechungsraum steht noch nicht fest
gate-no-address = Die Veranstalter haben noch nicht angegeben, wo die Besprechung stattfindet. Ihr Link stimmt; versuchen Sie es in einer Weile noch einmal.
gate-personal-title = Sie brauchen Ihren persönlichen Link
gate-personal = An dieser Besprechung nehmen alle mit einem eigenen Link teil. Ihrer steht in der Nachricht, die Sie nach der Anmeldung bekommen haben.
gate-personal-register = Noch nicht angemeldet?
# How long it is until then, as CLDR says it.
gate-opens = Geöffnet wird { $time }.
gate-in-minutes = { $count ->
    [one] in { $count } Minute
   *[other] in { $count } Minuten
}
gate-in-hours = { $count ->
    [one] in { $count } Stunde
   *[other] in { $count } Stunden
}
gate-in-days = { $count ->
    [one] in { $count } Tag
   *[other] in { $count } Tagen
}

withdrawn-title = Diese Anmeldung wurde zurückgezogen
withdrawn-explain = Die Veranstalter haben die Besprechung abgesagt oder nehmen keine Anmeldungen mehr dafür an. Wer angemeldet war, hat eine Nachricht darüber bekommen.
called-off-title = Diese Besprechung wurde abgesagt
called-off-explain = Wer angemeldet war, hat eine Nachricht darüber bekommen.

not-found-title = Hier ist nichts
not-found = Die Adresse ist falsch, oder was hier stand, ist nicht mehr da. Wenn Sie einem Link aus einer Nachricht gefolgt sind, prüfen Sie, ob er vollständig ist.

sign-in-failed-title = Sie sind nicht eingeloggt
sign-in-failed = Der Vorgang wurde abgebrochen, dauerte länger als zehn Minuten oder wurde in einem anderen Browser begonnen. Es wurde nichts geändert.
sign-in-again = Noch einmal versuchen

problem-unavailable-title = Das geht im Augenblick nicht
problem-unavailable = An Ihren Angaben liegt es nicht. Bitte versuchen Sie es in einer Minute noch einmal.
problem-too-many-title = Zu viele Versuche
problem-too-many = Bitte warten Sie eine Minute, bevor Sie es noch einmal versuchen.
problem-refused-title = Das hat nicht geklappt
problem-refused = Das Formular kam auf eine Weise an, die wir nicht annehmen können. Gehen Sie zurück, laden Sie die Seite neu und senden Sie es noch einmal ab.
problem-fault-title = Etwas ist schiefgegangen
problem-fault = Der Fehler liegt bei uns. Er ist festgehalten; bitte versuchen Sie es später noch einmal.
problem-request = Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: { $id }
