//! Proof of work, and waiting instead.

use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use testkit::{TestApp, TestResponse};

use super::{SignUp, guest, hidden, open, sign_up};

const HERE: &str = "192.0.2.1";
const ALWAYS: &str = "proof_of_work = \"always\"\nproof_bits = 8";

/// The challenge of a page and the number that a browser finds.
fn worked(page: &TestResponse) -> (String, String) {
    let challenge = hidden(page, "challenge").expect("the page asks for work");
    let text = page.text();
    let (_, bits) = text.split_once(r#"data-bits=""#).expect("the page says how hard");
    let bits: u32 = bits.split('"').next().unwrap().parse().unwrap();
    let fits = |number: &u64| {
        let seed = Sha256::digest(&challenge);
        let hash = Sha256::new().chain_update(seed).chain_update(number.to_be_bytes()).finalize();
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros() >= bits
    };
    let number = (0..).find(fits).unwrap().to_string();
    (challenge, number)
}

async fn send(app: &TestApp, to: &SignUp, email: &str, (challenge, proof): (&str, &str)) -> TestResponse {
    to.send(app, HERE, email, &[("challenge", challenge), ("proof", proof)]).await
}

#[tokio::test]
async fn a_browser_that_worked_registers_and_only_its_page_may_run_the_script() {
    let app = open(ALWAYS).await;
    app.metrics().await;
    let sign_up = sign_up(&app, None).await;
    let page = sign_up.look(&app, HERE).await.expect(200);
    let (challenge, number) = worked(&page);

    let done = send(&app, &sign_up, &guest(1), (&challenge, &number)).await.expect(200);

    assert_eq!(sign_up.count(&app).await, 1);
    let policy = |page: &TestResponse| page.header("content-security-policy").unwrap().to_owned();
    assert!(policy(&page).ends_with("; script-src 'self'"), "{}", policy(&page));
    assert!(page.text().contains(r#"<script src="/assets/proof.js""#) && !page.text().contains("<script>"));
    assert!(!policy(&done).contains("script") && !done.text().contains("<script"));
    let script = app.get("/assets/proof.js").await.expect(200);
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
    assert!(app.metrics().await.contains(r#"usher_proofs_total{outcome="worked"}"#));
}

#[tokio::test]
async fn what_shows_nothing_gets_the_form_back_as_it_was_with_another_challenge() {
    let app = open(ALWAYS).await;
    let (here, other) = (sign_up(&app, None).await, sign_up(&app, None).await);
    let of = async |sign_up: &SignUp, from: &str| worked(&sign_up.look(&app, from).await);
    let stale = of(&here, HERE).await;
    app.advance(SignedDuration::from_mins(30));
    let used = of(&here, HERE).await;
    send(&app, &here, &guest(0), (&used.0, &used.1)).await.expect(200);
    let mut forged = of(&here, HERE).await;
    forged.0.insert(3, 'x');
    let mut wrong = of(&here, HERE).await;
    wrong.1 = format!("{}1", wrong.1);
    let nothing = (String::new(), String::new());

    for (name, (challenge, number)) in [
        ("stale", stale),
        ("used", used),
        ("of another registration", of(&other, HERE).await),
        ("of another network", of(&here, "198.51.100.1").await),
        ("forged", forged),
        ("wrong", wrong),
        ("nothing", nothing),
    ] {
        let back = send(&app, &here, &guest(1), (&challenge, &number)).await;

        assert_eq!(back.status, 403, "{name}");
        let text = back.text();
        assert!(text.contains(r#"value="Odile""#) && text.contains(&guest(1)), "{name}: {text}");
        assert!(text.contains("no machine takes places"), "{name}: it says why");
        assert!(hidden(&back, "challenge").unwrap() != challenge, "{name}");
    }
    assert_eq!(here.count(&app).await, 1);
    let right = of(&here, "192.0.2.200").await;
    send(&app, &here, &guest(1), (&right.0, &right.1)).await.expect(200);
}

/// Without a script, and without eyes: nothing but time.
#[tokio::test]
async fn whoever_waits_a_quarter_of_a_minute_and_presses_again_registers() {
    let app = open(&format!("{ALWAYS}\nwaits_per_minute = 1")).await;
    let sign_up = sign_up(&app, None).await;
    let back = sign_up.send(&app, HERE, &guest(1), &[]).await.expect(403);
    let challenge = hidden(&back, "challenge").unwrap();
    app.advance(SignedDuration::from_secs(14));

    let early = send(&app, &sign_up, &guest(1), (&challenge, "")).await.expect(403);
    assert_eq!(hidden(&early, "challenge").as_deref(), Some(&*challenge), "the time goes on counting");
    app.advance(SignedDuration::from_secs(1));
    send(&app, &sign_up, &guest(1), (&challenge, "")).await.expect(200);

    send(&app, &sign_up, &guest(2), (&challenge, "")).await.expect(403);
    let next = hidden(&sign_up.look(&app, HERE).await, "challenge").unwrap();
    let elsewhere = hidden(&sign_up.look(&app, "198.51.100.1").await, "challenge").unwrap();
    app.advance(SignedDuration::from_secs(16));
    send(&app, &sign_up, &guest(2), (&next, "")).await.expect(403);
    let of_another = [("challenge", &*elsewhere), ("proof", "")];
    sign_up.send(&app, "198.51.100.1", &guest(3), &of_another).await.expect(200);
    assert_eq!(sign_up.count(&app).await, 2, "so many of a network, and another network has its own");
}

#[tokio::test]
async fn a_second_press_shows_the_first_success() {
    let app = open(ALWAYS).await;
    let sign_up = sign_up(&app, None).await;
    let page = sign_up.look(&app, HERE).await;
    let ((challenge, number), nonce) = (worked(&page), hidden(&page, "nonce").unwrap());
    let fields = [("nonce", &*nonce), ("challenge", &challenge), ("proof", &number)];

    let first = sign_up.send(&app, HERE, &guest(1), &fields).await.expect(200);
    let second = sign_up.send(&app, HERE, &guest(1), &fields).await.expect(200);
    sign_up.send(&app, HERE, &guest(2), &fields).await.expect(403);

    assert_eq!(second.text(), first.text());
    assert_eq!(sign_up.count(&app).await, 1);
}

/// It was answered before anybody had to work.
#[tokio::test]
async fn a_form_that_was_answered_is_answered_again_when_browsers_have_to_work_meanwhile() {
    let app = open("sign_ups_per_minute = 1\nproof_bits = 8").await;
    let sign_up = sign_up(&app, None).await;
    let nonce = [("nonce", "a-page-of-before")];
    let first = sign_up.send(&app, HERE, &guest(1), &nonce).await.expect(200);

    let reloaded = sign_up.send(&app, HERE, &guest(1), &nonce).await.expect(200);

    assert_eq!(reloaded.text(), first.text());
    sign_up.send(&app, HERE, &guest(2), &nonce).await.expect(403);
    assert_eq!(sign_up.count(&app).await, 1);
}

#[tokio::test]
async fn faults_are_told_before_anything_is_used_up() {
    let app = open(ALWAYS).await;
    let sign_up = sign_up(&app, None).await;
    let (challenge, number) = worked(&sign_up.look(&app, HERE).await);

    let faults = send(&app, &sign_up, "nobody", (&challenge, &number)).await.expect(400);

    assert!(hidden(&faults, "challenge").is_some());
    send(&app, &sign_up, &guest(1), (&challenge, &number)).await.expect(200);
}

#[tokio::test]
async fn an_operator_may_ask_nobody_for_work() {
    let app = open("proof_of_work = \"never\"\nsign_ups_per_minute = 1\nrush_per_minute = 1").await;
    let sign_up = sign_up(&app, None).await;

    for n in 0..5 {
        sign_up.send(&app, HERE, &guest(n), &[]).await.expect(200);
    }
}

#[tokio::test]
async fn a_rush_on_the_whole_service_makes_every_browser_work() {
    let app = open("rush_per_minute = 3\nproof_bits = 8").await;
    let sign_up = sign_up(&app, None).await;
    for n in 0..3 {
        sign_up.send(&app, &format!("192.0.{n}.1"), &guest(n), &[]).await.expect(200);
    }

    let fourth = sign_up.send(&app, "198.51.100.1", &guest(3), &[]).await.expect(403);

    let (challenge, number) = worked(&fourth);
    let fields = [("challenge", &*challenge), ("proof", &number)];
    sign_up.send(&app, "198.51.100.1", &guest(3), &fields).await.expect(200);
}
