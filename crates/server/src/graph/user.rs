//! `GET /me` and `GET /users/{id}`: where every Graph sample starts.

use domain::person::DirectoryPerson;
use domain::{Caller, Refusal, Role, Scope};
use wire::user::User;
use wire::{Entity, UserRef};

use super::{Answer, Ask, Reply};
use crate::error::ApiError;

/// `GET /me`
pub async fn get_me(ask: &Ask<'_>) -> Answer {
    let Caller::Delegated(caller) = ask.caller.as_ref() else { return Err(Refusal::NoPerson.into()) };
    let view = ask.app.store.find_person(caller.tenant, caller.person).await?;
    let from_token = || ask.app.settings.people_from_claims.then(|| DirectoryPerson::from_token(caller));
    show(ask, view.person.or_else(from_token))
}

/// `GET /users/{id}`, where the id may be a user principal name. Others than oneself need a permission that
/// reads the directory, or for an application one that reads meetings.
pub async fn get(ask: &Ask<'_>) -> Answer {
    let tenant = ask.caller.tenant();
    let person = match &ask.path.user {
        UserRef::Id(id) => ask.app.store.find_person(tenant, *id).await?.person,
        UserRef::Name(name) => ask.app.store.find_person_by_upn(tenant, name).await?,
        UserRef::Me => None,
    };
    let person = person.ok_or(Refusal::NoPerson)?;
    check_visible(ask, &person).await?;
    show(ask, Some(person))
}

/// What the token may see of the directory. An application without a directory permission sees the
/// organizers it may act for.
async fn check_visible(ask: &Ask<'_>, person: &DirectoryPerson) -> Result<(), ApiError> {
    match ask.caller.as_ref() {
        Caller::Delegated(caller) => {
            let reads_all = [Scope::UserReadBasicAll, Scope::UserReadAll];
            let is_visible = person.id == Some(caller.person)
                || caller.scopes.iter().any(|scope| reads_all.contains(scope));
            if is_visible { Ok(()) } else { Err(Refusal::NoPerson.into()) }
        }
        Caller::Application(caller) if caller.roles.contains(&Role::UserReadAll) => Ok(()),
        Caller::Application(_) => match person.id {
            Some(id) => ask.check_policy(id).await,
            None => Err(Refusal::NoPerson.into()),
        },
    }
}

fn show(ask: &Ask<'_>, person: Option<DirectoryPerson>) -> Answer {
    let person = person.ok_or(Refusal::NoPerson)?;
    Ok(Reply::ok(&Entity { context: ask.root().user(), entity: User::new(&person) }))
}
