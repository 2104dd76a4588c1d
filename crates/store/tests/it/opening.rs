//! Opening a database, and what stands in it afterwards.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use store::Store;
use tempfile::TempDir;
use testpg::Cluster;

use crate::rig::{Rig, TENANT, tenant};

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.db");
    (folder, file)
}

#[tokio::test]
async fn a_database_opened_again_keeps_what_it_holds() {
    let (_folder, file) = fresh();
    let store = Store::open_sqlite(&file).await.unwrap();
    store.put_tenant(&tenant(TENANT, "Pinewater")).await.unwrap();
    store.close().await;

    let again = Store::open_sqlite(&file).await.unwrap();
    let beside = Store::open_sqlite(&file).await.unwrap();

    for store in [again, beside] {
        assert_eq!(store.list_tenants().await.unwrap(), [tenant(TENANT, "Pinewater")]);
    }
}

/// Runtimes of their own: what one opening waits for must not hold up the others.
#[test]
fn a_fresh_database_may_be_opened_from_several_sides_at_once() {
    const SIDES: usize = 6;
    for round in 0..12 {
        let (_folder, file) = fresh();
        let start = Arc::new(Barrier::new(SIDES));
        let sides: Vec<_> = (0..SIDES)
            .map(|_| {
                let (file, start) = (file.clone(), Arc::clone(&start));
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    start.wait();
                    runtime.block_on(async {
                        let store = Store::open_sqlite(&file).await.map_err(|fault| format!("{fault:?}"))?;
                        store
                            .put_tenant(&tenant(TENANT, "Pinewater"))
                            .await
                            .map_err(|fault| format!("{fault:?}"))?;
                        store.close().await;
                        Ok::<(), String>(())
                    })
                })
            })
            .collect();
        for side in sides {
            assert_eq!(side.join().unwrap(), Ok(()), "round {round}");
        }
    }
}

/// The store's cases run on such a database as well: see `one_step_ahead` in main.rs.
#[tokio::test]
async fn a_database_with_a_step_of_the_next_version_is_served_unless_the_step_breaks_with_this_one() {
    for rig in [Rig::sqlite().await, Rig::postgres().await] {
        rig.take_unknown_step(9_998, "more columns").await;
        let again = rig.try_another().await.expect("what was only added is left alone");
        assert_eq!(again.list_tenants().await.unwrap(), [tenant(TENANT, "Pinewater")]);

        rig.take_unknown_step(9_999, "breaking_other columns").await;
        let fault = rig.try_another().await.unwrap_err();

        assert!(cause(&fault).contains("9999 `breaking_other columns`"), "{}", cause(&fault));
        assert!(!fault.may_pass());
    }
}

#[tokio::test]
async fn the_first_link_key_counts_until_it_is_forgotten() {
    for rig in [Rig::sqlite().await, Rig::postgres().await] {
        let (store, beside) = (&rig.store, rig.another().await);
        assert!(!store.has_link_key().await.unwrap());

        let claims = tokio::join!(store.claim_link_key(&[1; 32]), beside.claim_link_key(&[2; 32]));
        let (first, second) = (claims.0.unwrap(), claims.1.unwrap());

        assert!(first != second, "of two keys that come at once one counts");
        let (right, wrong) = if first { ([1; 32], [2; 32]) } else { ([2; 32], [1; 32]) };
        assert!(store.claim_link_key(&right).await.unwrap());
        assert!(!store.claim_link_key(&wrong).await.unwrap());
        assert!(store.has_link_key().await.unwrap());

        store.forget_link_key().await.unwrap();
        assert!(store.claim_link_key(&wrong).await.unwrap());
    }
}

#[tokio::test]
async fn a_changed_step_is_refused() {
    let rig = Rig::sqlite().await;
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .execute(rig.sqlite_pool())
        .await
        .unwrap();

    assert!(Store::open_sqlite(&rig.file()).await.is_err());
}

#[tokio::test]
async fn every_commit_is_on_disk_before_it_is_acknowledged() {
    let rig = Rig::sqlite().await;
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(rig.sqlite_pool()).await.unwrap();
    assert_eq!(mode, "wal", "it belongs to the file");

    // `synchronous` belongs to a connection and cannot be asked from beside, so its setting is read.
    let text = include_str!("../../src/opening.rs");
    assert!(text.contains(".synchronous(SqliteSynchronous::Full)"));
    assert!(text.contains(".foreign_keys(true)"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let (_folder, file) = fresh();
    std::fs::write(&file, "x".repeat(4_096)).unwrap();

    assert!(Store::open_sqlite(&file).await.is_err());
}

/// Runtimes of their own, as nodes are processes of their own.
#[test]
fn a_fresh_server_s_database_may_be_opened_from_several_sides_at_once() {
    const SIDES: usize = 6;
    for round in 0..4 {
        let scratch = Cluster::shared().create();
        let start = Arc::new(Barrier::new(SIDES));
        let sides: Vec<_> = (0..SIDES)
            .map(|_| {
                let (url, start) = (scratch.url(), Arc::clone(&start));
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    start.wait();
                    runtime.block_on(async {
                        let store = Store::open_postgres(&url, None, 2)
                            .await
                            .map_err(|fault| format!("{fault:?}"))?;
                        let tenants = store.list_tenants().await.map_err(|fault| format!("{fault:?}"))?;
                        store.close().await;
                        Ok::<usize, String>(tenants.len())
                    })
                })
            })
            .collect();
        for side in sides {
            assert_eq!(side.join().unwrap(), Ok(0), "round {round}");
        }
    }
}

#[tokio::test]
async fn a_store_that_is_closed_answers_no_more() {
    let rig = Rig::sqlite().await;
    assert!(rig.store.ping().await.is_ok());

    rig.store.close().await;

    assert!(rig.store.ping().await.is_err());
}

#[tokio::test]
async fn a_server_s_database_that_cannot_hold_every_text_is_refused() {
    let narrow = Cluster::shared().create_in("LATIN1");

    let fault = Store::open_postgres(&narrow.url(), None, 2).await.unwrap_err();

    assert!(cause(&fault).contains("the database's encoding is LATIN1"), "{}", cause(&fault));
    Store::open_postgres(&Cluster::shared().create().url(), None, 2).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once_and_by_its_cause() {
    let nowhere = "postgres://usher@localhost/usher?host=/nowhere";

    let fault = Store::open_postgres(nowhere, None, 2).await.unwrap_err();

    assert!(cause(&fault).contains("No such file or directory"), "{}", cause(&fault));
}

fn cause(fault: &store::Fault) -> String {
    std::error::Error::source(fault).unwrap().to_string()
}
