# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = Potwierdzenie rejestracji: { $subject }
letter-update-subject = Zmiana: { $subject }
letter-reminder-subject = Przypomnienie: { $subject }
letter-cancellation-subject = Rejestracja anulowana: { $subject }

letter-greeting = Dzień dobry, { $name },
letter-greeting-nameless = Dzień dobry,

letter-confirmation-opening = Miejsce na tym spotkaniu jest zarezerwowane.
letter-update-opening = Organizator zmienił to spotkanie. Miejsce i linki pozostają bez zmian; teraz obowiązuje:
letter-reminder-opening = Przypominamy: miejsce na tym spotkaniu jest zarezerwowane.
letter-canceled-themself-opening = Miejsce na tym spotkaniu zostało zwrócone: rejestracja jest anulowana.
letter-canceled-by-organizer-opening = Organizator anulował rejestrację na to spotkanie.
letter-canceled-for-all-opening = Organizator anulował wszystkie rejestracje na to spotkanie.

letter-what = Co:
letter-when = Kiedy:
letter-when-local = Czyli:
letter-organizer = Organizator:
letter-organizer-address = { $name }, { $mail }
letter-about = O spotkaniu, słowami organizatora:

letter-join = Dołącz, używając osobistego linku:
letter-join-button = Dołącz do spotkania
letter-personal = Link jest przeznaczony wyłącznie dla Pani/Pana: każdy, kto go ma, może dołączyć w Pani/Pana imieniu. Prosimy nie przekazywać dalej tej wiadomości.
letter-manage = Tutaj mogą Państwo zmienić rejestrację lub zwolnić miejsce:
letter-calendar = Załączone zaproszenie doda spotkanie do kalendarza.
letter-update-calendar = Załączone zaproszenie zaktualizuje spotkanie w kalendarzu.
letter-canceled-link = Osobisty link już nie działa, a zwolnione miejsce może zająć ktoś inny.
letter-canceled-for-all-link = Osobisty link już nie działa. Nie trzeba nic robić.
letter-canceled-themself-advice = Zmiana zdania? Można zarejestrować się ponownie tam, gdzie poprzednio.
letter-canceled-by-organizer-advice = Jeśli to niespodzianka, prosimy zapytać organizatora.
letter-canceled-for-all-advice = Prosimy zapytać organizatora, czy i jak odbędzie się spotkanie.
letter-canceled-calendar = Załączone zawiadomienie usunie spotkanie z kalendarza.
letter-unasked = Jeśli ta wiadomość jest niezrozumiała, ktoś przez pomyłkę podał ten adres; nie trzeba nic robić.
letter-sender = Wiadomość wysłana przez Usher, który prowadzi rejestrację na to spotkanie.

letter-offer-subject = Udział nie jest możliwy? { $subject }
letter-offer-opening = Kalendarz odrzucił zaproszenie na to spotkanie. Miejsce jest nadal zarezerwowane.
letter-offer-button = Przejdź do mojej rejestracji
letter-offer-keep = Jeśli udział będzie jednak możliwy, nie trzeba nic robić.
letter-stop-reminders = Bez dalszych przypomnień o tym spotkaniu:
