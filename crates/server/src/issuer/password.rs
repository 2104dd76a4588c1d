//! Passwords and client secrets.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Longer ones are taken for wrong.
const MAX_PASSWORD_BYTES: usize = 1024;

/// How many are compared at a time: each takes 19 MiB and some 20 ms of a core.
const AT_A_TIME: usize = 2;
/// How many wait for it at most: the last of them for some three seconds.
const LONGEST_QUEUE: usize = 256;

/// A password could not be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordFault;

impl std::fmt::Display for PasswordFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the password cannot be hashed, it may be at most {MAX_PASSWORD_BYTES} bytes long")
    }
}

impl std::error::Error for PasswordFault {}

/// Hashes a password or client secret for keeping: argon2id with 19 MiB, 2 passes, 1 lane, as a PHC text.
/// `salt` must be random. Takes some 20 ms of a core.
pub fn hash_password(password: &str, salt: [u8; 16]) -> Result<String, PasswordFault> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(PasswordFault);
    }
    hash(password.as_bytes(), &salt)
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, PasswordFault> {
    let hash: PasswordHash =
        Argon2::default().hash_password_with_salt(password, salt).map_err(|_| PasswordFault)?;
    Ok(hash.to_string())
}

/// The right to compare one password.
pub(super) struct Turn(Arc<OwnedSemaphorePermit>);

/// Compares passwords, and takes as long when there is nothing to compare with.
pub(super) struct Passwords {
    decoy: String,
    turns: Arc<Semaphore>,
    /// Places for those who wait.
    queue: Semaphore,
}

impl Passwords {
    /// The decoy is a hash of nothing: `random` bytes where a hash would stand, which cost as much to compare
    /// with and nothing to make.
    pub(super) fn new(random: [u8; 32], salt: [u8; 32]) -> Self {
        let params = Argon2::default().params().clone();
        let decoy = format!(
            "$argon2id$v=19$m={},t={},p={}${}${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            STANDARD_NO_PAD.encode(&salt[..16]),
            STANDARD_NO_PAD.encode(random),
        );
        Self { decoy, turns: Arc::new(Semaphore::new(AT_A_TIME)), queue: Semaphore::new(LONGEST_QUEUE) }
    }

    /// Waits for a turn, in the order of asking; none where too many wait already. It ends when the turn is dropped and
    /// nothing is compared any longer.
    pub(super) async fn turn(&self) -> Option<Turn> {
        let _place = self.queue.try_acquire().ok()?;
        // Nobody closes the semaphore.
        let permit = self.turns.clone().acquire_owned().await.ok()?;
        Some(Turn(Arc::new(permit)))
    }

    /// Whether the password is right. Without a hash it is wrong, at the same cost.
    pub(super) async fn fits(&self, turn: &Turn, hash: Option<String>, password: String) -> bool {
        let real = hash.is_some() && password.len() <= MAX_PASSWORD_BYTES;
        let password = if real { password } else { String::new() };
        let hash = hash.filter(|_| real).unwrap_or_else(|| self.decoy.clone());
        // Whoever hangs up meanwhile does not stop the work, and the turn is not over before it.
        let held = Arc::clone(&turn.0);
        let compared = tokio::task::spawn_blocking(move || {
            let fits = compare(&hash, &password);
            drop(held);
            fits
        });
        compared.await.unwrap_or(false) && real
    }
}

fn compare(hash: &str, password: &str) -> bool {
    match PasswordHash::new(hash) {
        Ok(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        Err(_) => {
            tracing::error!("a stored password hash cannot be read, nobody can sign in with it");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_costs_what_a_real_hash_costs() {
        let real = hash_password("a password of some length", [1; 16]).unwrap();
        let decoy = Passwords::new([2; 32], [3; 32]).decoy;

        let shape = |hash: &str| {
            let parts: Vec<&str> = hash.split('$').collect();
            (parts[..4].join("$"), parts[4].len(), parts[5].len())
        };
        assert_eq!(shape(&decoy), shape(&real));
        assert!(PasswordHash::new(&decoy).is_ok());
        assert!(compare(&real, "a password of some length") && !compare(&decoy, ""));
    }
}
