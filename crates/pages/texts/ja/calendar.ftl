# Dates and times, wherever they are written. CLDR says how a date and a time look; here they are put together.

when-instant = { $date } { $time } { $zone }
when-same-day = { $date } { $start }～{ $end } { $zone }
when-several-days = { $date } { $start }～{ $endDate } { $end } { $zone }
when-zone = { $city } ({ $offset })
# The time alone, beside another one of the same day.
when-time-only = { $start }～{ $end } { $zone }

# The text inside a calendar entry.
invite-join = 専用リンクから参加:
invite-personal = このリンクはご本人専用です。ほかの方には共有しないでください。
invite-canceled = この参加登録は取り消されました。

# Ways to put the meeting into a calendar, on pages and in letters.
calendar-heading = カレンダーに追加
calendar-file = カレンダーファイル
calendar-google = Googleカレンダー
calendar-outlook = Outlook.com
calendar-office365 = 職場または学校のOutlook
calendar-explain = ファイルはどのカレンダーでも使えます。会議と専用リンクの情報は、GoogleまたはMicrosoftのリンクを開いた場合にのみ、それぞれの会社に伝わります。
calendar-letter = 会議は、Googleカレンダー、Outlook.com、職場または学校のOutlookにご自身で追加することもできます:
calendar-way = 会議と専用リンクの情報は、ボタンを押した場合にのみカレンダーに伝わります。内容が入力された新しい予定が開きます。
calendar-way-button = { $calendar }に進む
