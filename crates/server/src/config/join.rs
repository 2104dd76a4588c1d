//! The join gate.

use std::time::Duration;

use url::Url;

use super::reading::{Minutes, Web, default, derived, section};

section! {
    /// The gate between a join link and the meeting.
    Join {
        /// Start of every join link. Whatever answers there has to hand the request to Usher.
        base_url: Url = derived(Web::Base, "`server.public_url`", "https://join.example.org",
            |scope| scope.elsewhere(&Web::Root, "server", "public_url"));
        /// How long before the start of a meeting its door opens.
        opens_before as "opens_minutes_before": Duration = default(Minutes(0..=1440), "15");
    }
}
