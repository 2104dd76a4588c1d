//! What befalls the service where a disk is full.

use std::thread;
use std::time::{Duration, Instant};

use testpg::Server;

use super::disk::Disk;
use super::http::{Answer, Client};
use super::load::{Crowd, Recovery};
use super::service::{Service, trouble};
use super::stage::sqlite;
use crate::run::Failure;

/// Settings of a server whose log of transactions takes new room with every file and gives none back while it runs: what a
/// checkpoint gave back would be room on a full disk. And it stays down when one of its processes has ended for want of room.
/// By default it would start anew at once, without the room that it ended for, and perhaps again and again.
pub(super) const GROWING: [&str; 4] =
    ["wal_recycle=off", "max_wal_size=1GB", "checkpoint_timeout=1h", "restart_after_crash=off"];

/// How many have to be told that the disk is full, and how long that may take.
const REFUSALS: u64 = 20;
const SLOWEST_REFUSAL: Duration = Duration::from_secs(40);
/// How long the server may go on in what it has of its log: the file at work, and one that may lie ready.
const SLOWEST_END: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(10);

/// The disk under the database: writes are refused, reads go on, and room is all that is needed.
pub(super) fn disk(
    service: &Service,
    server: Option<&mut Server>,
    disk: &Disk,
    crowd: &Crowd,
) -> Result<Recovery, Failure> {
    if server.is_none() {
        // The log of transactions keeps the room that it once had: it is given back, so that the next commit needs some.
        sqlite(service, "PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    crowd.watch();
    disk.fill()?;
    wait_for_refusals(crowd)?;
    let list = read_list(service)?;
    if list.status != 200 {
        return Err(Failure(format!("on a full disk the list gave {}: {:.200}", list.status, list.body)));
    }
    disk.make_room()?;
    crowd.watch();
    if let Some(server) = server {
        // It may have ended, if it found no room for a checkpoint: its supervisor starts it again.
        server.start().map_err(Failure)?;
    }
    crowd.recovered(Instant::now())
}

/// The disk under PostgreSQL's log of transactions: the server ends, and with it reading as well. Room alone does not mend
/// that: its supervisor starts it.
pub(super) fn wal(
    service: &Service,
    server: &mut Server,
    disk: &Disk,
    crowd: &Crowd,
) -> Result<Recovery, Failure> {
    disk.fill()?;
    let start = Instant::now();
    while server.is_running() {
        if start.elapsed() > SLOWEST_END {
            return Err(Failure(format!("the disk was full for {SLOWEST_END:?} and PostgreSQL goes on")));
        }
        thread::sleep(LOOK);
    }
    crowd.watch();
    wait_for_refusals(crowd)?;
    let list = read_list(service)?;
    if list.status != 503 || !list.has_retry_after {
        return Err(Failure(format!("without PostgreSQL the list gave {}: {:.200}", list.status, list.body)));
    }
    disk.make_room()?;
    crowd.watch();
    server.start().map_err(Failure)?;
    crowd.recovered(Instant::now())
}

fn wait_for_refusals(crowd: &Crowd) -> Result<(), Failure> {
    if crowd.refused(REFUSALS, SLOWEST_REFUSAL) {
        return Ok(());
    }
    Err(Failure(format!("the disk was full for {SLOWEST_REFUSAL:?} and nobody was told so")))
}

/// The beginning of the list.
fn read_list(service: &Service) -> Result<Answer, Failure> {
    let path = format!("{}?$top=1", service.registrants);
    let answer = Client::new(service.address(), &service.token).get(&path);
    answer.map_err(trouble("reading while a disk is full"))
}
