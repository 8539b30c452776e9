//! A conversation as a tree of its spans.

use std::collections::HashMap;
use std::fmt::Write;

use uuid::Uuid;

/// A span in the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) trace: Uuid,
    pub(super) span: String,
    pub(super) parent: Option<String>,
    pub(super) text: String,
}

type Children<'n> = HashMap<(Uuid, Option<&'n str>), Vec<&'n Node>>;

/// Draws `nodes`, which are in the order of time: each root, and below it what it did.
pub(super) fn tree(nodes: &[Node]) -> String {
    let mut children: Children<'_> = HashMap::new();
    for node in nodes {
        children.entry((node.trace, node.parent.as_deref())).or_default().push(node);
    }
    let mut out = String::new();
    for root in nodes.iter().filter(|it| it.parent.is_none()) {
        line(&mut out, "", "", root);
        draw(&mut out, "", root, &children);
    }
    out
}

fn draw(out: &mut String, indent: &str, node: &Node, children: &Children<'_>) {
    let below = children.get(&(node.trace, Some(node.span.as_str())));
    let below = below.map_or(&[][..], Vec::as_slice);
    for (index, child) in below.iter().enumerate() {
        let last = index + 1 == below.len();
        line(out, indent, if last { "└─ " } else { "├─ " }, child);
        draw(out, &format!("{indent}{}", if last { "   " } else { "│  " }), child, children);
    }
}

fn line(out: &mut String, indent: &str, branch: &str, node: &Node) {
    // Writing to a String can't fail.
    if writeln!(out, "{indent}{branch}{}", node.text).is_err() {
        debug_assert!(false, "a String takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(span: &str, parent: Option<&str>) -> Node {
        let (trace, text) = (Uuid::nil(), span.to_owned());
        Node { trace, span: span.to_owned(), parent: parent.map(str::to_owned), text }
    }

    #[test]
    fn children_stand_below_their_parents_in_order() {
        let nodes = [
            node("root", None),
            node("a", Some("root")),
            node("a1", Some("a")),
            node("b", Some("root")),
        ];
        assert_eq!(tree(&nodes), "root\n├─ a\n│  └─ a1\n└─ b\n");
    }
}
