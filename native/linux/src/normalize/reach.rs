//! Records about processes that reach into others: which file the address belongs to; what was done to
//! the sensor.

use super::{
    Normalizer,
    plain::{finish, read, write},
};
use monomi_record::{Access, Interference};
use std::{fs, io::Read};

/// More than any program but a huge one has.
const MAPS_BYTES: u64 = 4 << 20;

impl Normalizer {
    /// Delivers an access with what is mapped at its address, if the target is still there.
    pub(super) fn access(&mut self, raw: &[u8], out: &mut [u8]) -> Option<usize> {
        let mut record: Access = read(raw)?;
        self.text.clear();
        if record.address != 0 {
            let mut maps = Vec::new();
            if let Ok(file) = fs::File::open(format!("/proc/{}/maps", record.target_pid)) {
                let _partly_read_is_enough = file.take(MAPS_BYTES).read_to_end(&mut maps);
            }
            if let Some(path) = mapped_at(&maps, record.address) {
                self.text.extend_from_slice(path);
            }
        }
        record.path_len = self.text.len() as u32;
        finish(&mut record.header, size_of::<Access>(), &self.text);
        Some(write(&record, &[], &self.text, out))
    }
}

/// As `PROTECTED_TEXT_BYTES` of `bpf/interference.h`.
const PROTECTED_TEXT_BYTES: usize = 256;

/// Delivers an interference with the path of the entry, if it is about one.
pub(super) fn interference(raw: &[u8], out: &mut [u8]) -> Option<usize> {
    let mut record: Interference = read(raw)?;
    let texts = &raw[size_of::<Interference>()..];
    let (path, name) = texts.split_at_checked(PROTECTED_TEXT_BYTES)?;
    let mut text = path.get(..record.path_len as usize)?.to_vec();
    if record.name_len > 0 {
        text.push(b'/');
        text.extend_from_slice(name.get(..record.name_len as usize)?);
    }
    record.path_len = text.len() as u32;
    record.name_len = 0;
    finish(&mut record.header, size_of::<Interference>(), &text);
    Some(write(&record, &[], &text, out))
}

/// What the text of /proc/PID/maps names at an address: a path, or a word such as `[stack]`.
fn mapped_at(maps: &[u8], address: u64) -> Option<&[u8]> {
    let line = maps
        .split(|&byte| byte == b'\n')
        .find(|line| range_of(line).is_some_and(|(start, end)| (start..end).contains(&address)))?;
    let mut rest = line;
    for _ in 0..5 {
        let blank = rest.iter().position(|&byte| byte == b' ')?;
        rest = rest[blank..].trim_ascii_start();
    }
    (!rest.is_empty()).then_some(rest)
}

fn range_of(line: &[u8]) -> Option<(u64, u64)> {
    let range = line.split(|&byte| byte == b' ').next()?;
    let (start, end) = str::from_utf8(range).ok()?.split_once('-')?;
    Some((
        u64::from_str_radix(start, 16).ok()?,
        u64::from_str_radix(end, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::mapped_at;

    const MAPS: &[u8] = b"\
55c0a0000000-55c0a0002000 r-xp 00002000 fe:00 1234                       /usr/bin/a program
7f0000000000-7f0000021000 rw-p 00000000 00:00 0
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
";

    #[test]
    fn the_mapping_around_an_address_is_named() {
        let path: Option<&[u8]> = Some(b"/usr/bin/a program");
        assert_eq!(mapped_at(MAPS, 0x55c0_a000_0000), path);
        assert_eq!(mapped_at(MAPS, 0x55c0_a000_1fff), path);
        assert_eq!(mapped_at(MAPS, 0x55c0_a000_2000), None);
        assert_eq!(mapped_at(MAPS, 0x7f00_0000_0010), None);
        assert_eq!(mapped_at(MAPS, 0x7ffc_0000_0010), Some(&b"[stack]"[..]));
        assert_eq!(mapped_at(b"garbage", 1), None);
    }
}
