# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscripción confirmada: { $subject }
letter-cancellation-subject = Inscripción cancelada: { $subject }

letter-greeting = Hola, { $name }:
letter-greeting-nameless = Hola:

letter-confirmation-opening = Tiene usted una plaza en esta reunión.
letter-cancellation-opening = Su inscripción en esta reunión está cancelada.

letter-what = Qué:
letter-when = Cuándo:
letter-when-local = Es decir:
letter-organizer = Organiza:
letter-organizer-address = { $name }, { $mail }
letter-about = Acerca de esta reunión, en palabras de quien la organiza:

letter-join = Únase con su enlace personal:
letter-join-button = Unirse a la reunión
letter-personal = El enlace es solo para usted: quien lo tenga puede entrar en su nombre. Por favor, no reenvíe este mensaje.
letter-manage = ¿No puede asistir? Libere aquí su plaza:
letter-calendar = La invitación adjunta añade la reunión a su calendario.
letter-canceled-link = Su enlace personal ya no funciona y su plaza queda libre para otra persona.
letter-canceled-calendar = El aviso adjunto quita la reunión de su calendario.
letter-unasked = Si no sabe de qué se trata, alguien escribió su dirección por error; no tiene que hacer nada.
letter-sender = Enviado por Usher, que gestiona las inscripciones de esta reunión.
