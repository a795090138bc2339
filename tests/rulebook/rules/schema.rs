//! The schema in the tree takes what the crate takes, and refuses what it refuses.

use helpdesk::Fact;
use helpdesk::rules::RulebookDraft;
use serde_json::{Map, Value, json};

use super::building::everything;

/// As much of JSON Schema as the schema uses; what it does not know it refuses to judge.
struct Schema {
    root: Value,
}

impl Schema {
    fn takes(&self, schema: &Value, value: &Value) -> bool {
        schema.as_object().unwrap().iter().all(|(word, says)| match (&**word, value) {
            ("$schema" | "title" | "description" | "$defs" | "format", _) => true,
            ("$ref", _) => {
                let path = says.as_str().unwrap().strip_prefix('#').unwrap();
                self.takes(self.root.pointer(path).unwrap(), value)
            }
            ("type", value) => match says {
                Value::Array(types) => types.iter().any(|it| is(it.as_str().unwrap(), value)),
                one => is(one.as_str().unwrap(), value),
            },
            ("enum", value) => says.as_array().unwrap().contains(value),
            ("const", value) => says == value,
            ("oneOf", value) => {
                let each = says.as_array().unwrap().iter();
                each.filter(|one| self.takes(one, value)).count() == 1
            }
            ("anyOf", value) => says.as_array().unwrap().iter().any(|one| self.takes(one, value)),
            ("properties", Value::Object(map)) => map
                .iter()
                .all(|(key, value)| says.get(key).is_none_or(|one| self.takes(one, value))),
            ("additionalProperties", Value::Object(map)) => {
                let known = schema.get("properties").cloned().unwrap_or_default();
                let mut more = map.iter().filter(|(key, _)| known.get(key).is_none());
                match says {
                    Value::Bool(false) => more.next().is_none(),
                    says => more.all(|(_, value)| self.takes(says, value)),
                }
            }
            ("required", Value::Object(map)) => {
                let mut keys = says.as_array().unwrap().iter();
                keys.all(|key| map.contains_key(key.as_str().unwrap()))
            }
            ("items", Value::Array(items)) => items.iter().all(|item| self.takes(says, item)),
            ("maxItems", Value::Array(items)) => items.len() as u64 <= says.as_u64().unwrap(),
            ("minProperties", Value::Object(map)) => map.len() as u64 >= says.as_u64().unwrap(),
            ("maxProperties", Value::Object(map)) => map.len() as u64 <= says.as_u64().unwrap(),
            ("minLength", Value::String(text)) => {
                text.chars().count() as u64 >= says.as_u64().unwrap()
            }
            ("maxLength", Value::String(text)) => {
                text.chars().count() as u64 <= says.as_u64().unwrap()
            }
            ("pattern", Value::String(text)) => {
                regex::Regex::new(says.as_str().unwrap()).unwrap().is_match(text)
            }
            ("minimum", Value::Number(number)) => number.as_i64() >= says.as_i64(),
            ("maximum", Value::Number(number)) => number.as_i64() <= says.as_i64(),
            (
                "properties"
                | "additionalProperties"
                | "required"
                | "items"
                | "maxItems"
                | "minProperties"
                | "maxProperties"
                | "minLength"
                | "maxLength"
                | "pattern"
                | "minimum"
                | "maximum",
                _,
            ) => true,
            (unknown, _) => panic!("`{unknown}` is not known here"),
        })
    }
}

fn is(of: &str, value: &Value) -> bool {
    match of {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is not known here"),
    }
}

fn schema() -> Schema {
    Schema { root: serde_json::from_str(RulebookDraft::SCHEMA).unwrap() }
}

/// The value with each of its parts changed in turn: something more, something less, something else.
fn changed(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Null, json!(7), json!("odd one"), json!([]), json!({})];
    match value {
        Value::Object(map) => {
            let mut more = map.clone();
            more.insert("odd".into(), json!("one"));
            all.push(more.into());
            for key in map.keys() {
                let mut less: Map<String, Value> = map.clone();
                less.remove(key);
                all.push(less.into());
                for part in changed(&map[key]) {
                    let mut other = map.clone();
                    other.insert(key.clone(), part);
                    all.push(other.into());
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                for part in changed(item) {
                    let mut other = items.clone();
                    other[at] = part;
                    all.push(other.into());
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn what_the_crate_writes_fits_the_schema() {
    let schema = schema();
    let data = serde_json::to_value(everything()).unwrap();
    assert!(schema.takes(&schema.root, &data));
    for value in data["triggers"][0]["then"].as_array().unwrap() {
        assert!(schema.takes(&schema.root["$defs"]["action"], value), "{value}");
    }
    assert!(schema.takes(&schema.root, &json!({})));
}

#[test]
fn the_schema_refuses_what_the_crate_refuses() {
    let schema = schema();
    let data = serde_json::to_value(everything()).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for value in changed(&data) {
        let read = serde_json::from_value::<RulebookDraft>(value.clone());
        let fits = schema.takes(&schema.root, &value);
        match read {
            Ok(_) => {
                // What reads may still be refused: an empty name, say, or a level of 0.
                taken += usize::from(fits);
            }
            Err(error) => {
                // What a text means, only the crate knows.
                let error = error.to_string();
                let of_text =
                    ["not a condition, at character", "duration", "UUID", "date", "out of range"];
                assert!(!fits || of_text.iter().any(|it| error.contains(it)), "{value}\n{error}");
                refused += 1;
            }
        }
    }
    assert!(taken > 50 && refused > 500, "{taken} taken, {refused} refused");
}

#[test]
fn the_schema_knows_every_fact() {
    let schema = schema();
    let fact = &schema.root["$defs"]["test"]["properties"]["fact"];
    for known in Fact::built_in().chain([Fact::field("a b")]) {
        assert!(schema.takes(fact, &serde_json::to_value(&known).unwrap()), "{known}");
    }
    assert!(!schema.takes(fact, &json!("mood")));
}
