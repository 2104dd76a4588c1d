# Pages attendees see.

page-brand = Usher
page-footer = Rejestracja z Usher. Bez śledzenia i bez cudzych plików cookie.
page-title = { $title } · Usher
page-when = Kiedy
page-untitled = Spotkanie bez tytułu
page-in-utc = ({ $time })
page-language = Język
# What the language calls itself.
page-language-name = Polski

form-title = Rejestracja: { $subject }
form-title-problem = Błąd – rejestracja: { $subject }
form-about = O spotkaniu
form-speakers = Prelegenci
form-heading = Rejestracja
form-required = Pola oznaczone * są wymagane.
form-first-name = Imię
form-last-name = Nazwisko
form-email = Adres e-mail
form-email-hint = Na ten adres zostanie wysłany link do spotkania.
form-question-choose = Proszę wybrać jedną odpowiedź.
form-submit = Zarejestruj się
form-privacy = Odpowiedzi otrzyma organizator tego spotkania.
form-summary = Prosimy sprawdzić:
form-summary-item = { $label } – { $problem }
form-full-title = Wszystkie miejsca są zajęte
form-full = Ktoś może jeszcze zwolnić miejsce. Prosimy zajrzeć tu później lub zapytać organizatora.
form-over-title = Rejestracja jest zamknięta
form-over = Na to spotkanie nie można się już zarejestrować.
form-sign-in-title = Dla członków organizacji
form-sign-in = Na to spotkanie mogą się zarejestrować tylko członkowie organizacji. Na razie robią to w systemie własnej organizacji; o to, który to system, prosimy zapytać organizatora.
form-sign-in-here = Na to spotkanie mogą zarejestrować się tylko członkowie organizacji. Prosimy zalogować się na konto w tej organizacji.
form-sign-in-button = Zaloguj się
form-sign-out = Wyloguj się
form-member = Takie dane są w katalogu organizacji. Jeśli coś się nie zgadza, prosimy powiedzieć o tym osobom, które go prowadzą; link do spotkania zostanie wysłany na ten adres.
form-other-title = To konto należy do innej organizacji
form-other = Zalogowano, ale to spotkanie jest dla członków innej organizacji. Jeśli jest tam konto, prosimy wylogować się i zalogować na nie.
form-unknown-title = Tego konta nie można tu użyć
form-unknown = Zalogowano, ale katalog organizacji nie zna tego konta albo jest ono wyłączone. Prosimy zapytać osoby, które zarządzają kontami.
form-incomplete-title = W katalogu czegoś brakuje
form-incomplete = Zalogowano, ale w katalogu organizacji brakuje imienia, nazwiska albo adresu e-mail, a bez nich rejestracja nie jest możliwa. Prosimy zapytać osoby, które go prowadzą.
form-organizer = Organizator: { $name }
form-sign-in-title-named = Dla członków organizacji { $name }
form-sign-in-named = Na to spotkanie mogą się zarejestrować tylko członkowie organizacji { $name }. Na razie robią to w systemie własnej organizacji; o to, który to system, prosimy zapytać organizatora.
form-sign-in-here-named = Na to spotkanie mogą zarejestrować się tylko członkowie organizacji { $name }. Prosimy zalogować się na konto w tej organizacji.

flaw-missing = Proszę wypełnić to pole.
flaw-too-long = Tekst jest za długi.
flaw-longer-than = { $limit ->
    [one] Najwyżej { $limit } znak.
    [few] Najwyżej { $limit } znaki.
    [many] Najwyżej { $limit } znaków.
   *[other] Najwyżej { $limit } znaku.
}
flaw-not-an-email = Na ten adres e-mail nie możemy wysłać wiadomości; powinien wyglądać jak nazwa@example.com.
flaw-not-a-choice = Proszę wybrać jedną z odpowiedzi.
flaw-unreadable = Są tu znaki, których nie można wyświetlić.

enrolled-title = Prosimy sprawdzić pocztę
enrolled-sent = Miejsce na spotkaniu „{ $subject }” jest zarezerwowane. Wiadomość z potwierdzeniem zostanie wysłana na podany adres.
enrolled-sent-to = Miejsce na spotkaniu „{ $subject }” jest zarezerwowane. Wiadomość z potwierdzeniem zostanie wysłana na adres { $email }.
enrolled-link = Zawiera osobisty link do spotkania i zaproszenie do kalendarza.
enrolled-wait = Po kilku minutach nadal nic? Prosimy zajrzeć do folderu ze spamem i sprawdzić, czy adres jest poprawny.
enrolled-member-title = Rejestracja zakończona
enrolled-join = Osobisty link do spotkania

