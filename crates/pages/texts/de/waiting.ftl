# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Warteliste: { $subject }
waiting-listed-opening = Alle Plätze in dieser Besprechung sind vergeben. Sie stehen auf der Warteliste.
waiting-listed-explain = Sobald ein Platz für Sie frei wird, schreiben wir Ihnen und halten ihn eine Zeit lang frei. Bis dahin brauchen Sie nichts zu tun.
waiting-offered-subject = Ein Platz für Sie: { $subject }
waiting-offered-opening = In dieser Besprechung ist ein Platz frei geworden, und er wird für Sie freigehalten.
waiting-offered-until = Nehmen Sie ihn bis { $time } an. Danach geht er an die nächste Person auf der Warteliste.
waiting-offered-button = Annehmen oder ablehnen
waiting-expired-subject = Angebot abgelaufen: { $subject }
waiting-expired-opening = Ein Platz wurde für Sie freigehalten, aber nicht rechtzeitig angenommen. Er ist an die nächste Person auf der Warteliste gegangen.
waiting-expired-advice = Möchten Sie trotzdem kommen? Sie können sich dort wieder anmelden, wo Sie sich angemeldet haben.
waiting-pending-subject = Anmeldung eingegangen: { $subject }
waiting-pending-opening = Die Veranstalter entscheiden über jede Anmeldung zu dieser Besprechung. Ihre ist angekommen.
waiting-pending-explain = Sie haben noch keinen Platz. Wir schreiben Ihnen, sobald die Veranstalter entschieden haben.
waiting-rejected-subject = Anmeldung nicht angenommen: { $subject }
waiting-rejected-opening = Die Veranstalter haben Ihre Anmeldung zu dieser Besprechung nicht angenommen.
waiting-withdrawn-opening = Sie haben Ihre Anmeldung zu dieser Besprechung zurückgezogen.
waiting-own = Anmeldung ansehen oder zurückziehen:
waiting-offered-own = Hier annehmen oder ablehnen:

# The sign-up page, and the page after it.
waiting-form-explain = Sie können sich auf die Warteliste setzen lassen. Sobald ein Platz für Sie frei wird, schreiben wir Ihnen und halten ihn eine Zeit lang frei.
waiting-form-button = Auf die Warteliste setzen
waiting-email-hint = Nachrichten zu Ihrer Anmeldung gehen an diese Adresse.
waiting-approval-title = Die Veranstalter entscheiden über jede Anmeldung
waiting-approval-explain = Senden Sie Ihre Anmeldung ab; wir schreiben Ihnen, sobald die Veranstalter entschieden haben.
waiting-approval-button = Um einen Platz bitten
waiting-enrolled = Sie stehen auf der Warteliste für „{ $subject }“. Die Nachricht darüber geht an die Adresse, die Sie angegeben haben.
waiting-enrolled-to = Sie stehen auf der Warteliste für „{ $subject }“. Die Nachricht darüber geht an { $email }.
waiting-asked = Die Veranstalter entscheiden über Ihre Anmeldung zu „{ $subject }“. Die Nachricht darüber geht an die Adresse, die Sie angegeben haben.
waiting-asked-to = Die Veranstalter entscheiden über Ihre Anmeldung zu „{ $subject }“. Die Nachricht darüber geht an { $email }.
waiting-letter = Sie enthält einen Link, über den Sie den Stand sehen und Ihre Anmeldung zurückziehen können.

# One's own registration, and the door.
waiting-status-listed = Sie stehen auf der Warteliste.
waiting-status-offered = Ein Platz wird für Sie freigehalten.
waiting-status-pending = Die Veranstalter haben über Ihre Anmeldung noch nicht entschieden.
waiting-status-rejected = Die Veranstalter haben Ihre Anmeldung nicht angenommen.
waiting-status-expired = Der Platz, der für Sie freigehalten wurde, ist an jemand anderen gegangen.
waiting-accept-heading = Ein Platz für Sie
waiting-accept-button = Platz annehmen
waiting-decline-button = Platz ablehnen
waiting-leave-heading = Sie haben es sich anders überlegt?
waiting-leave-listed = Sie verlieren Ihren Platz in der Reihenfolge.
waiting-leave-pending = Ihre Anmeldung wird sofort zurückgezogen.
waiting-leave-offered = Der Platz geht an die nächste Person.
waiting-leave-button = Meine Anmeldung zurückziehen
waiting-accepted = Der Platz gehört Ihnen. Eine Nachricht mit Ihrem persönlichen Link ist unterwegs.
waiting-left-title = Ihre Anmeldung ist zurückgezogen
waiting-left = Sie warten nicht mehr auf einen Platz in „{ $subject }“.
waiting-left-letter = Eine Nachricht, die das bestätigt, ist unterwegs.
waiting-gate-title = Sie haben noch keinen Platz
waiting-gate = Ihr Link öffnet die Besprechung, sobald ein Platz Ihnen gehört. Wie es um Ihre Anmeldung steht, sagen die Nachrichten an Sie.
