use super::*;
use serde_json::{Value, json};
use std::path::Path;

/// Made by `src/sources/logs/testing.ts`: records 11, 12 and 13.
const FIXTURE: &[u8] = include_bytes!("../../../fixtures/logs/sysmon.evtx");
/// Where a record's header says how long it is.
const FIRST_RECORD: usize = 512;

fn chunk() -> Vec<u8> {
    FIXTURE[FILE_HEADER_SIZE..].to_vec()
}

fn lines(chunk: &[u8]) -> Vec<Value> {
    let text = read_chunk(chunk);
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn records(lines: &[Value]) -> Vec<u64> {
    let records = lines.iter().filter(|line| line.get("problem").is_none());
    records
        .map(|line| line["record"].as_u64().unwrap())
        .collect()
}

fn problems(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .filter_map(|line| line.get("problem"))
        .map(|problem| problem.as_str().unwrap())
        .collect()
}

#[test]
fn an_unused_chunk_is_empty() {
    assert_eq!(read_chunk(&[0; CHUNK_SIZE]), "");
    assert_eq!(read_chunk(&[]), "");
}

#[test]
fn values_are_texts_as_sysmon_prints_them() {
    let lines = lines(&chunk());
    assert_eq!(records(&lines), [11, 12, 13]);
    assert_eq!(
        lines[0],
        json!({
            "record": 11,
            "provider": "Microsoft-Windows-Sysmon",
            "id": 1,
            "version": null,
            "time": "2026-01-02T03:04:05.6789012Z",
            "computer": "host",
            "fields": {
                "RuleName": "-",
                "UtcTime": "2026-01-02 03:04:05.678",
                "ProcessGuid": "{747f3d96-c8a0-5f0e-0000-0010b5a10b00}",
                "ProcessId": "4711",
                "Image": "C:\\Windows\\System32\\cmd.exe",
                "CommandLine": "cmd /c \"echo <é&€\u{1f600}> \u{1b}[31m\"",
                "LogonId": "0x3e7",
            },
        })
    );
    assert_eq!(lines[2]["fields"]["Initiated"], "true");
    assert_eq!(lines[2]["fields"]["SourceIsIpv6"], "false");
    assert_eq!(lines[2]["fields"]["Protocol"], "");
}

#[test]
fn bytes_that_are_no_chunk_are_one_problem() {
    let lines = lines(&[b'x'; CHUNK_SIZE]);
    assert!(records(&lines).is_empty());
    assert_eq!(lines[0]["record"], Value::Null);
    assert!(problems(&lines)[0].contains("magic"), "{lines:?}");
}

#[test]
fn a_damaged_record_leaves_the_others() {
    let mut chunk = chunk();
    let length = u32::from_le_bytes(chunk[FIRST_RECORD + 4..][..4].try_into().unwrap());
    let second = FIRST_RECORD + length as usize;
    chunk[second + 24..second + 40].fill(0xff);
    let lines = lines(&chunk);
    assert_eq!(records(&lines), [11, 13]);
    assert_eq!(problems(&lines).len(), 2, "{lines:?}");
    assert!(problems(&lines)[0].contains("checksum"));
    assert_eq!(lines[2]["record"], 12);
}

#[test]
fn a_cut_chunk_gives_what_is_left() {
    let mut chunk = chunk();
    let length = u32::from_le_bytes(chunk[FIRST_RECORD + 4..][..4].try_into().unwrap());
    chunk.truncate(FIRST_RECORD + length as usize + 30);
    let lines = lines(&chunk);
    assert_eq!(records(&lines), [11]);
    assert!(problems(&lines)[0].contains("ends in the middle"));
}

#[test]
fn no_bytes_make_it_panic_or_write_without_end() {
    let mut state = 1_u64;
    let mut random = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % limit
    };
    for original in samples() {
        for _ in 0..200 {
            let mut chunk = original.clone();
            for _ in 0..=random(8) {
                let at = random(chunk.len().min(8192));
                chunk[at] = match random(3) {
                    0 => 0,
                    1 => 0xff,
                    _ => random(256) as u8,
                };
            }
            if random(4) == 0 {
                chunk.truncate(random(CHUNK_SIZE));
            }
            assert!(read_chunk(&chunk).len() <= MAX_OUTPUT + 1024);
        }
    }
}

/// The fixture's chunk, and where the corpus is there the first of some of its logs.
fn samples() -> Vec<Vec<u8>> {
    let mut samples = vec![chunk()];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/evtx");
    match std::fs::read_dir(corpus) {
        Ok(logs) => {
            for log in logs.take(5) {
                let bytes = std::fs::read(log.unwrap().path()).unwrap();
                samples.push(bytes[FILE_HEADER_SIZE..][..CHUNK_SIZE].to_vec());
            }
        }
        Err(reason) => eprintln!("without the corpus: {reason}"),
    }
    samples
}
