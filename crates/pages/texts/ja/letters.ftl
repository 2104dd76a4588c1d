# Letters. The same sentences serve the text and the HTML part.

letter-confirmation-subject = 参加登録完了: { $subject }
letter-update-subject = 変更: { $subject }
letter-reminder-subject = リマインダー: { $subject }
letter-cancellation-subject = 参加登録取り消し: { $subject }

letter-greeting = { $name } 様
letter-greeting-nameless = ご登録者様

letter-confirmation-opening = この会議への参加登録が完了しました。
letter-update-opening = 主催者がこの会議を変更しました。参加登録とリンクはそのまま有効です。現在の内容は次のとおりです。
letter-reminder-opening = この会議への参加登録についてのリマインダーです。
letter-canceled-themself-opening = この会議への参加登録をご自身で取り消されました。
letter-canceled-by-organizer-opening = 主催者がこの会議へのあなたの参加登録を取り消しました。
letter-canceled-for-all-opening = 主催者がこの会議のすべての参加登録を取り消しました。

letter-what = 件名:
letter-when = 日時:
letter-when-local = すなわち:
letter-organizer = 主催者:
letter-organizer-address = { $name }、{ $mail }
letter-about = 主催者からの会議の案内:

letter-join = 専用リンクから参加:
letter-join-button = 会議に参加する
letter-personal = このリンクはご本人専用です。リンクを知っている人は、あなたの名前で参加できてしまいます。このメールは転送しないでください。
letter-manage = 登録内容の変更や参加の取り消しはこちら:
letter-calendar = 添付の招待状で、会議を予定表に追加できます。
letter-update-calendar = 添付の招待状で、予定表の会議を更新できます。
letter-canceled-link = 専用リンクは使えなくなりました。お席はほかの方にご利用いただけます。
letter-canceled-for-all-link = 専用リンクは使用できなくなりました。何もしていただく必要はありません。
letter-canceled-themself-advice = お気持ちが変わりましたら、以前に登録された場所からもう一度登録できます。
letter-canceled-by-organizer-advice = お心当たりがない場合は、主催者にお問い合わせください。
letter-canceled-for-all-advice = 会議が開催されるかどうか、またその方法は、主催者にお問い合わせください。
letter-canceled-calendar = 添付の通知により、会議は予定表から削除されます。
letter-unasked = お心当たりがない場合は、どなたかが誤ってこのアドレスを入力したものと思われます。何もしていただく必要はありません。
letter-sender = このメールは、会議の参加登録を管理する Usher からお送りしています。

letter-offer-subject = ご欠席ですか？ { $subject }
letter-offer-opening = お使いのカレンダーから、この会議への招待を辞退する返信がありました。参加登録はまだ有効です。
letter-offer-button = 参加登録を確認する
letter-offer-keep = ご参加いただける場合は、何もしていただく必要はありません。
letter-stop-reminders = この会議のリマインダーを停止する場合はこちら:
