//! Metrics: what is stored of points and their series, and what is refused.

use observatory_ports::Signal;
use observatory_tests::database::TestDatabase;
use observatory_tests::otlp::{GrpcClient, attribute, metrics_request, now};
use observatory_tests::service::Start;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram,
    HistogramDataPoint, Metric, NumberDataPoint, Sum, Summary, SummaryDataPoint, exemplar,
    number_data_point,
};
use prost::Message;

async fn send(client: &mut GrpcClient, metrics: Vec<Metric>) -> ExportMetricsServiceResponse {
    let body = metrics_request(metrics).encode_to_vec().into();
    let answer = client.send_as(Signal::Metrics, body).await.unwrap();
    ExportMetricsServiceResponse::decode(answer).unwrap()
}

fn metric(name: &str, data: Data) -> Metric {
    let (description, unit) = ("what it means".to_owned(), "{token}".to_owned());
    Metric { name: name.to_owned(), description, unit, data: Some(data), ..Metric::default() }
}

fn number(value: number_data_point::Value) -> NumberDataPoint {
    let attributes = vec![attribute("model", Value::StringValue("gpt-4o".to_owned()))];
    let time_unix_nano = now();
    NumberDataPoint { attributes, time_unix_nano, value: Some(value), ..NumberDataPoint::default() }
}

fn gauge(name: &str, value: i64) -> Metric {
    let point = number(number_data_point::Value::AsInt(value));
    metric(name, Data::Gauge(Gauge { data_points: vec![point] }))
}

fn every_kind() -> Vec<Metric> {
    let time_unix_nano = now();
    let sum = Sum {
        data_points: vec![NumberDataPoint {
            start_time_unix_nano: time_unix_nano - 1_000_000_001,
            flags: 2,
            exemplars: vec![Exemplar {
                time_unix_nano,
                value: Some(exemplar::Value::AsDouble(5.0)),
                trace_id: vec![1; 16],
                ..Exemplar::default()
            }],
            ..number(number_data_point::Value::AsDouble(-0.0))
        }],
        aggregation_temporality: 2,
        is_monotonic: true,
    };
    let histogram = Histogram {
        data_points: vec![HistogramDataPoint {
            time_unix_nano,
            count: 3,
            sum: Some(4.5),
            max: Some(f64::INFINITY),
            bucket_counts: vec![1, 2],
            explicit_bounds: vec![0.1],
            ..HistogramDataPoint::default()
        }],
        aggregation_temporality: 1,
    };
    let exponential = ExponentialHistogram {
        data_points: vec![ExponentialHistogramDataPoint {
            time_unix_nano,
            count: u64::MAX,
            scale: -3,
            zero_count: 1,
            zero_threshold: 0.5,
            positive: Some(Buckets { offset: -7, bucket_counts: vec![1, 0, 2] }),
            ..ExponentialHistogramDataPoint::default()
        }],
        aggregation_temporality: 1,
    };
    let summary = Summary {
        data_points: vec![SummaryDataPoint {
            time_unix_nano,
            count: 2,
            sum: 3.0,
            quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 1.5 }],
            ..SummaryDataPoint::default()
        }],
    };
    vec![
        gauge("gauge", -3),
        metric("sum", Data::Sum(sum)),
        metric("histogram", Data::Histogram(histogram)),
        metric("exponential", Data::ExponentialHistogram(exponential)),
        metric("summary", Data::Summary(summary)),
    ]
}

