//! In whose time pages and letters speak.

use serde_json::json;
use testkit::{PUBLIC_URL, TestApp};

use super::sign_up;

const COOKIE: &str = "__Host-usher-zone";

#[tokio::test]
async fn times_stand_in_the_organisation_s_zone_and_in_the_one_that_was_chosen() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;

    let unknown = app.get(&sign_up.page).await.expect(200).text();
    assert!(unknown.contains("Monday, 1 February 2027, 11:00–12:00 Berlin (UTC+1)</time>"), "{unknown}");
    assert!(unknown.contains("(10:00–11:00 UTC)") && unknown.contains("data-zone=\"Europe/Berlin\""));

    let chosen = app.get(format!("{}&zone=America%2FNew_York", sign_up.page)).await.expect(303);
    assert_eq!(chosen.header("location"), Some(&*sign_up.page));
    let kept = "America/New_York; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure";
    assert_eq!(chosen.header("set-cookie"), Some(&*format!("{COOKIE}={kept}")));
    let cookie = format!("{COOKIE}=America/New_York");
    sign_up.send(&app, "Odile", &[]).await.expect(200);
    let letter = app.mail().await.remove(0);
    let manage = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap();
    let join = letter.join_url.strip_prefix(PUBLIC_URL).unwrap();
    for (path, time) in [
        (&*sign_up.page, "05:00–06:00 New York (UTC−5)</time>"),
        (manage, "05:00–06:00 New York (UTC−5)</time>"),
        (join, "05:00–06:00 New York (UTC−5)</time>"),
        (join, "You can join from Monday, 1 February 2027, 04:45 New York (UTC−5)."),
    ] {
        let page = app.get(path).header("cookie", &cookie).await.expect(200).text();
        assert!(page.contains(time) && page.contains("(11:00–12:00 Berlin (UTC+1))"), "{page}");
        assert!(!page.contains("data-zone="), "the browser's own zone is not asked for any more");
    }
    assert!(
        letter.text.contains("11:00–12:00 Berlin (UTC+1)") && letter.text.contains("10:00–11:00 UTC"),
        "{}",
        letter.text
    );
}

#[tokio::test]
async fn what_is_no_zone_chooses_nothing() {
    let app = TestApp::builder().tenant("zone = \"Europe/Berlin\"").build().await;
    let sign_up = sign_up(&app, json!({})).await;

    for zone in ["Atlantis/Capital", "..%2F..%2Fetc%2Fpasswd", "", "Singapore", "UTC%2B2"] {
        app.get(format!("{}&zone={zone}", sign_up.page)).await.expect(if zone == "Singapore" {
            303
        } else {
            200
        });
    }
    let forged =
        app.get(&sign_up.page).header("cookie", &format!("{COOKIE}=../../etc/localtime")).await.expect(200);
    assert!(forged.text().contains("Berlin (UTC+1)</time>"));
}
