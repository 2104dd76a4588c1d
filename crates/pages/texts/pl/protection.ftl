proof-again = Rejestracja nie jest jeszcze zakończona: aby żaden automat nie zajął miejsca człowieka, formularz potrzebuje jeszcze chwili. Wpisane dane nie przepadną.
proof-wait = Jeśli Państwa przeglądarka nie wykonuje skryptów, prosimy odczekać 15 sekund przed naciśnięciem przycisku. W przeciwnym razie nie trzeba nic robić.
proof-working = Chwileczkę: Państwa przeglądarka wykazuje, że nie jest automatem. Potem formularz zostanie wysłany samoczynnie.