#[tokio::test]
async fn points_of_every_kind_are_stored_with_their_series() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let sent = every_kind();
    assert_eq!(send(&mut client, sent.clone()).await.partial_success, None);
    let sql = database.connect().await;
    // What is null is left out.
    let columns = "SELECT m.name, jsonb_strip_nulls(to_jsonb(p) - ARRAY['time', 'start_time', \
            'series_id', 'time_nanos', 'start_nanos', 'project_id', 'original', 'exemplars'])::text, \
            m.kind, m.temporality, m.is_monotonic, m.attributes::text, m.explicit_bounds, \
            p.original, m.original, m.unit, m.description \
        FROM metric_points p JOIN metric_series m USING (project_id, series_id) ORDER BY m.name";
    let rows = sql.query(columns, &[]).await.unwrap();
    let stored: Vec<[String; 3]> =
        rows.iter().map(|row| [row.get(0), row.get(1), row.get(2)]).collect();
    let expected = [
        [
            "exponential",
            "{\"count\": 9223372036854775807, \"scale\": -3, \"zero_count\": 1, \
             \"zero_threshold\": 0.5, \"positive_counts\": [1, 0, 2], \"positive_offset\": -7}",
            "exponential_histogram",
        ],
        ["gauge", "{\"value_int\": -3}", "gauge"],
        [
            "histogram",
            "{\"max\": \"Infinity\", \"sum\": 4.5, \"count\": 3, \"bucket_counts\": [1, 2]}",
            "histogram",
        ],
        ["sum", "{\"flags\": 2, \"value\": 0}", "sum"],
        [
            "summary",
            "{\"sum\": 3, \"count\": 2, \"quantiles\": [0.5], \"quantile_values\": [1.5]}",
            "summary",
        ],
    ];
    for (stored, expected) in stored.iter().zip(expected) {
        assert_eq!(stored.each_ref().map(String::as_str)[..], expected);
    }
    assert_eq!(stored.len(), 5);
    let temporality: Vec<i32> = rows.iter().map(|row| row.get(3)).collect();
    assert_eq!(temporality, [1, 0, 1, 2, 0]);
    assert!(rows[3].get::<_, bool>(4) && !rows[1].get::<_, bool>(4));
    assert_eq!(rows[1].get::<_, &str>(5), "{\"model\": \"gpt-4o\"}");
    assert_eq!(rows[2].get::<_, Option<Vec<f64>>>(6), Some(vec![0.1]));
    // 2^64 - 1 is no bigint.
    let originals: Vec<_> = rows.iter().map(|row| row.get::<_, Option<&[u8]>>(7)).collect();
    assert!(originals[1..].iter().all(Option::is_none));
    let original = ExponentialHistogramDataPoint::decode(originals[0].unwrap()).unwrap();
    let Some(Data::ExponentialHistogram(data)) = &sent[3].data else { panic!("as sent") };
    assert_eq!(original, data.data_points[0]);
    assert!(rows.iter().all(|row| row.get::<_, Option<&[u8]>>(8).is_none()));
    assert_eq!([rows[0].get::<_, &str>(9), rows[0].get(10)], ["{token}", "what it means"]);
    let exemplars = "SELECT (exemplars #- '{0,time_unix_nano}')::text, start_time IS NULL, \
        value::text FROM metric_points WHERE exemplars IS NOT NULL";
    let row = sql.query_one(exemplars, &[]).await.unwrap();
    let sample = "[{\"trace_id\": \"01010101010101010101010101010101\", \"as_double\": 5.0}]";
    assert_eq!(row.get::<_, &str>(0), sample);
    assert!(!row.get::<_, bool>(1));
    assert_eq!(row.get::<_, &str>(2), "-0", "a double is kept by its bits");
    let view = "SELECT service_name, value FROM metrics WHERE name = 'gauge'";
    let row = sql.query_one(view, &[]).await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, f64>(1)), ("shop", -3.0));
}

#[tokio::test]
async fn a_series_is_one_row_however_often_its_points_come() {
    let database = TestDatabase::create().await;
    let start = || Start::into_database(database.url());
    let service = start().ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    for value in 0..3 {
        send(&mut client, vec![gauge("a", value), gauge("b", value), gauge("a", value)]).await;
    }
    // A new process knows of no series.
    drop(service);
    let service = start().ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    send(&mut client, vec![gauge("a", 3)]).await;
    let sql = database.connect().await;
    let counts =
        "SELECT (SELECT count(*) FROM metric_points), (SELECT count(*) FROM metric_series)";
    let row = sql.query_one(counts, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (10, 2));
}

