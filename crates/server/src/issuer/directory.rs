//! What the issuer must be told: accounts and applications.

use std::pin::Pin;
use std::sync::Arc;

use domain::caller::{Profile, Role, Scope};
use domain::ids::{AppId, PersonId, TenantId};

/// Someone who can sign in.
#[derive(Clone, Debug)]
pub struct Account {
    /// The person.
    pub person: PersonId,
    /// What their tokens say of them.
    pub profile: Profile,
    /// Made by [`super::hash_password`]; `None` for someone who cannot sign in here.
    pub password_hash: Option<String>,
}

/// A registered application.
#[derive(Clone, Debug)]
pub struct App {
    /// The client id.
    pub id: AppId,
    /// The organisation it belongs to: it signs in that organisation's people only.
    pub tenant: TenantId,
    /// What the sign-in page calls it.
    pub name: String,
    /// Made by [`super::hash_password`]; `None` for an application that cannot keep a secret (a page, a phone).
    pub secret_hash: Option<String>,
    /// Where a sign-in may return to, each compared letter by letter. Empty: nobody signs in.
    pub redirect_uris: Vec<String>,
    /// What it may ask for on behalf of people.
    pub scopes: Vec<Scope>,
    /// What it may ask for itself. Empty: it gets no tokens of its own.
    pub roles: Vec<Role>,
}

/// The directory could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryFault;

type Answer<T> = Pin<Box<dyn Future<Output = Result<Option<T>, DirectoryFault>> + Send>>;

/// Where accounts and applications are found.
#[derive(Clone)]
pub struct Directory {
    account: Arc<dyn Fn(TenantId, String) -> Answer<Account> + Send + Sync>,
    app: Arc<dyn Fn(String) -> Answer<App> + Send + Sync>,
}

impl Directory {
    /// A directory that asks these two functions: for the active account of a user name in an organisation, and
    /// for the application of a client id. A user name comes as it was typed; comparing it is theirs.
    pub fn new<FindAccount, FindApp, A, B>(find_account: FindAccount, find_app: FindApp) -> Self
    where
        FindAccount: Fn(TenantId, String) -> A + Send + Sync + 'static,
        FindApp: Fn(String) -> B + Send + Sync + 'static,
        A: Future<Output = Result<Option<Account>, DirectoryFault>> + Send + 'static,
        B: Future<Output = Result<Option<App>, DirectoryFault>> + Send + 'static,
    {
        Self {
            account: Arc::new(move |tenant, user_name| Box::pin(find_account(tenant, user_name))),
            app: Arc::new(move |client_id| Box::pin(find_app(client_id))),
        }
    }

    pub(super) async fn find_account(
        &self,
        tenant: TenantId,
        user_name: &str,
    ) -> Result<Option<Account>, DirectoryFault> {
        match is_a_name(user_name) {
            true => (self.account)(tenant, user_name.to_owned()).await,
            false => Ok(None),
        }
    }

    pub(super) async fn find_app(&self, client_id: &str) -> Result<Option<App>, DirectoryFault> {
        match is_a_name(client_id) {
            true => (self.app)(client_id.to_owned()).await,
            false => Ok(None),
        }
    }
}

/// A NUL character names nobody, and PostgreSQL takes no text that holds one.
fn is_a_name(text: &str) -> bool {
    !text.contains('\0')
}
