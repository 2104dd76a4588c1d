proof-again = Sie sind noch nicht angemeldet: Damit keine Maschine Menschen den Platz wegnimmt, braucht Ihr Formular noch einen Augenblick. Ihre Angaben bleiben erhalten.
proof-wait = Wenn Ihr Browser keine Skripte ausführt, warten Sie bitte 15 Sekunden, bevor Sie auf die Schaltfläche drücken. Sonst ist nichts zu tun.
proof-working = Einen Augenblick: Ihr Browser zeigt, dass er keine Maschine ist. Danach wird das Formular von selbst abgeschickt.
