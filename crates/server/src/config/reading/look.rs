use pages::Colour;
use url::Url;

use super::kind::{from_text, quoted};
use super::{Kind, Raw};

/// A time zone by its IANA name.
pub(crate) struct ZoneName;

impl Kind for ZoneName {
    type Value = String;

    fn expects(&self) -> String {
        "a time zone by its IANA name, such as `Europe/Berlin`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<String, String> {
        from_text(self, raw, wire::zone::zone_name)
    }

    fn show(&self, value: &String) -> String {
        quoted(value)
    }
}

/// A colour.
pub(crate) struct HexColour;

impl Kind for HexColour {
    type Value = Colour;

    fn expects(&self) -> String {
        "a colour of six hexadecimal digits such as `#1f5f5b`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Colour, String> {
        from_text(self, raw, Colour::parse)
    }

    fn show(&self, value: &Colour) -> String {
        quoted(&value.to_string())
    }
}

/// An address on the web that people are sent to, encrypted.
pub(crate) struct Secure;

impl Kind for Secure {
    type Value = Url;

    fn expects(&self) -> String {
        "an `https` address such as `https://www.example.org/privacy`".into()
    }

    fn parse(&self, raw: &Raw) -> Result<Url, String> {
        let is_fine = |url: &Url| {
            url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
        };
        from_text(self, raw, |text| Url::parse(text).ok().filter(is_fine))
    }

    fn show(&self, value: &Url) -> String {
        quoted(value.as_str())
    }
}
