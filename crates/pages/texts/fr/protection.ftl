proof-again = Votre inscription n’est pas encore enregistrée : pour qu’aucune machine ne prenne la place d’une personne, votre formulaire demande encore un instant. Rien de ce que vous avez saisi n’est perdu.
proof-wait = Si votre navigateur n’exécute pas de scripts, veuillez attendre 15 secondes avant d’appuyer sur le bouton. Sinon, vous n’avez rien à faire.
proof-working = Un instant : votre navigateur montre qu’il n’est pas une machine. Le formulaire sera ensuite envoyé de lui-même.
