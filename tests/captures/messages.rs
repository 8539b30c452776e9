//! Texts and tool calls in messages, in whatever shape their sender gave them.

use serde_json::Value as Json;

/// What messages say.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Each text, with the role of who says it.
    pub(crate) texts: Vec<(String, String)>,
    /// The tools that are called.
    pub(crate) tools: Vec<String>,
}

impl Said {
    /// Reads the JSON of a column, where a text without a role is `role`'s.
    pub(crate) fn read(&mut self, column: Option<&str>, role: &str) {
        let Some(text) = column else { return };
        match serde_json::from_str(text) {
            Ok(json) => self.value(&json, role),
            Err(_) => self.texts.push((role.to_owned(), text.to_owned())),
        }
    }

    /// The texts of a role, in one.
    pub(crate) fn text_of(&self, role: &str) -> Option<String> {
        let texts: Vec<_> =
            self.texts.iter().filter(|it| it.0 == role).map(|it| it.1.as_str()).collect();
        (!texts.is_empty()).then(|| texts.concat())
    }

    /// Whether `role` says `text` in one piece.
    pub(crate) fn says(&self, role: &str, text: &str) -> bool {
        self.texts.iter().any(|it| it.0 == role && it.1 == text)
    }

    fn value(&mut self, value: &Json, role: &str) {
        match value {
            Json::String(text) if !text.is_empty() => {
                self.texts.push((role.to_owned(), text.clone()));
            }
            Json::Array(items) => items.iter().for_each(|it| self.value(it, role)),
            Json::Object(members) => self.object(members, role),
            _ => {}
        }
    }

    fn object(&mut self, members: &serde_json::Map<String, Json>, role: &str) {
        let text = |name: &str| members.get(name).and_then(Json::as_str);
        let role = text("role").unwrap_or(role);
        match text("type") {
            Some("tool_call" | "function_call" | "function" | "tool_use") => {
                let named = members.get("function").and_then(|it| it.get("name"));
                let name = text("name").or_else(|| named?.as_str());
                return self.tools.extend(name.map(ToOwned::to_owned));
            }
            Some("tool_call_response" | "tool_result" | "reasoning" | "thinking") => return,
            _ => {}
        }
        for (name, member) in members {
            match name.as_str() {
                "parts" | "content" | "text" | "messages" | "tool_calls" | "input" | "output" => {
                    self.value(member, role);
                }
                "instructions" | "system" => self.value(member, "system"),
                _ => {}
            }
        }
    }
}
