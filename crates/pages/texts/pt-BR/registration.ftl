# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = As inscrições ainda não foram abertas
opening-explain = Você poderá se inscrever a partir de: { $time }. Deixe esta página aberta e o formulário aparecerá sozinho, ou volte nesse momento.
opening-closed = Encerradas desde: { $time }.

zone-summary = Mostrar os horários em outro fuso
zone-label = Fuso horário
zone-button = Mostrar
zone-yours = Seu horário em { $zone }: { $time }

consent-heading = Consentimento
consent-notice = Aviso de privacidade
flaw-not-agreed = Marque a caixa se você concorda; sem o seu consentimento não podemos fazer a inscrição.

again-on-its-page = Há algo novo a preencher ou a aceitar. Inscreva-se novamente na página desta reunião.
