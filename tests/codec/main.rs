//! The stored form.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is wrong should stop"
)]
#![allow(dead_code)]
mod samples;

#[test]
fn write_schema_0() {
    let lines: Vec<String> =
        samples::events().iter().map(|e| serde_json::to_string(e).unwrap()).collect();
    std::fs::write("tests/codec/golden/schema-0.jsonl", lines.join("\n") + "\n").unwrap();
}
