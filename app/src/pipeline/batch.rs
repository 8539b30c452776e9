//! The entries that a lane commits together, and the clients that wait for them.

use std::time::Instant;

use observatory_domain::batch::{OpenBatch, Outlook};
use observatory_domain::ids::{LaneId, Sequence};
use observatory_ports::driven::{Entry, Position};

use super::waiting::{Client, Waiting};

/// Entries and clients, pairwise in the same order.
#[derive(Default)]
pub(super) struct Batch {
    entries: Vec<Entry>,
    clients: Vec<Client>,
    oldest: Option<Instant>,
}

impl Batch {
    pub(super) fn push(&mut self, waiting: Waiting) {
        let Waiting { request, received_at, arrived, prepared, ticket, client } = waiting;
        let position = Position { lane: LaneId(0), sequence: Sequence(0) };
        self.entries.push(Entry { position, request, received_at, prepared, ticket });
        self.clients.push(client);
        self.oldest = Some(self.oldest.map_or(arrived, |it| it.min(arrived)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn rows(&self) -> u64 {
        self.clients.iter().map(|it| it.records).sum()
    }

    /// What the policy decides over.
    pub(super) fn open(&self, now: Instant, outlook: Outlook) -> OpenBatch {
        let bytes = self.clients.iter().map(|it| it.bytes).sum();
        OpenBatch { rows: self.rows(), bytes, oldest: self.oldest.unwrap_or(now), outlook }
    }

    /// Numbers the entries from the one after `checkpoint`; returns the last number.
    pub(super) fn number(&mut self, lane: LaneId, checkpoint: Sequence) -> Sequence {
        let mut sequence = checkpoint;
        for entry in &mut self.entries {
            sequence = sequence.plus(1);
            entry.position = Position { lane, sequence };
        }
        sequence
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes out the entries whose clients have withdrawn.
    pub(super) fn take_withdrawn(&mut self) -> Vec<Client> {
        let withdrawn: Vec<_> = self.entries.iter().map(|it| it.ticket.is_withdrawn()).collect();
        let mut keep = withdrawn.iter().map(|it| !it);
        self.entries.retain(|_| keep.next().unwrap_or(true));
        let clients = std::mem::take(&mut self.clients);
        let (gone, kept): (Vec<_>, Vec<_>) =
            clients.into_iter().zip(withdrawn).partition(|(_, withdrawn)| *withdrawn);
        self.clients = kept.into_iter().map(|(client, _)| client).collect();
        gone.into_iter().map(|(client, _)| client).collect()
    }

    /// Lets clients withdraw again, after a batch that was certainly not stored.
    pub(super) fn reopen(&self) {
        for entry in &self.entries {
            entry.ticket.reopen();
        }
    }

    /// Takes everybody out.
    pub(super) fn take_clients(&mut self) -> Vec<Client> {
        self.entries.clear();
        self.oldest = None;
        std::mem::take(&mut self.clients)
    }

    /// Batches of `size` entries, in order; the last may have fewer.
    pub(super) fn split(self, size: usize) -> Vec<Self> {
        let mut rest = self.entries.into_iter().zip(self.clients);
        let mut parts = Vec::new();
        loop {
            let (entries, clients): (Vec<_>, _) = rest.by_ref().take(size).unzip();
            if entries.is_empty() {
                return parts;
            }
            parts.push(Self { entries, clients, oldest: self.oldest });
        }
    }
}
