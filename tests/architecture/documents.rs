//! What the documents promise is there.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Every document, with its folder.
fn documents() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["", "docs", "adr", "migrations"] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "md") {
                found.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.len() > 5, "{found:?}");
    found
}

#[test]
fn every_link_leads_somewhere() {
    for (path, text) in documents() {
        let targets = text.split("](").skip(1).filter_map(|it| it.split_once(')'));
        for (target, _) in targets.filter(|it| !it.0.contains("://")) {
            let target = path.parent().unwrap().join(target.split('#').next().unwrap());
            assert!(target.try_exists().unwrap(), "{}: {}", path.display(), target.display());
        }
    }
}

#[test]
fn every_path_of_the_map_exists() {
    let map = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let quoted = map.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|it| {
        let top = it.split('/').next().unwrap();
        it.contains('/') && !it.starts_with('/') && Path::new(ROOT).join(top).try_exists().unwrap()
    });
    let missing: Vec<_> =
        paths.filter(|it| !Path::new(ROOT).join(it).try_exists().unwrap()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_xtask_of_the_documents_exists() {
    for (path, text) in documents() {
        for words in text.split("cargo xtask ").skip(1) {
            let task: String = words.chars().take_while(char::is_ascii_lowercase).collect();
            let file = format!("{ROOT}/xtask/src/{task}.rs");
            assert!(Path::new(&file).try_exists().unwrap(), "{}: {task}", path.display());
        }
    }
}

#[test]
fn the_readme_tells_the_defaults_of_the_reference() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let (readme, reference) = (read("README.md"), read("docs/CONFIGURATION.md"));
    let mut compared = 0;
    for row in readme.lines().filter(|it| it.starts_with("| `") && it.contains('_')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let names = cells[1].split(", ").map(|it| it.trim_matches('`'));
        for (name, default) in names.zip(cells[2].split(", ")) {
            let line = reference.lines().find(|it| it.starts_with(&format!("| `{name}`")));
            let line = line.unwrap_or_else(|| panic!("no {name} in the reference"));
            let default = default.split(' ').next().unwrap();
            let told = line.contains(&format!("| `{default}` |"))
                || line.contains(&format!("| {default} |"));
            assert!(told, "{name}: {default}, but {line}");
            compared += 1;
        }
    }
    assert!(compared >= 7, "{compared}");
}
