# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Lista de espera: { $subject }
waiting-listed-opening = Todas las plazas de esta reunión están ocupadas. Está usted en la lista de espera.
waiting-listed-explain = Cuando quede libre una plaza para usted, le escribiremos y se la reservaremos durante un tiempo. Hasta entonces no tiene que hacer nada.
waiting-offered-subject = Una plaza para usted: { $subject }
waiting-offered-opening = Ha quedado libre una plaza en esta reunión y está reservada para usted.
waiting-offered-until = Acéptela antes de esta hora: { $time }. Después pasará a la siguiente persona de la lista de espera.
waiting-offered-button = Aceptar o rechazar
waiting-expired-subject = Oferta caducada: { $subject }
waiting-expired-opening = Teníamos una plaza reservada para usted, pero no la aceptó a tiempo. Ha pasado a la siguiente persona de la lista de espera.
waiting-expired-advice = ¿Todavía quiere asistir? Puede inscribirse de nuevo donde se inscribió antes.
waiting-pending-subject = Solicitud recibida: { $subject }
waiting-pending-opening = El organizador decide sobre cada inscripción en esta reunión. La suya ha llegado.
waiting-pending-explain = Todavía no tiene plaza. Le escribiremos en cuanto el organizador haya decidido.
waiting-rejected-subject = Inscripción no aceptada: { $subject }
waiting-rejected-opening = El organizador no ha aceptado su inscripción en esta reunión.
waiting-withdrawn-opening = Ha retirado su inscripción en esta reunión.
waiting-own = Consulte su inscripción o retírela:
waiting-offered-own = Acepte o rechace la plaza aquí:

# The sign-up page, and the page after it.
waiting-form-explain = Puede apuntarse a la lista de espera. Cuando quede libre una plaza para usted, le escribiremos y se la reservaremos durante un tiempo.
waiting-form-button = Apuntarse a la lista de espera
waiting-email-hint = Los mensajes sobre su inscripción se envían a esta dirección.
waiting-approval-title = El organizador decide sobre cada inscripción
waiting-approval-explain = Envíe su inscripción y le escribiremos en cuanto el organizador haya decidido.
waiting-approval-button = Solicitar una plaza
waiting-enrolled = Está en la lista de espera de «{ $subject }». El mensaje correspondiente se envía a la dirección que indicó.
waiting-enrolled-to = Está en la lista de espera de «{ $subject }». El mensaje correspondiente se envía a { $email }.
waiting-asked = El organizador decide sobre su inscripción en «{ $subject }». El mensaje correspondiente se envía a la dirección que indicó.
waiting-asked-to = El organizador decide sobre su inscripción en «{ $subject }». El mensaje correspondiente se envía a { $email }.
waiting-letter = Contiene un enlace con el que puede ver el estado de su inscripción y retirarla.

# One's own registration, and the door.
waiting-status-listed = Está en la lista de espera.
waiting-status-offered = Hay una plaza reservada para usted.
waiting-status-pending = El organizador todavía no ha decidido sobre su inscripción.
waiting-status-rejected = El organizador no ha aceptado su inscripción.
waiting-status-expired = La plaza que teníamos reservada para usted ha pasado a otra persona.
waiting-accept-heading = Una plaza para usted
waiting-accept-button = Aceptar la plaza
waiting-decline-button = Rechazar la plaza
waiting-leave-heading = ¿Ha cambiado de idea?
waiting-leave-listed = Perderá su turno en la lista.
waiting-leave-pending = Su inscripción se retira de inmediato.
waiting-leave-offered = La plaza pasará a la siguiente persona.
waiting-leave-button = Retirar mi inscripción
waiting-accepted = La plaza es suya. Un mensaje con su enlace personal está en camino.
waiting-left-title = Su inscripción está retirada
waiting-left = Ya no espera una plaza en «{ $subject }».
waiting-left-letter = Un mensaje que lo confirma está en camino.
waiting-gate-title = Todavía no tiene plaza
waiting-gate = Su enlace abre la reunión en cuanto tenga una plaza. Los mensajes que le hemos enviado indican el estado de su inscripción.
