//! A request into the pipeline, again while it is busy.

use std::sync::Arc;
use std::time::{Duration, Instant};

use observatory_domain::ids::ProjectId;
use observatory_otlp::{BodyError, FileRequest, ReceiverOptions};
use observatory_ports::Request;
use observatory_ports::driving::{Accepted, Busy, Ingest, IngestError};

/// How long a request is tried again while the pipeline is busy or the database away.
const PATIENCE: Duration = Duration::from_mins(5);

/// Stores requests of files.
pub(super) struct Store {
    ingest: Arc<dyn Ingest>,
    options: ReceiverOptions,
}

/// What became of a request.
pub(super) struct Outcome {
    /// Its file, and where in it.
    pub(super) place: String,
    /// Its size in the file.
    pub(super) bytes: u64,
    /// What was stored of it, or why nothing was.
    pub(super) stored: Result<Accepted, String>,
}

impl Store {
    pub(super) fn new(ingest: Arc<dyn Ingest>, options: ReceiverOptions) -> Self {
        Self { ingest, options }
    }

    /// Stores `request` of `file`.
    pub(super) async fn store(&self, file: String, request: FileRequest) -> Outcome {
        let (place, bytes) = (format!("{file}: {}", request.place), request.body.len() as u64);
        let until = Instant::now() + PATIENCE;
        loop {
            let stored = match self.attempt(&request).await {
                Ok(accepted) => Ok(accepted),
                Err(IngestError::Busy(Busy { retry_after, .. })) if Instant::now() < until => {
                    tokio::time::sleep(retry_after).await;
                    continue;
                }
                Err(error) => Err(error.to_string()),
            };
            return Outcome { place, bytes, stored };
        }
    }

    async fn attempt(&self, request: &FileRequest) -> Result<Accepted, IngestError> {
        let mut slot = self.ingest.admit()?;
        let body = request.protobuf(self.options.request_bytes_max, slot.memory());
        let body = match body {
            Ok(body) => body,
            Err(BodyError::Busy(busy)) => return Err(busy.into()),
            Err(BodyError::Invalid(reason)) => return Err(IngestError::Poison(reason)),
        };
        let request = Request { project: ProjectId::default(), signal: request.signal, body };
        self.ingest.ingest(request, slot, Instant::now() + self.options.deadline).await
    }
}
