//! How much may be asked in a minute.

use super::reading::{Whole, default, section};

section! {
    /// How many requests may come to `/beta` and `/v1.0` in a minute; a request in a batch counts as one, and so does each row of a request for many. Beyond that the answer
    /// is 429 with `Retry-After`, and nothing is done. All of a minute's requests may come at once; then they come back evenly.
    /// Each node counts for itself. 0 is no limit.
    Limits {
        /// Of one application in one organisation. Without the name of an application, of one person.
        app_per_minute: u32 = default(Whole::new(0..=100_000_000, "requests"), "300000");
        /// Of one organisation.
        tenant_per_minute: u32 = default(Whole::new(0..=100_000_000, "requests"), "600000");
        /// From one client address, whoever asks, with a token or without; of IPv6 from one /64. Behind a proxy that is not in
        /// `server.trusted_proxies` all clients are one address.
        address_per_minute: u32 = default(Whole::new(0..=100_000_000, "requests"), "300000");
    }
}
