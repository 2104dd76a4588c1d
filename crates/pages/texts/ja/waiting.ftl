# Waiting for a place: the waiting list, places that are offered from it, and the organizer's decision.

# Letters.
waiting-listed-subject = キャンセル待ち: { $subject }
waiting-listed-opening = この会議は満席です。キャンセル待ちリストに登録されました。
waiting-listed-explain = お席が空きましたらメールでお知らせし、しばらくの間お席を確保いたします。それまで何もしていただく必要はありません。
waiting-offered-subject = お席のご案内: { $subject }
waiting-offered-opening = この会議に空きが出たため、お席を確保しております。
waiting-offered-until = { $time } までにお受けください。それ以降は、キャンセル待ちの次の方にご案内します。
waiting-offered-button = 受ける・辞退する
waiting-expired-subject = ご案内の期限切れ: { $subject }
waiting-expired-opening = お席を確保しておりましたが、期限までにお受けいただけなかったため、キャンセル待ちの次の方にご案内しました。
waiting-expired-advice = 引き続き参加をご希望の場合は、以前に登録された場所からもう一度登録できます。
waiting-pending-subject = 参加登録の申し込みを受け付けました: { $subject }
waiting-pending-opening = この会議では、主催者がすべての参加登録を確認します。お申し込みを受け付けました。
waiting-pending-explain = 参加はまだ確定していません。主催者の判断が決まりしだい、メールでお知らせします。
waiting-rejected-subject = 参加登録は承認されませんでした: { $subject }
waiting-rejected-opening = 主催者は、この会議へのあなたの参加登録を承認しませんでした。
waiting-withdrawn-opening = この会議への参加登録をご自身で取り下げられました。
waiting-own = 登録の確認や取り下げはこちら:
waiting-offered-own = お受けになるか、ご辞退になるかはこちら:

# The sign-up page, and the page after it.
waiting-form-explain = キャンセル待ちリストに登録できます。お席が空きましたらメールでお知らせし、しばらくの間お席を確保いたします。
waiting-form-button = キャンセル待ちに登録する
waiting-email-hint = 参加登録に関するお知らせはこのアドレスに届きます。
waiting-approval-title = 主催者がすべての参加登録を確認します
waiting-approval-explain = 登録をお送りください。主催者の判断が決まりしだい、メールでお知らせします。
waiting-approval-button = 参加を申し込む
waiting-enrolled = 「{ $subject }」のキャンセル待ちリストに登録されました。お知らせのメールを、入力されたアドレスにお送りします。
waiting-enrolled-to = 「{ $subject }」のキャンセル待ちリストに登録されました。お知らせのメールを { $email } にお送りします。
waiting-asked = 「{ $subject }」への参加登録は主催者が確認します。お知らせのメールを、入力されたアドレスにお送りします。
waiting-asked-to = 「{ $subject }」への参加登録は主催者が確認します。お知らせのメールを { $email } にお送りします。
waiting-letter = メールのリンクから、登録の状況の確認や取り下げができます。

# One's own registration, and the door.
waiting-status-listed = キャンセル待ちです。
waiting-status-offered = お席を確保しています。
waiting-status-pending = 主催者はまだ参加登録を確認していません。
waiting-status-rejected = 主催者は参加登録を承認しませんでした。
waiting-status-expired = 確保していたお席は、ほかの方にご案内しました。
waiting-accept-heading = お席のご案内
waiting-accept-button = お席を受ける
waiting-decline-button = お席を辞退する
waiting-leave-heading = お気持ちが変わりましたか？
waiting-leave-listed = キャンセル待ちの順番は失われます。
waiting-leave-pending = 参加登録はすぐに取り下げられます。
waiting-leave-offered = お席は次の方にご案内します。
waiting-leave-button = 参加登録を取り下げる
waiting-accepted = お席が確定しました。専用リンクをメールでお送りします。
waiting-left-title = 参加登録を取り下げました
waiting-left = 「{ $subject }」のキャンセル待ちまたは申し込みは取り消されました。
waiting-left-letter = 確認のメールをお送りします。
waiting-gate-title = お席はまだ確定していません
waiting-gate = お席が確定すると、このリンクから会議に参加できます。登録の状況は、お送りしたメールをご確認ください。
