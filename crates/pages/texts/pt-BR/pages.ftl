# Pages attendees see.

page-brand = Usher
page-footer = Inscrição com o Usher. Sem rastreamento e sem cookies de terceiros.
page-title = { $title } · Usher
page-when = Quando
page-untitled = Reunião sem título
page-in-utc = ({ $time })
page-language = Idioma
# What the language calls itself.
page-language-name = Português (Brasil)

form-title = Inscrição: { $subject }
form-title-problem = Erro – inscrição: { $subject }
form-about = Sobre esta reunião
form-speakers = Palestrantes
form-heading = Inscreva-se
form-required = Os campos marcados com * são obrigatórios.
form-first-name = Nome
form-last-name = Sobrenome
form-email = Endereço de e-mail
form-email-hint = O link da reunião é enviado para este endereço.
form-question-choose = Escolha uma opção.
form-submit = Inscrever-se
form-privacy = As suas respostas vão para quem organiza esta reunião.
form-summary = Por favor, confira o seguinte:
form-summary-item = { $label } – { $problem }
form-full-title = Todas as vagas foram preenchidas
form-full = Alguém ainda pode liberar uma vaga. Volte mais tarde ou fale com quem organiza a reunião.
form-over-title = As inscrições estão encerradas
form-over = Esta reunião não aceita mais inscrições.
form-sign-in-title = Para membros da organização
form-sign-in = Só membros da organização podem se inscrever nesta reunião. Por enquanto, isso é feito pelo sistema da própria organização; pergunte a quem organiza a reunião qual é.
form-sign-in-here = Só membros da organização podem se inscrever nesta reunião. Entre com a conta que você tem lá.
form-sign-in-button = Entrar com a conta
form-sign-out = Sair
form-member = É o que consta no diretório da sua organização. Se algo estiver errado, avise quem cuida dele; o link da reunião é enviado para este endereço.
form-other-title = Você é de outra organização
form-other = Você entrou com a sua conta, mas esta reunião é para membros de outra organização. Se você tem uma conta lá, saia e entre com ela.
form-unknown-title = A sua conta não pode ser usada aqui
form-unknown = Você entrou com a sua conta, mas o diretório da organização não a conhece, ou ela está desativada. Fale com quem cuida das contas.
form-incomplete-title = Falta algo no diretório
form-incomplete = Você entrou com a sua conta, mas no diretório da organização falta o seu nome, o seu sobrenome ou o seu endereço de e-mail, e sem eles não é possível se inscrever. Fale com quem cuida dele.
form-organizer = Organização: { $name }
form-sign-in-title-named = Para membros de { $name }
form-sign-in-named = Só membros de { $name } podem se inscrever nesta reunião. Por enquanto, isso é feito pelo sistema da própria organização; pergunte a quem organiza a reunião qual é.
form-sign-in-here-named = Só membros de { $name } podem se inscrever nesta reunião. Entre com a conta que você tem lá.

flaw-missing = Preencha este campo.
flaw-too-long = O texto é longo demais.
flaw-longer-than = { $limit ->
    [one] No máximo { $limit } caractere.
   *[other] No máximo { $limit } caracteres.
}
flaw-not-an-email = Não conseguimos escrever para este endereço de e-mail; ele deve ser parecido com nome@example.com.
flaw-not-a-choice = Escolha uma das opções.
flaw-unreadable = Há caracteres que não podem ser exibidos.

enrolled-title = Confira a sua caixa de entrada
enrolled-sent = Você tem uma vaga em “{ $subject }”. A mensagem de confirmação vai para o endereço que você informou.
enrolled-sent-to = Você tem uma vaga em “{ $subject }”. A mensagem de confirmação vai para { $email }.
enrolled-link = Ela traz o seu link pessoal para a reunião e um convite para a sua agenda.
enrolled-wait = Nada depois de alguns minutos? Olhe na pasta de spam e confira se o endereço está certo.
enrolled-member-title = A sua inscrição está feita
enrolled-join = O seu link pessoal da reunião

