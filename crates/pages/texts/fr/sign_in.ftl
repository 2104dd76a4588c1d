# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Se connecter
issuer-for = pour continuer vers { $app }
issuer-user-name = Nom d’utilisateur
issuer-password = Mot de passe
issuer-button = Se connecter
issuer-title-problem = Problème – se connecter

issuer-wrong = Le nom d’utilisateur ou le mot de passe est incorrect.
issuer-slow-down = Trop de tentatives. Patientez un peu, puis réessayez.
# Pages without a form: the sentences say why.
issuer-impossible-title = La connexion est impossible
issuer-stale = Ce formulaire est trop ancien ou ne vient pas d’ici. Revenez à l’application et recommencez.
issuer-away = L’annuaire ne peut pas être consulté pour le moment. Réessayez bientôt.
issuer-malformed = La demande est mal formée.
issuer-unknown-app = L’application n’est pas connue ici.
issuer-unknown-return = L’adresse de retour n’est pas enregistrée pour cette application.
issuer-late = Le formulaire n’est pas arrivé à temps.
issuer-incomplete = Le formulaire est incomplet.
issuer-app-gone = L’application n’est plus connue ici.

signed-out-title = Vous êtes déconnecté(e)
signed-out = Plus personne n’est connecté ici dans ce navigateur.
signed-out-there = Il se peut que vous soyez encore connecté(e) auprès de votre organisation ; le mot de passe ne vous serait alors pas demandé la prochaine fois. Sur un ordinateur partagé, déconnectez-vous là aussi.
signed-out-there-button = Se déconnecter aussi auprès de votre organisation
signed-out-back = Retour à la réunion
