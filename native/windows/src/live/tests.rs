use super::testing::{MadeUp, Script, Scripted};
use super::*;
use crate::etl::{Guid, Source};
use crate::layout::provider;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;

const NAME: &str = "monomi";
const LONG: Duration = Duration::from_secs(60);
const START: i64 = 132_273_542_277_445_790;
/// 20 s in units of 100 ns.
const LATER: i64 = START + 200_000_000;
const PROCESS_CLASS: Guid = Guid::of(
    0x3d6f_a8d0,
    0xfe05,
    0x11d0,
    [0x9d, 0xda, 0x00, 0xc0, 0x4f, 0xd7, 0xba, 0x7c],
);

fn options(events: &[u8]) -> Options {
    Options {
        name: NAME.into(),
        events: events.to_vec(),
        buffer_bytes: 16 << 20,
    }
}

fn open(script: &Arc<Script>, events: &[u8]) -> Result<Capture, Refusal> {
    let api: Arc<dyn EtwApi> = Arc::clone(script) as _;
    Capture::open(api, Arc::new(MadeUp), &options(events))
}

fn refusal(script: &Arc<Script>) -> String {
    match open(script, &[22]) {
        Ok(_) => panic!("opened"),
        Err(refusal) => refusal.to_string(),
    }
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// A process start as the kernel logger tells it.
fn start_of(pid: u32, sid_part: u8, time: i64) -> Scripted {
    let numbers = [pid, 4, 1, 0].map(u32::to_le_bytes).concat();
    let payload = [
        vec![1; 8],
        numbers,
        vec![0; 8],
        vec![0; 4],
        vec![1; 16],
        vec![1, 1, 0, 0, 0, 0, 0, 5, sid_part, 0, 0, 0],
        b"x.exe\0".to_vec(),
        wide("x.exe -a"),
    ];
    Scripted {
        source: Source::Class {
            guid: PROCESS_CLASS,
            kind: 1,
        },
        version: 4,
        process: 4,
        time,
        payload: payload.concat(),
    }
}

fn answer(name: &str, process: u32) -> Scripted {
    let payload = [
        wide(name),
        vec![1, 0, 0, 0],
        vec![0; 8],
        vec![0; 4],
        wide("::1;"),
    ];
    Scripted {
        source: Source::Provider {
            guid: provider::DNS.guid,
            id: 3008,
        },
        version: 0,
        process,
        time: START,
        payload: payload.concat(),
    }
}

/// An event that no table knows.
fn stranger() -> Scripted {
    Scripted {
        source: Source::Provider {
            guid: Guid([7; 16]),
            id: 1,
        },
        ..answer("example.org", 4711)
    }
}

fn count(lines: &[Json], kind: &str) -> usize {
    lines.iter().filter(|line| line.get(kind).is_some()).count()
}

fn lines(capture: &Capture) -> Vec<Json> {
    let mut out = vec![0; 1 << 20];
    let length = capture.drain(&mut out);
    let text = str::from_utf8(&out[..length]).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn stats(capture: &Capture) -> Json {
    serde_json::from_str(&capture.stats()).unwrap()
}

#[test]
fn a_session_is_fed_by_the_plan_and_leaves_nothing() {
    let script = Script::new();
    let capture = open(&script, &[3, 22]).unwrap();
    let [(name, settings)] = &script.sessions()[..] else {
        panic!("one session");
    };
    assert_eq!(name, NAME);
    assert_eq!((settings.buffer_kib, settings.maximum_buffers), (64, 256));
    assert_eq!(settings.kernel_flags, 1);
    let wanted = [&provider::PROCESS, &provider::NETWORK, &provider::DNS].map(|family| family.guid);
    assert_eq!(script.enabled(), wanted.into());
    assert_eq!(script.told_of_state(), [provider::PROCESS.guid]);
    drop(capture);
    assert_eq!(script.sessions(), []);
}

#[test]
fn another_configuration_changes_what_differs() {
    let script = Script::new();
    let mut capture = open(&script, &[3, 22]).unwrap();
    capture.configure(&[7, 22]).unwrap();
    let wanted = [provider::PROCESS.guid, provider::DNS.guid];
    assert_eq!(script.enabled(), wanted.into());
    assert_eq!(script.ids(provider::PROCESS.guid), [1, 5, 15]);
    assert_eq!(script.disabled(), [provider::NETWORK.guid]);
    let programs = &stats(&capture)["programs"];
    assert_eq!(programs.as_array().unwrap().len(), 2);
}

#[test]
fn what_a_killed_instance_left_is_taken_over() {
    let script = Script::new();
    script.leave_session(NAME, false);
    let capture = open(&script, &[]).unwrap();
    assert_eq!(script.sessions()[0].1.buffer_kib, 64);
    drop(capture);
    assert_eq!(script.sessions(), []);

    let script = Script::new();
    script.leave_session(NAME, true);
    let text = refusal(&script);
    assert!(
        text.contains("error 183") && text.contains("taken over"),
        "{text}"
    );
}

#[test]
fn refusals_say_what_to_do_and_leave_no_session() {
    for (function, code, words) in [
        (
            "start",
            code::ACCESS_DENIED,
            ["StartTraceW", "error 5", "Administrator"],
        ),
        (
            "start",
            code::NO_RESOURCES,
            ["StartTraceW", "1450", "logman query"],
        ),
        (
            "start",
            code::NOT_IMPLEMENTED,
            ["StartTraceW", "120", "no event tracing"],
        ),
        (
            "open",
            code::ACCESS_DENIED,
            ["OpenTraceW", "error 5", "Performance Log Users"],
        ),
        (
            "enable",
            code::ACCESS_DENIED,
            ["EnableTraceEx2", "error 5", "access is denied"],
        ),
    ] {
        let script = Script::new();
        script.fail(function, code);
        let text = refusal(&script);
        for word in words {
            assert!(text.contains(word), "{function}: {text}");
        }
        assert_eq!(script.sessions(), [], "{function}");
    }
    let text = Refusal::Missing {
        function: "OpenTraceW",
    }
    .to_string();
    assert!(text.contains("has no OpenTraceW"), "{text}");
}

#[test]
fn names_that_windows_would_not_take_are_refused() {
    for name in ["", "a\nb", &"x".repeat(201)] {
        let options = Options {
            name: name.into(),
            ..options(&[])
        };
        let script = Script::new();
        let opened = Capture::open(Arc::clone(&script) as _, Arc::new(MadeUp), &options);
        assert_eq!(opened.err(), Some(Refusal::Name), "{name:?}");
        assert_eq!(script.sessions(), []);
    }
}

#[test]
fn a_provider_that_refuses_is_told_and_the_others_work() {
    let script = Script::new();
    script.refuse(provider::DNS.guid, 87);
    let capture = open(&script, &[3, 22]).unwrap();
    assert!(script.enabled().contains(&provider::NETWORK.guid));
    let failed = &stats(&capture)["failedHooks"];
    assert_eq!(
        *failed,
        json!([{
            "program": "Microsoft-Windows-DNS-Client",
            "hook": "Microsoft-Windows-DNS-Client",
            "events": [22],
            "reason": "EnableTraceEx2 failed with error 87",
        }])
    );
}

#[test]
fn events_become_lines_behind_what_the_host_says() {
    let script = Script::new();
    let capture = open(&script, &[22]).unwrap();
    script.deliver(&start_of(4711, 18, START));
    script.deliver(&answer("example.org", 4711));
    assert!(capture.waiting().wait(LONG));
    let lines = lines(&capture);
    let kinds: Vec<&str> = lines
        .iter()
        .map(|line| {
            line["event"]
                .as_str()
                .unwrap_or_else(|| line.as_object().unwrap().keys().next().unwrap())
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "host",
            "volumes",
            "account",
            "process",
            "ProcessStart",
            "DnsAnswer"
        ]
    );
    assert_eq!(
        lines[0]["host"],
        json!({ "computer": "PC", "machine": "S-1-5-21-1-2-3" })
    );
    assert_eq!(
        lines[1]["volumes"],
        json!({ "\\Device\\HarddiskVolume3": "C:" })
    );
    assert_eq!(
        lines[2]["account"],
        json!({ "sid": "S-1-5-18", "name": "DOMAIN\\S-1-5-18" })
    );
    assert_eq!(
        lines[3]["process"],
        json!({
            "pid": 4711, "startTime": 1_582_880_627_744.579, "image": "C:\\Windows\\x.exe",
            "sid": "S-1-5-18", "logon": "0x3e7", "session": 1, "label": "S-1-16-12288",
        })
    );
    assert_eq!(lines[4]["fields"]["commandLine"], "x.exe -a");
    assert_eq!(lines[5]["fields"]["results"], "::1;");
    assert_eq!(stats(&capture)["delivered"], 2);
}

#[test]
fn accounts_and_volumes_are_told_once() {
    let script = Script::new();
    let capture = open(&script, &[22]).unwrap();
    for (pid, sid) in [(1, 18), (2, 18), (3, 99), (4, 99)] {
        script.deliver(&start_of(pid, sid, LATER));
    }
    let lines = lines(&capture);
    let told = ["account", "volumes", "event"].map(|kind| count(&lines, kind));
    assert_eq!(told, [1, 1, 4]);
}

#[test]
fn what_the_host_says_is_not_lost_with_an_event() {
    let script = Script::new();
    let options = Options {
        buffer_bytes: 4096,
        ..options(&[22])
    };
    let capture = Capture::open(Arc::clone(&script) as _, Arc::new(MadeUp), &options).unwrap();
    script.deliver(&stranger());
    script.deliver(&answer("example.org", 4711));
    assert_eq!(count(&lines(&capture), "volumes"), 1);

    for _ in 0..100 {
        script.deliver(&answer("example.org", 4711));
    }
    script.deliver(&start_of(4711, 18, LATER));
    lines(&capture);
    script.deliver(&start_of(4711, 18, LATER));
    let lines = lines(&capture);
    for kind in ["volumes", "account", "process", "event"] {
        assert_eq!(count(&lines, kind), 1, "{kind}");
    }
}

#[test]
fn the_sensor_does_not_report_itself() {
    let script = Script::new();
    let capture = open(&script, &[22]).unwrap();
    lines(&capture);
    script.deliver(&answer("own.example.org", std::process::id()));
    script.deliver(&answer("example.org", 4711));
    let lines = lines(&capture);
    assert_eq!(lines.last().unwrap()["fields"]["name"], "example.org");
    assert_eq!(stats(&capture)["delivered"], 1);
}

#[test]
fn every_loss_is_counted() {
    let script = Script::new();
    let options = Options {
        buffer_bytes: 4096,
        ..options(&[22])
    };
    let capture = Capture::open(Arc::clone(&script) as _, Arc::new(MadeUp), &options).unwrap();
    script.lose(Losses {
        events: 5,
        buffers: 2,
    });
    script.deliver(&stranger());
    const MANY: u64 = 100;
    for _ in 0..MANY {
        script.deliver(&answer("example.org", 4711));
    }
    let told = count(&lines(&capture), "event") as u64;
    assert!(0 < told && told < MANY, "{told}");
    let stats = stats(&capture);
    assert_eq!(stats["session"]["queueFull"], MANY - told);
    assert_eq!(stats["session"]["eventsLost"], 5);
    assert_eq!(stats["session"]["buffersLost"], 2);
    assert_eq!(stats["session"]["unknown"], 1);
    assert_eq!(stats["kinds"]["trace"]["ringFull"], 7);
    assert_eq!(stats["kinds"]["trace"]["tableFull"], MANY - told);
    assert_eq!(stats["kinds"]["trace"]["captured"], MANY + 1);
}

#[test]
fn a_session_that_somebody_ends_is_noticed() {
    let script = Script::new();
    let capture = open(&script, &[]).unwrap();
    lines(&capture);
    script.end_sessions();
    assert!(
        !capture.waiting().wait(LONG),
        "the end wakes, long before the time"
    );
    let reason = capture.ended().unwrap();
    assert!(reason.contains("somebody else has ended"), "{reason}");
    assert!(stats(&capture)["session"]["ended"].is_string());

    let script = Script::new();
    script.fail("process", code::NOT_IMPLEMENTED);
    let capture = open(&script, &[]).unwrap();
    while capture.waiting().wait(LONG) {
        lines(&capture);
    }
    let reason = capture.ended().unwrap();
    assert!(
        reason.contains("ProcessTrace") && reason.contains("120"),
        "{reason}"
    );
}

#[test]
fn a_wait_ends_when_it_is_closed() {
    let script = Script::new();
    let capture = open(&script, &[]).unwrap();
    lines(&capture);
    let waiting = capture.waiting();
    std::thread::scope(|threads| {
        let waiter = threads.spawn(move || waiting.wait(LONG));
        drop(capture);
        assert!(!waiter.join().unwrap());
    });
}