manage-title = A sua inscrição
manage-title-problem = Problema – a sua inscrição
manage-name = Nome
manage-email = Endereço de e-mail
manage-status = Situação
manage-status-registered = A sua inscrição está confirmada.
manage-status-canceled = A sua inscrição está cancelada.
manage-status-over = Esta reunião terminou.
manage-status-meeting-canceled = Quem organiza esta reunião a cancelou.
manage-cancel-heading = Não pode comparecer?
manage-cancel-explain = A sua vaga será liberada e o seu link pessoal deixará de funcionar na hora.
manage-cancel-button = Cancelar a minha inscrição
manage-canceled-explain = O seu link pessoal não funciona mais.
manage-again = Inscrever-se de novo
manage-answers-heading = As suas respostas
manage-answers-button = Salvar as minhas respostas
manage-answers-changed = As suas respostas foram salvas.
manage-answers-until = Podem ser alteradas até: { $time }.
manage-answers-late = Não foi salvo: as respostas só podem ser alteradas até o início da reunião.
manage-letter-heading = Perdeu a mensagem?
manage-letter-explain = Nós a enviamos outra vez para { $email }, com o mesmo link pessoal.
manage-letter-explain-waiting = Nós a enviamos outra vez para { $email }.
manage-letter-button = Enviar a mensagem de novo
manage-letter-sent = A mensagem está a caminho. Ela é enviada no máximo uma vez a cada dez minutos, por mais vezes que você peça.
manage-reminders-explain = Você pediu para não receber mais lembretes desta reunião.
manage-reminders-button = Receber lembretes de novo
manage-reminders-on = Você voltará a receber os lembretes desta reunião.
manage-registered-again = Você está inscrito de novo. Uma mensagem com o seu novo link pessoal está a caminho; esta página é da inscrição anterior.
manage-erase-heading = Apagar os meus dados
manage-erase-explain = O seu nome, o seu endereço e as suas respostas são removidos para sempre. Se você tem uma vaga, ela é liberada, e nenhuma mensagem é enviada sobre isso.
manage-erase-button = Apagar os meus dados agora
manage-page = A página desta reunião
manage-status-all-canceled = O organizador cancelou todas as inscrições nesta reunião.

erased-title = Os seus dados foram apagados
erased-explain = O seu nome, o seu endereço e as suas respostas saíram desta inscrição, e os seus links pessoais não funcionam mais.
erased-left = Fica registrado que alguém teve uma vaga aqui, e quando. As cópias que o organizador fez antes estão com ele.

canceled-title = A sua inscrição está cancelada
canceled-explain = A sua vaga em “{ $subject }” está livre para outra pessoa e o seu link pessoal não funciona mais.
canceled-letter = Uma mensagem que confirma isso e retira a reunião da sua agenda está a caminho.

gate-early-title = A reunião ainda não está aberta
gate-early = Você pode entrar a partir deste momento: { $time }. Deixe esta página aberta e você entra automaticamente, ou volte nessa hora com o mesmo link.
gate-early-again = Tentar de novo
gate-ready-title = A reunião está aberta
gate-ready = Pressione o botão para entrar. O seu link pessoal deixa entrar um aparelho por vez.
gate-ready-join = Entrar
gate-elsewhere-title = Você está em outro aparelho
gate-elsewhere = O seu link pessoal deixa entrar um aparelho por vez, e outro entrou com ele há pouco. Entre aqui em vez dele, e o outro não entra mais, a menos que assuma por sua vez. Se não era seu, fale com o organizador.
gate-elsewhere-join = Entrar neste aparelho
gate-guest = Convidado
gate-over-title = Esta reunião terminou
gate-over = A entrada foi fechada quando a reunião terminou.
gate-canceled-title = Este link não funciona mais
gate-canceled = A inscrição a que ele pertence foi cancelada, ou a reunião foi.
gate-no-address-title = A sala da reunião não está pronta
gate-no-address = Ainda não foi informado onde a reunião acontece. O seu link está certo; tente de novo daqui a pouco.
gate-personal-title = Você precisa do seu link pessoal
gate-personal = Cada pessoa entra nesta reunião com um link próprio. O seu está na mensagem que você recebeu ao se inscrever.
gate-personal-register = Ainda não se inscreveu?
# How long it is until then, as CLDR says it.
gate-opens = Abre { $time }.
gate-in-minutes = { $count ->
    [one] em { $count } minuto
   *[other] em { $count } minutos
}
gate-in-hours = { $count ->
    [one] em { $count } hora
   *[other] em { $count } horas
}
gate-in-days = { $count ->
    [one] em { $count } dia
   *[other] em { $count } dias
}

withdrawn-title = Esta inscrição foi retirada
withdrawn-explain = O organizador cancelou a reunião ou não aceita mais inscrições para ela. Quem estava inscrito recebeu uma mensagem sobre isso.
called-off-title = Esta reunião foi cancelada
called-off-explain = Quem estava inscrito recebeu um e-mail sobre isso.

not-found-title = Não há nada aqui
not-found = O endereço está errado, ou o que estava aqui não existe mais. Se você seguiu um link de uma mensagem, confira se ele não foi cortado ao meio.

sign-in-failed-title = Você não entrou
sign-in-failed = O processo foi interrompido, levou mais de dez minutos ou foi iniciado em outro navegador. Nada foi alterado.
sign-in-again = Tentar de novo

problem-unavailable-title = No momento não é possível
problem-unavailable = Não há nada de errado com o que você digitou. Tente de novo daqui a um minuto.
problem-too-many-title = Tentativas demais
problem-too-many = Espere um minuto antes de tentar de novo.
problem-refused-title = Não deu certo
problem-refused = O formulário foi enviado de um modo que não podemos aceitar. Volte, recarregue a página e envie-o mais uma vez.
problem-fault-title = Algo deu errado
problem-fault = A falha é nossa e ficou registrada; tente de novo mais tarde.
problem-request = Se você pedir ajuda, informe este número: { $id }
