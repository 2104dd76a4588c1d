# The sign-up page: when it takes registrations, in whose time, and what people agree to.

opening-title = お申し込みの受付はまだ始まっていません
opening-explain = { $time } からお申し込みいただけます。このページを開いたままにしておくと、フォームが自動的に表示されます。その時刻に改めてお越しいただいても構いません。
opening-closed = 受付は { $time } に終了しました。

zone-summary = 別のタイムゾーンで時刻を表示
zone-label = タイムゾーン
zone-button = 表示
zone-yours = お客様の現地時間（{ $zone }）: { $time }

consent-heading = 同意
consent-notice = プライバシーポリシー
flaw-not-agreed = 同意される場合はチェックを入れてください。同意がない場合はお申し込みを受け付けられません。

again-on-its-page = 新しくご記入またはご同意いただく項目があります。この会議のページから改めてお申し込みください。
