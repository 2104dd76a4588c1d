//! Reports of mail servers. docs/letters.md#what-comes-back.

use domain::LetterKind;
use serde_json::json;

use super::{app, deliver, letters, message_id, state, states};
use crate::letters_life::{confirmation, enroll, meeting};

const NOTED: &str = "250 2.0.0 noted";
const IGNORED: &str = "250 2.0.0 nothing to note";

/// A report as Postfix writes it.
pub(super) fn report(action: &str, status: &str, about: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.riverbend.example
Subject: Undelivered Mail Returned to Sender
To: bounces@mail.riverbend.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"

--b1
Content-Type: text/plain

I'm sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.riverbend.example
Arrival-Date: Mon, 1 Feb 2027 10:10:00 +0100

Final-Recipient: rfc822; odile@pinewater.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <odile@pinewater.example>: Recipient address
    rejected: User unknown

--b1
Content-Type: text/rfc822-headers

From: Riverbend events <events@riverbend.example>
To: odile@pinewater.example
Message-ID: {about}

--b1--
"
    )
}

#[tokio::test]
async fn a_letter_that_came_back_is_shown_and_its_address_gets_no_more() {
    let (app, port) = app().await;
    app.metrics().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    assert_eq!(states(&app, &meeting).await, [state("confirmation", "sent")]);

    let answer = deliver(port, "", &letter.sender, &report("failed", "5.1.1", &message_id(&letter))).await;

    assert_eq!(answer, NOTED);
    let shown = letters(&app, &meeting).await;
    assert_eq!((&shown[0]["kind"], &shown[0]["status"]), (&json!("confirmation"), &json!("bounced")));
    assert_eq!(shown[0]["answer"], "5.1.1 550 5.1.1 … Recipient address rejected: User unknown");
    assert_eq!(shown[0]["statusDateTime"], "2027-02-01T09:10:00Z");
    let change = json!({"startDateTime": "2027-03-09T09:30:00Z"});
    app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&change).await.expect(200);
    assert_eq!(app.mail().await.len(), 0, "nothing is sent where nothing arrives");
    assert_eq!(states(&app, &meeting).await, [state("update", "withheld"), state("confirmation", "bounced")]);
    // Whoever else is registered, and the same person elsewhere in another spelling.
    enroll(&app, &meeting, "mirja").await;
    enroll(&app, &meeting, "ODILE").await;
    let to: Vec<String> = app.mail().await.iter().map(|letter| letter.to.clone()).collect();
    assert_eq!(to, ["mirja@pinewater.example"]);
    assert!(app.metrics().await.contains(r#"usher_letters_returned_total{kind="letterBounced"}"#));
}

#[tokio::test]
async fn what_is_not_the_mailboxs_fault_keeps_no_letter_back() {
    for (action, status, shown) in [
        ("failed", "5.7.1", "bounced"),
        ("failed", "5.2.2", "bounced"),
        ("delayed", "4.4.1", "delayed"),
        ("delivered", "2.0.0", "sent"),
    ] {
        let (app, port) = app().await;
        let meeting = meeting(&app).await;
        let letter = confirmation(&app, &meeting, "odile").await;

        deliver(port, "", &letter.sender, &report(action, status, &message_id(&letter))).await;

        assert_eq!(states(&app, &meeting).await, [state("confirmation", shown)], "{action} {status}");
        let change = json!({"startDateTime": "2027-03-09T09:30:00Z"});
        app.patch(meeting.path()).token(&app.token(&app.people.ines)).json(&change).await.expect(200);
        let kinds: Vec<LetterKind> = app.mail().await.iter().map(|letter| letter.kind).collect();
        assert_eq!(kinds, [LetterKind::Update], "{action} {status}");
    }
}

#[tokio::test]
async fn a_report_that_comes_twice_counts_once_and_a_later_worse_one_counts_as_well() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let late = report("delayed", "4.4.1", &message_id(&letter));

    let answers =
        [deliver(port, "", &letter.sender, &late).await, deliver(port, "", &letter.sender, &late).await];
    assert_eq!(answers, [NOTED, IGNORED]);
    app.advance(jiff::SignedDuration::from_hours(100));
    deliver(port, "", &letter.sender, &report("failed", "4.4.7", &message_id(&letter))).await;

    assert_eq!(states(&app, &meeting).await, [state("confirmation", "bounced")]);
}

