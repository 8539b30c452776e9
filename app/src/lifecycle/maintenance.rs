//! What has to be done from time to time.

use std::time::Duration;

use observatory_ports::causes;
use observatory_postgres::{Connections, Edition};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// The next days' partitions are opened two days ahead: an hour's delay is nothing.
const ROUND: Duration = Duration::from_hours(1);

/// Keeps the tables in line with the edition, until `stop`. Safe by several replicas at once: the
/// database lets one do it at a time.
pub(super) async fn run(connections: Connections, deadline: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(ROUND);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let reconcile = Edition::reconcile(connections.queries(), deadline);
        let Some(reconciled) = stop.run_until_cancelled(reconcile).await else { return };
        if let Err(error) = reconciled {
            tracing::warn!(
                cause = causes(&error),
                "maintenance failed; it is tried again in an hour"
            );
        }
    }
}
