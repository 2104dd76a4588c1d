//! Signing people in.

use domain::caller::{Caller, Scope};

use super::support::{
    ADA, PASSWORD, RETURN, SECRET, TENANT, VERIFIER, World, ask_with, encode, exchange_with,
};
use crate::auth::TokenRefusal;

#[tokio::test]
async fn a_person_signs_in_and_the_application_gets_a_token() {
    let world = World::start().await;
    let request = world.open_form(&[]).await;

    let back = world.sign_in(&request, "Ada", PASSWORD).await;
    let answer = back.parameters();
    let reply = world.token(&exchange_with(&answer["code"], &[])).await;

    assert_eq!((back.status, back.header("cache-control")), (303, "no-store"));
    assert!(back.header("location").starts_with(&format!("{RETURN}&code=")), "{}", back.header("location"));
    assert_eq!((answer["state"].as_str(), &answer["iss"]), ("a state & more", &world.url));
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"));
    assert_eq!(reply.json()["scope"], "OnlineMeetings.ReadWrite");
    assert!(reply.json().get("id_token").is_none() && reply.json().get("refresh_token").is_none());
    let caller = world.caller(reply.json()["access_token"].as_str().unwrap()).await.unwrap();
    let Caller::Delegated(person) = &*caller else { panic!("{caller:?}") };
    assert_eq!((person.tenant, person.person), (TENANT, ADA));
    assert_eq!(person.scopes, [Scope::MeetingsReadWrite]);
    assert_eq!(person.profile.display_name.as_deref(), Some("Ada <L>"));
}

