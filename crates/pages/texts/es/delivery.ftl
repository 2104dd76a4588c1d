stop-title = Recordatorios de esta reunión
stop-explain = Puede desactivar los recordatorios de esta reunión. Su inscripción no cambia.
stop-button = No recibir más recordatorios
stop-done-title = Sin más recordatorios
stop-done = No recibirá más recordatorios de esta reunión. Su inscripción no cambia y, si la reunión cambia, le seguiremos escribiendo.
