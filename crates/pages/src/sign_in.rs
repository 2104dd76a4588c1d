//! The pages of the built-in issuer, and the page after signing out.

use askama::Template;

use crate::clean;
use crate::frame::{Frame, render};
use crate::language::Language;

/// What the page with the name and the password shows. Its form posts to the page's own address.
#[derive(Clone, Copy, Debug)]
pub struct SignInView<'a> {
    /// The reader's language.
    pub language: Language,
    /// The query of the page's address: the switch of languages keeps it.
    pub query: &'a str,
    /// The application that asks.
    pub app_name: &'a str,
    /// Sent back as the field `request`.
    pub request: &'a str,
    /// The value of `user_name`: what was typed, or hinted at.
    pub user_name: &'a str,
    /// Why the page is shown again.
    pub problem: Option<SignInProblem>,
}

/// Why a sign-in did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Name and password do not belong together.
    Wrong,
    /// There were too many attempts.
    SlowDown,
}

/// The page with the name and the password.
pub fn sign_in_page(view: &SignInView<'_>) -> String {
    let t = view.language.texts();
    let title = if view.problem.is_some() { "issuer-title-problem" } else { "issuer-title" };

    render(&SignIn {
        frame: Frame::keeping(view.query, view.language, t.say(title)),
        app: t.say_with("issuer-for", &[("app", &clean::one_line(view.app_name))]),
        problem: view.problem.map(|problem| {
            t.say(match problem {
                SignInProblem::Wrong => "issuer-wrong",
                SignInProblem::SlowDown => "issuer-slow-down",
            })
        }),
        view,
    })
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    frame: Frame,
    app: String,
    problem: Option<String>,
    view: &'a SignInView<'a>,
}

/// Why nobody can sign in by this request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSignIn {
    /// The address is not one that an application makes.
    Malformed,
    /// No application has that name.
    UnknownApp,
    /// The application was removed meanwhile.
    AppGone,
    /// The application must not have answers sent there.
    UnknownReturn,
    /// The form is not of this issuer, or too old.
    Stale,
    /// A field is missing.
    Incomplete,
    /// The form took too long to arrive.
    Late,
    /// The directory does not answer.
    Away,
}

/// The page that says why.
pub fn no_sign_in_page(language: Language, query: &str, why: NoSignIn) -> String {
    let t = language.texts();
    render(&NoSignInPage {
        frame: Frame::keeping(query, language, t.say("issuer-impossible-title")),
        why: t.say(match why {
            NoSignIn::Malformed => "issuer-malformed",
            NoSignIn::UnknownApp => "issuer-unknown-app",
            NoSignIn::AppGone => "issuer-app-gone",
            NoSignIn::UnknownReturn => "issuer-unknown-return",
            NoSignIn::Stale => "issuer-stale",
            NoSignIn::Incomplete => "issuer-incomplete",
            NoSignIn::Late => "issuer-late",
            NoSignIn::Away => "issuer-away",
        }),
    })
}

#[derive(Template)]
#[template(path = "no_sign_in.html")]
struct NoSignInPage {
    frame: Frame,
    why: String,
}

/// What the page after signing out shows.
#[derive(Clone, Copy, Debug)]
pub struct SignedOutView<'a> {
    /// The reader's language.
    pub language: Language,
    /// The query of the page's address: the switch of languages keeps it.
    pub query: &'a str,
    /// Where their session at the identity provider ends.
    pub provider_url: &'a str,
    /// The page that they came from.
    pub back_url: &'a str,
}

/// The page after signing out, where the identity provider has a session of its own that may go on.
pub fn signed_out_page(view: &SignedOutView<'_>) -> String {
    let title = view.language.texts().say("signed-out-title");
    render(&SignedOut {
        frame: Frame::keeping(view.query, view.language, title),
        there: clean::href(view.provider_url),
        back: clean::href(view.back_url),
    })
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut {
    frame: Frame,
    there: String,
    back: String,
}
