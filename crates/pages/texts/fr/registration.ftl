# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = Les inscriptions ne sont pas encore ouvertes
opening-explain = Vous pourrez vous inscrire à partir de : { $time }. Laissez cette page ouverte et le formulaire apparaîtra de lui-même, ou revenez à ce moment-là.
opening-closed = Clôture des inscriptions : { $time }.

zone-summary = Afficher les heures dans un autre fuseau
zone-label = Fuseau horaire
zone-button = Afficher
zone-yours = Votre heure à { $zone } : { $time }

consent-heading = Consentement
consent-notice = Politique de confidentialité
flaw-not-agreed = Veuillez cocher la case si vous êtes d’accord ; sans votre accord, nous ne pouvons pas vous inscrire.

again-on-its-page = Il y a de nouvelles informations à donner ou à accepter. Veuillez vous réinscrire sur la page de cette réunion.
