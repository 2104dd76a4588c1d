//! The directory, access policies and applications.

use domain::person::DirectoryPerson;
use domain::{AppId, Meeting, PersonId, PolicyId, TenantId};
use store::{Grantee, RegisteredApplication};
use uuid::Uuid;

use crate::rig::{ORGANIZER, Rig, TENANT, fresh_id, meeting, tenant};

fn person(upn: &str) -> (PersonId, DirectoryPerson) {
    let id = PersonId(fresh_id());
    let person = DirectoryPerson {
        id: Some(id),
        upn: upn.to_owned(),
        mail: Some(format!("mail-{upn}")),
        given_name: Some("Odile".to_owned()),
        surname: None,
        display_name: Some("Odile M".to_owned()),
        language: Some("fr".to_owned()),
        is_active: true,
    };
    (id, person)
}

fn app(name: &str) -> AppId {
    AppId(name.to_owned())
}

async fn policy(rig: &Rig, name: &str, apps: &[AppId]) {
    let id = PolicyId(fresh_id());
    assert!(rig.store.create_policy(TENANT, id, name, None, apps).await.unwrap());
}

async fn may(rig: &Rig, name: &str, organizer: PersonId) -> bool {
    rig.store.may_act_for(TENANT, &app(name), organizer).await.unwrap().0
}

pub async fn many_are_found_by_id_name_and_mail_in_their_own_organisation(rig: &Rig) {
    let people: Vec<_> = (0..70).map(|n| person(&format!("p{n}@ardle.example"))).collect();
    rig.store.put_people(TENANT, &people).await.unwrap();
    let ids: Vec<PersonId> = people[..66].iter().map(|(id, _)| *id).collect();
    let addresses =
        ["P67@ardle.example", "mail-p68@ARDLE.example", "nobody@ardle.example"].map(str::to_owned);

    let found = rig.store.find_colleagues(TENANT, &ids, &addresses).await.unwrap();
    let elsewhere = TenantId(fresh_id());
    let nobody = rig.store.find_colleagues(elsewhere, &ids, &addresses).await.unwrap();

    let mut names: Vec<&str> = found.people.iter().map(|person| person.upn.as_str()).collect();
    names.sort_unstable();
    let mut expected: Vec<String> = (0..66).chain([67, 68]).map(|n| format!("p{n}@ardle.example")).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(found.version, rig.store.find_person(TENANT, ids[0]).await.unwrap().version);
    assert!(nobody.people.is_empty());
}

pub async fn a_person_is_found_by_id_and_by_name_in_any_case(rig: &Rig) {
    let (id, odile) = person("Odile.M@Pinewater.example");
    rig.store.put_people(TENANT, &[(id, odile.clone())]).await.unwrap();

    assert_eq!(rig.store.find_person(TENANT, id).await.unwrap().person, Some(odile.clone()));
    for spelling in ["odile.m@pinewater.example", "ODILE.M@PINEWATER.EXAMPLE"] {
        assert_eq!(rig.store.find_person_by_upn(TENANT, spelling).await.unwrap(), Some(odile.clone()));
    }
    let hosted = |organizer| Meeting { organizer, ..meeting() };
    assert_eq!(rig.store.find_organizer(&hosted(id)).await.unwrap(), Some(odile.clone()));
    for other in [Uuid::nil(), Uuid::max()].map(PersonId) {
        assert_eq!(rig.store.find_person(TENANT, other).await.unwrap().person, None);
        assert_eq!(rig.store.find_organizer(&hosted(other)).await.unwrap(), None);
    }
    let moved = DirectoryPerson { upn: "o@pinewater.example".to_owned(), is_active: false, ..odile };
    rig.store.put_people(TENANT, &[(id, moved.clone())]).await.unwrap();
    assert_eq!(rig.store.list_people(TENANT).await.unwrap(), [moved], "replaced, not doubled");
}

pub async fn a_person_of_another_organisation_is_not_found(rig: &Rig) {
    let other = TenantId(fresh_id());
    rig.store.put_tenant(&tenant(other, "Other")).await.unwrap();
    let (id, odile) = person("odile@pinewater.example");
    rig.store.put_people(TENANT, &[(id, odile.clone())]).await.unwrap();

    assert_eq!(rig.store.find_person(other, id).await.unwrap().person, None);
    let theirs = Meeting { tenant: other, organizer: id, ..meeting() };
    assert_eq!(rig.store.find_organizer(&theirs).await.unwrap(), None);
    assert_eq!(rig.store.find_person_by_upn(other, &odile.upn).await.unwrap(), None);
    assert_eq!(rig.store.list_people(other).await.unwrap(), []);
    rig.store.put_people(other, &[(id, odile)]).await.unwrap();
}

pub async fn people_are_imported_all_or_none(rig: &Rig) {
    let twice = [person("a@pinewater.example"), person("b@pinewater.example"), person("A@pinewater.example")];
    let before = rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version;

    let outcome = rig.store.put_people(TENANT, &twice).await;

    assert!(!outcome.unwrap_err().may_pass(), "a name belongs to one person, however often it is tried");
    assert_eq!(rig.store.list_people(TENANT).await.unwrap(), []);
    assert_eq!(rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version, before);
}

pub async fn every_change_of_the_directory_raises_its_version(rig: &Rig) {
    let mut last = rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version;
    let mut raised = async |what: &str| {
        let now = rig.store.find_person(TENANT, ORGANIZER).await.unwrap().version;
        assert!(now > last, "{what}");
        last = now;
    };

    rig.store.put_people(TENANT, &[person("a@pinewater.example")]).await.unwrap();
    raised("people").await;
    policy(rig, "events", &[app("crm")]).await;
    raised("a policy").await;
    rig.store.grant_policy(TENANT, "events", Grantee::Tenant).await.unwrap();
    raised("a grant").await;
    rig.store.revoke_policy(TENANT, Grantee::Tenant).await.unwrap();
    raised("its end").await;
}

