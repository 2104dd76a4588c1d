//! What an organisation's pages and letters have of their own: its zone, its look, and what it asks people to agree to.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Consent, ConsentVersion, FieldProblem, MailQuota, ProblemCode, TenantId};
use pages::{Accents, Brand, Language, Logo, Zones};
use sha2::{Digest, Sha256};

use crate::config::{Config, Tenant};
use crate::picture::Picture;
use crate::start::StartProblem;

/// Every organisation's own. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Houses {
    houses: Arc<HashMap<TenantId, House>>,
    plain: Arc<House>,
}

/// What one organisation has of its own; by default nothing.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// The IANA zone of its meetings.
    pub zone: Option<String>,
    /// What its pages show of it.
    pub brand: Brand,
    /// Its colours.
    pub accents: Option<Accents>,
    /// The style sheet with them.
    pub stylesheet: Option<String>,
    /// Its logo.
    pub logo: Option<Picture>,
    /// How many letters it may have sent in a day.
    pub mail_quota: Option<MailQuota>,
    /// What people agree to when they register on its pages; none where it asks for nothing.
    pub wordings: Vec<Wording>,
}

/// What people are asked to agree to, in one language.
#[derive(Clone, Debug)]
pub struct Wording {
    /// Whom it is for; `None` for everybody.
    pub language: Option<Language>,
    /// What it says.
    pub consent: Consent,
    /// What it is called by.
    pub version: ConsentVersion,
}

/// Where an organisation's logo and style sheet are. The end of the address changes with what is there.
pub const LOGO_ROUTE: &str = "/assets/{tenant}/logo";
/// See [`LOGO_ROUTE`].
pub const COLOURS_ROUTE: &str = "/assets/{tenant}/colours.css";

impl Houses {
    /// As configured; also reads the logos.
    pub fn from_config(config: &Config) -> Result<Self, StartProblem> {
        let read = |tenant: &Tenant| Ok((TenantId(tenant.id), House::from_config(tenant)?));
        let houses: Result<HashMap<_, _>, String> = config.identity.tenants.iter().map(read).collect();
        Ok(Self { houses: Arc::new(houses.map_err(StartProblem)?), plain: Arc::default() })
    }

    /// The organisation's.
    pub fn of(&self, tenant: TenantId) -> &House {
        self.houses.get(&tenant).unwrap_or(&self.plain)
    }

    /// Every organisation that has something of its own.
    pub fn iter(&self) -> impl Iterator<Item = (TenantId, &House)> {
        self.houses.iter().map(|(tenant, house)| (*tenant, house))
    }
}

impl House {
    fn from_config(tenant: &Tenant) -> Result<Self, String> {
        let logo = tenant.logo.as_deref().map(Picture::read).transpose()?;
        let accents = tenant.accent.map(Accents::of);
        let stylesheet = accents.map(|accents| accents.stylesheet());
        let address = |route: &str, content: &[u8]| {
            let path = route.replace("{tenant}", &tenant.id.to_string());
            let hash = Sha256::digest(content);
            format!("{path}?v={:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
        };
        let brand = Brand {
            name: tenant.name.clone(),
            logo: logo.as_ref().map(|logo| Logo {
                path: address(LOGO_ROUTE, &logo.bytes),
                width: logo.width,
                height: logo.height,
            }),
            stylesheet: stylesheet.as_ref().map(|text| address(COLOURS_ROUTE, text.as_bytes())),
        };
        let notice_url = tenant.privacy_notice.as_ref().map(|url| url.as_str().to_owned());
        let wording = |text: &crate::config::ConsentText| {
            let language = text.language.as_deref().map(Language::choose);
            let consent = Consent { text: text.text.trim().to_owned(), notice_url: notice_url.clone() };
            Wording { language, version: consent.version(), consent }
        };
        let wordings = tenant.consents.iter().map(wording).collect();
        let mail_quota = tenant.letters_per_day.map(MailQuota);
        Ok(Self { zone: tenant.zone.clone(), brand, accents, stylesheet, logo, mail_quota, wordings })
    }

    /// The zones of its pages for somebody who reads times in `reader`.
    pub fn zones<'a>(&'a self, reader: Option<&'a str>) -> Zones<'a> {
        Zones { reader, registered: None, organizer: self.zone.as_deref() }
    }

    /// What somebody who reads that language is asked to agree to: in their language, else in the one for everybody, else
    /// in whichever there is.
    pub fn wording(&self, language: Language) -> Option<&Wording> {
        let of = |wanted: Option<Language>| self.wordings.iter().find(|wording| wording.language == wanted);
        of(Some(language)).or(of(None)).or(self.wordings.first())
    }

    /// What a form agrees to that sends `version`. A wording that is no longer shown counts for nothing.
    pub fn agreed(&self, version: Option<&str>) -> Result<Option<ConsentVersion>, FieldProblem> {
        if self.wordings.is_empty() {
            return Ok(None);
        }
        let agreed = self.wordings.iter().find(|wording| version == Some(wording.version.as_str()));
        let fault = || {
            let message = "`consent` is missing: nobody is registered who does not agree";
            FieldProblem::new("consent", ProblemCode::Missing, message)
        };
        agreed.map(|wording| Some(wording.version.clone())).ok_or_else(fault)
    }
}
