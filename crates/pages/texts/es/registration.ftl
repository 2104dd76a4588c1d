# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = La inscripción aún no está abierta
opening-explain = Podrá inscribirse a partir de: { $time }. Deje abierta esta página y el formulario aparecerá por sí solo, o vuelva entonces.
opening-closed = Cerrada desde: { $time }.

zone-summary = Mostrar las horas en otra zona
zone-label = Zona horaria
zone-button = Mostrar
zone-yours = Su hora en { $zone }: { $time }

consent-heading = Consentimiento
consent-notice = Aviso de privacidad
flaw-not-agreed = Marque la casilla si está de acuerdo; sin su consentimiento no podemos inscribirle.

again-on-its-page = Hay algo nuevo que rellenar o aceptar. Inscríbase de nuevo en la página de esta reunión.
