//! Change notifications: who may have how many, and where they may be sent.

use std::time::Duration;

use super::reading::{Flag, IpNetwork, ListOf, Seconds, Whole, default, optional, section};
use crate::client_address::Network;

section! {
    /// Change notifications: [change-notifications.md](change-notifications.md) has the whole of them. They are sent to
    /// addresses that applications name, so only public ones are called unless this section says otherwise.
    Subscriptions {
        /// How many subscriptions an application may have in one organisation; of signed-in people each by themselves.
        per_app: u32 = default(Whole::new(0..=1_000_000, "subscriptions"), "1000");
        /// How many subscriptions an organisation may have.
        per_tenant: u32 = default(Whole::new(0..=1_000_000, "subscriptions"), "10000");
        /// Networks of your own that notifications may be sent to although they are not public.
        allowed_networks: Option<Vec<Network>> = optional(ListOf(IpNetwork), "public addresses alone", "10.20.0.0/16,fd12:3456::/48");
        /// Whether notifications may be sent by plain `http` to this very machine: for a demonstration or a test.
        http_to_loopback: bool = default(Flag, "false");
        /// How long a receiver may take to answer.
        timeout as "timeout_seconds": Duration = default(Seconds(1..=30), "10");
    }
}
