//! An organisation's logo and colour.

use serde_json::json;
use server::config::Config;
use testkit::{PUBLIC_URL, TestApp};

use super::sign_up;

/// A PNG of one pixel.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\
    \xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

#[tokio::test]
async fn pages_and_letters_wear_the_organisation_s_logo_and_colour() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("../evil name.svg".trim_start_matches("../"));
    std::fs::write(&file, PNG).unwrap();
    let look = format!("accent = \"#ffdd00\"\nlogo = {:?}", file.display().to_string());
    let app = TestApp::builder().tenant(&look).build().await;
    let sign_up = sign_up(&app, json!({})).await;

    let page = app.get(&sign_up.page).await.expect(200).text();

    let path = |before: &str| page.split_once(before).unwrap().1.split('"').next().unwrap().to_owned();
    let logo = app.get(path("<img class=\"logo\" src=\"")).await.expect(200);
    assert_eq!(
        (&*logo.body, logo.header("content-type")),
        (PNG, Some("image/png")),
        "whatever its name says"
    );
    assert!(
        page.contains("alt=\"Riverbend Hydrology Institute\" width=\"1\" height=\"1\">")
            && !page.contains("evil")
    );
    let colours = app.get(path("usher.css\">\n<link rel=\"stylesheet\" href=\"")).await.expect(200);
    assert_eq!(colours.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(
        colours.text().contains("--accent: #ffdd00; --on-accent: #000000;"),
        "in the dark it is readable as it is"
    );
    assert!(
        colours.text().starts_with(":root { --accent: #")
            && !colours.text().starts_with(":root { --accent: #ffdd00")
    );
    for asset in [&logo, &colours] {
        assert_eq!(asset.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(asset.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    }
    sign_up.send(&app, "Odile", &[]).await.expect(200);
    let letter = app.mail().await.remove(0);
    let accent = colours.text()[":root { --accent: ".len()..][..7].to_owned();
    assert!(letter.html.contains(&format!("background:{accent};color:#ffffff;")), "{}", letter.html);
    for address in [&letter.manage_url, &letter.join_url] {
        let page = app.get(address.strip_prefix(PUBLIC_URL).unwrap()).await.expect(200).text();
        assert!(page.contains("class=\"logo\"") && page.contains("colours.css"), "{page}");
    }
}

#[tokio::test]
async fn an_organisation_without_a_look_has_nothing_to_fetch() {
    let app = TestApp::new().await;
    let sign_up = sign_up(&app, json!({})).await;
    let page = app.get(&sign_up.page).await.expect(200).text();

    assert!(!page.contains("<img") && !page.contains("colours.css") && page.contains("class=\"brand\""));
    for tenant in [app.people.ines.tenant.to_string(), uuid::Uuid::nil().to_string(), "..%2F..".to_owned()] {
        for file in ["logo", "colours.css"] {
            app.get(format!("/assets/{tenant}/{file}")).await.expect(404);
        }
    }
}

#[test]
fn a_look_that_cannot_be_used_is_a_fault_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let svg = folder.path().join("logo.png");
    std::fs::write(&svg, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").unwrap();
    let read = |line: &str| {
        let text = format!(
            "[server]\npublic_url = \"https://usher.example\"\n[identity.builtin]\nenabled = true\n\
             [[identity.tenant]]\nid = \"{}\"\nname = \"Riverbend\"\n{line}\n",
            uuid::Uuid::from_u128(7)
        );
        Config::from_toml_str(&text).map(drop).map_err(|problems| problems.to_string())
    };

    for (line, expected) in [
        (format!("logo = {:?}", svg.display().to_string()), "neither PNG, JPEG nor WebP"),
        ("logo = \"/nowhere/logo.png\"".to_owned(), "cannot read"),
        ("accent = \"red\"".to_owned(), "six hexadecimal digits"),
        ("accent = \"#fff\"".to_owned(), "six hexadecimal digits"),
        ("zone = \"Singapore Standard Time\"".to_owned(), "IANA name"),
        ("zone = \"Berlin\"".to_owned(), "IANA name"),
        ("privacy_notice = \"https://example.org\"".to_owned(), "stands beside a consent"),
        (
            "privacy_notice = \"http://example.org\"\n[[identity.tenant.consent]]\ntext = \"x\"".to_owned(),
            "`https`",
        ),
        ("[[identity.tenant.consent]]\nlanguage = \"en\"".to_owned(), "text"),
        (
            "[[identity.tenant.consent]]\nlanguage = \"en\"\ntext = \"a\"\n\
             [[identity.tenant.consent]]\nlanguage = \"en\"\ntext = \"b\""
                .to_owned(),
            "language",
        ),
    ] {
        let problem = read(&line).expect_err(&line);
        assert!(problem.contains(expected), "{line}: {problem}");
    }
    assert_eq!(read("accent = \"#ffdd00\"\nzone = \"Europe/Berlin\""), Ok(()));
}

/// Whoever is to ask the organizer, or to be a member, reads of whom.
#[tokio::test]
async fn a_page_without_a_logo_names_the_organisation_and_who_organizes() {
    let app = TestApp::new().await;
    let everyone = sign_up(&app, json!({})).await;
    let members = sign_up(&app, json!({"allowedRegistrant": "organization"})).await;

    for page in [&everyone.page, &members.page] {
        let page = app.get(page).await.expect(200).text();
        assert!(page.contains("<bdi>Riverbend Hydrology Institute</bdi>"), "{page}");
        assert!(page.contains("Organized by Ines Calloway"), "{page}");
    }
    let faulty = app.post(&everyone.page).form(&[("firstName", "Odile")]).await.expect(400).text();
    assert!(faulty.contains("Organized by Ines Calloway"), "{faulty}");
    let closed = app.get(&members.page).await.expect(200).text();
    assert!(closed.contains("Only members of Riverbend Hydrology Institute can register"), "{closed}");
}

/// Browsers look for it of themselves, whatever page they show.
#[tokio::test]
async fn a_tab_has_a_picture_of_ours_that_is_nothing_else() {
    let app = TestApp::new().await;

    let icon = app.get("/favicon.ico").await.expect(200);

    assert_eq!((&*icon.body, icon.header("content-type")), (pages::ICON, Some("image/png")));
    assert_eq!(icon.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(icon.header("content-security-policy"), Some("default-src 'none'; sandbox"));
}
