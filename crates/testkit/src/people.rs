//! The people of the tests.

use domain::caller::Profile;
use domain::person::DirectoryPerson;
use domain::{PersonId, TenantId};
use uuid::Uuid;

/// An application of the first tenant. It has no policy until a test grants one.
pub const APP: &str = "5d1e7c90-48a2-4f6b-9c33-e07b6a1f2d84";

const RIVERBEND: TenantId = TenantId(Uuid::from_u128(0x6f0d_2c58_3b1e_4a77_9c24_8d51_b0e7_f3a2));
const NORTHGATE: TenantId = TenantId(Uuid::from_u128(0xb7a1_90e4_5d3c_4c18_8e6f_24c9_d1f0_537a));

/// A person of a directory.
#[derive(Clone, Debug)]
pub struct TestPerson {
    /// Their organisation.
    pub tenant: TenantId,
    /// Their object id.
    pub id: PersonId,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub surname: String,
    /// Mail address and user principal name.
    pub mail: String,
    /// Whether the account may be used.
    pub is_active: bool,
}

/// Who is in the directory of every test.
#[derive(Clone, Debug)]
pub struct People {
    /// Organizes; of the first tenant.
    pub ines: TestPerson,
    /// Her colleague.
    pub tomas: TestPerson,
    /// Another organizer of the first tenant.
    pub bram: TestPerson,
    /// Organizes in the second tenant.
    pub sanna: TestPerson,
}

impl Default for People {
    fn default() -> Self {
        let at_home = |n, given, surname| TestPerson::new(RIVERBEND, n, given, surname, "riverbend.example");
        Self {
            ines: at_home(0x2b9e_61d4_70cf_4e0b_8a35_c1f7_d92e_4460, "Ines", "Calloway"),
            tomas: at_home(0xa4c8_3f17_52d6_4b9e_b0e1_3f6a_7d28_c915, "Tomas", "Virtanen"),
            bram: at_home(0x0f6d_8b32_91ce_4a57_a7d4_68e5_2c13_f09b, "Bram", "Oyelaran"),
            sanna: TestPerson::new(
                NORTHGATE,
                0xe390_47ad_16fb_4d82_95c0_7ab3_8d64_21ef,
                "Sanna",
                "Okafor",
                "northgate.example",
            ),
        }
    }
}

impl People {
    /// Everybody.
    pub fn all(&self) -> [&TestPerson; 4] {
        [&self.ines, &self.tomas, &self.bram, &self.sanna]
    }
}

impl TestPerson {
    fn new(tenant: TenantId, id: u128, given_name: &str, surname: &str, domain: &str) -> Self {
        Self {
            tenant,
            id: PersonId(Uuid::from_u128(id)),
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            mail: format!("{given_name}.{surname}@{domain}").to_lowercase(),
            is_active: true,
        }
    }

    pub(crate) fn profile(&self) -> Profile {
        Profile {
            given_name: Some(self.given_name.clone()),
            surname: Some(self.surname.clone()),
            mail: Some(self.mail.clone()),
            display_name: Some(format!("{} {}", self.given_name, self.surname)),
            upn: Some(self.mail.clone()),
        }
    }

    pub(crate) fn directory_entry(&self) -> DirectoryPerson {
        DirectoryPerson {
            id: Some(self.id),
            upn: self.mail.clone(),
            mail: Some(self.mail.clone()),
            given_name: Some(self.given_name.clone()),
            surname: Some(self.surname.clone()),
            display_name: Some(format!("{} {}", self.given_name, self.surname)),
            language: None,
            is_active: self.is_active,
        }
    }
}
