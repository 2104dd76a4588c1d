# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = Rejestracja nie jest jeszcze otwarta
opening-explain = Rejestracja będzie możliwa od: { $time }. Proszę pozostawić tę stronę otwartą, a formularz pojawi się sam, albo wrócić o tej porze.
opening-closed = Zamknięta od: { $time }.

zone-summary = Pokaż godziny w innej strefie
zone-label = Strefa czasowa
zone-button = Pokaż
zone-yours = Państwa czas ({ $zone }): { $time }

consent-heading = Zgoda
consent-notice = Informacja o ochronie danych
flaw-not-agreed = Prosimy zaznaczyć pole, jeśli wyrażają Państwo zgodę; bez niej rejestracja nie jest możliwa.

again-on-its-page = Pojawiły się nowe pytania lub nowa treść zgody. Prosimy zarejestrować się ponownie na stronie tego spotkania.
