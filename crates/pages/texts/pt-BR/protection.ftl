proof-again = Sua inscrição ainda não foi feita: para que nenhuma máquina tire a vaga de uma pessoa, seu formulário precisa de mais um instante. Nada do que você preencheu se perde.
proof-wait = Se o seu navegador não executa scripts, espere 15 segundos antes de apertar o botão. Caso contrário, não é preciso fazer nada.
proof-working = Um momento: seu navegador está mostrando que não é uma máquina. Depois disso, o formulário é enviado sozinho.
