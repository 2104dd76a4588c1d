//! `GET /me` and `GET /users/{id}`: where every Graph sample starts.

use domain::person::DirectoryPerson;
use domain::refusal::Denial;
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
/// reads the directory; an application without one sees the organizers it may act for. What may not be seen
/// is refused before it is looked up, so that the answer tells nothing.
pub async fn get(ask: &Ask<'_>) -> Answer {
    check_visible(ask).await?;
    let tenant = ask.caller.tenant();
    let person = match &ask.path.user {
        UserRef::Id(id) => ask.app.store.find_person(tenant, *id).await?.person,
        UserRef::Name(name) => ask.app.store.find_person_by_upn(tenant, name).await?,
        UserRef::Me | UserRef::Nobody => None,
    };
    show(ask, person)
}

async fn check_visible(ask: &Ask<'_>) -> Result<(), ApiError> {
    const READS_ALL: [Scope; 2] = [Scope::UserReadBasicAll, Scope::UserReadAll];
    let lacking =
        || Denial::Permission { delegated: READS_ALL.to_vec(), application: vec![Role::UserReadAll] };
    match (ask.caller.as_ref(), &ask.path.user) {
        (Caller::Delegated(caller), UserRef::Id(id)) if *id == caller.person => Ok(()),
        (Caller::Delegated(caller), UserRef::Name(name))
            if caller.profile.upn.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name)) =>
        {
            Ok(())
        }
        (Caller::Delegated(caller), _) if caller.scopes.iter().any(|scope| READS_ALL.contains(scope)) => {
            Ok(())
        }
        (Caller::Application(caller), _) if caller.roles.contains(&Role::UserReadAll) => Ok(()),
        (Caller::Application(_), UserRef::Id(id)) => ask.check_policy(*id).await,
        _ => Err(lacking().into()),
    }
}

fn show(ask: &Ask<'_>, person: Option<DirectoryPerson>) -> Answer {
    let person = person.ok_or(Refusal::NoPerson)?;
    Ok(Reply::entity(&Entity { context: ask.root().user(), etag: None, entity: User::new(&person) }))
}
