//! What is allowed, and probably not meant, is told and stops nothing.

use observatory_tests::service::Start;

use crate::support::Site;

const SLIP: &str = "COPY_BATCHSIZE is unknown: did you mean COPY_BATCH_SIZE?";

fn odd(start: Start) -> Start {
    start.set("COPY_BATCHSIZE", "5").set("REQUEST_DEADLINE", "10s").set("OTEL_SERVICE_NAME", "x")
}

#[tokio::test]
async fn the_check_tells_and_succeeds() {
    let (status, printed, error) = odd(Start::default()).words(&["config", "check"]).finish().await;
    assert!(status.success() && printed.contains("is right"), "{printed}");
    assert!(error.contains(&format!("warning: {SLIP}\n")), "{error}");
    assert!(error.contains("warning: REQUEST_DEADLINE=10s: "), "{error}");
    assert_eq!(error.lines().count(), 2, "{error}");
    let (_, _, error) = Start::default().words(&["config", "check"]).finish().await;
    assert_eq!(error, "");
}

#[tokio::test]
async fn the_check_tells_beside_what_is_wrong() {
    let start = odd(Start::default()).set("COPY_LANES", "none");
    let (status, _, error) = start.words(&["config", "check"]).finish().await;
    assert!(
        !status.success() && error.contains(SLIP) && error.contains("COPY_LANES=none"),
        "{error}"
    );
}

#[tokio::test]
async fn the_start_tells_and_goes_on() {
    let site = Site::new().await;
    let service = odd(site.start()).ready().await;
    let log = service.log();
    for warning in [SLIP, "REQUEST_DEADLINE=10s: "] {
        let line = log.lines().find(|it| it.contains(warning)).unwrap();
        assert!(line.contains("\"WARN\""), "{line}");
    }
    let quiet = site.start().set("REQUEST_DEADLINE", "9999ms").ready().await;
    assert!(!quiet.log().contains("REQUEST_DEADLINE"), "{}", quiet.log());
}