#[tokio::test]
async fn a_report_that_cannot_be_read_says_that_something_came_back_and_no_more() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let torn = report("failed", "5.1.1", "<x>");
    let torn = &torn[..torn.find("Reporting-MTA").unwrap() - 60];

    assert_eq!(deliver(port, "", &letter.sender, torn).await, NOTED);

    assert_eq!(states(&app, &meeting).await, [state("confirmation", "returned")]);
    for nonsense in
        ["", "\u{0}\u{1}\n\nx", "no header at all", "Content-Type: multipart/report; boundary=x\n\n--x"]
    {
        assert!(deliver(port, "", &letter.sender, nonsense).await.starts_with("250 2.0.0"), "{nonsense:?}");
    }
    enroll(&app, &meeting, "mirja").await;
    assert_eq!(app.mail().await.len(), 1, "nobody is kept from their letters by it");
}

#[tokio::test]
async fn no_message_is_too_deep_for_the_process() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let deep = |head: &str| format!("{}From: a@b\n\nhello", head.repeat(3_000));
    let within = deep("Content-Type:message/rfc822\n\n");

    for message in [
        within.clone(),
        format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n{within}"),
        format!("Content-Type: (a) message/global\nContent-Transfer-Encoding: Quoted-Printable\n\n{within}"),
        format!(
            "Content-Type: multipart/digest; boundary=b\n\n--b\nContent-Transfer-Encoding: quoted-printable\n\n{within}\n--b--\n"
        ),
        format!(
            "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/rfc822-headers\n\n{within}\n--b--\n"
        ),
        deep("Content-Type: multipart/digest; boundary=b\n\n--b\n\n"),
        deep("content-type:\n multipart/mixed; boundary=b\n\n--bContent-Type:\n\tMESSAGE/rfc822\n\n"),
    ] {
        assert_eq!(deliver(port, "", &letter.sender, &message).await, NOTED);
    }

    assert_eq!(states(&app, &meeting).await, [state("confirmation", "returned")]);
}

#[tokio::test]
async fn a_report_within_a_report_is_found_and_one_that_comes_late_finds_nobody_to_keep_from_letters() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let inner = report("failed", "5.1.1", &message_id(&letter));
    let nested = format!(
        "From: postmaster@forward.example\nContent-Type: multipart/mixed; boundary=\"o\"\n\n--o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    );
    let manage = letter.manage_url.strip_prefix(testkit::PUBLIC_URL).unwrap();
    app.post(manage).form(&[("do", "erase")]).await.expect(200);

    assert_eq!(deliver(port, "", &letter.sender, &nested).await, NOTED);

    let shown = letters(&app, &meeting).await;
    assert_eq!(shown[0]["status"], "bounced");
    assert_eq!(shown[0]["answer"], json!(""), "nothing is said of somebody who had their data erased");
    enroll(&app, &meeting, "odile").await;
    assert_eq!(app.mail().await.len(), 1, "who was erased is nobody whose address could be known");
}

#[tokio::test]
async fn automatic_answers_and_other_mail_mean_nothing() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;

    for (from, header) in [
        ("odile@pinewater.example", "X-Mailer: x"),
        ("odile@pinewater.example", "Auto-Submitted: auto-replied (vacation)"),
        ("", "Auto-Submitted: auto-replied"),
        ("", "X-Autoreply: yes"),
        ("", "Precedence: bulk"),
    ] {
        let message =
            format!("From: odile@pinewater.example\nSubject: I am away\n{header}\n\nUntil Monday.\n");
        assert_eq!(deliver(port, from, &letter.sender, &message).await, IGNORED, "{header}");
    }

    assert_eq!(states(&app, &meeting).await, [state("confirmation", "sent")]);
    assert_eq!(app.mail().await.len(), 0, "nothing is answered");
}