#[tokio::test]
async fn a_series_that_columns_can_not_hold_keeps_its_original() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let mut odd = gauge(&"n".repeat(100_000), 1);
    odd.description = "nul\0".to_owned();
    odd.metadata = vec![attribute("bytes", Value::BytesValue(vec![1]))];
    send(&mut client, vec![odd.clone(), gauge("good", 1)]).await;
    let columns = "SELECT description, original FROM metric_series ORDER BY original NULLS LAST";
    let rows = database.connect().await.query(columns, &[]).await.unwrap();
    assert_eq!(rows[0].get::<_, &str>(0), "nul\u{FFFD}");
    let mut original = Metric::decode(rows[0].get::<_, &[u8]>(1)).unwrap();
    let Some(Data::Gauge(points)) = &mut original.data else { panic!("a gauge") };
    assert_eq!(points.data_points.len(), 1);
    let Some(Data::Gauge(sent)) = &odd.data else { panic!("as sent") };
    assert_eq!(points.data_points[0].attributes, sent.data_points[0].attributes);
    assert_eq!(Metric { data: None, ..original }, Metric { data: None, ..odd });
    assert_eq!(rows[1].get::<_, Option<&[u8]>>(1), None);
}

#[tokio::test]
async fn points_that_otlp_calls_invalid_are_refused_and_their_neighbours_stored() {
    let database = TestDatabase::create().await;
    let service = Start::into_database(database.url()).ready().await;
    let mut client = GrpcClient::connect(service.address("grpc")).await;
    let with = |change: fn(&mut NumberDataPoint)| {
        let mut point = number(number_data_point::Value::AsInt(1));
        change(&mut point);
        point
    };
    let points = vec![
        with(|it| it.time_unix_nano = 0),
        with(|it| it.time_unix_nano = 1),
        with(|it| it.value = None),
        // It says itself that it has no value.
        with(|it| (it.value, it.flags) = (None, 1)),
        with(|_| {}),
    ];
    let histogram = |bucket_counts, explicit_bounds| HistogramDataPoint {
        time_unix_nano: now(),
        bucket_counts,
        explicit_bounds,
        ..HistogramDataPoint::default()
    };
    let buckets = vec![
        histogram(vec![1, 2, 3], vec![0.5]),
        histogram(vec![1, 2, 3], vec![2.0, 1.0]),
        histogram(vec![1, 2], vec![0.5]),
        histogram(vec![], vec![]),
    ];
    let unspecified = Sum { data_points: vec![with(|_| {})], ..Sum::default() };
    let metrics = vec![
        metric("gauge", Data::Gauge(Gauge { data_points: points })),
        metric("unspecified", Data::Sum(unspecified)),
        metric(
            "histogram",
            Data::Histogram(Histogram { data_points: buckets, aggregation_temporality: 1 }),
        ),
        Metric { name: "no data".to_owned(), ..Metric::default() },
    ];
    let partial = send(&mut client, metrics).await.partial_success.unwrap();
    assert_eq!(partial.rejected_data_points, 6);
    assert!(partial.error_message.contains("record 0: time_unix_nano is 0"), "{partial:?}");
    let count = "SELECT m.name, count(*) FROM metric_points p JOIN metric_series m USING (series_id) \
        GROUP BY m.name ORDER BY m.name";
    let rows = database.connect().await.query(count, &[]).await.unwrap();
    let stored: Vec<(String, i64)> = rows.iter().map(|it| (it.get(0), it.get(1))).collect();
    assert_eq!(stored, [("gauge".to_owned(), 2), ("histogram".to_owned(), 2)]);
    for reason in ["no_time", "age", "no_value", "temporality", "buckets", "bounds"] {
        let name = format!("storage_records_refused_total{{reason=\"{reason}\"}}");
        assert_eq!(service.metric(&name).await, Some(1.0), "{name}");
    }
}
