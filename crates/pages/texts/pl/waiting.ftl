# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = Lista oczekujących: { $subject }
waiting-listed-opening = Wszystkie miejsca na tym spotkaniu są zajęte. Zgłoszenie znajduje się na liście oczekujących.
waiting-listed-explain = Gdy zwolni się miejsce, wyślemy wiadomość i zatrzymamy je przez pewien czas. Do tej pory nie trzeba nic robić.
waiting-offered-subject = Wolne miejsce: { $subject }
waiting-offered-opening = Na tym spotkaniu zwolniło się miejsce i jest teraz zatrzymane dla Państwa.
waiting-offered-until = Prosimy je przyjąć do: { $time }. Potem otrzyma je następna osoba z listy oczekujących.
waiting-offered-button = Przyjmij lub odrzuć
waiting-expired-subject = Oferta wygasła: { $subject }
waiting-expired-opening = Miejsce było zatrzymane, ale nie zostało przyjęte na czas. Otrzymała je następna osoba z listy oczekujących.
waiting-expired-advice = Udział nadal jest możliwy? Można zarejestrować się ponownie tam, gdzie poprzednio.
waiting-pending-subject = Zgłoszenie przyjęte do rozpatrzenia: { $subject }
waiting-pending-opening = O każdej rejestracji na to spotkanie decyduje organizator. Zgłoszenie dotarło.
waiting-pending-explain = Miejsce nie jest jeszcze przyznane. Wyślemy wiadomość, gdy tylko organizator podejmie decyzję.
waiting-rejected-subject = Rejestracja nie została przyjęta: { $subject }
waiting-rejected-opening = Organizator nie przyjął rejestracji na to spotkanie.
waiting-withdrawn-opening = Rejestracja na to spotkanie została wycofana.
waiting-own = Tutaj można zobaczyć rejestrację lub ją wycofać:
waiting-offered-own = Tutaj można przyjąć lub odrzucić miejsce:

# The sign-up page, and the page after it.
waiting-form-explain = Można dopisać się do listy oczekujących. Gdy zwolni się miejsce, wyślemy wiadomość i zatrzymamy je przez pewien czas.
waiting-form-button = Dopisz się do listy oczekujących
waiting-email-hint = Wiadomości o rejestracji będą wysyłane na ten adres.
waiting-approval-title = O każdej rejestracji decyduje organizator
waiting-approval-explain = Prosimy wysłać zgłoszenie; wyślemy wiadomość, gdy tylko organizator podejmie decyzję.
waiting-approval-button = Poproś o miejsce
waiting-enrolled = Zgłoszenie na „{ $subject }” znajduje się na liście oczekujących. Wiadomość o tym zostanie wysłana na podany adres.
waiting-enrolled-to = Zgłoszenie na „{ $subject }” znajduje się na liście oczekujących. Wiadomość o tym zostanie wysłana na adres { $email }.
waiting-asked = O rejestracji na „{ $subject }” decyduje organizator. Wiadomość o tym zostanie wysłana na podany adres.
waiting-asked-to = O rejestracji na „{ $subject }” decyduje organizator. Wiadomość o tym zostanie wysłana na adres { $email }.
waiting-letter = Zawiera ona link, pod którym można sprawdzić stan rejestracji i ją wycofać.

# One's own registration, and the door.
waiting-status-listed = Zgłoszenie znajduje się na liście oczekujących.
waiting-status-offered = Miejsce jest zatrzymane dla Państwa.
waiting-status-pending = Organizator nie podjął jeszcze decyzji o rejestracji.
waiting-status-rejected = Organizator nie przyjął rejestracji.
waiting-status-expired = Zatrzymane miejsce otrzymała inna osoba.
waiting-accept-heading = Wolne miejsce
waiting-accept-button = Przyjmij miejsce
waiting-decline-button = Odrzuć miejsce
waiting-leave-heading = Zmiana zdania?
waiting-leave-listed = Kolejność na liście zostanie utracona.
waiting-leave-pending = Rejestracja zostanie od razu wycofana.
waiting-leave-offered = Miejsce otrzyma następna osoba.
waiting-leave-button = Wycofaj moją rejestrację
waiting-accepted = Miejsce jest przyznane. Wiadomość z osobistym linkiem jest w drodze.
waiting-left-title = Rejestracja została wycofana
waiting-left = Zgłoszenie na „{ $subject }” nie czeka już na miejsce.
waiting-left-letter = Wiadomość, która to potwierdza, jest w drodze.
waiting-gate-title = Miejsce nie jest jeszcze przyznane
waiting-gate = Link otworzy spotkanie, gdy miejsce będzie przyznane. O stanie rejestracji informują wysłane wiadomości.
