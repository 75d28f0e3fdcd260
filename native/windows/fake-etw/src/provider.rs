//! The functions of evntprov.h: what a provider writes goes to the log of calls, its data as texts.

use crate::world::world;
use monomi_windows::etl::Guid;
use monomi_windows::event_log::DataDescriptor;
use monomi_windows::live::structures::EventDescriptor;
use std::ffi::c_void;

const REGISTRATION: u64 = 0x91;
const INVALID_HANDLE: u32 = 6;
const INVALID_PARAMETER: u32 = 87;

/// EventRegister.
///
/// # Safety
/// As in evntprov.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EventRegister(
    provider: *const Guid,
    _callback: *const c_void,
    _context: *const c_void,
    registration: *mut u64,
) -> u32 {
    // SAFETY: the caller's promise.
    let provider = unsafe { *provider };
    if let Some(code) = world().call("EventRegister", &provider.to_string()) {
        return code;
    }
    // SAFETY: the caller's promise.
    unsafe { *registration = REGISTRATION };
    0
}

/// EventProviderEnabled.
#[unsafe(no_mangle)]
pub extern "system" fn EventProviderEnabled(registration: u64, _level: u8, _keyword: u64) -> u8 {
    u8::from(registration == REGISTRATION && !world().is_deaf())
}

/// EventWrite; logs the event as Rust writes its descriptor and a list of texts. Refuses data that are not
/// UTF-16 with one zero, at the end.
///
/// # Safety
/// As in evntprov.h.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EventWrite(
    registration: u64,
    descriptor: *const EventDescriptor,
    count: u32,
    items: *const DataDescriptor,
) -> u32 {
    // SAFETY: the caller's promise.
    let descriptor = unsafe { *descriptor };
    if registration != REGISTRATION {
        return INVALID_HANDLE;
    }
    if let Some(code) = world().refusal(descriptor.id) {
        return code;
    }
    let mut texts = Vec::new();
    for at in 0..count as usize {
        // SAFETY: the caller's promise.
        let item = unsafe { &*items.add(at) };
        // SAFETY: the caller's promise; texts of UTF-16 are aligned.
        let units = unsafe {
            std::slice::from_raw_parts(item.address as *const u16, item.size as usize / 2)
        };
        match units.split_last() {
            Some((0, text)) if !text.contains(&0) => texts.push(String::from_utf16_lossy(text)),
            _ => return INVALID_PARAMETER,
        }
    }
    let EventDescriptor {
        id,
        version,
        channel,
        level,
        opcode,
        task,
        keyword,
    } = descriptor;
    let head = format!("{id} {version} {channel} {level} {opcode} {task} {keyword:#x}");
    world()
        .call("EventWrite", &format!("{head} {}", json(&texts)))
        .unwrap_or(0)
}

/// A list of texts, on one line.
fn json(texts: &[String]) -> String {
    let mut out = String::from("[");
    for text in texts {
        if out.len() > 1 {
            out.push(',');
        }
        out.push('"');
        for unit in text.encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte) if byte.is_ascii_alphanumeric() || byte == b' ' => out.push(byte.into()),
                _ => out.push_str(&format!("\\u{unit:04x}")),
            }
        }
        out.push('"');
    }
    out.push(']');
    out
}

/// EventUnregister.
#[unsafe(no_mangle)]
pub extern "system" fn EventUnregister(_registration: u64) -> u32 {
    world().call("EventUnregister", "").unwrap_or(0)
}
