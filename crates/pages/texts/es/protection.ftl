proof-again = Su inscripción aún no está hecha: para que ninguna máquina quite plazas a las personas, su formulario necesita un instante más. No se pierde nada de lo que ha escrito.
proof-wait = Si su navegador no ejecuta scripts, espere 15 segundos antes de pulsar el botón. En caso contrario no tiene que hacer nada.
proof-working = Un momento: su navegador está demostrando que no es una máquina. Después el formulario se enviará solo.
