# Pages attendees see.

page-brand = Usher
page-footer = Inscription avec Usher. Aucun pistage, aucun cookie tiers.
page-title = { $title } · Usher
page-when = Date
page-untitled = Réunion sans titre
page-in-utc = ({ $time })
page-language = Langue
# What the language calls itself.
page-language-name = Français

form-title = Inscription : { $subject }
form-title-problem = Erreur – inscription : { $subject }
form-about = À propos de cette réunion
form-speakers = Intervenants
form-heading = S’inscrire
form-required = Les champs marqués d’un * sont obligatoires.
form-first-name = Prénom
form-last-name = Nom
form-email = Adresse e-mail
form-email-hint = Le lien de la réunion sera envoyé à cette adresse.
form-question-choose = Choisissez une réponse.
form-submit = S’inscrire
form-privacy = Vos réponses sont transmises à l’organisateur de cette réunion.
form-summary = Merci de vérifier les points suivants :
form-summary-item = { $label } – { $problem }
form-full-title = Toutes les places sont prises
form-full = Une place peut encore se libérer. Revenez plus tard ou adressez-vous à l’organisateur.
form-over-title = Les inscriptions sont closes
form-over = Cette réunion n’accepte plus d’inscriptions.
form-sign-in-title = Réservé aux membres de l’organisation
form-sign-in = Seuls les membres de l’organisation peuvent s’inscrire à cette réunion. Pour l’instant, cela passe par le système de leur propre organisation ; demandez à l’organisateur lequel utiliser.
form-sign-in-here = Seuls les membres de l’organisation peuvent s’inscrire à cette réunion. Connectez-vous avec le compte que vous y avez.
form-sign-in-button = Se connecter
form-sign-out = Se déconnecter
form-member = Voici ce que dit l’annuaire de votre organisation. Si quelque chose est inexact, signalez-le à ceux qui le tiennent ; le lien vers la réunion est envoyé à cette adresse.
form-other-title = Vous appartenez à une autre organisation
form-other = Vous avez ouvert une session, mais cette réunion est réservée aux membres d’une autre organisation. Si vous y avez un compte, déconnectez-vous et connectez-vous avec celui-là.
form-unknown-title = Votre compte ne peut pas être utilisé ici
form-unknown = Vous avez ouvert une session, mais l’annuaire de l’organisation ne connaît pas votre compte, ou celui-ci est désactivé. Adressez-vous à ceux qui gèrent les comptes.
form-incomplete-title = Il manque quelque chose dans l’annuaire
form-incomplete = Vous avez ouvert une session, mais votre prénom, votre nom ou votre adresse e-mail manque dans l’annuaire de l’organisation, et sans eux l’inscription est impossible. Adressez-vous à ceux qui le tiennent.
form-organizer = Réunion organisée par { $name }
form-sign-in-title-named = Réservé aux membres de { $name }
form-sign-in-named = Seuls les membres de { $name } peuvent s’inscrire à cette réunion. Pour l’instant, cela passe par le système de leur propre organisation ; demandez à l’organisateur lequel utiliser.
form-sign-in-here-named = Seuls les membres de { $name } peuvent s’inscrire à cette réunion. Connectez-vous avec le compte que vous y avez.

flaw-missing = Veuillez remplir ce champ.
flaw-too-long = Le texte est trop long.
flaw-longer-than = { $limit ->
    [one] Au plus { $limit } caractère.
   *[other] Au plus { $limit } caractères.
}
flaw-not-an-email = Nous ne pouvons pas écrire à cette adresse e-mail ; elle devrait ressembler à nom@example.com.
flaw-not-a-choice = Veuillez choisir l’une des réponses proposées.
flaw-unreadable = Ce champ contient des caractères impossibles à afficher.

enrolled-title = Consultez votre messagerie
enrolled-sent = Votre place pour « { $subject } » est réservée. Le message de confirmation part à l’adresse que vous avez indiquée.
enrolled-sent-to = Votre place pour « { $subject } » est réservée. Le message de confirmation part à l’adresse { $email }.
enrolled-link = Il contient votre lien personnel vers la réunion et une invitation pour votre agenda.
enrolled-wait = Rien après quelques minutes ? Regardez dans le dossier des indésirables et vérifiez que l’adresse est correcte.
enrolled-member-title = Votre inscription est confirmée
enrolled-join = Votre lien personnel vers la réunion

