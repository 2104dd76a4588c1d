//! Whom the page counts.

use serde_json::{Value, json};
use testkit::TestApp;

use super::{BROWSER, sign_up};

const OTHER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const PROGRAM: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

#[tokio::test]
async fn a_page_counts_people_once_a_day_and_neither_programs_nor_what_is_fetched_ahead() {
    let app = TestApp::builder().server("trusted_proxies = [\"0.0.0.0\"]").build().await;
    let sign_up = sign_up(&app, json!({})).await;
    let views = async || sign_up.get(&app).await["registrationPageViewCount"].clone();
    let look = |browser: &str, address: &str| {
        app.get(&sign_up.page).header("user-agent", browser).header("x-forwarded-for", address)
    };
    assert_eq!(views().await, 0);

    for _ in 0..3 {
        let page = look(BROWSER, "192.0.2.1").await.expect(200);
        assert_eq!(page.header("set-cookie"), None);
    }
    assert_eq!(views().await, 1, "a reload is no other person");
    look(PROGRAM, "192.0.2.9").await.expect(200);
    app.get(&sign_up.page).header("x-forwarded-for", "192.0.2.8").await.expect(200);
    for (name, value) in [("sec-purpose", "prefetch"), ("purpose", "prefetch")] {
        look(BROWSER, "192.0.2.7").header(name, value).await.expect(200);
    }
    app.call(http::Method::HEAD, &sign_up.page).header("user-agent", BROWSER).await.expect(200);
    assert_eq!(views().await, 1);

    look(BROWSER, "192.0.2.2").await.expect(200);
    look(OTHER, "192.0.2.1").await.expect(200);
    assert_eq!(views().await, 3, "another address, another browser");
    app.set_clock("2027-02-02T00:00:00Z");
    look(BROWSER, "192.0.2.1").await.expect(200);
    assert_eq!(views().await, 4, "another day");
}

#[tokio::test]
async fn only_a_get_of_the_registration_tells_the_count() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    app.get(&sign_up.page).header("user-agent", BROWSER).await.expect(200);

    assert_eq!(sign_up.get(&app).await["registrationPageViewCount"], 1);
    let patched = sign_up.patch(&app, &json!({"subject": "x"})).await.expect(200);
    assert_eq!(patched.json()["registrationPageViewCount"], Value::Null);
}
