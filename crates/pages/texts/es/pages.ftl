# Pages attendees see.

page-brand = Usher
page-footer = Inscripción con Usher. Sin rastreo y sin cookies de terceros.
page-title = { $title } · Usher
page-when = Cuándo
page-untitled = Reunión sin título
page-in-utc = ({ $time })
page-language = Idioma
# What the language calls itself.
page-language-name = Español

form-title = Inscripción: { $subject }
form-title-problem = Error – inscripción: { $subject }
form-about = Acerca de esta reunión
form-speakers = Ponentes
form-heading = Inscribirse
form-required = Los campos marcados con * son obligatorios.
form-first-name = Nombre
form-last-name = Apellidos
form-email = Correo electrónico
form-email-hint = El enlace de la reunión se envía a esta dirección.
form-question-choose = Elija una opción.
form-submit = Inscribirse
form-privacy = Sus respuestas se envían a quien organiza esta reunión.
form-summary = Por favor, revise lo siguiente:
form-summary-item = { $label } – { $problem }
form-full-title = No quedan plazas
form-full = Es posible que alguien libere una plaza. Vuelva a mirar más tarde o consulte a quien organiza la reunión.
form-over-title = La inscripción está cerrada
form-over = Esta reunión ya no admite inscripciones.
form-sign-in-title = Para miembros de la organización
form-sign-in = Solo los miembros de la organización pueden inscribirse en esta reunión. Por ahora lo hacen mediante el sistema de su propia organización; pregunte cuál es a quien organiza la reunión.
form-sign-in-here = Solo los miembros de la organización pueden inscribirse en esta reunión. Inicie sesión con la cuenta que tiene allí.
form-sign-in-button = Iniciar sesión
form-sign-out = Cerrar sesión
form-member = Así figura en el directorio de su organización. Si algo no es correcto, comuníquelo a quien lo mantiene; el enlace a la reunión se envía a esta dirección.
form-other-title = Usted pertenece a otra organización
form-other = Ha iniciado sesión, pero esta reunión es para miembros de otra organización. Si tiene una cuenta allí, cierre la sesión e inicie sesión con esa.
form-unknown-title = Su cuenta no se puede usar aquí
form-unknown = Ha iniciado sesión, pero el directorio de la organización no conoce su cuenta, o está desactivada. Consulte a quien mantiene las cuentas.
form-incomplete-title = Falta algo en el directorio
form-incomplete = Ha iniciado sesión, pero en el directorio de la organización falta su nombre, sus apellidos o su correo electrónico, y sin ellos no es posible la inscripción. Consulte a quien lo mantiene.
form-organizer = Organiza: { $name }
form-sign-in-title-named = Para miembros de { $name }
form-sign-in-named = Solo los miembros de { $name } pueden inscribirse en esta reunión. Por ahora lo hacen mediante el sistema de su propia organización; pregunte cuál es a quien organiza la reunión.
form-sign-in-here-named = Solo los miembros de { $name } pueden inscribirse en esta reunión. Inicie sesión con la cuenta que tiene allí.

flaw-missing = Rellene este campo.
flaw-too-long = El texto es demasiado largo.
flaw-longer-than = { $limit ->
    [one] Como máximo { $limit } carácter.
   *[other] Como máximo { $limit } caracteres.
}
flaw-not-an-email = No podemos escribir a esta dirección de correo; debería tener la forma nombre@example.com.
flaw-not-a-choice = Elija una de las opciones.
flaw-unreadable = Contiene caracteres que no se pueden mostrar.

enrolled-title = Consulte su correo
enrolled-sent = Tiene una plaza en «{ $subject }». El mensaje de confirmación se envía a la dirección que indicó.
enrolled-sent-to = Tiene una plaza en «{ $subject }». El mensaje de confirmación se envía a { $email }.
enrolled-link = Contiene su enlace personal a la reunión y una invitación para su calendario.
enrolled-wait = ¿No ha llegado nada después de unos minutos? Mire en la carpeta de correo no deseado y compruebe que la dirección sea correcta.
enrolled-member-title = Su inscripción está hecha
enrolled-join = Su enlace personal a la reunión

