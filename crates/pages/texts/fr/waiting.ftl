# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Liste d’attente : { $subject }
waiting-listed-opening = Toutes les places de cette réunion sont prises. Vous êtes sur la liste d’attente.
waiting-listed-explain = Dès qu’une place se libère pour vous, nous vous écrivons et vous la gardons quelque temps. D’ici là, vous n’avez rien à faire.
waiting-offered-subject = Une place pour vous : { $subject }
waiting-offered-opening = Une place s’est libérée pour cette réunion et vous est réservée.
waiting-offered-until = Acceptez-la avant cette heure : { $time }. Elle ira ensuite à la personne suivante de la liste d’attente.
waiting-offered-button = Accepter ou décliner
waiting-expired-subject = Offre expirée : { $subject }
waiting-expired-opening = Une place vous était réservée, mais vous ne l’avez pas acceptée à temps. Elle est allée à la personne suivante de la liste d’attente.
waiting-expired-advice = Vous souhaitez toujours venir ? Vous pouvez vous inscrire à nouveau là où vous l’aviez fait.
waiting-pending-subject = Demande reçue : { $subject }
waiting-pending-opening = L’organisateur décide de chaque inscription à cette réunion. La vôtre est arrivée.
waiting-pending-explain = Vous n’avez pas encore de place. Nous vous écrirons dès que l’organisateur aura décidé.
waiting-rejected-subject = Inscription non acceptée : { $subject }
waiting-rejected-opening = L’organisateur n’a pas accepté votre inscription à cette réunion.
waiting-withdrawn-opening = Vous avez retiré votre inscription à cette réunion.
waiting-own = Consultez votre inscription ou retirez-la :
waiting-offered-own = Acceptez ou déclinez ici :

# The sign-up page, and the page after it.
waiting-form-explain = Vous pouvez rejoindre la liste d’attente. Dès qu’une place se libère pour vous, nous vous écrivons et vous la gardons quelque temps.
waiting-form-button = Rejoindre la liste d’attente
waiting-email-hint = Les messages sur votre inscription seront envoyés à cette adresse.
waiting-approval-title = L’organisateur décide de chaque inscription
waiting-approval-explain = Envoyez votre inscription : nous vous écrirons dès que l’organisateur aura décidé.
waiting-approval-button = Demander une place
waiting-enrolled = Vous êtes sur la liste d’attente de « { $subject } ». Le message correspondant part à l’adresse que vous avez indiquée.
waiting-enrolled-to = Vous êtes sur la liste d’attente de « { $subject } ». Le message correspondant part à l’adresse { $email }.
waiting-asked = L’organisateur décide de votre inscription à « { $subject } ». Le message correspondant part à l’adresse que vous avez indiquée.
waiting-asked-to = L’organisateur décide de votre inscription à « { $subject } ». Le message correspondant part à l’adresse { $email }.
waiting-letter = Il contient un lien pour voir où en est votre inscription et la retirer.

# One's own registration, and the door.
waiting-status-listed = Vous êtes sur la liste d’attente.
waiting-status-offered = Une place vous est réservée.
waiting-status-pending = L’organisateur n’a pas encore décidé de votre inscription.
waiting-status-rejected = L’organisateur n’a pas accepté votre inscription.
waiting-status-expired = La place qui vous était réservée est allée à quelqu’un d’autre.
waiting-accept-heading = Une place pour vous
waiting-accept-button = Accepter la place
waiting-decline-button = Décliner la place
waiting-leave-heading = Vous avez changé d’avis ?
waiting-leave-listed = Vous perdez votre tour sur la liste.
waiting-leave-pending = Votre inscription est retirée aussitôt.
waiting-leave-offered = La place ira à la personne suivante.
waiting-leave-button = Retirer mon inscription
waiting-accepted = La place est à vous. Un message avec votre lien personnel est en route.
waiting-left-title = Votre inscription est retirée
waiting-left = Vous n’attendez plus de place pour « { $subject } ».
waiting-left-letter = Un message qui le confirme est en route.
waiting-gate-title = Vous n’avez pas encore de place
waiting-gate = Votre lien ouvrira la réunion dès qu’une place sera à vous. Les messages que vous avez reçus disent où en est votre inscription.
