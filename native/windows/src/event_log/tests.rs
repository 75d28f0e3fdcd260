use super::*;
use std::sync::{Arc, Mutex};

const PROVIDER: Guid = Guid::of(1, 2, 3, [4; 8]);

#[derive(Default)]
struct Seen {
    events: Vec<(u16, u8, u8, Vec<String>)>,
    unregistered: bool,
    deaf: bool,
    refusal: Option<(u16, Code)>,
}

/// Refusals of Windows cannot be had here.
struct Recorder(Arc<Mutex<Seen>>);

impl ProviderApi for Recorder {
    fn register(&self, provider: Guid) -> Result<u64, Code> {
        assert_eq!(provider, PROVIDER);
        Ok(7)
    }

    fn is_heard(&self, registration: u64) -> bool {
        assert_eq!(registration, 7);
        !self.0.lock().expect("no panic").deaf
    }

    fn write(&self, _: u64, event: &EventDescriptor, items: &[Item<'_>]) -> Result<(), Code> {
        let mut seen = self.0.lock().expect("no panic");
        if let Some((id, code)) = seen.refusal
            && id == event.id
        {
            return Err(code);
        }
        assert_eq!(
            (event.channel, event.opcode, event.task, event.keyword),
            (16, 0, event.id, 0x8000_0000_0000_0000)
        );
        let texts = items.iter().map(|item| {
            let (last, text) = item.split_last().expect("a zero");
            assert_eq!(*last, 0);
            String::from_utf16(text).expect("UTF-16")
        });
        let event = (event.id, event.version, event.level, texts.collect());
        seen.events.push(event);
        Ok(())
    }

    fn unregister(&self, registration: u64) {
        assert_eq!(registration, 7);
        self.0.lock().expect("no panic").unregistered = true;
    }
}

fn open() -> (EventLog, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let log = EventLog::open(Box::new(Recorder(Arc::clone(&seen))), PROVIDER);
    (log.expect("registered"), seen)
}

#[test]
fn fields_become_texts_with_a_zero() {
    let (mut log, seen) = open();
    let batch = "1\x1f5\x1f4\x1fa\x1f\x1f\u{e9}\u{1f600}\n\x1e255\x1f3\x1f2\x1f-\x1e";
    let written = log.write(batch.as_bytes());
    assert_eq!(written, Written { lines: 2, code: 0 });
    assert_eq!(log.write(b""), Written { lines: 0, code: 0 });
    drop(log);
    let seen = seen.lock().expect("no panic");
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        seen.events,
        [
            (1, 5, 4, texts(&["a", "", "\u{e9}\u{1f600}\n"])),
            (255, 3, 2, texts(&["-"])),
        ]
    );
    assert!(seen.unregistered);
}

#[test]
fn a_refusal_says_which_line_it_was() {
    let (mut log, seen) = open();
    seen.lock().expect("no panic").refusal = Some((3, 8));
    let written = log.write(b"1\x1f5\x1f4\x1e3\x1f5\x1f4\x1e5\x1f3\x1f4\x1e");
    assert_eq!(written, Written { lines: 1, code: 8 });
    assert_eq!(seen.lock().expect("no panic").events.len(), 1);
}

#[test]
fn nothing_is_written_that_nobody_hears() {
    let (mut log, seen) = open();
    seen.lock().expect("no panic").deaf = true;
    let code = code::CHANNEL_NOT_FOUND;
    assert_eq!(log.write(b"1\x1f5\x1f4\x1e"), Written { lines: 0, code });
    assert!(seen.lock().expect("no panic").events.is_empty());
}

#[test]
fn what_is_no_line_is_refused() {
    let many = format!("1\x1f5\x1f4{}\x1e", "\x1f".repeat(MOST_FIELDS + 1));
    let lines: [&[u8]; 8] = [
        b"\x1e",
        b"1\x1e",
        b"1\x1f5\x1e",
        b"70000\x1f5\x1f4\x1e",
        b"1\x1f5\x1f4\x1fcut",
        b"1\x1f5\x1f4\x1fa\0b\x1e",
        b"1\x1f5\x1f4\x1f\xff\x1e",
        many.as_bytes(),
    ];
    let (mut log, seen) = open();
    for line in lines {
        let code = code::INVALID_DATA;
        assert_eq!(log.write(line), Written { lines: 0, code }, "{line:?}");
    }
    assert!(seen.lock().expect("no panic").events.is_empty());
}

#[test]
fn what_no_event_can_hold_is_refused() {
    let (mut log, _) = open();
    let line = |units: usize| format!("1\x1f5\x1f4\x1f{}\x1e", "x".repeat(units));
    let code = code::MORE_DATA;
    let refused = Written { lines: 0, code };
    assert_eq!(log.write(line(32_768).as_bytes()), refused);
    assert_eq!(log.write(line(300_000).as_bytes()), refused);
    assert_eq!(log.write(line(32_767).as_bytes()).lines, 1);
}
