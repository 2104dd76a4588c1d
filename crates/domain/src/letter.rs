//! The letters people get.

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterKind {
    /// You are registered; here is your link.
    Confirmation,
    /// Your registration is canceled.
    Cancellation,
}

impl LetterKind {
    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Cancellation => "cancellation",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Confirmation, Self::Cancellation].into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the letter still says something true to a registrant in that state: nobody who canceled is
    /// told that they are registered.
    pub fn is_true_for(self, is_registered: bool) -> bool {
        match self {
            Self::Confirmation => is_registered,
            Self::Cancellation => !is_registered,
        }
    }
}
