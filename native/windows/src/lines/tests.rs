use super::*;
use crate::etl::testing::{
    BUFFER, START, START_STAMP, buffer, class, event, head, kernel, message, packed_buffer,
    process_end, wide,
};
use crate::etl::{Guid, PointerSize};
use serde_json::{Value as Json, json};
use std::io::Cursor;

const SYSTEM: u8 = 2;
const COMPACT: u8 = 4;
const PERFINFO: u8 = 17;
const PROCESS_END: u16 = 0x0302;
const TICKS_A_MILLISECOND: i64 = 10_000;
const KERNEL_PROCESS: Guid = Guid::of(
    0x22fb_2cd6,
    0x0e7b,
    0x422b,
    [0xa0, 0xc7, 0x2f, 0xad, 0x1f, 0xd0, 0xe7, 0x16],
);
const THREAD: Guid = Guid::of(
    0x3d6f_a8d1,
    0xfe05,
    0x11d0,
    [0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c],
);
const STRANGER: Guid = Guid([7; 16]);

fn write(trace: &[u8]) -> Result<String, Refusal> {
    let mut lines = Lines::open(Cursor::new(trace))?;
    let mut out = String::new();
    lines.write(&mut out, usize::MAX);
    let length = out.len();
    lines.write(&mut out, usize::MAX);
    assert_eq!(out.len(), length, "nothing comes behind the total");
    Ok(out)
}

