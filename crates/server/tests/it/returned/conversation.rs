//! The conversation itself: who is let in, and its bounds.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Server, app, deliver};
use crate::letters_life::{confirmation, meeting};
use crate::program::{USHER, free_address};

#[tokio::test]
async fn mail_for_an_address_that_we_did_not_make_is_refused_before_it_is_sent() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let (local, domain) = letter.sender.split_once('@').unwrap();
    let mut server = Server::connect(port).await;
    server.say("LHLO mx.riverbend.example").await;
    let flipped = if local.ends_with('a') { "b" } else { "a" };

    server.say("MAIL FROM:<>").await;
    for address in [
        "bounces@mail.riverbend.example".to_owned(),
        format!("{}{flipped}@{domain}", &local[..local.len() - 1]),
        format!("{local}@elsewhere.example"),
        format!("other{}@{domain}", &local["bounces".len()..]),
        "postmaster".to_owned(),
        "odile@pinewater.example".to_owned(),
    ] {
        let answer = server.say(&format!("RCPT TO:<{address}>")).await;
        assert_eq!(answer, "550 5.1.1 nobody here by that name", "{address}");
    }
    let shouted = server.say(&format!("RCPT TO:<{}>", letter.sender.to_uppercase())).await;
    assert_eq!(shouted, "250 2.1.5 go on", "the control, by a server that spells it otherwise");
}

#[tokio::test]
async fn each_recipient_of_a_message_gets_an_answer() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let (odile, mirja) =
        (confirmation(&app, &meeting, "odile").await, confirmation(&app, &meeting, "mirja").await);
    let mut server = Server::connect(port).await;
    server.say("LHLO mx.riverbend.example").await;

    server.say("MAIL FROM:<> BODY=8BITMIME SIZE=100").await;
    for letter in [&odile, &mirja] {
        assert_eq!(server.say(&format!("RCPT TO:<{}>", letter.sender)).await, "250 2.1.5 go on");
    }
    server.say("DATA").await;
    let first = server.say("Subject: x\r\n\r\n..\r\n.").await;
    let second = server.hear().await;

    assert_eq!((first.as_str(), second.as_str()), ("250 2.0.0 noted", "250 2.0.0 noted"));
    assert_eq!(server.say("DATA").await, "503 5.5.1 nobody to take it");
    assert_eq!(server.say("QUIT").await, "221 2.0.0 bye");
}

#[tokio::test]
async fn a_message_that_is_too_long_is_read_to_its_end_and_refused() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let mut server = Server::connect(port).await;
    server.say("LHLO mx.riverbend.example").await;

    assert_eq!(server.say("MAIL FROM:<> SIZE=99999999").await, "552 5.3.4 too long");
    for long in ["x\n".repeat(600_000), "x".repeat(1_200_000)] {
        assert_eq!(server.deliver("", &letter.sender, &long).await, "552 5.3.4 too long");
    }
    assert_eq!(server.deliver("", &letter.sender, "short").await, "250 2.0.0 noted", "the control");
}

/// Whoever takes `\n.\n` for an end can be made to take what stands behind it for a command.
#[tokio::test]
async fn a_message_ends_by_a_whole_line_break_and_nothing_else() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let to = format!("RCPT TO:<{}>", letter.sender);
    let mut server = Server::connect(port).await;
    server.say("LHLO mx.riverbend.example").await;

    for inner in ["\n.\n", "\r\n.\n", "\n.\r\n"] {
        server.say("MAIL FROM:<>").await;
        server.say(&to).await;
        server.say("DATA").await;
        let answer =
            server.say(&format!("Subject: x\r\n\r\nx{inner}MAIL FROM:<>\r\n{to}\r\nDATA\r\n.")).await;
        assert!(answer.starts_with("250 2.0.0 not"), "{inner:?}: {answer}");
        assert_eq!(server.say("RSET").await, "250 2.0.0 forgotten", "{inner:?} is data");
    }
}

#[tokio::test]
async fn nobody_holds_all_places() {
    let (_app, port) = app().await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(Server::connect(port).await);
    }

    let mut more = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    let mut said = String::new();
    more.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "421 4.3.2 too many conversations from your address\r\n");
    // The control: another address has places of its own.
    Server::connect_from(2, port).await;

    assert_eq!(held[0].say("NOOP").await, "250 2.0.0 nothing done");
    let begun = Instant::now();
    assert_eq!(held[1].hear().await, "421 4.4.2 nothing came for too long");
    assert!(begun.elapsed() < Duration::from_secs(40), "a silent one goes before the minute is over");
    assert_eq!(held[0].say("NOOP").await, "250 2.0.0 nothing done", "the control: it has said something");
    Server::connect(port).await;
}

