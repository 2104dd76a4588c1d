# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Angemeldet: { $subject }
letter-update-subject = Geändert: { $subject }
letter-reminder-subject = Erinnerung: { $subject }
letter-cancellation-subject = Anmeldung storniert: { $subject }

letter-greeting = Guten Tag { $name },
letter-greeting-nameless = Guten Tag,

letter-confirmation-opening = Sie haben einen Platz in dieser Besprechung.
letter-update-opening = Die Veranstalter haben diese Besprechung geändert. Ihr Platz und Ihre Links bleiben, wie sie sind; jetzt gilt:
letter-reminder-opening = Zur Erinnerung: Sie haben einen Platz in dieser Besprechung.
letter-canceled-themself-opening = Sie haben Ihren Platz in dieser Besprechung zurückgegeben: Ihre Anmeldung ist storniert.
letter-canceled-by-organizer-opening = Die Veranstalter haben Ihre Anmeldung zu dieser Besprechung storniert.
letter-canceled-for-all-opening = Die Veranstalter haben alle Anmeldungen zu dieser Besprechung storniert.

letter-what = Was:
letter-when = Wann:
letter-when-local = Das ist:
letter-organizer = Veranstaltet von:
letter-organizer-address = { $name }, { $mail }
letter-about = Über diese Besprechung, in den Worten der Veranstalter:

letter-join = Über Ihren persönlichen Link teilnehmen:
letter-join-button = An der Besprechung teilnehmen
letter-personal = Der Link gilt nur für Sie: Wer ihn hat, kann in Ihrem Namen teilnehmen. Bitte leiten Sie diese Nachricht nicht weiter.
letter-manage = Anmeldung ändern oder Platz zurückgeben:
letter-calendar = Die angehängte Einladung trägt die Besprechung in Ihren Kalender ein.
letter-update-calendar = Die angehängte Einladung bringt den Eintrag in Ihrem Kalender auf den neuen Stand.
letter-canceled-link = Ihr persönlicher Link gilt nicht mehr, und Ihr Platz ist für jemand anderen frei.
letter-canceled-for-all-link = Ihr persönlicher Link gilt nicht mehr. Sie brauchen nichts zu tun.
letter-canceled-themself-advice = Sie haben es sich anders überlegt? Sie können sich dort wieder anmelden, wo Sie sich angemeldet haben.
letter-canceled-by-organizer-advice = Falls Sie damit nicht gerechnet haben, fragen Sie bitte die Veranstalter.
letter-canceled-for-all-advice = Bitte fragen Sie die Veranstalter, ob und wie die Besprechung stattfindet.
letter-canceled-calendar = Die angehängte Absage nimmt die Besprechung aus Ihrem Kalender.
letter-unasked = Falls Sie davon nichts wissen, hat jemand versehentlich Ihre Adresse eingegeben; Sie brauchen nichts zu tun.
letter-sender = Gesendet von Usher, das die Anmeldungen zu dieser Besprechung verwaltet.

letter-offer-subject = Sie kommen nicht? { $subject }
letter-offer-opening = Ihr Kalender hat die Einladung zu dieser Besprechung abgelehnt. Ihren Platz haben Sie noch.
letter-offer-button = Zu meiner Anmeldung
letter-offer-keep = Falls Sie doch kommen, brauchen Sie nichts zu tun.
letter-stop-reminders = Keine Erinnerungen mehr an diese Besprechung:
