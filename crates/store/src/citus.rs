//! PostgreSQL with the Citus extension: the same schema and the same statements, spread over nodes
//! (docs/operate.md#beyond-one-database-machine).
//!
//! What hangs on a meeting is distributed by its slot, all tables together, so that a meeting's rows are on one node and
//! a transaction on them is an ordinary local one. An organizer's directory of meetings goes the same way by the
//! organizer's slot. Organisations, people, applications and policies are few and on every node.

use sqlx::{Connection, PgConnection, query, query_scalar};

use crate::Fault;

/// Tables that every node has. A table comes behind those it refers to: Citus asks for that order.
const ON_EVERY_NODE: [&str; 8] = [
    "deployment",
    "tenant",
    "person",
    "application",
    "access_policy",
    "access_policy_app",
    "access_grant",
    "consent",
];

/// Tables that are spread, the column that says where a row is, and the table whose rows it stands beside.
const SPREAD: [(&str, &str, &str); 20] = [
    ("meeting", "slot", "none"),
    ("registration", "slot", "meeting"),
    ("roster", "slot", "meeting"),
    ("question", "slot", "meeting"),
    ("registrant", "slot", "meeting"),
    ("outbox", "slot", "meeting"),
    ("mailing", "slot", "meeting"),
    ("waiting", "slot", "meeting"),
    ("event", "slot", "meeting"),
    ("idempotency", "slot", "meeting"),
    ("attendance", "slot", "meeting"),
    ("entry", "slot", "meeting"),
    ("mail_allowance", "slot", "meeting"),
    ("mail_quota", "slot", "meeting"),
    ("suppression", "slot", "meeting"),
    ("feed", "slot", "meeting"),
    ("change", "slot", "meeting"),
    ("subscription", "slot", "meeting"),
    ("delivery", "slot", "meeting"),
    ("organizer_meeting", "organizer_slot", "meeting"),
];

const HAS_EXTENSION: &str = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')";
/// The row of the first step of the schema, which is always there: who holds it may place a table.
const TAKE_TURN: &str = "SELECT version FROM _sqlx_migrations WHERE version = 1 FOR UPDATE";
/// Tables that Citus merely knows of, because they refer to one of its own, have a row there as well; `citus_tables`
/// tells them apart in the same way.
const IS_PLACED: &str = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition
    WHERE logicalrelid = $1::regclass AND (partkey IS NOT NULL OR repmodel = 't'))";
const PUT_ON_EVERY_NODE: &str = "SELECT create_reference_table($1::regclass)";
const SPREAD_TABLE: &str = "SELECT create_distributed_table($1::regclass, $2, colocate_with => $3)";

/// Where the database has the extension, places every table that is not placed yet; tells whether it has. Rows that are
/// there move along.
pub(crate) async fn spread(connection: &mut PgConnection) -> Result<bool, Fault> {
    let has_extension: bool = query_scalar(HAS_EXTENSION).fetch_one(&mut *connection).await?;
    if has_extension {
        for table in ON_EVERY_NODE {
            place(connection, table, None).await?;
        }
        for (table, column, beside) in SPREAD {
            place(connection, table, Some((column, beside))).await?;
        }
    }
    Ok(has_extension)
}

/// Places one table in a transaction of its own, each process in turn. So of several that start at once one places it
/// and the others find it placed, and where a start broke off the next one goes on.
async fn place(
    connection: &mut PgConnection,
    table: &str,
    spread: Option<(&str, &str)>,
) -> Result<(), Fault> {
    let mut tx = connection.begin().await?;
    query(TAKE_TURN).execute(&mut *tx).await?;
    let is_placed: bool = query_scalar(IS_PLACED).bind(table).fetch_one(&mut *tx).await?;
    if !is_placed {
        let step = match spread {
            None => query(PUT_ON_EVERY_NODE).bind(table),
            Some((column, beside)) => query(SPREAD_TABLE).bind(table).bind(column).bind(beside),
        };
        step.execute(&mut *tx).await?;
        tracing::info!(table, "the table is placed on the nodes of Citus");
    }
    tx.commit().await?;
    Ok(())
}
