//! The rule between crates (ARCHITECTURE.md): who may know whom.
//!
//! Goal: an edge that breaks the table fails here. Method: cargo's own metadata, normal and build
//! dependencies, direct ones for the table and transitive ones for purity.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod documents;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};

/// What `domain` may depend on: value crates.
const VALUE_CRATES: [&str; 5] = ["bytes", "thiserror", "serde", "serde_json", "jiff"];
/// What `ports` may have beside `domain`.
const PORT_CRATES: [&str; 3] = ["async-trait", "bytes", "thiserror"];
/// What neither of them reaches, however deep.
const IMPURE: [&str; 10] = [
    "tokio",
    "sqlx",
    "sqlx-core",
    "tokio-postgres",
    "hyper",
    "http",
    "poem",
    "tonic",
    "prost",
    "opentelemetry",
];

struct Graph {
    names: BTreeMap<PackageId, String>,
    edges: BTreeMap<String, BTreeSet<String>>,
    adapters: BTreeSet<String>,
}

fn graph() -> Graph {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(root).exec().unwrap();
    let names: BTreeMap<_, _> =
        metadata.packages.iter().map(|it| (it.id.clone(), it.name.to_string())).collect();
    let adapters = metadata.workspace_packages().into_iter().filter_map(|it| {
        let path = it.manifest_path.strip_prefix(&metadata.workspace_root).ok()?;
        path.starts_with("adapters").then(|| it.name.to_string())
    });
    let adapters = adapters.collect();
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in metadata.resolve.unwrap().nodes {
        let real = node
            .deps
            .iter()
            .filter(|it| it.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
        let to = real.map(|it| names[&it.pkg].clone());
        edges.entry(names[&node.id].clone()).or_default().extend(to);
    }
    Graph { names, edges, adapters }
}

impl Graph {
    fn reach(&self, from: &str) -> BTreeSet<String> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(name) = open.pop() {
            for to in self.edges.get(&name).into_iter().flatten() {
                if seen.insert(to.clone()) {
                    open.push(to.clone());
                }
            }
        }
        seen
    }

    fn direct_beside(&self, from: &str, allowed: &[&str]) -> Vec<String> {
        self.edges[from].iter().filter(|it| !allowed.contains(&it.as_str())).cloned().collect()
    }
}

#[test]
fn domain_depends_on_value_crates_only() {
    assert_eq!(graph().direct_beside("observatory-domain", &VALUE_CRATES), [""; 0]);
}

#[test]
fn ports_depend_on_domain_and_value_crates_only() {
    let allowed = [&PORT_CRATES[..], &["observatory-domain"]].concat();
    assert_eq!(graph().direct_beside("observatory-ports", &allowed), [""; 0]);
}

#[test]
fn domain_and_ports_reach_no_runtime_sql_http_or_protobuf() {
    let graph = graph();
    for name in ["observatory-domain", "observatory-ports"] {
        let reach = graph.reach(name);
        let impure: Vec<_> = IMPURE.iter().filter(|it| reach.contains(**it)).collect();
        assert!(impure.is_empty(), "{name} reaches {impure:?}");
    }
}

#[test]
fn no_adapter_depends_on_another() {
    let graph = graph();
    assert_eq!(graph.adapters.len(), 5, "{:?}", graph.adapters);
    for adapter in &graph.adapters {
        let others: Vec<_> = graph.edges[adapter].intersection(&graph.adapters).collect();
        assert!(others.is_empty(), "{adapter} depends on {others:?}");
    }
}

#[test]
fn only_the_app_and_the_tests_know_adapters() {
    let graph = graph();
    let allowed = ["llm-observatory-storage", "observatory-tests"];
    for (name, edges) in &graph.edges {
        if graph.names.values().any(|it| it == name) && !allowed.contains(&name.as_str()) {
            let known: Vec<_> = edges.intersection(&graph.adapters).collect();
            assert!(known.is_empty(), "{name} depends on {known:?}");
        }
    }
}
