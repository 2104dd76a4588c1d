# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = Logowanie
issuer-for = aby przejść do: { $app }
issuer-user-name = Nazwa użytkownika
issuer-password = Hasło
issuer-button = Zaloguj się
issuer-title-problem = Problem – logowanie

issuer-wrong = Nazwa użytkownika lub hasło są nieprawidłowe.
issuer-slow-down = Zbyt wiele prób. Prosimy chwilę odczekać i spróbować ponownie.
# Pages without a form: the sentences say why.
issuer-impossible-title = Logowanie nie jest możliwe
issuer-stale = Ten formularz jest zbyt stary lub nie pochodzi stąd. Prosimy wrócić do aplikacji i zacząć od nowa.
issuer-away = W tej chwili nie można odpytać katalogu. Prosimy wkrótce spróbować ponownie.
issuer-malformed = Żądanie jest nieprawidłowo zbudowane.
issuer-unknown-app = Aplikacja nie jest tu znana.
issuer-unknown-return = Adres powrotu nie jest zarejestrowany dla tej aplikacji.
issuer-late = Formularz nie dotarł na czas.
issuer-incomplete = Formularz jest niekompletny.
issuer-app-gone = Aplikacja nie jest tu już znana.

signed-out-title = Wylogowano
signed-out = W tej przeglądarce nikt nie jest tu już zalogowany.
signed-out-there = Sesja w organizacji może nadal trwać, a wtedy następnym razem hasło nie będzie potrzebne. Na komputerze, z którego korzystają też inni, prosimy wylogować się również tam.
signed-out-there-button = Wyloguj także w organizacji
signed-out-back = Wróć do spotkania
