use super::batch::{RECORD, SYSTEM_TEXTS};
use super::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// Made by `src/sources/logs/testing.ts`: records 11, 12 and 13.
const FIXTURE: &[u8] = include_bytes!("../../../fixtures/logs/sysmon.evtx");
/// Where a record's header says how long it is.
const FIRST_RECORD: usize = 512;

fn chunk() -> Vec<u8> {
    FIXTURE[FILE_HEADER_SIZE..].to_vec()
}

/// What a batch says, as `src/sources/logs/evtx.ts` reads it.
fn lines(chunk: &[u8]) -> Vec<Value> {
    let mut batch = Batch::default();
    assert_eq!(read_chunks(chunk, MAX_OUTPUT, &mut batch), chunk.len());
    let units: Vec<u16> = batch.text().encode_utf16().collect();
    let text =
        |start: u32, end: u32| String::from_utf16(&units[start as usize..end as usize]).unwrap();
    let mut names: Vec<Vec<String>> = Vec::new();
    let mut words = batch.words().iter().copied();
    let mut lines = Vec::new();
    while let Some(kind) = words.next() {
        let mut next = || words.next().unwrap();
        match kind {
            0 => {}
            1 => {
                let known = next() == 1;
                let number = u64::from(next()) | u64::from(next()) << 32;
                let record = known.then_some(number);
                lines.push(json!({ "record": record, "problem": text(next(), next()) }));
            }
            2 => {
                let count = next();
                let mut start = next();
                names.push(texts(count as usize, &mut start, &mut next, &text));
            }
            3 => {
                let record = u64::from(next()) | u64::from(next()) << 32;
                let names = &names[next() as usize];
                let (id, present, mut start) = (next(), next(), next());
                let system = texts(SYSTEM_TEXTS, &mut start, &mut next, &text);
                let system = |i: usize| (present & 1 << i != 0).then_some(&system[i]);
                let mut start = next();
                let values = texts(names.len(), &mut start, &mut next, &text);
                lines.push(json!({
                    "record": record,
                    "provider": system(0),
                    "id": id,
                    "time": system(2),
                    "computer": system(1),
                    "channel": system(3),
                    "fields": names.iter().cloned().zip(values).collect::<HashMap<_, _>>(),
                }));
            }
            _ => panic!("{kind}"),
        }
    }
    lines
}

fn texts(
    count: usize,
    start: &mut u32,
    next: &mut impl FnMut() -> u32,
    text: &impl Fn(u32, u32) -> String,
) -> Vec<String> {
    let mut one = || {
        let end = next();
        let one = text(*start, end);
        *start = end;
        one
    };
    (0..count).map(|_| one()).collect()
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
    assert!(lines(&[0; CHUNK_SIZE]).is_empty());
    assert!(lines(&[]).is_empty());
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
            "time": "2026-01-02T03:04:05.6789012Z",
            "computer": "host",
            "channel": null,
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
fn what_does_not_fit_is_left_for_the_next_call() {
    let two = [chunk(), chunk()].concat();
    let mut one = Batch::default();
    read_chunks(&chunk(), MAX_OUTPUT, &mut one);
    let mut batch = Batch::default();
    assert_eq!(read_chunks(&two, one.size() + 10, &mut batch), CHUNK_SIZE);
    assert_eq!(batch.words(), one.words());
    assert_eq!(batch.text(), one.text());
    let mut both = Batch::default();
    assert_eq!(read_chunks(&two, MAX_OUTPUT, &mut both), two.len());
    let mut bytes = vec![0; both.size()];
    both.write_to(&mut bytes);
    assert!(bytes.ends_with(both.text().as_bytes()));
}

#[test]
fn no_mutation_makes_it_panic_or_write_without_end() {
    const MUTATIONS: usize = 100_000;
    let mut state = 1_u64;
    let mut random = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % limit
    };
    let samples = samples();
    let mut batch = Batch::default();
    let mut read = 0;
    for i in 0..MUTATIONS {
        let mut chunk = samples[i % samples.len()].clone();
        let used = 8192.min(chunk.len());
        for _ in 0..=random(8) {
            let at = random(used);
            chunk[at] = match random(4) {
                0 => 0,
                1 => 0xff,
                2 => chunk[at] ^ 1 << random(8),
                _ => random(256) as u8,
            };
        }
        if random(4) == 0 {
            chunk.truncate(random(CHUNK_SIZE));
        }
        let start = batch.mark();
        assert_eq!(read_chunks(&chunk, MAX_OUTPUT, &mut batch), chunk.len());
        assert!(batch.size() <= MAX_OUTPUT);
        read += usize::from(batch.words().contains(&RECORD));
        batch.return_to(start);
    }
    assert!(
        read > MUTATIONS / 2,
        "most mutations leave a record: {read}"
    );
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
