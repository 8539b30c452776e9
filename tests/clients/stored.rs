//! What the database holds.

use std::collections::HashMap;

use observatory_tests::database::TestDatabase;
use serde_json::{Map, Value};

/// A row, by the names of its columns.
pub(crate) type Row = Map<String, Value>;

/// A span with everything that it refers to.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) span: Row,
    pub(crate) resource: Row,
    pub(crate) scope: Row,
    /// Nanoseconds since 1970.
    pub(crate) start: i64,
    pub(crate) end: i64,
    /// What the database's own function says of the service's name.
    pub(crate) service_hash: i32,
}

const SQL: &str = "
    SELECT row_to_json(s)::text, row_to_json(r)::text, row_to_json(c)::text,
           (extract(epoch FROM s.start_time) * 1000000)::bigint * 1000 + s.start_nanos,
           (extract(epoch FROM s.end_time) * 1000000)::bigint * 1000 + s.end_nanos,
           observatory_service_hash(r.service_name)
    FROM spans s JOIN resources r USING (project_id, resource_id)
                 JOIN scopes c USING (project_id, scope_id)";

/// All spans, by their id; none twice.
pub(crate) async fn all(database: &TestDatabase) -> HashMap<String, Stored> {
    let mut stored = HashMap::new();
    for row in database.connect().await.query(SQL, &[]).await.unwrap() {
        let [span, resource, scope] =
            [0, 1, 2].map(|column| serde_json::from_str::<Row>(row.get(column)).unwrap());
        let id = span["span_id"].as_str().unwrap().to_owned();
        let (start, end, service_hash) = (row.get(3), row.get(4), row.get(5));
        let found = Stored { span, resource, scope, start, end, service_hash };
        let twice = stored.insert(id, found);
        assert!(twice.is_none(), "stored twice: {twice:?}");
    }
    stored
}
