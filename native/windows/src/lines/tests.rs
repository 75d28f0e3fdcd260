use super::*;
use std::fs::File;
use std::path::{Path, PathBuf};

#[test]
fn dump() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/etl/shutdown-kernel-logger.etl");
    let mut lines = Lines::open(File::open(path).unwrap()).unwrap();
    let mut out = String::new();
    lines.write(&mut out, usize::MAX);
    std::fs::write("/tmp/etl.jsonl", out).unwrap();
}
