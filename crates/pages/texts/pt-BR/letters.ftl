# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscrição confirmada: { $subject }
letter-cancellation-subject = Inscrição cancelada: { $subject }

letter-greeting = Olá, { $name },
letter-greeting-nameless = Olá,

letter-confirmation-opening = Você tem uma vaga nesta reunião.
letter-cancellation-opening = A sua inscrição nesta reunião está cancelada.

letter-what = O quê:
letter-when = Quando:
letter-when-local = Ou seja:
letter-organizer = Organização:
letter-organizer-address = { $name }, { $mail }
letter-about = Sobre esta reunião, nas palavras de quem a organiza:

letter-join = Entre com o seu link pessoal:
letter-join-button = Entrar na reunião
letter-personal = O link é só para você: quem o tiver pode entrar em seu nome. Por favor, não encaminhe esta mensagem.
letter-manage = Não pode comparecer? Libere a sua vaga aqui:
letter-calendar = O convite anexo coloca a reunião na sua agenda.
letter-canceled-link = O seu link pessoal não funciona mais e a sua vaga está livre para outra pessoa.
letter-canceled-calendar = O aviso anexo retira a reunião da sua agenda.
letter-unasked = Se você não sabe do que se trata, alguém digitou o seu endereço por engano; não é preciso fazer nada.
letter-sender = Enviado pelo Usher, que cuida das inscrições desta reunião.