#[tokio::test]
async fn what_is_no_conversation_ends() {
    let (_app, port) = app().await;
    let mut server = Server::connect(port).await;
    assert_eq!(server.say("EHLO x").await, "500 5.5.1 this is LMTP: say LHLO");
    for (line, expected) in [
        ("MAIL odile", "501 5.5.4 say MAIL FROM:<address>"),
        ("RCPT TO:<x>", "503 5.5.1 say MAIL first"),
        ("ÄÖÜ", "500 5.5.2 not a command here"),
        ("NOOP", "250 2.0.0 nothing done"),
    ] {
        assert_eq!(server.say(line).await, expected);
    }
    let stream = server.0.get_mut();
    stream.write_all("GET / HTTP/1.1\r\n".repeat(40).as_bytes()).await.unwrap();
    let mut rest = String::new();
    let _ = stream.read_to_string(&mut rest).await;
    assert!(rest.lines().count() < 25, "{rest}");

    let mut other = Server::connect(port).await;
    let stream = other.0.get_mut();
    stream.write_all(&[b'x'; 3_000]).await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    assert!(rest.starts_with(b"500 5.5.2 the line is too long"), "{rest:?}");
}

#[tokio::test]
async fn nobody_is_named_in_the_log_of_what_comes_back() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let logs = testkit::capture_logs();

    let said = "From: heronword@elsewhere.example\nSubject: heronword\n\nheronword";
    deliver(port, "heronword@elsewhere.example", &letter.sender, said).await;
    deliver(port, "", &letter.sender, said).await;

    let logs = logs.text();
    assert!(logs.contains("a letter came back"), "the control: {logs}");
    for secret in ["heronword", letter.sender.as_str()] {
        assert!(!logs.contains(secret), "{secret}: {logs}");
    }
}

/// The program itself: its socket is there while it serves, also after another process left one behind, and `usher doctor`
/// finds it.
#[tokio::test]
async fn the_program_takes_mail_at_its_socket_and_doctor_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("lmtp.sock");
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    let port = free_address().port();
    let config = folder.path().join("usher.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\ndata_dir = {:?}\n\
         [identity.builtin]\nenabled = true\n[mail]\nmailbox = true\nreturn_path = \"bounces@mail.riverbend.example\"\n\
         [mail.lmtp]\nlisten = \"unix:{}\"\n",
        folder.path(),
        socket.display()
    );
    std::fs::write(&config, text).unwrap();
    let doctor = || {
        let asked = Command::new(USHER).args(["doctor", "--config"]).arg(&config).output().unwrap();
        let said = String::from_utf8(asked.stdout).unwrap();
        said.lines().find(|line| line.contains("incoming mail")).unwrap().to_owned()
    };
    let silent = doctor();
    assert!(silent.starts_with("WRONG ") && silent.contains("nobody answers"), "{silent}");

    let mut serve = Command::new(USHER).args(["serve", "--config"]).arg(&config).spawn().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let mut stream = loop {
        match tokio::net::UnixStream::connect(&socket).await {
            Ok(stream) => break stream,
            Err(_) => assert!(std::time::Instant::now() < deadline, "the socket comes"),
        }
        tokio::task::yield_now().await;
    };
    let mut greeting = [0; 23];
    stream.read_exact(&mut greeting).await.unwrap();
    assert_eq!(&greeting, b"220 localhost LMTP Ushe");
    let good = doctor();
    let _ = serve.kill();
    let _ = serve.wait();
    assert!(good.starts_with("good ") && good.contains("this Usher takes it"), "{good}");
}

#[tokio::test]
async fn the_operator_sees_which_addresses_get_no_letters_and_lets_them_go_there_again() {
    let (app, port) = app().await;
    let meeting = meeting(&app).await;
    let letter = confirmation(&app, &meeting, "odile").await;
    let config = app.config_file();
    let usher = |arguments: &[&str]| {
        let ended =
            Command::new(USHER).arg("mail").args(arguments).arg("--config").arg(&config).output().unwrap();
        (ended.status.success(), String::from_utf8(ended.stdout).unwrap())
    };
    assert_eq!(usher(&["suppressed"]), (true, "letters go to every address\n".to_owned()));
    let report = super::reports::report("failed", "5.1.1", &super::message_id(&letter));
    deliver(port, "", &letter.sender, &report).await;

    let (_, listed) = usher(&["suppressed"]);
    assert!(listed.starts_with("odile@pinewater.example  5.1.1  2027-02-01T09:10:00Z"), "{listed}");
    assert!(!usher(&["allow", "mirja@pinewater.example"]).0);
    assert!(usher(&["allow", "ODILE@pinewater.example"]).0);
    assert_eq!(usher(&["suppressed"]), (true, "letters go to every address\n".to_owned()));
}

#[tokio::test]
async fn whoever_stops_waits_for_no_conversation_however_many_are_open() {
    let (app, _) = app().await;
    let (stop, stopped) = oneshot::channel();
    let (port, taking) = app.take_mail_until(async { stopped.await.unwrap() }).await;
    let mut open = Vec::new();
    for host in [1, 2] {
        for _ in 0..8 {
            open.push(Server::connect_from(host, port).await);
        }
    }
    assert!(!taking.is_finished(), "the control");

    stop.send(()).unwrap();

    timeout(Duration::from_secs(20), taking).await.expect("it hears that it is to stop").unwrap();
}
