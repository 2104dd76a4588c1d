//! What the machine says of itself and of a process: Linux's `/proc`.

use std::fs;
use std::path::Path;

/// In which CPU time is counted: always a hundredth of a second towards programs on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processes that a measurement is about, by their ids.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watched {
    /// The server that takes the load.
    pub(super) server: Option<u32>,
    /// The first process of PostgreSQL; every other one is its child.
    pub(super) postmaster: Option<u32>,
}

/// CPU time spent up to now, in seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct CpuTime {
    /// How long the machine has been up meanwhile.
    pub(super) passed: f64,
    /// By everything on the machine.
    pub(super) machine: f64,
    /// By this process and those that it started and saw end.
    pub(super) own: f64,
    /// By the server.
    pub(super) server: f64,
    /// By PostgreSQL.
    pub(super) database: f64,
}

impl CpuTime {
    /// Now.
    pub(super) fn now(watched: Watched) -> Self {
        let server = watched.server.map(|id| spent(&read(format!("/proc/{id}/stat"))));
        Self {
            passed: read("/proc/uptime")
                .split(' ')
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            machine: machine_seconds(&read("/proc/stat")),
            own: spent_with_children(&read("/proc/self/stat")),
            server: server.unwrap_or_default(),
            database: watched.postmaster.map_or(0.0, family_seconds),
        }
    }

    /// What was spent since `before`.
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            passed: self.passed - before.passed,
            machine: self.machine - before.machine,
            own: self.own - before.own,
            server: self.server - before.server,
            database: self.database - before.database,
        }
    }

    /// How many cores everybody else kept busy: above a quarter of one, figures are not to be trusted.
    pub(super) fn strangers(self) -> f64 {
        let spent = (self.machine - self.own - self.server - self.database).max(0.0);
        spent / self.passed.max(1.0 / TICKS_PER_SECOND)
    }
}

/// The parent of a process of PostgreSQL; `None` when there is none of that id on this machine.
pub(super) fn postmaster_of(process: u32) -> Option<u32> {
    let name = read(format!("/proc/{process}/comm"));
    if name.trim() == "postgres" { parent(&read(format!("/proc/{process}/stat"))) } else { None }
}

/// What a process and its children spent, those that ended included.
fn family_seconds(first: u32) -> f64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = processes.map(|process| read(process.path().join("stat")));
    let children: f64 = stats.filter(|stat| parent(stat) == Some(first)).map(|stat| spent(&stat)).sum();
    children + spent_with_children(&read(format!("/proc/{first}/stat")))
}

/// Memory of a process that is in RAM now, in megabytes (of 1024 × 1024 bytes).
pub(super) fn resident_megabytes(process: u32) -> Option<f64> {
    let kilobytes: f64 =
        field(&read(format!("/proc/{process}/status")), "VmRSS")?.split(' ').next()?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}

/// Cores, model, memory and kernel in one line.
pub(super) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = read("/proc/cpuinfo");
    let model = field(&cpu, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let kilobytes = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let memory = kilobytes.unwrap_or_default() / 1_048_576.0;
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {model}, {memory:.0} GiB, Linux {}", kernel.trim())
}

/// The kind of file system that holds a folder. On `tmpfs` nothing is ever on disk, and nothing is measured.
pub(super) fn file_system(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = read("/proc/mounts");
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = mounts.filter(|(point, _)| folder.starts_with(point)).max_by_key(|(point, _)| point.len());
    holding.map(|(_, kind)| kind.to_owned())
}

/// What cannot be read reads as nothing: figures for people to look at, not to decide on.
fn read(file: impl AsRef<Path>) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn field(text: &str, name: &str) -> Option<String> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find_map(|(key, value)| (key.trim() == name).then(|| value.trim().to_owned()))
}

/// The words behind the second one, which is a name that may hold spaces.
fn words(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, words)| words).split_whitespace()
}

fn parent(stat: &str) -> Option<u32> {
    words(stat).nth(1)?.parse().ok()
}

/// User and system time are words 14 and 15.
fn spent(stat: &str) -> f64 {
    words(stat).skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

/// Those of children that ended and were waited for follow.
fn spent_with_children(stat: &str) -> f64 {
    words(stat).skip(11).take(4).filter_map(|word| word.parse::<f64>().ok()).sum::<f64>() / TICKS_PER_SECOND
}

/// User, nice, system, then idle and waiting for a disk (which are left out), then interrupts.
fn machine_seconds(stat: &str) -> f64 {
    let words = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
    [0, 1, 2, 5, 6].iter().filter_map(|n| ticks.get(*n)).sum::<f64>() / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_whatever_the_process_is_called() {
        let stat = "42 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 7 7";

        assert_eq!((spent(stat), spent_with_children(stat)), (2.0, 2.14));
        assert_eq!(spent(""), 0.0);
        assert_eq!((parent(stat), parent("")), (Some(1), None));
    }

    #[test]
    fn a_process_that_is_not_of_postgresql_has_no_postmaster() {
        assert_eq!(postmaster_of(std::process::id()), None);
        assert_eq!(postmaster_of(0), None);
    }

    #[test]
    fn an_idle_machine_spends_nothing() {
        assert_eq!(machine_seconds("cpu  100 0 50 9000 800 0 50 0 0 0\ncpu0 1 1 1"), 2.0);
        assert_eq!(machine_seconds("cpu  0 0 0 9000 800 0 0 0 0 0"), 0.0);
    }

    #[test]
    fn this_process_has_memory_and_this_folder_a_file_system() {
        assert!(resident_megabytes(std::process::id()).unwrap() > 0.5);
        assert!(file_system(Path::new("/proc")).is_some_and(|kind| kind == "proc"));
        assert!(describe().contains("Linux"));
    }
}
