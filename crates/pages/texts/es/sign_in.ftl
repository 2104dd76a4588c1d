# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Iniciar sesión
issuer-for = para continuar en { $app }
issuer-user-name = Nombre de usuario
issuer-password = Contraseña
issuer-button = Iniciar sesión
issuer-title-problem = Problema: iniciar sesión

issuer-wrong = El nombre de usuario o la contraseña no son correctos.
issuer-slow-down = Demasiados intentos. Espere un poco y vuelva a intentarlo.
# Pages without a form: the sentences say why.
issuer-impossible-title = No es posible iniciar sesión
issuer-stale = Este formulario es demasiado antiguo o no procede de aquí. Vuelva a la aplicación y empiece de nuevo.
issuer-away = El directorio no se puede consultar en este momento. Vuelva a intentarlo pronto.
issuer-malformed = La solicitud no está bien formada.
issuer-unknown-app = La aplicación no se conoce aquí.
issuer-unknown-return = La dirección de retorno no está registrada para esta aplicación.
issuer-late = El formulario no llegó a tiempo.
issuer-incomplete = El formulario no está completo.
issuer-app-gone = La aplicación ya no se conoce aquí.

signed-out-title = Ha cerrado la sesión
signed-out = En este navegador ya no hay ninguna sesión iniciada aquí.
signed-out-there = Es posible que su sesión siga abierta en su organización; en ese caso, la próxima vez no se le pediría la contraseña. En un ordenador que usen otras personas, cierre la sesión también allí.
signed-out-there-button = Cerrar también la sesión en su organización
signed-out-back = Volver a la reunión
