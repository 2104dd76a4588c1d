# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Angemeldet: { $subject }
letter-cancellation-subject = Anmeldung storniert: { $subject }

letter-greeting = Guten Tag { $name },
letter-greeting-nameless = Guten Tag,

letter-confirmation-opening = Sie haben einen Platz in dieser Besprechung.
letter-cancellation-opening = Ihre Anmeldung zu dieser Besprechung ist storniert.

letter-what = Was:
letter-when = Wann:
letter-when-local = Das ist:
letter-organizer = Organisation:
letter-organizer-address = { $name }, { $mail }
letter-about = Über diese Besprechung, in den Worten der Organisation:

letter-join = Über Ihren persönlichen Link teilnehmen:
letter-join-button = An der Besprechung teilnehmen
letter-personal = Der Link gilt nur für Sie: Wer ihn hat, kann in Ihrem Namen teilnehmen. Bitte leiten Sie diese Nachricht nicht weiter.
letter-manage = Sie sind verhindert? Geben Sie Ihren Platz hier zurück:
letter-calendar = Die angehängte Einladung trägt die Besprechung in Ihren Kalender ein.
letter-canceled-link = Ihr persönlicher Link gilt nicht mehr, und Ihr Platz ist für jemand anderen frei.
letter-canceled-calendar = Die angehängte Absage nimmt die Besprechung aus Ihrem Kalender.
letter-unasked = Falls Sie davon nichts wissen, hat jemand versehentlich Ihre Adresse eingegeben; Sie brauchen nichts zu tun.
letter-sender = Gesendet von Usher, das die Anmeldungen zu dieser Besprechung verwaltet.
