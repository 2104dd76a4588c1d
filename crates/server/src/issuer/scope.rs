//! The `scope` parameter.

use domain::caller::{Role, Scope};

use super::oauth_error::OauthError;

/// What the `scope` parameter asks for.
pub(super) struct Asked<'a> {
    /// An id token.
    pub(super) openid: bool,
    /// All the application may have: `.default`, or nothing asked at all.
    everything: bool,
    names: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// Reads the parameter. What stands before the last slash names a resource; ours is the only one, so it is
    /// not compared: clients may go on saying `https://graph.microsoft.com/.default`.
    pub(super) fn parse(parameter: &'a str) -> Self {
        let mut asked = Self { openid: false, everything: parameter.trim().is_empty(), names: Vec::new() };
        for word in parameter.split_ascii_whitespace() {
            match word {
                "openid" => asked.openid = true,
                // What they stand for is in every token, or never given.
                "profile" | "email" | "offline_access" => {}
                _ => match word.rsplit('/').next().unwrap_or(word) {
                    ".default" => asked.everything = true,
                    name => asked.names.push(name),
                },
            }
        }
        asked
    }

    /// The delegated permissions to give, out of those the application may ask for.
    pub(super) fn scopes(&self, allowed: &[Scope]) -> Result<Vec<Scope>, OauthError> {
        self.pick(allowed, Scope::from_name)
    }

    /// The application permissions to give, out of those it has.
    pub(super) fn roles(&self, allowed: &[Role]) -> Result<Vec<Role>, OauthError> {
        self.pick(allowed, Role::from_name)
    }

    fn pick<T: Copy + PartialEq>(
        &self,
        allowed: &[T],
        from_name: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, OauthError> {
        let mut picked = if self.everything { allowed.to_vec() } else { Vec::new() };
        for name in &self.names {
            let permission = from_name(name).filter(|permission| allowed.contains(permission));
            let permission = permission.ok_or_else(OauthError::invalid_scope)?;
            if !picked.contains(&permission) {
                picked.push(permission);
            }
        }
        Ok(picked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [Scope; 2] = [Scope::MeetingsRead, Scope::MeetingsReadWrite];

    fn check(parameter: &str, expected: Option<&[Scope]>) {
        let given = Asked::parse(parameter).scopes(&ALLOWED).ok();

        assert_eq!(given.as_deref(), expected, "{parameter:?}");
    }

    #[test]
    fn scopes_are_read_in_every_spelling_and_never_exceed_what_is_allowed() {
        check("", Some(&ALLOWED));
        check("https://graph.microsoft.com/.default", Some(&ALLOWED));
        check("api://usher/.default openid", Some(&ALLOWED));
        check("OnlineMeetings.Read", Some(&ALLOWED[..1]));
        check("https://meet.example/OnlineMeetings.ReadWrite offline_access", Some(&ALLOWED[1..]));
        check("OnlineMeetings.Read OnlineMeetings.Read", Some(&ALLOWED[..1]));
        check("openid profile email", Some(&[]));
        check("User.Read", None);
        check("OnlineMeetings.Read Whatever", None);
    }
}