pub async fn a_password_belongs_to_a_person(rig: &Rig) {
    let (id, odile) = person("odile@pinewater.example");
    rig.store.put_people(TENANT, &[(id, odile.clone())]).await.unwrap();
    assert_eq!(rig.store.find_password(TENANT, id).await.unwrap(), None);

    assert!(rig.store.set_password(TENANT, id, "$argon2id$x").await.unwrap());
    assert!(!rig.store.set_password(TENANT, PersonId(fresh_id()), "$argon2id$x").await.unwrap());
    rig.store.put_people(TENANT, &[(id, odile)]).await.unwrap();

    let kept = rig.store.find_password(TENANT, id).await.unwrap();
    assert_eq!(kept.as_deref(), Some("$argon2id$x"), "an import leaves it");
}

pub async fn the_organizers_own_grant_beats_the_tenants(rig: &Rig) {
    let other = PersonId(fresh_id());
    policy(rig, "all", &[app("crm"), app("bot")]).await;
    policy(rig, "narrow", &[app("bot"), app("own")]).await;
    assert!(!may(rig, "crm", ORGANIZER).await, "a policy alone grants nothing");

    rig.store.grant_policy(TENANT, "all", Grantee::Tenant).await.unwrap();
    rig.store.grant_policy(TENANT, "narrow", Grantee::Organizer(ORGANIZER)).await.unwrap();

    for (name, organizer, expected) in [
        ("crm", ORGANIZER, false),
        ("own", ORGANIZER, true),
        ("bot", ORGANIZER, true),
        ("crm", other, true),
        ("own", other, false),
        ("unknown", other, false),
    ] {
        assert_eq!(may(rig, name, organizer).await, expected, "{name} for {organizer}");
    }
    let foreign = rig.store.may_act_for(TenantId(fresh_id()), &app("crm"), other).await.unwrap();
    assert_eq!(foreign, (false, 0));
}

pub async fn a_grant_takes_effect_at_once_and_so_does_its_end(rig: &Rig) {
    let other = rig.another().await;
    policy(rig, "events", &[app("crm")]).await;
    let seen = async || other.may_act_for(TENANT, &app("crm"), ORGANIZER).await.unwrap();
    let (before, first_version) = seen().await;

    assert!(rig.store.grant_policy(TENANT, "events", Grantee::Organizer(ORGANIZER)).await.unwrap());
    let (granted, second_version) = seen().await;
    assert!(rig.store.revoke_policy(TENANT, Grantee::Organizer(ORGANIZER)).await.unwrap());
    let (revoked, _) = seen().await;

    assert_eq!((before, granted, revoked), (false, true, false));
    assert!(second_version > first_version);
    assert!(!rig.store.revoke_policy(TENANT, Grantee::Organizer(ORGANIZER)).await.unwrap());
    assert!(!rig.store.grant_policy(TENANT, "unknown", Grantee::Tenant).await.unwrap());
}

pub async fn a_grant_replaces_the_one_before(rig: &Rig) {
    policy(rig, "first", &[app("crm")]).await;
    policy(rig, "second", &[app("bot")]).await;

    for name in ["first", "second"] {
        rig.store.grant_policy(TENANT, name, Grantee::Organizer(ORGANIZER)).await.unwrap();
    }

    assert!(!may(rig, "crm", ORGANIZER).await);
    assert!(may(rig, "bot", ORGANIZER).await);
}

pub async fn the_name_of_a_policy_is_unique_in_its_organisation(rig: &Rig) {
    let other = TenantId(fresh_id());
    rig.store.put_tenant(&tenant(other, "Other")).await.unwrap();
    let create = async |tenant| {
        let id = PolicyId(fresh_id());
        rig.store.create_policy(tenant, id, "events", None, &[app("crm")]).await.unwrap()
    };

    assert!(create(TENANT).await);
    assert!(!create(TENANT).await);
    assert!(create(other).await);
}

pub async fn policies_are_listed_with_what_belongs_to_them(rig: &Rig) {
    policy(rig, "b", &[app("two"), app("one")]).await;
    policy(rig, "a", &[]).await;
    rig.store.grant_policy(TENANT, "b", Grantee::Tenant).await.unwrap();
    rig.store.grant_policy(TENANT, "b", Grantee::Organizer(ORGANIZER)).await.unwrap();

    let policies = rig.store.list_policies(TENANT).await.unwrap();

    let names: Vec<&str> = policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!((policies[0].apps.len(), policies[0].grantees.len()), (0, 0));
    assert_eq!(policies[1].apps, [app("one"), app("two")]);
    assert_eq!(policies[1].grantees, [Grantee::Tenant, Grantee::Organizer(ORGANIZER)]);
}

pub async fn an_application_is_replaced_as_a_whole(rig: &Rig) {
    let registered = |name: &str, roles: &[&str]| RegisteredApplication {
        tenant: TENANT,
        id: app("crm"),
        name: name.to_owned(),
        secret_hash: Some("$argon2id$x".to_owned()),
        redirect_uris: vec!["https://crm.example/back?a=1,2".to_owned()],
        scopes: Vec::new(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
    };
    rig.store.put_application(&registered("first", &["A", "B"])).await.unwrap();
    let public = RegisteredApplication { secret_hash: None, ..registered("second", &["A"]) };
    rig.store.put_application(&public).await.unwrap();

    assert_eq!(rig.store.find_application(&app("crm")).await.unwrap(), Some(public));
    assert_eq!(rig.store.find_application(&app("unknown")).await.unwrap(), None);
}
