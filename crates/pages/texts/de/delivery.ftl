stop-title = Erinnerungen an diese Besprechung
stop-explain = Sie können die Erinnerungen an diese Besprechung abstellen. Ihre Anmeldung bleibt bestehen.
stop-button = Keine Erinnerungen mehr
stop-done-title = Keine Erinnerungen mehr
stop-done = Sie erhalten keine Erinnerungen an diese Besprechung mehr. Ihre Anmeldung bleibt bestehen, und wenn sich an der Besprechung etwas ändert, schreiben wir Ihnen weiterhin.
