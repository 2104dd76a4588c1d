//! A client that says what it is told to, byte by byte.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{interval, timeout};

/// What takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two bytes of a client that dawdles.
const PACE: Duration = Duration::from_millis(100);

/// One connection.
pub struct Client(BufReader<TcpStream>);

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Client {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        Self::open_from(Ipv4Addr::LOCALHOST.into(), address).await
    }

    /// Connects from another address of this machine.
    pub async fn open_from(own: IpAddr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((own, 0).into()).unwrap();
        Self(BufReader::new(socket.connect(address).await.unwrap()))
    }

    /// Sends a text.
    pub async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// Sends a text and nothing more ever.
    pub async fn say_at_last(&mut self, text: &str) {
        self.say(text).await;
        self.0.shutdown().await.unwrap();
    }

    /// Sends what the other side is ready to take of a text, and how much that was.
    pub async fn press(&mut self, text: &str) -> usize {
        let mut sent = 0;
        while let Ok(Ok(taken)) = timeout(PACE, self.0.write(&text.as_bytes()[sent..])).await {
            sent += taken;
            if sent == text.len() {
                break;
            }
        }
        sent
    }

    /// Sends a byte now and then, until the other side says something or hangs up.
    pub async fn dawdle(&mut self) {
        let (receive, mut send) = self.0.get_mut().split();
        let mut pace = interval(PACE);
        let dawdle = async {
            loop {
                tokio::select! {
                    heard = receive.readable() => return heard.unwrap(),
                    _ = pace.tick() => if send.write_all(b"x").await.is_err() { return },
                }
            }
        };
        timeout(PATIENCE, dawdle).await.expect("a client that dawdles is heard out for ever");
    }

    /// The next answer.
    pub async fn answer(&mut self) -> Answer {
        timeout(PATIENCE, self.read()).await.expect("no answer")
    }

    /// Whether no answer is there for a moment.
    pub async fn is_kept_waiting(&mut self) -> bool {
        timeout(3 * PACE, self.0.get_ref().readable()).await.is_err()
    }

    /// What still comes before the other side hangs up.
    pub async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // A connection that was reset has ended as well.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("the connection stays open");
        String::from_utf8(rest).unwrap()
    }

    async fn read(&mut self) -> Answer {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.expect("an answer has a head"));
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: String::from_utf8(body).unwrap() }
    }
}
