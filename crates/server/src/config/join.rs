//! The join gate, and the rooms behind it.

use std::time::Duration;

use url::Url;
use uuid::Uuid;

use super::reading::{
    Flag, Minutes, Password, Secret, Text, UuidText, Web, default, derived, list, optional, required, section,
};

section! {
    /// The gate between a join link and the meeting. [join-gate.md](join-gate.md) has the whole of it.
    Join {
        /// Start of every join link. Whatever answers there has to hand the request to Usher.
        base_url: Url = derived(Web::Base, "`server.public_url`", "https://join.example.org",
            |scope| scope.elsewhere(&Web::Root, "server", "public_url"));
        /// How long before the start of a meeting its door opens.
        opens_before as "opens_minutes_before": Duration = default(Minutes(0..=1440), "15");
        /// Let one device in at a time with a personal link. People then press a button on a page instead of being sent
        /// on at once, because programs that look into mails follow links, and none of them presses a button.
        one_device: bool = default(Flag, "false");
        /// How long a device counts as being in after it passed the gate; only read with `one_device`.
        device as "device_minutes": Duration = default(Minutes(1..=1440), "5");
        /// The sections `[[join.jitsi]]`.
        jitsi: Vec<Jitsi> = list();
        /// The sections `[[join.bigbluebutton]]`.
        bigbluebutton: Vec<BigBlueButton> = list();
    }
}

section! {
    /// A Jitsi server that asks for tokens. Meetings whose `joinUrl` is a room of it are entered with one.
    Jitsi {
        /// The organisation whose meetings take place there.
        tenant: Option<Uuid> = optional(UuidText, "every organisation's", "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        /// What stands before the room's name in its address.
        url: Url = required(Web::Base, "https://meet.example.org");
        /// The `app_id` of its token authentication.
        app_id: String = required(Text("the app id"), "usher");
        /// The `app_secret` of its token authentication.
        app_secret: Secret = required(Password, "a secret of 32 characters or more");
        /// The audience that it accepts, `aud`.
        audience: String = derived(Text("an audience"), "`app_id`", "jitsi",
            |scope| scope.here(&Text("the app id"), "app_id"));
        /// What the tokens are for, `sub`: its domain, or a tenant of it.
        subject: String = derived(Text("a domain"), "the host of `url`", "meet.example.org",
            |scope| scope.here(&Web::Base, "url")?.host_str().map(str::to_owned));
        /// Tell the server people's e-mail addresses. Jitsi shows them to everybody in the room.
        share_email: bool = default(Flag, "false");
    }
}

section! {
    /// A BigBlueButton server. Meetings whose `joinUrl` is `url`, a slash and a meeting id of it are entered by a signed
    /// call.
    BigBlueButton {
        /// The organisation whose meetings take place there.
        tenant: Option<Uuid> = optional(UuidText, "every organisation's", "2f1d0c5e-7a57-4b5e-9d0b-6c1f0a6f7d11");
        /// Its address as `bbb-conf --secret` prints it.
        url: Url = required(Web::Base, "https://bbb.example.org/bigbluebutton");
        /// Its shared secret, as `bbb-conf --secret` prints it.
        secret: Secret = required(Password, "a secret");
    }
}
