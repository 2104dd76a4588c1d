# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Entrar
issuer-for = para continuar em { $app }
issuer-user-name = Nome de usuário
issuer-password = Senha
issuer-button = Entrar
issuer-title-problem = Problema – entrar

issuer-wrong = O nome de usuário ou a senha está incorreto.
issuer-slow-down = Tentativas demais. Espere um pouco e tente de novo.
# Pages without a form: the sentences say why.
issuer-impossible-title = Não é possível entrar
issuer-stale = Este formulário é antigo demais ou não foi feito aqui. Volte ao aplicativo e comece de novo.
issuer-away = O diretório não pode ser consultado no momento. Tente de novo em breve.
issuer-malformed = A solicitação não está bem formada.
issuer-unknown-app = O aplicativo não é conhecido aqui.
issuer-unknown-return = O endereço de retorno não está registrado para este aplicativo.
issuer-late = O formulário não chegou a tempo.
issuer-incomplete = O formulário não está completo.
issuer-app-gone = O aplicativo não é mais conhecido aqui.

signed-out-title = Você saiu
signed-out = Não há mais ninguém conectado aqui neste navegador.
signed-out-there = Talvez você ainda esteja conectado à sua organização; nesse caso, a senha não seria pedida na próxima vez. Em um computador usado por outras pessoas, saia também lá.
signed-out-there-button = Sair também da sua organização
signed-out-back = Voltar à reunião
