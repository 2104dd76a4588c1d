# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Inscripción confirmada: { $subject }
letter-update-subject = Cambios: { $subject }
letter-reminder-subject = Recordatorio: { $subject }
letter-cancellation-subject = Inscripción cancelada: { $subject }

letter-greeting = Hola, { $name }:
letter-greeting-nameless = Hola:

letter-confirmation-opening = Tiene usted una plaza en esta reunión.
letter-update-opening = El organizador ha cambiado esta reunión. Su plaza y sus enlaces siguen como estaban; esto es lo que vale ahora:
letter-reminder-opening = Le recordamos que tiene usted una plaza en esta reunión.
letter-canceled-themself-opening = Ha devuelto su plaza en esta reunión: su inscripción está cancelada.
letter-canceled-by-organizer-opening = El organizador ha cancelado su inscripción en esta reunión.
letter-canceled-for-all-opening = El organizador ha cancelado todas las inscripciones en esta reunión.

letter-what = Qué:
letter-when = Cuándo:
letter-when-local = Es decir:
letter-organizer = Organiza:
letter-organizer-address = { $name }, { $mail }
letter-about = Acerca de esta reunión, en palabras de quien la organiza:

letter-join = Únase con su enlace personal:
letter-join-button = Unirse a la reunión
letter-personal = El enlace es solo para usted: quien lo tenga puede entrar en su nombre. Por favor, no reenvíe este mensaje.
letter-manage = Modifique su inscripción o libere su plaza aquí:
letter-calendar = La invitación adjunta añade la reunión a su calendario.
letter-update-calendar = La invitación adjunta actualiza la reunión en su calendario.
letter-canceled-link = Su enlace personal ya no funciona y su plaza queda libre para otra persona.
letter-canceled-for-all-link = Su enlace personal ya no funciona. No tiene que hacer nada.
letter-canceled-themself-advice = ¿Ha cambiado de idea? Puede inscribirse de nuevo donde se inscribió antes.
letter-canceled-by-organizer-advice = Si no lo esperaba, consulte al organizador.
letter-canceled-for-all-advice = Consulte al organizador si la reunión se celebra y cómo.
letter-canceled-calendar = El aviso adjunto quita la reunión de su calendario.
letter-unasked = Si no sabe de qué se trata, alguien escribió su dirección por error; no tiene que hacer nada.
letter-sender = Enviado por Usher, que gestiona las inscripciones de esta reunión.

letter-offer-subject = ¿No puede asistir? { $subject }
letter-offer-opening = Su calendario ha rechazado la invitación a esta reunión. Su plaza sigue reservada.
letter-offer-button = Ver mi inscripción
letter-offer-keep = Si finalmente asiste, no tiene que hacer nada.
letter-stop-reminders = No recibir más recordatorios de esta reunión:
