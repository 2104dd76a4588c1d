# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscription confirmée : { $subject }
letter-update-subject = Modifié : { $subject }
letter-reminder-subject = Rappel : { $subject }
letter-cancellation-subject = Inscription annulée : { $subject }

letter-greeting = Bonjour { $name },
letter-greeting-nameless = Bonjour,

letter-confirmation-opening = Votre place à cette réunion est réservée.
letter-update-opening = L’organisateur a modifié cette réunion. Votre place et vos liens restent les mêmes ; voici ce qui est valable désormais :
letter-reminder-opening = Pour rappel, votre place à cette réunion est réservée.
letter-canceled-themself-opening = Vous avez rendu votre place à cette réunion : votre inscription est annulée.
letter-canceled-by-organizer-opening = L’organisateur a annulé votre inscription à cette réunion.
letter-canceled-for-all-opening = L’organisateur a annulé toutes les inscriptions à cette réunion.

letter-what = Objet :
letter-when = Date :
letter-when-local = Soit :
letter-organizer = Organisé par :
letter-organizer-address = { $name }, { $mail }
letter-about = À propos de cette réunion, selon l’organisateur :

letter-join = Participez avec votre lien personnel :
letter-join-button = Rejoindre la réunion
letter-personal = Ce lien est réservé à votre usage : quiconque le possède peut participer en votre nom. Merci de ne pas transférer ce message.
letter-manage = Modifiez votre inscription ou libérez votre place ici :
letter-calendar = L’invitation jointe ajoute la réunion à votre agenda.
letter-update-calendar = L’invitation jointe met à jour la réunion dans votre agenda.
letter-canceled-link = Votre lien personnel ne fonctionne plus et votre place est libre pour quelqu’un d’autre.
letter-canceled-for-all-link = Votre lien personnel ne fonctionne plus. Vous n’avez rien à faire.
letter-canceled-themself-advice = Vous avez changé d’avis ? Vous pouvez vous inscrire à nouveau là où vous l’aviez fait.
letter-canceled-by-organizer-advice = Si vous ne vous y attendiez pas, adressez-vous à l’organisateur.
letter-canceled-for-all-advice = Veuillez demander à l’organisateur si la réunion a lieu, et comment.
letter-canceled-calendar = L’avis joint retire la réunion de votre agenda.
letter-unasked = Si vous n’êtes au courant de rien, quelqu’un a saisi votre adresse par erreur ; vous n’avez rien à faire.
letter-sender = Envoyé par Usher, qui gère les inscriptions à cette réunion.

letter-offer-subject = Un empêchement ? { $subject }
letter-offer-opening = Votre agenda a décliné l’invitation à cette réunion. Votre place vous est toujours réservée.
letter-offer-button = Voir mon inscription
letter-offer-keep = Si vous venez malgré tout, vous n’avez rien à faire.
letter-stop-reminders = Ne plus recevoir de rappels de cette réunion :
