//! What SQL says about the demo's traffic.

use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use sqlx::PgPool;

use super::Sent;
use super::tree::{Node, tree};

/// The database could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the stored spans could not be read back")]
pub struct ReportError(#[from] sqlx::Error);

/// The tables, printed by `Display`.
#[derive(Debug)]
pub struct Report {
    sent: Sent,
    stored: i64,
    models: Table,
    conversation: String,
    nodes: Vec<Node>,
}

impl Report {
    /// Reads back what the run `sent` has stored.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(pool: &PgPool, sent: Sent) -> Result<Self, ReportError> {
        let run = sent.run.to_string();
        let stored =
            sqlx::query_file_scalar!("src/demo/sql/count.sql", run).fetch_one(pool).await?;
        let models = models(pool, &run).await?;
        let (conversation, nodes) = conversation(pool, &run).await?;
        Ok(Self { sent, stored, models, conversation, nodes })
    }

    /// Whether everything that was sent is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        u64::try_from(self.stored).is_ok_and(|stored| stored == self.sent.spans)
    }
}

async fn models(pool: &PgPool, run: &str) -> Result<Table, ReportError> {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "provider",
        "model",
        "calls",
        "errors",
        "input tokens",
        "output tokens",
        "cached tokens",
        "p50",
        "p95",
        "first token",
    ]);
    for row in sqlx::query_file!("src/demo/sql/models.sql", run).fetch_all(pool).await? {
        table.add_row([
            row.provider,
            row.model,
            row.calls.to_string(),
            row.errors.to_string(),
            row.input_tokens.to_string(),
            row.output_tokens.to_string(),
            row.cached_tokens.to_string(),
            format!("{:.2} s", row.p50),
            format!("{:.2} s", row.p95),
            row.first_token.map_or_else(|| "–".to_owned(), |it| format!("{it:.2} s")),
        ]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    Ok(table)
}

async fn conversation(pool: &PgPool, run: &str) -> Result<(String, Vec<Node>), ReportError> {
    let rows = sqlx::query_file!("src/demo/sql/conversation.sql", run).fetch_all(pool).await?;
    let name = rows.first().map(|it| it.conversation.clone()).unwrap_or_default();
    let nodes = rows.into_iter().map(|row| {
        let tokens = row.input_tokens.zip(row.output_tokens);
        let tokens = tokens.map(|(input, output)| format!("{input} → {output} tokens"));
        let error = row.error.map(|error| format!("failed: {error}"));
        let parts = [Some(row.name), Some(format!("{:.2} s", row.seconds)), tokens, error];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Node { trace: row.trace, span: row.span, parent: row.parent, text }
    });
    Ok((name, nodes.collect()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Models\n{}\n", self.models)?;
        writeln!(f, "Conversation {}\n{}", self.conversation, tree(&self.nodes))?;
        let (spans, took) = (self.sent.spans, self.sent.took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = spans as f64 / took.max(0.001);
        writeln!(
            f,
            "{spans} spans sent over OTLP/gRPC by the OpenTelemetry SDK and acknowledged in {took:.2} s \
             ({rate:.0} a second, the SDK's own time included); {} found in the table.",
            self.stored
        )
    }
}