manage-title = Rejestracja
manage-title-problem = Problem – rejestracja
manage-name = Imię i nazwisko
manage-email = Adres e-mail
manage-status = Stan
manage-status-registered = Rejestracja jest potwierdzona.
manage-status-canceled = Rejestracja została anulowana.
manage-status-over = To spotkanie już się zakończyło.
manage-status-meeting-canceled = Organizator odwołał to spotkanie.
manage-cancel-heading = Udział nie jest możliwy?
manage-cancel-explain = Miejsce zostanie zwolnione, a osobisty link od razu przestanie działać.
manage-cancel-button = Anuluj moją rejestrację
manage-canceled-explain = Osobisty link już nie działa.
manage-again = Zarejestruj się ponownie
manage-answers-heading = Odpowiedzi
manage-answers-button = Zapisz moje odpowiedzi
manage-answers-changed = Odpowiedzi zostały zapisane.
manage-answers-until = Można je zmienić do: { $time }.
manage-answers-late = Nie zapisano: odpowiedzi można zmieniać tylko do rozpoczęcia spotkania.
manage-letter-heading = Wiadomość zaginęła?
manage-letter-explain = Wyślemy ją ponownie na adres { $email }, z tym samym osobistym linkiem.
manage-letter-explain-waiting = Wyślemy ją ponownie na adres { $email }.
manage-letter-button = Wyślij wiadomość ponownie
manage-letter-sent = Wiadomość jest w drodze. Wysyłamy ją najwyżej raz na dziesięć minut, niezależnie od liczby próśb.
manage-reminders-explain = Przypomnienia o tym spotkaniu są wyłączone na Twoją prośbę.
manage-reminders-button = Włącz przypomnienia ponownie
manage-reminders-on = Przypomnienia o tym spotkaniu będą znowu wysyłane.
manage-registered-again = Rejestracja jest znowu ważna. Wiadomość z nowym osobistym linkiem jest w drodze; ta strona dotyczy poprzedniej rejestracji.
manage-erase-heading = Usuń moje dane
manage-erase-explain = Imię i nazwisko, adres i odpowiedzi zostaną trwale usunięte. Zajęte miejsce zostanie zwolnione i nie wyślemy o tym wiadomości.
manage-erase-button = Usuń moje dane teraz
manage-page = Strona tego spotkania
manage-status-all-canceled = Organizator anulował wszystkie rejestracje na to spotkanie.

erased-title = Dane zostały usunięte
erased-explain = Imię i nazwisko, adres i odpowiedzi zniknęły z tej rejestracji, a osobiste linki już nie działają.
erased-left = Pozostaje informacja, że ktoś miał tu miejsce i kiedy. Kopie zrobione wcześniej przez organizatora są u niego.

canceled-title = Rejestracja została anulowana
canceled-explain = Miejsce na spotkaniu „{ $subject }” może zająć ktoś inny, a osobisty link już nie działa.
canceled-letter = Wiadomość, która to potwierdza i usuwa spotkanie z kalendarza, jest w drodze.

gate-early-title = Spotkanie nie jest jeszcze otwarte
gate-early = Dołączyć będzie można od: { $time }. Wystarczy zostawić tę stronę otwartą, a wejście nastąpi samo, albo wrócić wtedy przez ten sam link.
gate-early-again = Spróbuj ponownie
gate-ready-title = Spotkanie jest otwarte
gate-ready = Aby dołączyć, prosimy nacisnąć przycisk. Osobisty link wpuszcza jedno urządzenie naraz.
gate-ready-join = Dołącz
gate-elsewhere-title = Dołączono na innym urządzeniu
gate-elsewhere = Osobisty link wpuszcza jedno urządzenie naraz, a przed chwilą weszło z nim inne. Po dołączeniu tutaj tamto nie zostanie już wpuszczone, chyba że samo przejmie miejsce. Jeśli to nie było własne urządzenie, prosimy zapytać organizatora.
gate-elsewhere-join = Dołącz na tym urządzeniu
gate-guest = Gość
gate-over-title = To spotkanie już się zakończyło
gate-over = Wejście zamknięto wraz z końcem spotkania.
gate-canceled-title = Ten link już nie działa
gate-canceled = Rejestracja, do której należy, została anulowana albo spotkanie zostało odwołane.
gate-no-address-title = Pokój spotkania nie jest gotowy
gate-no-address = Organizator nie podał jeszcze, gdzie odbędzie się spotkanie. Link jest poprawny; prosimy spróbować ponownie za chwilę.
gate-personal-title = Potrzebny jest osobisty link
gate-personal = Każdy dołącza do tego spotkania przez własny link. Znajduje się on w wiadomości wysłanej po rejestracji.
gate-personal-register = Nie zarejestrowano jeszcze udziału?
# How long it is until then, as CLDR says it.
gate-opens = Otwarcie { $time }.
gate-in-minutes = { $count ->
    [one] za { $count } minutę
    [few] za { $count } minuty
    [many] za { $count } minut
   *[other] za { $count } minuty
}
gate-in-hours = { $count ->
    [one] za { $count } godzinę
    [few] za { $count } godziny
    [many] za { $count } godzin
   *[other] za { $count } godziny
}
gate-in-days = { $count ->
    [one] za { $count } dzień
    [few] za { $count } dni
    [many] za { $count } dni
   *[other] za { $count } dnia
}

withdrawn-title = Ta rejestracja została wycofana
withdrawn-explain = Organizator odwołał spotkanie albo nie przyjmuje już na nie zgłoszeń. Zarejestrowane osoby otrzymały o tym wiadomość.
called-off-title = To spotkanie zostało odwołane
called-off-explain = Osoby zapisane otrzymały o tym wiadomość.

not-found-title = Tu nic nie ma
not-found = Adres jest błędny albo tego, co tu było, już nie ma. Jeśli link pochodzi z wiadomości, prosimy sprawdzić, czy nie został przecięty na dwie części.

sign-in-failed-title = Nie zalogowano
sign-in-failed = Logowanie zostało przerwane, trwało dłużej niż dziesięć minut albo zaczęto je w innej przeglądarce. Niczego nie zmieniono.
sign-in-again = Spróbuj ponownie

problem-unavailable-title = W tej chwili to niemożliwe
problem-unavailable = Wpisane dane nie są przyczyną. Prosimy spróbować ponownie za minutę.
problem-too-many-title = Za dużo prób
problem-too-many = Prosimy odczekać minutę przed następną próbą.
problem-refused-title = Nie udało się
problem-refused = Formularz został wysłany w sposób, którego nie możemy przyjąć. Prosimy wrócić, wczytać stronę ponownie i wysłać go jeszcze raz.
problem-fault-title = Coś poszło nie tak
problem-fault = Błąd jest po naszej stronie i został zapisany; prosimy spróbować później.
problem-request = Prosząc o pomoc, należy podać ten numer: { $id }
