# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscrição confirmada: { $subject }
letter-update-subject = Alterado: { $subject }
letter-reminder-subject = Lembrete: { $subject }
letter-cancellation-subject = Inscrição cancelada: { $subject }

letter-greeting = Olá, { $name },
letter-greeting-nameless = Olá,

letter-confirmation-opening = Você tem uma vaga nesta reunião.
letter-update-opening = O organizador alterou esta reunião. A sua vaga e os seus links continuam os mesmos; agora vale o seguinte:
letter-reminder-opening = Um lembrete: você tem uma vaga nesta reunião.
letter-canceled-themself-opening = Você devolveu a sua vaga nesta reunião: a sua inscrição está cancelada.
letter-canceled-by-organizer-opening = O organizador cancelou a sua inscrição nesta reunião.
letter-canceled-for-all-opening = O organizador cancelou todas as inscrições nesta reunião.

letter-what = O quê:
letter-when = Quando:
letter-when-local = Ou seja:
letter-organizer = Organizado por:
letter-organizer-address = { $name }, { $mail }
letter-about = Sobre esta reunião, nas palavras de quem a organiza:

letter-join = Entre com o seu link pessoal:
letter-join-button = Entrar na reunião
letter-personal = O link é só para você: quem o tiver pode entrar em seu nome. Por favor, não encaminhe esta mensagem.
letter-manage = Altere a sua inscrição ou libere a sua vaga aqui:
letter-calendar = O convite anexo coloca a reunião na sua agenda.
letter-update-calendar = O convite anexo atualiza a reunião na sua agenda.
letter-canceled-link = O seu link pessoal não funciona mais e a sua vaga está livre para outra pessoa.
letter-canceled-for-all-link = O seu link pessoal não funciona mais. Você não precisa fazer nada.
letter-canceled-themself-advice = Mudou de ideia? Você pode se inscrever de novo onde se inscreveu antes.
letter-canceled-by-organizer-advice = Se você não esperava por isso, fale com o organizador.
letter-canceled-for-all-advice = Pergunte ao organizador se a reunião acontece, e como.
letter-canceled-calendar = O aviso anexo retira a reunião da sua agenda.
letter-unasked = Se você não sabe do que se trata, alguém digitou o seu endereço por engano; não é preciso fazer nada.
letter-sender = Enviado pelo Usher, que cuida das inscrições desta reunião.

letter-offer-subject = Não pode comparecer? { $subject }
letter-offer-opening = A sua agenda recusou o convite para esta reunião. A sua vaga continua reservada.
letter-offer-button = Ver a minha inscrição
letter-offer-keep = Se você vier mesmo assim, não é preciso fazer nada.
letter-stop-reminders = Não receber mais lembretes desta reunião:
