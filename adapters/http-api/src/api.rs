//! The documented API.

use std::sync::Arc;
use std::time::{Duration, Instant};

use observatory_ports::driving::{Admin, HealthReport};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{ApiResponse, OpenApi, OpenApiService};
use tokio::sync::Mutex;

use crate::health::{Health, Status};

/// Answers of this age are given to everybody who asks: a flood of probes is one question to the
/// database.
const FRESH: Duration = Duration::from_millis(200);

/// Health and readiness.
pub(crate) struct Api {
    admin: Arc<dyn Admin>,
    last: Mutex<Option<(Instant, HealthReport)>>,
}

#[derive(ApiResponse)]
enum HealthAnswer {
    /// The service stores what it is sent, perhaps with something to look at.
    #[oai(status = 200)]
    Working(Json<Health>),
    /// The service can't store anything now.
    #[oai(status = 503)]
    Unhealthy(Json<Health>),
}

#[derive(ApiResponse)]
enum ReadyAnswer {
    /// Send traffic here.
    #[oai(status = 200)]
    Ready(PlainText<&'static str>),
    /// Send no traffic here now.
    #[oai(status = 503)]
    NotReady(PlainText<&'static str>),
}

#[derive(ApiResponse)]
enum LiveAnswer {
    /// The process runs.
    #[oai(status = 200)]
    Live(PlainText<&'static str>),
}

impl Api {
    fn new(admin: Arc<dyn Admin>) -> Self {
        Self { admin, last: Mutex::new(None) }
    }

    async fn report(&self) -> HealthReport {
        let mut last = self.last.lock().await;
        if let Some((asked, report)) = last.as_ref()
            && asked.elapsed() < FRESH
        {
            return report.clone();
        }
        // Held meanwhile: whoever asks too waits for this answer instead of asking again.
        let report = self.admin.health().await;
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

#[OpenApi]
#[expect(clippy::unused_async, reason = "the form that poem-openapi asks for")]
impl Api {
    /// Health
    ///
    /// The truth about the service, its database and its connections.
    #[oai(path = "/health", method = "get", operation_id = "health")]
    async fn health(&self) -> HealthAnswer {
        let health = Health::from(self.report().await);
        match health.status {
            Status::Unhealthy => HealthAnswer::Unhealthy(Json(health)),
            _ => HealthAnswer::Working(Json(health)),
        }
    }

    /// Liveness
    ///
    /// Whether the process runs; restart it when this does not answer.
    #[oai(path = "/health/live", method = "get", operation_id = "live")]
    async fn live(&self) -> LiveAnswer {
        LiveAnswer::Live(PlainText("live"))
    }

    /// Readiness
    ///
    /// Whether traffic should be sent here.
    #[oai(path = "/health/ready", method = "get", operation_id = "ready")]
    async fn ready(&self) -> ReadyAnswer {
        if self.admin.is_ready() {
            ReadyAnswer::Ready(PlainText("ready"))
        } else {
            ReadyAnswer::NotReady(PlainText("not ready"))
        }
    }
}

/// The service that serves the API and its description.
pub(crate) fn service(admin: Arc<dyn Admin>) -> OpenApiService<Api, ()> {
    OpenApiService::new(Api::new(admin), "LLM Observatory Storage", env!("CARGO_PKG_VERSION"))
        .description("Storage for LLM telemetry: OTLP in, PostgreSQL/TimescaleDB out.")
}
