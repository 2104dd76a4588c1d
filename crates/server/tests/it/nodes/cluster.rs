//! Several `usher serve` on one PostgreSQL database, each a process with a port of its own, and a watcher beside them.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use tempfile::TempDir;
use testpg::{Cluster, Relay, Scratch};

use super::client::{Answered, Client, Request};
use crate::program::{USHER, free_address, run};

const ORGANIZER: &str = "7d1f0a52-9a53-4f0e-8f55-3f6f0c1f9a01";
const NODES: usize = 3;

/// Three nodes, furnished; ended with this.
pub struct Nodes {
    pub database: PgPool,
    /// The way of the first node to the database.
    pub relay: Relay,
    pub scratch: Scratch,
    nodes: Vec<Node>,
    folder: TempDir,
    /// Bearer tokens of two applications that may act for the organizer.
    pub tokens: [String; 2],
}

struct Node {
    address: SocketAddr,
    process: Child,
}

/// A meeting with its registration.
pub struct Hall {
    /// Path of the registration.
    pub registration: String,
    /// Path of the sign-up page.
    pub page: String,
}

impl Hall {
    pub fn registrants(&self) -> String {
        format!("{}/registrants", self.registration)
    }
}

impl Nodes {
    pub async fn start() -> Self {
        let scratch = Cluster::shared().create();
        let relay = Relay::open(&scratch);
        let folder = tempfile::tempdir().unwrap();
        let mut nodes = Vec::new();
        let mut tokens = Vec::new();
        for n in 0..NODES {
            let url = if n == 0 { relay.url().to_owned() } else { scratch.url() };
            let address = free_address();
            fs::write(folder.path().join(format!("{n}.toml")), configuration(address, &folder, &url))
                .unwrap();
        }
        let usher = |words: &[&str], rest: &[&str]| {
            let config = folder.path().join("1.toml");
            run(Command::new(USHER).args(words).arg("--config").arg(config).args(rest), b"")
        };
        let people = folder.path().join("people.csv");
        fs::write(
            &people,
            format!(
                "id,userPrincipalName,displayName,givenName,surname,mail,accountEnabled\n\
                 {ORGANIZER},odile@nodes.example,Odile Marchetti,Odile,Marchetti,odile@nodes.example,true\n"
            ),
        )
        .unwrap();
        usher(&["users", "import"], &[people.to_str().unwrap()]);
        usher(&["policy", "create"], &["crowd", "--app", "one", "--app", "two"]);
        usher(&["policy", "grant"], &["crowd", "--organizer", ORGANIZER]);
        for app in ["one", "two"] {
            tokens.push(usher(&["token"], &["--app", app, "--minutes", "60"]).trim().to_owned());
        }
        for n in 0..NODES {
            nodes.push(Node::start(folder.path().join(format!("{n}.toml"))));
        }
        let database = PgPool::connect_lazy(&scratch.url()).unwrap();
        let tokens = tokens.try_into().unwrap();
        Self { database, relay, scratch, nodes, folder, tokens }
    }

    /// A connection to the node of that number, whatever the number.
    pub async fn client(&self, n: usize) -> Client {
        Client::open(self.nodes[n % NODES].address).await
    }

    /// Ends a node as a crash does.
    pub fn kill(&mut self, n: usize) {
        self.nodes[n].process.kill().unwrap();
        self.nodes[n].process.wait().unwrap();
    }

    /// A meeting under way whose registration is `body`, with times that leave it open.
    pub async fn hall(&self, mut body: Value) -> Hall {
        let meetings = format!("/beta/users/{ORGANIZER}/onlineMeetings");
        let times = json!({
            "startDateTime": "2020-03-09T10:00:00Z", "endDateTime": "2099-03-09T11:00:00Z",
        });
        let mut client = self.client(1).await;
        let meeting = self.create(&mut client, &meetings, &times).await;
        let id = meeting["id"].as_str().unwrap().replace('/', "%2F");
        let registration = format!("{meetings}/{id}/registration");
        body["allowedRegistrant"] = json!("everyone");
        let created = self.create(&mut client, &registration, &body).await;
        let page = created["registrationPageWebUrl"].as_str().unwrap_or_default();
        let page = page.strip_prefix("https://nodes.example").unwrap_or_default().to_owned();
        Hall { registration, page }
    }

    async fn create(&self, client: &mut Client, path: &str, body: &Value) -> Value {
        let request = Request::post(path, body.to_string()).token(&self.tokens[0]);
        let Answered { status, body, .. } = client.send(&request).await.unwrap();
        assert_eq!(status, 201, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The number that a query gives.
    pub async fn count(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT CAST(({sql}) AS BIGINT)"));
        sqlx::query_scalar(sql).fetch_one(&self.database).await.unwrap()
    }

    /// Begins to look at the database over and over, 100 milliseconds behind the beginning of the look before or as soon as
    /// that has ended, from a process of its own.
    pub fn watch(&self) -> Watcher {
        let config = self.folder.path().join("2.toml");
        let mut command = Command::new(USHER);
        command.args(["verify", "--every", "100", "--config"]).arg(config);
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        Watcher(process.unwrap())
    }
}

/// `usher verify --every 100`, running.
pub struct Watcher(Child);

/// What a watcher saw.
pub struct Watched {
    /// All it printed.
    pub said: String,
    /// How often it looked.
    pub looks: u64,
    /// From the beginning of the first look to the end of the last.
    pub milliseconds: u64,
    /// Of those, the milliseconds that it looked.
    pub looking: u64,
}

impl Watcher {
    /// Ends it.
    pub fn end(mut self) -> Watched {
        drop(self.0.stdin.take());
        let mut said = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        let figure = |name: &str| -> u64 {
            let figures = said.lines().last().unwrap_or_default().split(", ");
            let found = figures.filter_map(|figure| figure.split_once(": ")).find(|(of, _)| *of == name);
            found.unwrap_or_else(|| panic!("no {name} in {said}")).1.parse().unwrap()
        };
        let [looks, milliseconds, looking] = ["looks", "milliseconds", "looking"].map(figure);
        // It fails where it found a breach, which the caller judges by what it printed.
        self.0.wait().unwrap();
        Watched { said, looks, milliseconds, looking }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

impl Node {
    /// Starts it and waits for its first answer.
    fn start(config: PathBuf) -> Self {
        let text = fs::read_to_string(&config).unwrap();
        let address: SocketAddr = text.split('"').nth(1).unwrap().parse().unwrap();
        let mut command = Command::new(USHER);
        command.arg("serve").arg("--config").arg(config).stdin(Stdio::null()).stdout(Stdio::null());
        let mut node = Self { address, process: command.spawn().unwrap() };
        while !is_answering(address) {
            assert_eq!(node.process.try_wait().unwrap(), None, "`usher serve` ended");
            thread::sleep(Duration::from_millis(10));
        }
        node
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

fn end(process: &mut Child) {
    // One that ended already cannot be killed, and need not be.
    let _ = process.kill();
    let _ = process.wait();
}

fn is_answering(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn configuration(address: SocketAddr, folder: &TempDir, url: &str) -> String {
    let data = folder.path().join("data");
    format!(
        r#"
        server.listen = "{address}"
        server.public_url = "https://nodes.example"
        server.data_dir = {data:?}
        database.url = "{url}"
        identity.builtin.enabled = true
        log.level = "error"
        [[identity.tenant]]
        id = "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11"
        name = "Nodes"
        "#
    )
}
