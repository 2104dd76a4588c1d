stop-title = Rappels de cette réunion
stop-explain = Vous pouvez désactiver les rappels de cette réunion. Votre inscription reste inchangée.
stop-button = Ne plus recevoir de rappels
stop-done-title = Plus de rappels
stop-done = Vous ne recevrez plus de rappels de cette réunion. Votre inscription reste inchangée et, si la réunion change, nous vous écrirons toujours.
