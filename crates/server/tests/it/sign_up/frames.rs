//! Which sites may show the page in a frame.

use serde_json::json;
use testkit::{PUBLIC_URL, TestApp, TestResponse};

use super::{has_form, sign_up};

const ORIGINS: [&str; 2] = ["https://www.riverbend.example", "http://localhost:3000"];

fn may_be_framed(page: &TestResponse) -> bool {
    let policy = page.header("content-security-policy").expect("every page has a policy");
    let listed = policy.contains("frame-ancestors https://www.riverbend.example http://localhost:3000;");
    let denied = policy.contains("frame-ancestors 'none'");
    assert_ne!(listed, denied, "{policy}");
    assert_eq!(page.header("x-frame-options").is_none(), listed, "both say the same");
    listed
}

#[tokio::test]
async fn the_sign_up_page_in_all_its_states_may_be_framed_where_the_organizer_said_and_nothing_else_may() {
    let app = TestApp::new().await;
    let framed = sign_up(&app, json!({"embeddingOrigins": ORIGINS, "capacity": 1})).await;
    let plain = sign_up(&app, json!({})).await;
    let form = app.get(&framed.page).await.expect(200);
    let faulty = app.post(&framed.page).form(&[("firstName", "Odile")]).await.expect(400);
    let done = framed.send(&app, "Odile", &[]).await.expect(200);
    let too_late = framed.send(&app, "Marc", &[]).await.expect(409);
    let full = app.get(&framed.page).await.expect(200);
    app.set_clock("2027-02-01T11:00:00Z");
    let over = app.get(&framed.page).await.expect(200);
    for page in [&form, &faulty, &done, &too_late, &full, &over] {
        assert!(may_be_framed(page));
    }

    let letter = app.mail().await.remove(0);
    let path = |address: &str| address.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    for path in [plain.page.clone(), path(&letter.manage_url), path(&letter.join_url), "/nowhere".to_owned()]
    {
        assert!(!may_be_framed(&app.get(&path).await), "{path}");
    }
    framed.patch(&app, &json!({"embeddingOrigins": []})).await.expect(200);
    assert!(!may_be_framed(&app.get(&framed.page).await));
}

/// What another site posts into the page is refused, whether it may show it or not; what the page in the frame posts is
/// from its own origin.
#[tokio::test]
async fn a_site_that_may_show_the_page_may_not_send_its_form() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"embeddingOrigins": ORIGINS})).await;
    let fields = [("firstName", "Odile"), ("lastName", "M"), ("email", "odile@pinewater.example")];
    let send = |headers: &[(&str, &str)]| {
        headers
            .iter()
            .fold(app.post(&sign_up.page).form(&fields), |call, (name, value)| call.header(name, value))
    };

    for headers in [
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe"), ("origin", ORIGINS[0])][..],
        &[("origin", ORIGINS[0])],
    ] {
        send(headers).await.expect(403);
    }
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    let own = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "iframe"), ("origin", "null")];
    send(&own).await.expect(200);
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 1);
}

/// Browsers keep no cookie of a site within another: what was chosen stands in the address.
#[tokio::test]
async fn in_a_frame_language_and_zone_need_no_cookie() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({"embeddingOrigins": ORIGINS})).await;
    let framed = |path: String| {
        app.get(path).header("sec-fetch-dest", "iframe").header("sec-fetch-site", "cross-site")
    };

    let page = framed(format!("{}&lang=de&zone=Asia%2FTokyo", sign_up.page)).await.expect(200);

    let text = page.text();
    assert_eq!((page.header("content-language"), page.header("set-cookie")), (Some("de"), None));
    assert!(has_form(&page) && text.contains("Tokio (UTC+9)</time>"), "{text}");
    assert!(
        text.contains("&#38;zone=Asia%2FTokyo&#38;lang=fr\"") && !text.contains("lang=de&#38;lang="),
        "{text}"
    );
    assert!(text.contains(r#"<input type="hidden" name="lang" value="de">"#), "{text}");
}

#[tokio::test]
async fn members_sign_in_on_a_tab_of_its_own() {
    let app = TestApp::new().await;
    let sign_up =
        sign_up(&app, json!({"embeddingOrigins": ORIGINS, "allowedRegistrant": "organization"})).await;
    let link = async |wanted: &str| {
        let page = app.get(&sign_up.page).header("sec-fetch-dest", wanted).await.expect(200).text();
        let (_, rest) =
            page.split_once("<a class=\"button\" href=\"/sign-in?").expect("there is a way to sign in");
        rest.split('>').next().unwrap().contains("target=\"_blank\" rel=\"nofollow noopener\"")
    };

    assert!(link("iframe").await);
    assert!(!link("document").await);
}

#[tokio::test]
async fn only_exact_origins_are_taken() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    assert_eq!(sign_up.get(&app).await["embeddingOrigins"], json!([]));

    for bad in [
        "*",
        "https://*.riverbend.example",
        "https://riverbend.example/",
        "http://riverbend.example",
        "https://a;b",
    ] {
        let body = json!({"embeddingOrigins": [ORIGINS[0], bad]});
        let refused = sign_up.patch(&app, &body).await.expect(400).json();
        assert_eq!(refused["error"]["innerError"]["code"], "invalidOrigin", "{bad}");
        assert_eq!(refused["error"]["target"], "embeddingOrigins/1");
    }
    let many: Vec<String> = (0..21).map(|n| format!("https://site{n}.example")).collect();
    let refused = sign_up.patch(&app, &json!({"embeddingOrigins": many})).await.expect(400).json();
    assert_eq!(refused["error"]["innerError"]["code"], "tooLong");
    let twice = json!({"embeddingOrigins": [ORIGINS[0], ORIGINS[1], ORIGINS[0]]});
    assert_eq!(sign_up.patch(&app, &twice).await.expect(200).json()["embeddingOrigins"], json!(ORIGINS));
    assert_eq!(
        sign_up.patch(&app, &json!({"subject": "x"})).await.json()["embeddingOrigins"],
        json!(ORIGINS)
    );
    assert_eq!(
        sign_up.patch(&app, &json!({"embeddingOrigins": null})).await.json()["embeddingOrigins"],
        json!([])
    );
}
