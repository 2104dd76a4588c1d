//! `usher apps`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use domain::{AppId, Role, Scope};
use store::RegisteredApplication;

use super::users::hash_password;
use super::{ConfigFile, TenantChoice, failed, say};
use crate::clock::Source;
use crate::start::StartProblem;

/// Register applications with the built-in issuer
#[derive(Debug, Subcommand)]
pub(super) enum Apps {
    /// Register an application, or replace it; prints a new secret once
    Register {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        tenant: TenantChoice,
        /// Its client id
        id: String,
        /// What the sign-in page calls it
        #[arg(long)]
        name: Option<String>,
        /// Delegated permission it may ask for, such as OnlineMeetings.ReadWrite; may be repeated
        #[arg(long = "scope", value_name = "NAME")]
        scopes: Vec<String>,
        /// Application permission it holds, such as OnlineMeetings.ReadWrite.All; may be repeated
        #[arg(long = "role", value_name = "NAME")]
        roles: Vec<String>,
        /// Where people come back to after signing in; may be repeated
        #[arg(long = "redirect-uri", value_name = "URL")]
        redirect_uris: Vec<String>,
        /// Without a secret: a page or a phone cannot keep one
        #[arg(long)]
        public: bool,
    },
}

impl Apps {
    pub(super) async fn run(self) -> Result<(), StartProblem> {
        let Self::Register { config, tenant, id, name, scopes, roles, redirect_uris, public } = self;
        check_names(&scopes, |name| Scope::from_name(name).is_some())?;
        check_names(&roles, |name| Role::from_name(name).is_some())?;
        if public && !roles.is_empty() {
            return Err(StartProblem(
                "an application without a secret cannot hold application permissions".into(),
            ));
        }
        let (_, store) = config.open().await?;
        let tenant = tenant.find(&store).await?;
        let secret = (!public).then(|| URL_SAFE_NO_PAD.encode(Source::from_system().bytes::<32>()));
        let secret_hash = secret.as_deref().map(hash_password).transpose()?;
        let name = name.unwrap_or_else(|| id.clone());
        let app =
            RegisteredApplication { tenant, id: AppId(id), name, secret_hash, redirect_uris, scopes, roles };
        store.put_application(&app).await.map_err(failed)?;
        say(format_args!("registered `{}`\n", app.id))?;
        if let Some(secret) = secret {
            say(format_args!("secret, shown this once: {secret}\n"))?;
        }
        Ok(())
    }
}

/// Refuses permissions that open nothing here: they are typing errors.
pub(super) fn check_names(names: &[String], is_known: impl Fn(&str) -> bool) -> Result<(), StartProblem> {
    match names.iter().find(|name| !is_known(name)) {
        Some(unknown) => {
            let scopes = Scope::ALL.map(Scope::name).join(", ");
            let roles = Role::ALL.map(Role::name).join(", ");
            let message =
                format!("`{unknown}` opens nothing here; delegated: {scopes}; application: {roles}");
            Err(StartProblem(message))
        }
        None => Ok(()),
    }
}
