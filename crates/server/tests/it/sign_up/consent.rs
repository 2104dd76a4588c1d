//! What people agree to.

use domain::Consent;
use serde_json::{Value, json};
use testkit::{PUBLIC_URL, TestApp};

use super::sign_up;

const WORDS: &str = "I agree that my answers are kept.";
const GERMAN: &str = "Ich bin einverstanden.";
const NOTICE: &str = "https://riverbend.example/privacy";

fn tenant() -> String {
    format!(
        "privacy_notice = \"{NOTICE}\"\n[[identity.tenant.consent]]\ntext = \"{WORDS}\"\n\
         [[identity.tenant.consent]]\nlanguage = \"de\"\ntext = \"{GERMAN}\""
    )
}

fn version(text: &str) -> String {
    Consent { text: text.to_owned(), notice_url: Some(NOTICE.to_owned()) }.version().to_string()
}

#[tokio::test]
async fn the_form_asks_and_nobody_is_registered_who_does_not_agree() {
    let app = TestApp::builder().tenant(&tenant()).build().await;
    let sign_up = sign_up(&app, json!({})).await;

    let form = app.get(&sign_up.page).await.expect(200).text();
    assert!(form.contains(WORDS) && form.contains(&format!("href=\"{NOTICE}\"")), "{form}");
    let tick =
        format!(r#"<input type="checkbox" id="agreed" name="consent" value="{}" required>"#, version(WORDS));
    assert!(form.contains(&tick), "it is there and not ticked: {form}");

    for more in [
        &[][..],
        &[("consent", "on")],
        &[("consent", "")],
        &[("consent", "0123456789abcdef0123456789abcdef")],
    ] {
        let back = sign_up.send(&app, "Odile", more).await.expect(400).text();
        assert!(
            back.contains("Please tick the box if you agree") && back.contains(r#"value="Odile""#),
            "{back}"
        );
    }
    assert_eq!(app.registrants(&sign_up.meeting).await.len(), 0);
    let faulty = [("consent", &*version(WORDS)), ("lastName", "")];
    let back = app.post(&sign_up.page).form(&faulty).await.expect(400).text();
    assert!(!back.contains("Please tick") && back.contains(" checked required>"), "a tick stays: {back}");
    sign_up.send(&app, "Odile", &[("consent", &version(WORDS))]).await.expect(200);
}

#[tokio::test]
async fn what_somebody_agreed_to_stays_readable_when_the_words_change() {
    let app = TestApp::builder().tenant(&tenant()).build().await;
    let sign_up = sign_up(&app, json!({})).await;
    let german = app.get(&sign_up.page).header("accept-language", "de").await.expect(200).text();
    assert!(german.contains(GERMAN) && !german.contains(WORDS));
    sign_up.send(&app, "Odile", &[("consent", &version(GERMAN))]).await.expect(200);
    let app = app.restart_with(GERMAN, "Ich bin mit allem einverstanden.").await;
    sign_up.send(&app, "Old", &[("consent", &version(GERMAN))]).await.expect(400);
    sign_up.send(&app, "Marc", &[("consent", &version(WORDS))]).await.expect(200);
    let enrolment = json!({"firstName": "Tomas", "lastName": "M", "email": "tomas@pinewater.example"});
    let token = app.token(&app.people.ines);
    app.post(sign_up.meeting.registrants()).token(&token).json(&enrolment).await.expect(200);

    let consents: Vec<Value> = app
        .registrants(&sign_up.meeting)
        .await
        .iter()
        .map(|registrant| registrant["consent"].clone())
        .collect();

    let agreed = |text: &str| json!({"agreedDateTime": "2027-02-01T09:10:00Z", "version": version(text), "text": text, "privacyNoticeUrl": NOTICE});
    assert_eq!(consents, [agreed(GERMAN), agreed(WORDS), Value::Null]);
}

/// The same person comes back by the link in their letter: what they agreed to before is what they agree to now.
#[tokio::test]
async fn whoever_registers_again_agrees_to_the_same_words_or_comes_by_the_page() {
    let app = TestApp::builder().tenant(&tenant()).build().await;
    let sign_up = sign_up(&app, json!({})).await;
    sign_up.send(&app, "Odile", &[("consent", &version(WORDS))]).await.expect(200);
    let letter = app.mail().await.remove(0);
    let manage = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    app.post(&manage).form(&[("do", "cancel")]).await.expect(200);

    let again = app.post(&manage).form(&[("do", "again")]).await.expect(200).text();
    assert!(again.contains("You are registered again"), "{again}");
    let registrants = app.registrants(&sign_up.meeting).await;
    assert_eq!(registrants[1]["consent"]["version"], version(WORDS));

    let letter = app.mail().await.pop().unwrap();
    let manage = letter.manage_url.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    app.post(&manage).form(&[("do", "cancel")]).await.expect(200);
    let app = app.restart_with(WORDS, "I agree to more than before.").await;
    let again = app.post(&manage).form(&[("do", "again")]).await.expect(200).text();
    assert!(
        again.contains("Please register again on the page") && again.contains("/registration/"),
        "{again}"
    );
}

#[tokio::test]
async fn without_a_text_nothing_is_asked_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;

    assert!(!app.get(&sign_up.page).await.expect(200).text().contains("consent"));
    sign_up.send(&app, "Odile", &[("consent", &version(WORDS))]).await.expect(200);
    assert!(app.registrants(&sign_up.meeting).await[0].get("consent").is_none());
}
