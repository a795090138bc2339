#!/usr/bin/env bash
# Fails when a locked package asks for a newer Rust than Cargo.toml states.
set -euo pipefail
cd "$(dirname "$0")/.."
ours=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
most=$(cargo metadata --locked --format-version 1 |
  grep -o '"rust_version":"[^"]*"' | cut -d'"' -f4 | sort -uV | tail -n 1)
newest=$(printf '%s\n%s\n' "$ours" "$most" | sort -V | tail -n 1)
if [ "${newest%.0}" != "${ours%.0}" ]; then
  echo "a locked package asks for Rust $most, and Cargo.toml states $ours" >&2
  exit 1
fi
echo "rust-version: $ours is stated, $most is the most that a locked package asks for"