#[tokio::test]
async fn an_id_token_comes_when_asked_for_and_opens_nothing() {
    let world = World::start().await;
    let code = world.code(&[("scope", "openid OnlineMeetings.Read"), ("nonce", "n-1")]).await;

    let reply = world.token(&exchange_with(&code, &[])).await.json();

    let id_token = reply["id_token"].as_str().unwrap();
    assert_eq!(world.caller(id_token).await, Err(TokenRefusal::Audience));
    let claims: serde_json::Value = jsonwebtoken::dangerous::insecure_decode_claims(id_token).unwrap();
    assert_eq!((&claims["aud"], &claims["nonce"]), (&"page".into(), &"n-1".into()));
    assert_eq!(claims["oid"], ADA.to_string());
    assert!(world.caller(reply["access_token"].as_str().unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_code_works_once_and_for_its_own_client_address_and_verifier_only() {
    let world = World::start().await;
    let wrong: [&[(&str, &str)]; 8] = [
        &[("client_id", "other")],
        &[("client_id", "site"), ("client_secret", SECRET)],
        &[("redirect_uri", "https://app.example/back")],
        &[("redirect_uri", "https://attacker.example/back")],
        &[("code_verifier", "another-verifier-that-is-long-enough-for-pkce")],
        &[("code_verifier", "short")],
        &[("code", "guess")],
        &[("code", "")],
    ];
    for changes in wrong {
        let code = world.code(&[]).await;
        let reply = world.token(&exchange_with(&code, changes)).await;

        assert_eq!(reply.status, 400, "{changes:?}");
        assert!(["invalid_grant", "invalid_request"].contains(&reply.error().as_str()), "{changes:?}");
    }
    let code = world.code(&[]).await;
    let no_verifier = world.token(&exchange_with(&code, &[("code_verifier", "")])).await;
    assert_eq!(no_verifier.error(), "invalid_request");

    let right = world.token(&exchange_with(&code, &[])).await;
    let again = world.token(&exchange_with(&code, &[])).await;
    assert_eq!((right.status, again.error().as_str()), (200, "invalid_grant"));

    // One wrong try spends a code, so nobody can try verifiers on it.
    let code = world.code(&[]).await;
    world.token(&exchange_with(&code, &[("code_verifier", &VERIFIER.to_uppercase())])).await;
    assert_eq!(world.token(&exchange_with(&code, &[])).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let world = World::start().await;
    let (in_time, late) = (world.code(&[]).await, world.code(&[]).await);

    world.wait(59);
    assert_eq!(world.token(&exchange_with(&in_time, &[])).await.status, 200);
    world.wait(1);
    assert_eq!(world.token(&exchange_with(&late, &[])).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_client_with_a_secret_must_show_it_for_a_code() {
    let world = World::start().await;
    let exchange = async |changes: &[(&str, &str)]| {
        let code = world.code(&[("client_id", "site")]).await;
        let mut form = exchange_with(&code, &[("client_id", "site")]);
        form.extend(changes);
        world.token(&form).await
    };

    assert_eq!(exchange(&[("client_secret", SECRET)]).await.status, 200);
    assert_eq!(exchange(&[]).await.error(), "invalid_client");
    assert_eq!(exchange(&[("client_secret", "guess")]).await.error(), "invalid_client");
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let world = World::start().await;
    let addresses = [
        "https://attacker.example/back",
        "https://app.example/back",
        "https://app.example/back?from=usher&more",
        "https://app.example/back?from=usher#x",
        "https://app.example/back?from=usher/",
        "HTTPS://app.example/back?from=usher",
        "",
    ];
    for address in addresses {
        let page = world.get("/oauth2/v2.0/authorize", &ask_with(&[("redirect_uri", address)])).await;

        assert_eq!((page.status, page.header("location")), (400, ""), "{address}");
        assert!(!page.body.contains("<form"));
    }
    let unknown = world.get("/oauth2/v2.0/authorize", &ask_with(&[("client_id", "nobody")])).await;
    assert_eq!((unknown.status, unknown.header("location")), (400, ""));
    let mut twice = ask_with(&[]);
    twice.push(("redirect_uri", "https://attacker.example/back"));
    assert_eq!(world.get("/oauth2/v2.0/authorize", &twice).await.status, 400);
    assert_eq!(world.get("/oauth2/v2.0/authorize", &ask_with(&[])).await.status, 200);
}

#[tokio::test]
async fn a_request_not_in_order_goes_back_with_an_error() {
    let world = World::start().await;
    let long = "x".repeat(2049);
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_mode", "form_post")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("nonce", &long)], "invalid_request"),
        (&[("scope", "User.Read.All")], "invalid_scope"),
        (&[("prompt", "none")], "login_required"),
    ];
    for (changes, expected) in cases {
        let reply = world.get("/oauth2/v2.0/authorize", &ask_with(changes)).await;
        let answer = reply.parameters();

        assert_eq!((reply.status, answer["error"].as_str()), (303, expected), "{changes:?}");
        assert!(reply.header("location").starts_with(RETURN));
        assert_eq!((answer["state"].as_str(), &answer["iss"]), ("a state & more", &world.url));
    }
}

#[tokio::test]
async fn an_answer_goes_into_the_fragment_or_to_a_phone_when_asked() {
    let world = World::start().await;
    let page = world.open_form(&[("response_mode", "fragment")]).await;
    let phone = [("client_id", "phone"), ("redirect_uri", "com.example.app:/back")];

    let back = world.sign_in(&page, "ada", PASSWORD).await;
    assert!(back.header("location").starts_with(&format!("{RETURN}#code=")), "{}", back.header("location"));
    let form = world.get("/oauth2/v2.0/authorize", &ask_with(&phone)).await;
    assert!(form.header("content-security-policy").contains("form-action 'self' com.example.app:;"));
    let code = world.code(&phone).await;
    assert_eq!(world.token(&exchange_with(&code, &phone)).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let world = World::start().await;
    let request = world.open_form(&[]).await;
    let replies = [
        world.sign_in(&request, "ada", "guess").await,
        world.sign_in(&request, "eve", PASSWORD).await,
        world.sign_in(&request, "without-password", "").await,
        world.sign_in(&request, "ada", &"x".repeat(2000)).await,
    ];

    let page =
        |reply: &super::support::Reply, name: &str| reply.body.replace(&format!("value=\"{name}\""), "");
    let expected = page(&replies[0], "ada");
    for (reply, name) in replies.iter().zip(["ada", "eve", "without-password", "ada"]) {
        assert_eq!((reply.status, reply.header("location")), (403, ""), "{name}");
        assert_eq!(page(reply, name), expected, "{name}");
    }
    assert_eq!(world.sign_in(&request, "ada", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn an_unknown_user_costs_as_much_as_a_wrong_password() {
    let passwords = crate::issuer::password::Passwords::new([1; 32], [2; 32]);
    let known = crate::issuer::hash_password(PASSWORD, [3; 16]).unwrap();
    let mut spent = [Vec::new(), Vec::new()];
    for _ in 0..9 {
        for (hash, times) in [Some(known.clone()), None].into_iter().zip(&mut spent) {
            let start = std::time::Instant::now();
            let turn = passwords.turn().await.unwrap();
            assert!(!passwords.fits(&turn, hash, "guess".to_owned()).await);
            times.push(start.elapsed());
        }
    }

    let [wrong, unknown] = spent.map(|mut times| {
        times.sort();
        times[4]
    });
    assert!(unknown * 4 > wrong && wrong * 4 > unknown, "wrong password {wrong:?}, unknown user {unknown:?}");
}

#[tokio::test]
async fn a_person_of_another_organisation_cannot_sign_in() {
    let world = World::start().await;
    let request = world.open_form(&[("client_id", "foreign")]).await;

    assert_eq!(world.sign_in(&request, "ada", PASSWORD).await.status, 403);
}

#[tokio::test]
async fn guessing_a_password_slows_everyone_down_for_that_account_only() {
    let world = World::start().await;
    let request = world.open_form(&[]).await;
    for _ in 0..5 {
        assert_eq!(world.sign_in(&request, "ADA", "guess").await.status, 403);
    }

    let slowed = world.sign_in(&request, "ada", PASSWORD).await;
    assert_eq!((slowed.status, slowed.header("retry-after")), (429, "1"));
    assert!(slowed.body.contains("Too many attempts"));
    assert_eq!(world.sign_in(&request, "eve", "guess").await.status, 403);
    world.wait(1);
    assert_eq!(world.sign_in(&request, "ada", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guesses_at_many_accounts_from_one_address_are_slowed_down() {
    let world = World::start().await;
    let request = world.open_form(&[]).await;
    for n in 0..20 {
        assert_eq!(world.sign_in(&request, &format!("user-{n}"), "guess").await.status, 403);
    }

    assert_eq!(world.sign_in(&request, "user-20", "guess").await.status, 429);
}

#[tokio::test]
async fn only_a_fresh_form_of_our_own_signs_in() {
    let world = World::start().await;
    let request = world.open_form(&[]).await;
    let stranger = World::start().await.open_form(&[]).await;
    let (content, tag) = request.split_once('.').unwrap();
    let changed = format!("{}.{tag}", content.replacen(&content[20..21], "_", 1));

    for forged in ["", ".", "x.y", content, &changed, &stranger] {
        assert_eq!(world.sign_in(forged, "ada", PASSWORD).await.status, 403, "{forged:.30}");
    }
    for (site, expected) in [("cross-site", 403), ("same-site", 403), ("none", 403), ("same-origin", 303)] {
        let form = [("request", request.as_str()), ("user_name", "ada"), ("password", PASSWORD)];
        let reply = world.post("/oauth2/v2.0/authorize", &[("sec-fetch-site", site)], &form).await;
        assert_eq!(reply.status, expected, "{site}");
    }
    world.wait(599);
    assert_eq!(world.sign_in(&request, "ada", PASSWORD).await.status, 303);
    world.wait(1);
    assert_eq!(world.sign_in(&request, "ada", PASSWORD).await.status, 403);
}

#[tokio::test]
async fn the_page_shows_strange_names_as_text_and_runs_nothing() {
    let world = World::start().await;
    let hint = "\"><script>alert('x')</script>";
    let page = world.get("/oauth2/v2.0/authorize", &ask_with(&[("login_hint", hint)])).await;

    assert!(page.body.contains("The &#60;Page&#62; &#38; more"));
    assert!(page.body.contains("value=\"&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;\""));
    assert!(!page.body.contains("<script") && !page.body.contains("style=") && !page.body.contains("<style"));
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https://app.example; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    assert_eq!(page.header("referrer-policy"), "no-referrer", "the address holds the client's `state`");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("set-cookie"), "");
}

#[tokio::test]
async fn the_page_speaks_the_readers_language_and_the_switch_leads_back_to_the_same_request() {
    let world = World::start().await;
    let asked = ask_with(&[]);
    let path = "/oauth2/v2.0/authorize";
    let in_german = [("accept-language", "de-CH, fr;q=0.5")];

    let page = world.get_with(path, &in_german, &asked).await;
    let switched: Vec<(&str, &str)> = asked.iter().copied().chain([("lang", "ar")]).collect();
    let back = world.get(path, &switched).await;
    let cookie = back.header("set-cookie").split(';').next().unwrap().to_owned();
    let in_arabic = world.get_with(path, &[("cookie", &cookie)], &asked).await;

    assert!(page.body.contains("<html lang=\"de\" dir=\"ltr\">"), "{}", page.body);
    assert!(page.body.contains("Benutzername") && !page.body.contains("User name"));
    assert_eq!(page.header("content-language"), "de");
    assert_eq!(back.status, 303);
    assert_eq!(back.header("location"), format!("{path}?{}", encode(&asked)));
    assert!(in_arabic.body.contains("<html lang=\"ar\" dir=\"rtl\">"), "{}", in_arabic.body);
}

/// A page shown again offers its languages too: they lead to the same request, from its beginning.
#[tokio::test]
async fn what_is_wrong_is_said_in_the_readers_language() {
    let world = World::start().await;
    let path = format!("/oauth2/v2.0/authorize?{}", encode(&ask_with(&[])));
    let request = world.open_form(&[]).await;
    let wrong = [("request", request.as_str()), ("user_name", "ada"), ("password", "guess")];
    let in_polish = [("accept-language", "pl")];

    let again = world.post(&path, &in_polish, &wrong).await;
    let dead_end =
        world.get_with("/oauth2/v2.0/authorize", &in_polish, &ask_with(&[("client_id", "x")])).await;

    assert_eq!((again.status, dead_end.status), (403, 400));
    assert!(again.body.contains("Nazwa użytkownika lub hasło są nieprawidłowe."), "{}", again.body);
    assert!(
        again.body.contains("client_id=page&#38;") && again.body.contains("&#38;lang=ja\""),
        "{}",
        again.body
    );
    assert!(dead_end.body.contains("Aplikacja nie jest tu znana."), "{}", dead_end.body);
}
