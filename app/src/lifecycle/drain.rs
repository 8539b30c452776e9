//! The way down, in the order of the pipeline.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::service::{ServiceError, flatten};
use crate::pipeline::Shared;

/// The steps of stopping, each after the one before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops {
    /// Receivers take no more requests.
    pub(super) receivers: CancellationToken,
    /// Lanes commit what they have and end.
    pub(super) lanes: CancellationToken,
    /// Everything else.
    pub(super) last: CancellationToken,
}

impl Stops {
    /// Stops everything and waits for it; the first error of any part.
    pub(super) async fn drain(
        &self,
        shared: &Arc<Shared>,
        parts: &mut JoinSet<Result<(), ServiceError>>,
    ) -> Result<(), ServiceError> {
        self.receivers.cancel();
        shared.until_idle().await;
        self.lanes.cancel();
        shared.until(|ready| ready == 0).await;
        let accounting = shared.accounting();
        tracing::info!(?accounting, "drained");
        self.last.cancel();
        let mut result = Ok(());
        while let Some(ended) = parts.join_next().await {
            result = result.and(flatten(ended));
        }
        result
    }
}
