//! Records into requests, and requests into the output.

use async_trait::async_trait;
use observatory_otlp::{FileFormat, Framed, Gathered};
use observatory_ports::driven::{Stored, TakeRecords};
use observatory_ports::{Signal, Source};

use super::output::Output;
use crate::command::progress::Progress;

/// A request closes at so many records,
const REQUEST_RECORDS: usize = 1000;
/// or once it has so many bytes, whichever comes first: gRPC receivers take 4 MiB.
const REQUEST_BYTES: usize = 4 << 20;

/// Writes the records of one signal.
pub(super) struct Writer<'o> {
    signal: Signal,
    format: FileFormat,
    output: &'o mut Output,
    progress: &'o mut Progress,
    gathered: Gathered,
    /// Requests that are to be written, and their records: those of one chunk of rows.
    full: Vec<(Framed, usize)>,
}

impl<'o> Writer<'o> {
    pub(super) fn new(
        signal: Signal,
        format: FileFormat,
        output: &'o mut Output,
        progress: &'o mut Progress,
    ) -> Self {
        let gathered = Gathered::new(signal);
        Self { signal, format, output, progress, gathered, full: Vec::new() }
    }

    /// Writes what is left.
    pub(super) async fn finish(mut self) -> anyhow::Result<()> {
        if self.gathered.records() > 0 {
            self.close()?;
        }
        self.write().await
    }

    /// Closes the request.
    fn close(&mut self) -> anyhow::Result<()> {
        let records = self.gathered.records();
        let request = self.gathered.take();
        self.full.push((Framed::new(self.format, self.signal, &request)?, records));
        Ok(())
    }

    async fn write(&mut self) -> anyhow::Result<()> {
        for (Framed(bytes), records) in self.full.drain(..) {
            self.output.write(&bytes).await?;
            self.progress.add(records as u64, bytes.len() as u64);
        }
        Ok(())
    }
}

#[async_trait]
impl TakeRecords for Writer<'_> {
    fn take(&mut self, stored: &Stored<'_>) -> Result<(), Source> {
        self.gathered.push(stored)?;
        let is_full =
            self.gathered.records() >= REQUEST_RECORDS || self.gathered.bytes() >= REQUEST_BYTES;
        if is_full {
            self.close()?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> Result<(), Source> {
        Ok(self.write().await?)
    }
}