manage-title = Su inscripción
manage-title-problem = Problema: su inscripción
manage-name = Nombre
manage-email = Correo electrónico
manage-status = Estado
manage-status-registered = Su inscripción está confirmada.
manage-status-canceled = Su inscripción está cancelada.
manage-status-over = Esta reunión ha terminado.
manage-status-meeting-canceled = Quien organiza esta reunión la ha cancelado.
manage-cancel-heading = ¿No puede asistir?
manage-cancel-explain = Su plaza quedará libre y su enlace personal dejará de funcionar de inmediato.
manage-cancel-button = Cancelar mi inscripción
manage-canceled-explain = Su enlace personal ya no funciona.
manage-again = Inscribirse de nuevo
manage-answers-heading = Sus respuestas
manage-answers-button = Guardar mis respuestas
manage-answers-changed = Sus respuestas se han guardado.
manage-answers-until = Se pueden cambiar hasta: { $time }.
manage-answers-late = No se ha guardado: las respuestas solo se pueden cambiar hasta que empiece la reunión.
manage-letter-heading = ¿Ha perdido el mensaje?
manage-letter-explain = Lo enviamos de nuevo a { $email }, con el mismo enlace personal.
manage-letter-explain-waiting = Lo enviamos de nuevo a { $email }.
manage-letter-button = Enviar de nuevo el mensaje
manage-letter-sent = El mensaje está en camino. Se envía como máximo una vez cada diez minutos, por muchas veces que lo pida.
manage-reminders-explain = Ha pedido no recibir más recordatorios de esta reunión.
manage-reminders-button = Recibir recordatorios de nuevo
manage-reminders-on = Volverá a recibir los recordatorios de esta reunión.
manage-registered-again = Vuelve a tener su inscripción. Un mensaje con su nuevo enlace personal está en camino; esta página es de la inscripción anterior.
manage-erase-heading = Borrar mis datos
manage-erase-explain = Su nombre, su dirección y sus respuestas se eliminan para siempre. Si tiene una plaza, queda libre, y no se envía ningún mensaje al respecto.
manage-erase-button = Borrar mis datos ahora
manage-page = La página de esta reunión
manage-status-all-canceled = El organizador ha cancelado todas las inscripciones en esta reunión.

erased-title = Sus datos se han borrado
erased-explain = Su nombre, su dirección y sus respuestas ya no están en esta inscripción, y sus enlaces personales han dejado de funcionar.
erased-left = Queda constancia de que alguien tuvo aquí una plaza, y de cuándo. Las copias que el organizador hizo antes están en su poder.

canceled-title = Su inscripción está cancelada
canceled-explain = Su plaza en «{ $subject }» queda libre para otra persona y su enlace personal ya no funciona.
canceled-letter = Un mensaje que lo confirma y quita la reunión de su calendario está en camino.

gate-early-title = La reunión aún no está abierta
gate-early = Podrá unirse a partir de este momento: { $time }. Deje esta página abierta y entrará automáticamente, o vuelva entonces con el mismo enlace.
gate-early-again = Volver a intentarlo
gate-ready-title = La reunión está abierta
gate-ready = Pulse el botón para unirse. Su enlace personal deja entrar a un solo dispositivo a la vez.
gate-ready-join = Unirse
gate-elsewhere-title = Ya participa con otro dispositivo
gate-elsewhere = Su enlace personal deja entrar a un solo dispositivo a la vez, y hace poco entró otro con él. Únase aquí en su lugar y el otro no volverá a entrar, salvo que tome el relevo a su vez. Si no era suyo, consulte al organizador.
gate-elsewhere-join = Unirse con este dispositivo
gate-guest = Invitado
gate-over-title = Esta reunión ha terminado
gate-over = El acceso se cerró al terminar la reunión.
gate-canceled-title = Este enlace ya no funciona
gate-canceled = La inscripción a la que pertenece está cancelada, o lo está la reunión.
gate-no-address-title = La sala de reunión no está lista
gate-no-address = Aún no se ha indicado dónde tiene lugar la reunión. Su enlace es correcto; vuelva a intentarlo dentro de un rato.
gate-personal-title = Necesita su enlace personal
gate-personal = Cada persona se une a esta reunión con su propio enlace. El suyo está en el mensaje que recibió al inscribirse.
gate-personal-register = ¿Aún no se ha inscrito?
# How long it is until then, as CLDR says it.
gate-opens = Se abre { $time }.
gate-in-minutes = { $count ->
    [one] dentro de { $count } minuto
   *[other] dentro de { $count } minutos
}
gate-in-hours = { $count ->
    [one] dentro de { $count } hora
   *[other] dentro de { $count } horas
}
gate-in-days = { $count ->
    [one] dentro de { $count } día
   *[other] dentro de { $count } días
}

withdrawn-title = Esta inscripción se ha retirado
withdrawn-explain = El organizador ha cancelado la reunión o ya no acepta inscripciones. Quienes estaban inscritos han recibido un mensaje al respecto.
called-off-title = Esta reunión se ha cancelado
called-off-explain = Las personas inscritas han recibido un mensaje al respecto.

not-found-title = Aquí no hay nada
not-found = La dirección es incorrecta o lo que había aquí ya no está. Si siguió un enlace de un mensaje, compruebe que no se haya cortado en dos.

sign-in-failed-title = No ha iniciado sesión
sign-in-failed = El inicio de sesión se interrumpió, duró más de diez minutos o se empezó en otro navegador. No se ha cambiado nada.
sign-in-again = Volver a intentarlo

problem-unavailable-title = No es posible en este momento
problem-unavailable = Los datos que introdujo no son la causa. Vuelva a intentarlo dentro de un minuto.
problem-too-many-title = Demasiados intentos
problem-too-many = Espere un minuto antes de volver a intentarlo.
problem-refused-title = No ha funcionado
problem-refused = El formulario se envió de una forma que no podemos aceptar. Vuelva atrás, cargue de nuevo la página y envíelo otra vez.
problem-fault-title = Algo ha fallado
problem-fault = El error es nuestro y ha quedado registrado; vuelva a intentarlo más tarde.
problem-request = Si pide ayuda, indique este número: { $id }
