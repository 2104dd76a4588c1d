stop-title = Przypomnienia o tym spotkaniu
stop-explain = Przypomnienia o tym spotkaniu można wyłączyć. Rejestracja pozostaje bez zmian.
stop-button = Wyłącz przypomnienia
stop-done-title = Przypomnienia wyłączone
stop-done = Nie będziemy już wysyłać przypomnień o tym spotkaniu. Rejestracja pozostaje bez zmian, a o zmianach spotkania nadal będziemy informować.