fn read(trace: &[u8]) -> Vec<Json> {
    let out = write(trace).unwrap();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Without the head and the total.
fn records(lines: &[Json]) -> Vec<&Json> {
    lines
        .iter()
        .filter(|line| line.get("fields").is_some())
        .collect()
}

fn problems(lines: &[Json]) -> Vec<&str> {
    lines
        .iter()
        .filter_map(|line| line["problem"].as_str())
        .collect()
}

fn total(lines: &[Json]) -> &Json {
    &lines.last().unwrap()["total"]
}

fn end_of(pid: u32, after: i64) -> Vec<u8> {
    let stamp = START_STAMP + after * TICKS_A_MILLISECOND;
    kernel(PERFINFO, PROCESS_END, 4, stamp, &process_end(pid, "a.exe"))
}

fn pids(lines: &[Json]) -> Vec<u64> {
    let pids = records(lines)
        .into_iter()
        .filter_map(|line| line["fields"]["pid"].as_u64());
    pids.collect()
}

fn headed(buffers: &[Vec<u8>]) -> Vec<u8> {
    let mut trace = buffer(0, 0, &[head(PointerSize::Eight, 1)]);
    trace.extend(buffers.concat());
    trace
}

/// One of every kind of record, on two processors.
fn every_kind() -> Vec<u8> {
    let thread = [5_u32.to_le_bytes(), 4711_u32.to_le_bytes()].concat();
    let mut started = 4711_u32.to_le_bytes().to_vec();
    started.extend(START.to_le_bytes());
    started.extend([4_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat());
    started.extend(wide("\\Device\\HarddiskVolume3\\Windows\\x.exe"));
    let schema = [&[0, 0, 0x80, 0][..], b"Telling\0Field\0\x08"].concat();
    let sid = [1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];
    headed(&[
        buffer(
            0,
            1,
            &[
                kernel(
                    SYSTEM,
                    PROCESS_END,
                    4,
                    START_STAMP,
                    &process_end(1, "s.exe"),
                ),
                kernel(
                    COMPACT,
                    PROCESS_END,
                    4,
                    START_STAMP,
                    &process_end(2, "c.exe"),
                ),
                end_of(3, 2),
                class(false, THREAD, 2, 1, &thread),
                class(true, THREAD, 2, 1, &thread),
            ],
        ),
        buffer(
            1,
            2,
            &[
                event(KERNEL_PROCESS, 1, 0, 0x40, &[], &started),
                event(
                    STRANGER,
                    0,
                    0,
                    0x40,
                    &[(2, &sid), (11, &schema), (13, &[9; 8])],
                    &[1, 2],
                ),
                event(
                    KERNEL_PROCESS,
                    1,
                    0,
                    0x40,
                    &[(2, &sid), (13, &[9, 0, 0, 0, 0, 0, 0, 0])],
                    &started,
                ),
                message(STRANGER, 17),
                kernel(PERFINFO, 0x7f7f, 1, START_STAMP, &[1; 12]),
                vec![16, 0, 13, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            ],
        ),
    ])
}

#[test]
fn the_head_tells_of_the_session() {
    let head = &read(&headed(&[]))[0]["head"];
    assert_eq!(head["session"], "session");
    assert_eq!(head["build"], 18362);
    assert_eq!(head["eventsLost"], 7);
    assert_eq!(head["startTime"], 1_582_878_627_744.579);
}

#[test]
fn a_record_is_a_line() {
    let lines = read(&headed(&[buffer(0, 1, &[end_of(4711, 1)])]));
    assert_eq!(
        *records(&lines)[1],
        json!({
            "event": "ProcessEnd",
            "time": 1_582_878_627_745.579,
            "fields": {
                "key": "0xffffca86", "pid": 4711, "parent": 4, "session": 1, "exitStatus": 0,
                "flags": "0x0", "sid": "S-1-5-18", "image": "a.exe", "commandLine": "x.exe -a",
            },
        })
    );
}

#[test]
fn every_kind_of_head_is_read_and_counted() {
    let lines = read(&every_kind());
    assert!(problems(&lines).is_empty(), "{lines:?}");
    assert_eq!(total(&lines)["records"], 12);
    let counted = total(&lines)["kinds"].as_array().unwrap().iter();
    assert_eq!(
        counted
            .map(|kind| kind["count"].as_u64().unwrap())
            .sum::<u64>(),
        12
    );
    let of = |event: &str| {
        let found = records(&lines)
            .into_iter()
            .filter(|line| line["event"] == event);
        found.cloned().collect::<Vec<_>>()
    };
    assert_eq!(of("ProcessEnd")[0]["tid"], 8);
    assert_eq!(of("ProcessEnd").len(), 3);
    assert_eq!(of("ThreadEnd").len(), 2);
    assert_eq!(
        of("ThreadEnd")[0]["fields"],
        json!({ "pid": 5, "tid": 4711 })
    );
    let starts = of("ProcessStart");
    assert_eq!(
        starts[0]["fields"]["path"],
        "\\Device\\HarddiskVolume3\\Windows\\x.exe"
    );
    assert_eq!(starts[0]["fields"]["startTime"], 1_582_878_627_744.579);
    assert_eq!(starts[1]["sid"], "S-1-5-18");
    assert_eq!(starts[1]["startKey"], "0x9");
}

#[test]
fn what_is_not_known_is_counted_under_its_origin() {
    let lines = read(&every_kind());
    let kinds = total(&lines)["kinds"].as_array().unwrap();
    let mut unknown: Vec<_> = kinds
        .iter()
        .filter(|kind| kind["event"].is_null())
        .map(|kind| {
            (
                kind["origin"].as_str().unwrap(),
                kind["id"].as_u64().unwrap(),
                kind["name"].as_str(),
            )
        })
        .collect();
    unknown.sort_unstable();
    let stranger = STRANGER.to_string();
    let of_message = format!("Message {stranger}");
    assert_eq!(
        unknown,
        [
            ("Kernel-0x7f", 0x7f, None),
            (of_message.as_str(), 17, None),
            ("Unknown", 0, None),
            (stranger.as_str(), 0, Some("Telling")),
        ]
    );
}

#[test]
fn processors_are_merged_by_time_and_buffers_by_number() {
    let trace = headed(&[
        buffer(0, 3, &[end_of(5, 50), end_of(7, 70)]),
        buffer(1, 1, &[end_of(2, 20), end_of(6, 60)]),
        buffer(0, 2, &[end_of(1, 10), end_of(4, 40)]),
    ]);
    assert_eq!(pids(&read(&trace)), [1, 2, 4, 5, 6, 7]);
}

#[test]
fn pointers_of_four_bytes_and_other_clocks_are_read() {
    for (clock, after) in [(1, 20_000), (2, 20_000), (3, 4_000_000)] {
        let mut payload = 7_u32.to_le_bytes().to_vec();
        payload.extend([4711_u32, 4, 1, 0, 0].map(u32::to_le_bytes).concat());
        payload.extend(0_u32.to_le_bytes());
        payload.extend(b"old.exe\0");
        let record = kernel(16, PROCESS_END, 3, START_STAMP + after, &payload);
        let trace = [
            buffer(0, 0, &[head(PointerSize::Four, clock)]),
            buffer(0, 1, &[record]),
        ]
        .concat();
        let lines = read(&trace);
        let end = records(&lines)[1];
        assert_eq!(end["time"], 1_582_878_627_746.579, "clock {clock}");
        assert_eq!(end["fields"]["image"], "old.exe");
        assert!(end["fields"].get("sid").is_none());
    }
}

#[test]
fn compressed_buffers_are_unpacked() {
    let trace = headed(&[
        packed_buffer(0, 1, &[end_of(1, 1), end_of(2, 2)]),
        packed_buffer(1, 2, &[end_of(3, 3)]),
        buffer(0, 3, &[end_of(4, 4)]),
    ]);
    let lines = read(&trace);
    assert_eq!(pids(&lines), [1, 2, 3, 4]);
    assert_eq!(total(&lines)["compressed"], 2);
}

#[test]
fn a_damaged_buffer_leaves_the_others() {
    let whole = headed(&[1, 2, 3].map(|i| buffer(0, i, &[end_of(i as u32, i)])));
    let mut no_head = whole.clone();
    no_head[2 * BUFFER..2 * BUFFER + 72].fill(0xee);
    let mut no_record = whole.clone();
    no_record[2 * BUFFER + 72..2 * BUFFER + 80].fill(0x11);
    for damaged in [no_head, no_record] {
        let lines = read(&damaged);
        assert_eq!(pids(&lines), [1, 3]);
        assert_eq!(problems(&lines).len(), 1, "{lines:?}");
        assert_eq!(total(&lines)["damaged"], 1);
        assert_ne!(total(&lines)["skippedBytes"], 0);
    }
    let mut zeros = whole.clone();
    zeros[2 * BUFFER..3 * BUFFER].fill(0);
    let lines = read(&zeros);
    assert_eq!(pids(&lines), [1, 3]);
    assert_eq!(total(&lines)["unused"], 1);
    let lines = read(&whole[..3 * BUFFER + 80]);
    assert_eq!(pids(&lines), [1, 2]);
    assert!(problems(&lines)[0].contains("the file ends"), "{lines:?}");
}

#[test]
fn what_is_no_trace_is_refused_in_words() {
    for (bytes, reason) in [
        (vec![], "no trace"),
        (vec![0; 4096], "no trace"),
        (b"ElfFile\0 and more".repeat(100), "no trace"),
        (
            buffer(0, 0, &[end_of(1, 1)]),
            "head of this trace is damaged",
        ),
    ] {
        let refusal = write(&bytes).unwrap_err();
        assert!(refusal.to_string().contains(reason), "{refusal}");
    }
}

/// A generator of the same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn mutate(&mut self, original: &[u8]) -> Vec<u8> {
        let mut bytes = original.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes[at] = 0,
                1 => bytes[at] = 0xff,
                2 => bytes[at] ^= 1 << self.below(8),
                3 => bytes[at] = self.below(256) as u8,
                4 => {
                    let to = self.below(bytes.len());
                    let length = self.below(64).min(bytes.len() - at.max(to));
                    bytes.copy_within(at..at + length, to);
                }
                _ => {
                    let end = (at + 4).min(bytes.len());
                    bytes[at..end].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f][..end - at]);
                }
            }
        }
        if self.below(8) == 0 {
            bytes.truncate(self.below(bytes.len()));
        }
        bytes
    }
}

