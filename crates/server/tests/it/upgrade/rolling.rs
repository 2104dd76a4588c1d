//! A rolling upgrade: a node of one version back serves on while another node takes the steps of the next.

use std::process::Command;

use sqlx::raw_sql;
use testkit::TestApp;

use super::site::ask;
use crate::at_once::all_at_once;
use crate::program::{USHER, run};

/// Steps of later versions, and what is answered while one is taken to whoever lists registrants: columns for every table and
/// a table besides, for which nobody may even read; and an index, for which nobody may write.
const LATER: [(i64, &str, u16); 2] = [
    (
        9_998,
        "DO $$ DECLARE name TEXT; BEGIN
            FOR name IN SELECT tablename FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' ORDER BY tablename
            LOOP
                EXECUTE format('ALTER TABLE %I ADD COLUMN later_note TEXT,
                    ADD COLUMN later_count BIGINT NOT NULL DEFAULT 0', name);
            END LOOP;
        END $$;
        CREATE TABLE later (later_id BIGINT NOT NULL PRIMARY KEY)",
        503,
    ),
    (9_999, "CREATE INDEX later_index ON registrant (slot, meeting_id, later_count)", 200),
];

/// This version plays the one before, which knows nothing of the step. The node that takes it dies over it at first: it has
/// done all and committed nothing, which is when the most is locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_one_version_back_serves_on_while_another_takes_a_step_or_dies_over_it() {
    let app = TestApp::builder().postgres().build().await;
    let meeting = app.built_in("everyone").await;
    let list = || app.get(meeting.registrants()).token(&app.token(&app.people.ines));
    // So that the statements were prepared for the tables as they were.
    ask(&app, &meeting, 0).await.expect(200);
    let mut seated = app.registrants(&meeting).await.len();

    for (version, step, reading) in LATER {
        let record = format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES ({version}, 'later', TRUE, '', 0)"
        );
        for dies in [true, false] {
            let mut other = app.db_hold(&format!("{step}; {record}")).await;

            let answers = all_at_once(vec![ask(&app, &meeting, seated), list()]).await;

            let told: Vec<_> =
                answers.iter().map(|answer| (answer.status.as_u16(), answer.header("retry-after"))).collect();
            let put_off = |status: u16| (status, (status == 503).then_some("2"));
            assert_eq!(told, [503, reading].map(put_off), "{step}, dies: {dies}");
            if dies {
                drop(other);
            } else {
                raw_sql("COMMIT").execute(&mut other).await.unwrap();
            }
            ask(&app, &meeting, seated).await.expect(200);
            seated += 1;
            assert_eq!(app.registrants(&meeting).await.len(), seated, "{step}, dies: {dies}");
        }
    }

    let app = app.restart().await;
    ask(&app, &meeting, seated).await.expect(200);
    let said = run(Command::new(USHER).arg("verify").env("USHER_CONFIG", app.config_file()), b"");
    assert!(said.contains(&format!("registrants: {}, breaches: 0", seated + 1)), "{said}");
}