manage-title = Votre inscription
manage-title-problem = Problème – votre inscription
manage-name = Nom
manage-email = Adresse e-mail
manage-status = État
manage-status-registered = Votre inscription est confirmée.
manage-status-canceled = Votre inscription est annulée.
manage-status-over = Cette réunion est terminée.
manage-status-meeting-canceled = L’organisateur a annulé cette réunion.
manage-cancel-heading = Un empêchement ?
manage-cancel-explain = Votre place sera libérée et votre lien personnel cessera aussitôt de fonctionner.
manage-cancel-button = Annuler mon inscription
manage-canceled-explain = Votre lien personnel ne fonctionne plus.
manage-again = S’inscrire à nouveau
manage-answers-heading = Vos réponses
manage-answers-button = Enregistrer mes réponses
manage-answers-changed = Vos réponses sont enregistrées.
manage-answers-until = Modifiables jusqu’au début de la réunion : { $time }.
manage-answers-late = Non enregistré : les réponses ne peuvent être modifiées que jusqu’au début de la réunion.
manage-letter-heading = Message perdu ?
manage-letter-explain = Nous le renvoyons à { $email }, avec le même lien personnel.
manage-letter-explain-waiting = Nous le renvoyons à { $email }.
manage-letter-button = Renvoyer le message
manage-letter-sent = Le message est en route. Il est envoyé une fois en dix minutes au plus, quel que soit le nombre de demandes.
manage-reminders-explain = Vous avez demandé à ne plus recevoir de rappels de cette réunion.
manage-reminders-button = Recevoir de nouveau les rappels
manage-reminders-on = Vous recevrez de nouveau les rappels de cette réunion.
manage-registered-again = Vous êtes de nouveau inscrit(e). Un message avec votre nouveau lien personnel est en route ; cette page est celle de l’inscription précédente.
manage-erase-heading = Effacer mes données
manage-erase-explain = Votre nom, votre adresse et vos réponses sont supprimés définitivement. Si vous avez une place, elle est libérée, et aucun message n’est envoyé à ce sujet.
manage-erase-button = Effacer mes données maintenant
manage-page = La page de cette réunion
manage-status-all-canceled = L’organisateur a annulé toutes les inscriptions à cette réunion.

erased-title = Vos données sont effacées
erased-explain = Votre nom, votre adresse et vos réponses ont disparu de cette inscription, et vos liens personnels ne fonctionnent plus.
erased-left = Il reste que quelqu’un avait une place ici, et quand. Les copies faites auparavant par l’organisateur sont chez lui.

canceled-title = Votre inscription est annulée
canceled-explain = Votre place pour « { $subject } » est libre pour quelqu’un d’autre et votre lien personnel ne fonctionne plus.
canceled-letter = Un message qui le confirme et retire la réunion de votre agenda est en route.

gate-early-title = La réunion n’est pas encore ouverte
gate-early = Vous pourrez la rejoindre à partir du moment suivant : { $time }. Gardez cette page ouverte et vous entrerez automatiquement, ou revenez à ce moment-là avec le même lien.
gate-early-again = Réessayer
gate-ready-title = La réunion est ouverte
gate-ready = Appuyez sur le bouton pour la rejoindre. Votre lien personnel laisse entrer un seul appareil à la fois.
gate-ready-join = Rejoindre
gate-elsewhere-title = Vous participez sur un autre appareil
gate-elsewhere = Votre lien personnel laisse entrer un seul appareil à la fois, et un autre vient d’entrer avec lui. Rejoignez la réunion ici à la place : l’autre ne sera plus admis, sauf s’il reprend la main à son tour. Si ce n’était pas le vôtre, adressez-vous à l’organisateur.
gate-elsewhere-join = Rejoindre plutôt sur cet appareil
gate-guest = Invité
gate-over-title = Cette réunion est terminée
gate-over = L’accès s’est fermé à la fin de la réunion.
gate-canceled-title = Ce lien ne fonctionne plus
gate-canceled = L’inscription correspondante ou la réunion elle-même est annulée.
gate-no-address-title = La salle de réunion n’est pas prête
gate-no-address = L’organisateur n’a pas encore indiqué où se tient la réunion. Votre lien est correct ; réessayez dans un petit moment.
gate-personal-title = Il vous faut votre lien personnel
gate-personal = Chacun rejoint cette réunion avec son propre lien. Le vôtre se trouve dans le message reçu lors de votre inscription.
gate-personal-register = Pas encore d’inscription ?
# How long it is until then, as CLDR says it.
gate-opens = Ouverture { $time }.
gate-in-minutes = { $count ->
    [one] dans { $count } minute
   *[other] dans { $count } minutes
}
gate-in-hours = { $count ->
    [one] dans { $count } heure
   *[other] dans { $count } heures
}
gate-in-days = { $count ->
    [one] dans { $count } jour
   *[other] dans { $count } jours
}

withdrawn-title = Cette inscription a été retirée
withdrawn-explain = L’organisateur a annulé la réunion ou n’accepte plus d’inscriptions. Les personnes inscrites ont reçu un message à ce sujet.
called-off-title = Cette réunion a été annulée
called-off-explain = Les personnes inscrites en ont été informées par e-mail.

not-found-title = Il n’y a rien ici
not-found = L’adresse est incorrecte ou ce qui se trouvait ici n’existe plus. Si vous avez suivi un lien reçu dans un message, vérifiez qu’il n’a pas été coupé en deux.

sign-in-failed-title = La connexion a échoué
sign-in-failed = La connexion a été interrompue, a duré plus de dix minutes ou a été commencée dans un autre navigateur. Rien n’a été modifié.
sign-in-again = Réessayer

problem-unavailable-title = Momentanément impossible
problem-unavailable = Votre saisie n’est pas en cause. Veuillez réessayer dans une minute.
problem-too-many-title = Trop de tentatives
problem-too-many = Veuillez patienter une minute avant de réessayer.
problem-refused-title = Cela n’a pas fonctionné
problem-refused = Le formulaire a été envoyé d’une manière que nous ne pouvons pas accepter. Revenez en arrière, rechargez la page et renvoyez-le.
problem-fault-title = Une erreur s’est produite
problem-fault = L’erreur vient de nous. Elle a été enregistrée ; veuillez réessayer plus tard.
problem-request = Si vous demandez de l’aide, indiquez ce numéro : { $id }