/// Nothing in these may panic, and the text stays in proportion to the bytes: the shortest record has
/// 16, and its line no more than 40 times as much; a byte of a text is at most six characters.
#[test]
fn no_mutation_of_a_trace_panics_or_writes_without_bound() {
    const MUTATIONS: usize = 100_000;
    const MOST_A_BYTE: usize = 40;
    let packed = headed(&[
        packed_buffer(0, 1, &[end_of(1, 1)]),
        packed_buffer(1, 2, &[end_of(3, 3)]),
    ]);
    let originals = [
        every_kind(),
        packed,
        headed(&[buffer(0, 1, &[end_of(1, 1)])]),
    ];
    let mut random = Random(20_201_122);
    let mut read = 0;
    for i in 0..MUTATIONS {
        let mutated = random.mutate(&originals[i % originals.len()]);
        let Ok(out) = write(&mutated) else { continue };
        read += 1;
        assert!(
            out.len() <= 65_536 + MOST_A_BYTE * mutated.len(),
            "mutation {i}: {} bytes",
            out.len()
        );
    }
    assert!(
        read > MUTATIONS / 2,
        "most mutations are still traces: {read}"
    );
}

#[test]
fn no_cut_of_a_trace_panics() {
    let whole = every_kind();
    for length in 0..whole.len() {
        let _ = write(&whole[..length]);
    }
}
