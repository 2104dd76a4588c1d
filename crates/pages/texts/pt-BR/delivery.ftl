stop-title = Lembretes desta reunião
stop-explain = Você pode desativar os lembretes desta reunião. A sua inscrição continua como está.
stop-button = Não receber mais lembretes
stop-done-title = Sem mais lembretes
stop-done = Você não receberá mais lembretes desta reunião. A sua inscrição continua como está e, se a reunião mudar, ainda escreveremos para você.
