# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Lista de espera: { $subject }
waiting-listed-opening = Todas as vagas desta reunião estão preenchidas. Você está na lista de espera.
waiting-listed-explain = Quando uma vaga ficar livre para você, escreveremos e a guardaremos por algum tempo. Até lá, não é preciso fazer nada.
waiting-offered-subject = Uma vaga para você: { $subject }
waiting-offered-opening = Uma vaga nesta reunião ficou livre e está reservada para você.
waiting-offered-until = Aceite-a até { $time }. Depois disso, ela vai para a próxima pessoa da lista de espera.
waiting-offered-button = Aceitar ou recusar
waiting-expired-subject = Oferta expirada: { $subject }
waiting-expired-opening = Uma vaga estava reservada para você, mas não foi aceita a tempo. Ela foi para a próxima pessoa da lista de espera.
waiting-expired-advice = Ainda quer participar? Você pode se inscrever de novo onde se inscreveu antes.
waiting-pending-subject = Pedido recebido: { $subject }
waiting-pending-opening = O organizador decide sobre cada inscrição nesta reunião. A sua chegou.
waiting-pending-explain = Você ainda não tem vaga. Escreveremos assim que o organizador decidir.
waiting-rejected-subject = Inscrição não aceita: { $subject }
waiting-rejected-opening = O organizador não aceitou a sua inscrição nesta reunião.
waiting-withdrawn-opening = Você retirou a sua inscrição nesta reunião.
waiting-own = Veja a sua inscrição ou retire-a:
waiting-offered-own = Aceite ou recuse aqui:

# The sign-up page, and the page after it.
waiting-form-explain = Você pode entrar na lista de espera. Quando uma vaga ficar livre para você, escreveremos e a guardaremos por algum tempo.
waiting-form-button = Entrar na lista de espera
waiting-email-hint = As mensagens sobre a sua inscrição são enviadas para este endereço.
waiting-approval-title = O organizador decide sobre cada inscrição
waiting-approval-explain = Envie a sua inscrição e escreveremos assim que o organizador decidir.
waiting-approval-button = Pedir uma vaga
waiting-enrolled = Você está na lista de espera de “{ $subject }”. A mensagem sobre isso vai para o endereço que você informou.
waiting-enrolled-to = Você está na lista de espera de “{ $subject }”. A mensagem sobre isso vai para { $email }.
waiting-asked = O organizador decide sobre a sua inscrição em “{ $subject }”. A mensagem sobre isso vai para o endereço que você informou.
waiting-asked-to = O organizador decide sobre a sua inscrição em “{ $subject }”. A mensagem sobre isso vai para { $email }.
waiting-letter = Ela traz um link com o qual você pode ver a situação da sua inscrição e retirá-la.

# One's own registration, and the door.
waiting-status-listed = Você está na lista de espera.
waiting-status-offered = Uma vaga está reservada para você.
waiting-status-pending = O organizador ainda não decidiu sobre a sua inscrição.
waiting-status-rejected = O organizador não aceitou a sua inscrição.
waiting-status-expired = A vaga que estava reservada para você foi para outra pessoa.
waiting-accept-heading = Uma vaga para você
waiting-accept-button = Aceitar a vaga
waiting-decline-button = Recusar a vaga
waiting-leave-heading = Mudou de ideia?
waiting-leave-listed = Você perde a sua posição na lista.
waiting-leave-pending = A sua inscrição é retirada na hora.
waiting-leave-offered = A vaga vai para a próxima pessoa.
waiting-leave-button = Retirar a minha inscrição
waiting-accepted = A vaga é sua. Uma mensagem com o seu link pessoal está a caminho.
waiting-left-title = A sua inscrição foi retirada
waiting-left = Você não espera mais por uma vaga em “{ $subject }”.
waiting-left-letter = Uma mensagem que confirma isso está a caminho.
waiting-gate-title = Você ainda não tem vaga
waiting-gate = O seu link abre a reunião assim que uma vaga for sua. As mensagens que você recebeu dizem como está a sua inscrição.
