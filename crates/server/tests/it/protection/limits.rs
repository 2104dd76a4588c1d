//! How often a stranger may ask.

use http::Method;
use testkit::{TestApp, TestResponse};

use super::{guest, hidden, open, sign_up};

const OFFICE: &str = "192.0.2.1";
const ELSEWHERE: &str = "198.51.100.1";

fn asks_for_work(page: &TestResponse) -> bool {
    hidden(page, "challenge").is_some()
}

#[tokio::test]
async fn an_address_with_more_sign_ups_than_usual_has_to_work_and_no_other() {
    let app = open("sign_ups_per_minute = 3").await;
    let sign_up = sign_up(&app, None).await;
    for n in 0..3 {
        sign_up.send(&app, OFFICE, &guest(n), &[]).await.expect(200);
    }

    let fourth = sign_up.send(&app, OFFICE, &guest(3), &[]).await.expect(403);

    assert!(asks_for_work(&fourth) && fourth.text().contains(&guest(3)), "{}", fourth.text());
    assert!(asks_for_work(&sign_up.look(&app, OFFICE).await.expect(200)));
    assert!(!asks_for_work(&sign_up.look(&app, ELSEWHERE).await.expect(200)));
    sign_up.send(&app, ELSEWHERE, &guest(4), &[]).await.expect(200);
    app.advance(jiff::SignedDuration::from_mins(10));
    assert!(!asks_for_work(&sign_up.look(&app, OFFICE).await.expect(200)), "it passes");
}

/// One network of 64 bits is one address, and so is what an IPv4 address is spelled as.
#[tokio::test]
async fn an_ipv6_network_of_64_bits_is_one_address_and_a_wider_one_is_counted_too() {
    let app = open("sign_ups_per_minute = 2\nnetwork_factor = 3").await;
    let sign_up = sign_up(&app, None).await;
    for (n, from) in ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2"].into_iter().enumerate() {
        sign_up.send(&app, from, &guest(n), &[]).await.expect(200);
    }

    sign_up.send(&app, "2001:db8:1:2::3", &guest(2), &[]).await.expect(403);
    sign_up.send(&app, "2001:db8:2::1", &guest(3), &[]).await.expect(200);

    for (network, last) in [("2001:db8:7:", "2001:db8:7:9::1"), ("203.0.113.", "203.0.113.99")] {
        for n in 0..6 {
            let from =
                if network.ends_with('.') { format!("{network}{n}") } else { format!("{network}{n}::1") };
            sign_up.send(&app, &from, &format!("{n}-{last}@pinewater.example").replace(':', "-"), &[]).await;
        }
        assert!(!asks_for_work(&sign_up.look(&app, last).await.expect(200)));
        sign_up.send(&app, last, "seventh@pinewater.example", &[]).await.expect(403);
        assert!(asks_for_work(&sign_up.look(&app, last).await.expect(200)), "{network}: the seventh of six");
    }
}

#[tokio::test]
async fn what_an_untrusted_peer_says_of_its_address_changes_no_counter() {
    for (server, expected) in [("", 403), (super::PROXY, 200)] {
        let app =
            TestApp::builder().server(server).config("[protection]\nsign_ups_per_minute = 3").build().await;
        let sign_up = sign_up(&app, None).await;
        for n in 0..3 {
            sign_up.send(&app, &format!("192.0.2.{n}"), &guest(n), &[]).await.expect(200);
        }

        sign_up.send(&app, "192.0.2.77", &guest(77), &[]).await.expect(expected);
    }
}

#[tokio::test]
async fn far_too_much_is_refused_in_the_readers_language_and_says_until_when() {
    let app = open("posts_per_minute = 6\nproof_of_work = \"never\"").await;
    let sign_up = sign_up(&app, None).await;
    sign_up.send(&app, OFFICE, &guest(0), &[]).await.expect(200);
    let manage = app.mail().await.pop().unwrap().manage_url.clone();
    let manage = manage.strip_prefix(testkit::PUBLIC_URL).unwrap().to_owned();
    let begin = "/sign-in?registration=none";
    let wanted: [(Method, &str, u16); 3] =
        [(Method::POST, &sign_up.page, 400), (Method::POST, &manage, 200), (Method::GET, begin, 404)];

    for (method, path, usual) in wanted {
        let ask = |from: &'static str| {
            let call = app.call(method.clone(), path).header("x-forwarded-for", from);
            let call = if method == Method::POST { call.form(&[("do", "letter")]) } else { call };
            call.header("accept-language", "de").send()
        };
        for _ in usize::from(path == sign_up.page)..6 {
            ask(OFFICE).await.expect(usual);
        }

        let refused = ask(OFFICE).await.expect(429);

        assert_eq!(refused.header("retry-after"), Some("10"), "{path}");
        assert_eq!(refused.header("content-language"), Some("de"));
        assert!(refused.text().contains("Zu viele Versuche"), "{}", refused.text());
        ask(ELSEWHERE).await.expect(usual);
    }
    app.advance(jiff::SignedDuration::from_secs(10));
    app.get(begin).header("x-forwarded-for", OFFICE).await.expect(404);
}
#[tokio::test]
async fn whoever_tries_links_is_told_the_same_each_time_and_then_to_wait() {
    let app = open("wrong_links_per_minute = 8\nposts_per_minute = 12").await;
    app.metrics().await;
    let sign_up = sign_up(&app, None).await;
    sign_up.send(&app, ELSEWHERE, &guest(0), &[]).await.expect(200);
    let letter = app.mail().await.pop().unwrap();
    let path = |url: &str| url.strip_prefix(testkit::PUBLIC_URL).unwrap().to_owned();
    let (join, manage) = (path(&letter.join_url), path(&letter.manage_url));
    let wrong = |link: &str| format!("{}AAAA", &link[..link.len() - 4]);
    let guesses = [
        wrong(&join),
        wrong(&manage),
        "/j/AAAA".to_owned(),
        "/m/AAAA".to_owned(),
        join.replace("/j/", "/m/"),
        manage.replace("/m/", "/j/"),
        "/l/meetup-join/AAAA/0?context=%7b%7d".to_owned(),
        "/registration/AAAA".to_owned(),
    ];
    let ask = |path: &str, from: &str| app.get(path).header("x-forwarded-for", from).send();

    let mut answers = Vec::new();
    for guess in &guesses {
        answers.push(ask(guess, OFFICE).await.expect(404).text());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "they are all the same");

    assert!(ask(&guesses[0], OFFICE).await.expect(429).header("retry-after").is_some());
    ask(&guesses[0], ELSEWHERE).await.expect(404);
    ask(&manage, OFFICE).await.expect(200);
    for _ in 0..4 {
        ask(&guesses[1], OFFICE).await.expect(429);
    }
    let blocked = ask(&manage, OFFICE).await.expect(429);
    assert_eq!(blocked.header("retry-after"), Some("60"), "far too many: no answer whether one is good");
    ask(&manage, ELSEWHERE).await.expect(200);
    app.advance(jiff::SignedDuration::from_mins(1));
    ask(&manage, OFFICE).await.expect(200);
    assert!(app.metrics().await.contains(r#"usher_refused_requests_total{what="link"}"#));
}
