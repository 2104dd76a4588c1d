# The sign-in of the built-in issuer, and the page after signing out.

issuer-title = サインイン
issuer-for = { $app } に進みます
issuer-user-name = ユーザー名
issuer-password = パスワード
issuer-button = サインイン
issuer-title-problem = エラー – サインイン

issuer-wrong = ユーザー名またはパスワードが正しくありません。
issuer-slow-down = 試行回数が多すぎます。しばらく待ってからもう一度お試しください。
# Pages without a form: the sentences say why.
issuer-impossible-title = サインインできません
issuer-stale = このフォームは古すぎるか、このサイトで作成されたものではありません。アプリケーションに戻って最初からやり直してください。
issuer-away = 現在ディレクトリに問い合わせることができません。しばらくしてからもう一度お試しください。
issuer-malformed = リクエストの形式が正しくありません。
issuer-unknown-app = このアプリケーションは登録されていません。
issuer-unknown-return = 戻り先のアドレスがこのアプリケーションに登録されていません。
issuer-late = フォームが時間内に届きませんでした。
issuer-incomplete = フォームに不足があります。
issuer-app-gone = このアプリケーションの登録はすでにありません。

signed-out-title = サインアウトしました
signed-out = このブラウザーでは、こちらにサインインしている方はいなくなりました。
signed-out-there = 組織側ではまだサインインしたままの可能性があり、その場合は次回パスワードを求められません。ほかの方も使うコンピューターでは、組織側でもサインアウトしてください。
signed-out-there-button = 組織側でもサインアウト
signed-out-back = 会議のページに戻る
