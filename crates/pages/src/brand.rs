//! What an organisation's pages show of it.

/// What an organisation's pages show of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// Its name, which stands in the head of a page where there is no logo, or where that cannot be seen.
    pub name: String,
    /// Its logo.
    pub logo: Option<Logo>,
    /// Where the style sheet with its colours is; see [`crate::Accents::stylesheet`].
    pub stylesheet: Option<String>,
}

/// A picture in the head of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// Where it is.
    pub path: String,
    /// Its width in pixels, so that the page does not move when it comes.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}
