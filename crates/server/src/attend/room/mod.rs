//! Rooms that ask who is coming: known by a meeting's join address, entered by an address made for one person.

mod bigbluebutton;
mod jitsi;

use domain::TenantId;
use jiff::Timestamp;
use url::Url;

pub use bigbluebutton::BigBlueButton;
pub use jitsi::Jitsi;

use crate::config;

/// The rooms that the configuration names.
#[derive(Clone, Debug, Default)]
pub struct Rooms(Vec<(Option<TenantId>, Provider)>);

#[derive(Clone, Debug)]
enum Provider {
    Jitsi(Jitsi),
    BigBlueButton(BigBlueButton),
}

/// One room, which will let in whoever comes with an address of [`Room::entry`].
#[derive(Debug)]
pub struct Room<'a> {
    provider: &'a Provider,
    address: Url,
    /// As it stands in the address.
    name: String,
}

/// Who is coming.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'a> {
    /// The same for one person however often they come, and for nobody else.
    pub id: &'a str,
    /// What the others in the room read.
    pub name: &'a str,
    /// The address, where it is known.
    pub email: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
    /// Until when the entry may be used.
    pub until: Timestamp,
}

impl Rooms {
    /// As configured. What is configured for one organisation goes before what is for all.
    pub fn from_config(join: &config::Join) -> Self {
        let jitsi = join.jitsi.iter().map(|it| (it.tenant, Provider::Jitsi(Jitsi::from_config(it))));
        let bigbluebutton = join.bigbluebutton.iter();
        let bigbluebutton =
            bigbluebutton.map(|it| (it.tenant, Provider::BigBlueButton(BigBlueButton::from_config(it))));
        let mut rooms: Vec<_> =
            jitsi.chain(bigbluebutton).map(|(tenant, provider)| (tenant.map(TenantId), provider)).collect();
        rooms.sort_by_key(|(tenant, _)| tenant.is_none());
        Self(rooms)
    }

    /// The room at a meeting's join address; `None` where that is an address like any other.
    pub fn find(&self, tenant: TenantId, address: &str) -> Option<Room<'_>> {
        let address = Url::parse(address).ok()?;
        self.0.iter().filter(|(of, _)| of.is_none_or(|of| of == tenant)).find_map(|(_, provider)| {
            let base = match provider {
                Provider::Jitsi(jitsi) => jitsi.base(),
                Provider::BigBlueButton(bigbluebutton) => bigbluebutton.base(),
            };
            let name = below(base, &address)?;
            Some(Room { provider, address: address.clone(), name })
        })
    }
}

impl Room<'_> {
    /// The address by which this visitor comes in, and nobody else should. `None` if it could not be made.
    pub fn entry(&self, visitor: &Visitor<'_>) -> Option<String> {
        match self.provider {
            Provider::Jitsi(jitsi) => jitsi.entry(&self.address, &self.name, visitor),
            Provider::BigBlueButton(bigbluebutton) => bigbluebutton.entry(&self.name, visitor),
        }
    }
}

/// The one segment that an address has below a base.
fn below(base: &Url, address: &Url) -> Option<String> {
    let path = address.path().strip_prefix(base.path().trim_end_matches('/'))?.strip_prefix('/')?;
    let name = path.strip_suffix('/').unwrap_or(path);
    let is_one = base.origin() == address.origin() && !name.is_empty() && !name.contains('/');
    is_one.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_one_segment_below_its_server() {
        let url = |text: &str| Url::parse(text).expect("a sample address");

        for (base, address, name) in [
            ("https://meet.example", "https://meet.example/Ferry", Some("Ferry")),
            ("https://meet.example/", "https://MEET.example:443/Ferry/?a=b#c", Some("Ferry")),
            ("https://meet.example/team", "https://meet.example/team/Ferry", Some("Ferry")),
            ("https://meet.example/team", "https://meet.example/teams/Ferry", None),
            ("https://meet.example/team", "https://meet.example/Ferry", None),
            ("https://meet.example", "https://meet.example/", None),
            ("https://meet.example", "https://meet.example/team/Ferry", None),
            ("https://meet.example", "https://meet.example.org/Ferry", None),
            ("https://meet.example", "http://meet.example/Ferry", None),
            ("https://meet.example", "https://meet.example:8443/Ferry", None),
        ] {
            assert_eq!(below(&url(base), &url(address)).as_deref(), name, "{address} below {base}");
        }
    }
}
