# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscription confirmée : { $subject }
letter-cancellation-subject = Inscription annulée : { $subject }

letter-greeting = Bonjour { $name },
letter-greeting-nameless = Bonjour,

letter-confirmation-opening = Votre place à cette réunion est réservée.
letter-cancellation-opening = Votre inscription à cette réunion est annulée.

letter-what = Objet :
letter-when = Date :
letter-when-local = Soit :
letter-organizer = Organisation :
letter-organizer-address = { $name }, { $mail }
letter-about = À propos de cette réunion, selon l’organisateur :

letter-join = Participez avec votre lien personnel :
letter-join-button = Rejoindre la réunion
letter-personal = Ce lien est réservé à votre usage : quiconque le possède peut participer en votre nom. Merci de ne pas transférer ce message.
letter-manage = Un empêchement ? Libérez votre place ici :
letter-calendar = L’invitation jointe ajoute la réunion à votre agenda.
letter-canceled-link = Votre lien personnel ne fonctionne plus et votre place est libre pour quelqu’un d’autre.
letter-canceled-calendar = L’avis joint retire la réunion de votre agenda.
letter-unasked = Si vous n’êtes au courant de rien, quelqu’un a saisi votre adresse par erreur ; vous n’avez rien à faire.
letter-sender = Envoyé par Usher, qui gère les inscriptions à cette réunion.
