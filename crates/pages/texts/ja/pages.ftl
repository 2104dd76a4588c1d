# Pages attendees see.

page-brand = Usher
page-footer = Usher による参加登録。追跡も、第三者の Cookie もありません。
page-title = { $title } · Usher
page-when = 日時
page-untitled = 無題の会議
page-in-utc = ({ $time })
page-language = 言語
# What the language calls itself.
page-language-name = 日本語

form-title = 参加登録: { $subject }
form-title-problem = 入力エラー – 参加登録: { $subject }
form-about = 会議について
form-speakers = 登壇者
form-heading = 参加登録
form-required = * の付いた項目は必ず入力してください。
form-first-name = 名
form-last-name = 姓
form-email = メールアドレス
form-email-hint = 会議のリンクはこのアドレスに届きます。
form-question-choose = 一つ選んでください。
form-submit = 登録する
form-privacy = 回答はこの会議の主催者に送られます。
form-summary = 次の項目をご確認ください:
form-summary-item = { $label } – { $problem }
form-full-title = 満席です
form-full = キャンセルで空きが出ることがあります。後ほどもう一度ご覧いただくか、主催者にお問い合わせください。
form-over-title = 受付は終了しました
form-over = この会議の参加登録は締め切られました。
form-sign-in-title = 組織のメンバー限定
form-sign-in = この会議に登録できるのは組織のメンバーだけです。現在は所属組織のシステムから登録していただきます。どのシステムかは主催者にお問い合わせください。
form-sign-in-here = この会議に登録できるのは組織のメンバーだけです。その組織のアカウントでサインインしてください。
form-sign-in-button = サインイン
form-sign-out = サインアウト
form-member = 組織のディレクトリに登録されている内容です。誤りがある場合は、管理者にお知らせください。会議へのリンクはこのアドレスにお送りします。
form-other-title = 別の組織に所属しています
form-other = サインインしていますが、この会議は別の組織のメンバー向けです。その組織のアカウントをお持ちの場合は、サインアウトしてから、そのアカウントでサインインしてください。
form-unknown-title = このアカウントはここでは使用できません
form-unknown = サインインしていますが、組織のディレクトリにアカウントがないか、無効になっています。アカウントの管理者にお問い合わせください。
form-incomplete-title = ディレクトリの情報が不足しています
form-incomplete = サインインしていますが、組織のディレクトリに名、姓、またはメールアドレスがなく、このままでは登録できません。ディレクトリの管理者にお問い合わせください。
form-organizer = 主催者: { $name }
form-sign-in-title-named = { $name }のメンバー限定
form-sign-in-named = この会議に登録できるのは{ $name }のメンバーだけです。現在は所属組織のシステムから登録していただきます。どのシステムかは主催者にお問い合わせください。
form-sign-in-here-named = この会議に登録できるのは{ $name }のメンバーだけです。その組織のアカウントでサインインしてください。

flaw-missing = 入力してください。
flaw-too-long = 長すぎます。
flaw-longer-than = { $limit ->
   *[other] { $limit } 文字以内で入力してください。
}
flaw-not-an-email = このメールアドレスには送信できません。name@example.com のような形で入力してください。
flaw-not-a-choice = 選択肢の中から選んでください。
flaw-unreadable = 表示できない文字が含まれています。

enrolled-title = メールをご確認ください
enrolled-sent = 「{ $subject }」への参加登録が完了しました。確認メールを、入力されたアドレスにお送りします。
enrolled-sent-to = 「{ $subject }」への参加登録が完了しました。確認メールを { $email } にお送りします。
enrolled-link = メールには、会議への専用リンクと予定表用の招待状が含まれています。
enrolled-wait = 数分たっても届かない場合は、迷惑メールフォルダーと、入力したアドレスに誤りがないかをご確認ください。
enrolled-member-title = 参加登録が完了しました
enrolled-join = 会議への専用リンク

