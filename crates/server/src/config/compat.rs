//! Where old clients need old behaviour.

use std::marker::PhantomData;

use url::Url;

use super::reading::{Choice, Named, Web, default, optional, section};

section! {
    /// Where a client was built against behaviour that is no longer the best.
    Compat {
        /// `strict`: a permission to read cannot write. `seed`: `OnlineMeetings.Read` and `OnlineMeetings.Read.All`
        /// may also create a registration, as the first published documents had it.
        permissions: Permissions = default(Choice(PhantomData), "strict");
        /// `filled`: a list of registrants gives the organizer `questionId` and `joinWebUrl`. `2021`: they are
        /// null, as the old service sent them.
        lists: Lists = default(Choice(PhantomData), "filled");
        /// Start of every `@odata.context`, up to and including the version.
        metadata_root: Option<Url> = optional(Web::Base, "`server.public_url` and the version that was asked for",
            "https://graph.microsoft.com/beta");
    }
}

/// Which permissions may create a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// Those that write.
    Strict,
    /// Those that read, too.
    Seed,
}

impl Named for Permissions {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Strict, "strict"), (Self::Seed, "seed")];
}

/// What a list of registrants tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// Everything.
    Filled,
    /// Nulls where the old service had them.
    Of2021,
}

impl Named for Lists {
    const NAMES: &'static [(Self, &'static str)] = &[(Self::Filled, "filled"), (Self::Of2021, "2021")];
}