manage-title = 参加登録の内容
manage-title-problem = 入力内容の確認 – 参加登録の内容
manage-name = お名前
manage-email = メールアドレス
manage-status = 状態
manage-status-registered = 登録済みです。
manage-status-canceled = 参加登録は取り消されました。
manage-status-over = この会議は終了しました。
manage-status-meeting-canceled = この会議は主催者により中止されました。
manage-cancel-heading = ご都合が悪くなりましたか？
manage-cancel-explain = お席は取り消され、専用リンクはすぐに使えなくなります。
manage-cancel-button = 参加登録を取り消す
manage-canceled-explain = 専用リンクは使えなくなりました。
manage-again = もう一度登録する
manage-answers-heading = 回答
manage-answers-button = 回答を保存する
manage-answers-changed = 回答を保存しました。
manage-answers-until = 変更できる期限：{ $time }
manage-answers-late = 保存されませんでした。回答を変更できるのは会議の開始までです。
manage-letter-heading = メールを紛失されましたか？
manage-letter-explain = 同じ専用リンクを記載したメールを { $email } にもう一度お送りします。
manage-letter-explain-waiting = メールを { $email } にもう一度お送りします。
manage-letter-button = メールを再送する
manage-letter-sent = メールをお送りしています。何度お求めになっても、送信は10分に1回までです。
manage-reminders-explain = この会議のリマインダーは、ご希望により停止しています。
manage-reminders-button = リマインダーを再開する
manage-reminders-on = この会議のリマインダーを再開しました。
manage-registered-again = もう一度登録されました。新しい専用リンクを記載したメールをお送りしています。このページは以前の参加登録のものです。
manage-erase-heading = 個人データを消去する
manage-erase-explain = お名前、メールアドレス、回答を完全に削除します。登録中の場合は参加枠が取り消され、それについてのメールは送信されません。
manage-erase-button = 今すぐ個人データを消去する
manage-page = この会議のページ
manage-status-all-canceled = 主催者がこの会議のすべての参加登録を取り消しました。

erased-title = 個人データを消去しました
erased-explain = この参加登録からお名前、メールアドレス、回答を削除しました。専用リンクは使用できなくなりました。
erased-left = 参加枠があったこととその日時だけが残ります。主催者が以前に作成した控えは主催者の手元にあります。

canceled-title = 参加登録を取り消しました
canceled-explain = 「{ $subject }」のお席はほかの方にご利用いただけます。専用リンクは使えなくなりました。
canceled-letter = 取り消しを確認し、会議を予定表から削除するメールをお送りしています。

gate-early-title = まだ入室できません
gate-early = 入室できる日時: { $time }。このページを開いたままにすると自動的に入室できます。同じリンクからその時刻にもう一度お越しいただくこともできます。
gate-early-again = もう一度試す
gate-ready-title = 入室できます
gate-ready = ボタンを押して参加してください。専用リンクで同時に入室できる端末は1台です。
gate-ready-join = 参加する
gate-elsewhere-title = 別の端末で参加中です
gate-elsewhere = 専用リンクで同時に入室できる端末は1台です。少し前に別の端末が入室しました。代わりにこの端末で参加すると、その端末は、あらためて切り替えない限り入室できなくなります。お心当たりがない場合は、主催者にお問い合わせください。
gate-elsewhere-join = 代わりにこの端末で参加する
gate-guest = ゲスト
gate-over-title = この会議は終了しました
gate-over = 会議の終了とともに入室を締め切りました。
gate-canceled-title = このリンクは使えなくなりました
gate-canceled = このリンクの参加登録が取り消されたか、会議が中止されました。
gate-no-address-title = 会議室の準備ができていません
gate-no-address = 会議の開催場所がまだ決まっていません。リンクは正しいので、しばらくしてからもう一度お試しください。
gate-personal-title = 専用リンクが必要です
gate-personal = この会議には、それぞれの専用リンクから参加していただきます。専用リンクは、登録時にお送りしたメールに記載されています。
gate-personal-register = まだ登録していない場合はこちら
# How long it is until then, as CLDR says it.
gate-opens = { $time }に入室できます。
gate-in-minutes = { $count ->
   *[other] { $count } 分後
}
gate-in-hours = { $count ->
   *[other] { $count } 時間後
}
gate-in-days = { $count ->
   *[other] { $count } 日後
}

withdrawn-title = この参加登録の受付は取り下げられました
withdrawn-explain = 主催者が会議を中止したか、参加登録の受付を取りやめました。登録されていた方には、その旨のメールをお送りしています。
called-off-title = この会議は中止されました
called-off-explain = 登録済みの方にはメールでお知らせしています。

not-found-title = ページが見つかりません
not-found = アドレスが間違っているか、ページがなくなりました。メールのリンクから来られた場合は、リンクが途中で切れていないかご確認ください。

sign-in-failed-title = サインインしていません
sign-in-failed = サインインが中断されたか、10分以上かかったか、別のブラウザーで開始されました。何も変更されていません。
sign-in-again = もう一度試す

problem-unavailable-title = ただいまご利用いただけません
problem-unavailable = 入力内容に問題はありません。1 分ほどしてからもう一度お試しください。
problem-too-many-title = 試行回数が多すぎます
problem-too-many = 1 分ほど待ってからもう一度お試しください。
problem-refused-title = 送信できませんでした
problem-refused = フォームを受け付けることができませんでした。前のページに戻り、再読み込みしてからもう一度送信してください。
problem-fault-title = 問題が発生しました
problem-fault = こちら側の不具合です。記録されましたので、後ほどもう一度お試しください。
problem-request = お問い合わせの際は、次の番号をお知らせください: { $id }
