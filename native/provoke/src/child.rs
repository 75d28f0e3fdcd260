//! A process for one provocation, and what became of it.

use crate::{Name, Place, Provocation, call::Blocked};
use std::{
    ffi::CString,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
};

/// What became of a provocation.
pub struct Outcome {
    /// Id of the process that carried it out, or tried.
    pub pid: i32,
    /// Why it could not be carried out.
    pub blocked: Option<String>,
}

const LONGEST_STEP: usize = 120;
/// Smallest ELF executable: exits with 0. Header, one program header, then
/// `xor edi,edi; mov eax,60; syscall`.
pub(crate) const TINY_PROGRAM: [u8; 129] = tiny_program();

const fn tiny_program() -> [u8; 129] {
    let mut elf = [0u8; 129];
    let head: [u8; 20] = [
        0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0,
    ];
    let code: [u8; 9] = [0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];
    let mut at = 0;
    while at < head.len() {
        elf[at] = head[at];
        at += 1;
    }
    elf[20] = 1; // version
    elf[24] = 0x78; // entry 0x400078
    elf[26] = 0x40;
    elf[32] = 64; // program header offset
    elf[52] = 64; // header size
    elf[54] = 56; // program header size
    elf[56] = 1; // program headers
    elf[64] = 1; // PT_LOAD
    elf[68] = 5; // readable, executable
    elf[82] = 0x40; // virtual address 0x400000
    elf[90] = 0x40; // physical address
    elf[96] = 129; // size in the file
    elf[104] = 129; // size in memory
    elf[113] = 0x10; // alignment 0x1000
    let mut at = 0;
    while at < code.len() {
        elf[120 + at] = code[at];
        at += 1;
    }
    elf
}

/// Carries `provocation` out in a process of its own and waits for its end. `directory` must be
/// private to the caller and empty but for what earlier calls left there, and for `module`, a kernel module
/// (not compressed) to be loaded, if any.
///
/// # Errors
/// When the directory cannot be prepared or no process can be made.
pub fn provoke(provocation: &Provocation, directory: &Path) -> io::Result<Outcome> {
    let place = prepare(directory)?;
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for both descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let [reader, writer] = ends;
    // SAFETY: the child calls async-signal-safe functions only and ends with _exit.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let code = match (provocation.act)(&place) {
            Ok(()) => 0,
            Err(blocked) => tell(writer, blocked),
        };
        // SAFETY: ends this process at once, without the parent's exit handlers.
        unsafe { libc::_exit(code) };
    }
    // SAFETY: both descriptors are ours; the child has its own.
    unsafe { libc::close(writer) };
    if pid < 0 {
        let error = io::Error::last_os_error();
        // SAFETY: as above.
        unsafe { libc::close(reader) };
        return Err(error);
    }
    let blocked = hear(reader);
    let mut status = 0;
    // SAFETY: `pid` is our child, waited for once.
    unsafe { libc::waitpid(pid, &mut status, 0) };
    let blocked = blocked.or_else(|| {
        let failed = !libc::WIFEXITED(status) || libc::WEXITSTATUS(status) != 0;
        failed.then(|| format!("the process ended with status {status:#x}"))
    });
    Ok(Outcome { pid, blocked })
}

fn tell(writer: i32, blocked: Blocked) -> i32 {
    let error = blocked.error.to_ne_bytes();
    // SAFETY: pointers and lengths describe live memory; nothing can be done about a failure.
    unsafe {
        libc::write(writer, error.as_ptr().cast(), error.len());
        libc::write(writer, blocked.step.as_ptr().cast(), blocked.step.len());
    }
    1
}

fn hear(reader: i32) -> Option<String> {
    let mut message = [0u8; 4 + LONGEST_STEP];
    let mut length = 0;
    loop {
        let rest = &mut message[length..];
        // SAFETY: `rest` is writable for its length.
        let count = unsafe { libc::read(reader, rest.as_mut_ptr().cast(), rest.len()) };
        if count <= 0 {
            break;
        }
        length += count as usize;
    }
    // SAFETY: the descriptor is ours.
    unsafe { libc::close(reader) };
    let (error, step) = message[..length].split_first_chunk::<4>()?;
    let step = String::from_utf8_lossy(step);
    Some(match i32::from_ne_bytes(*error) {
        0 => step.into_owned(),
        error => format!("{step}: {}", io::Error::from_raw_os_error(error)),
    })
}

fn prepare(directory: &Path) -> io::Result<Place> {
    let names = [
        (Name::Ready, "ready"),
        (Name::New, "new"),
        (Name::Pipe, "pipe"),
        (Name::Program, "program"),
        (Name::Library, "library"),
        (Name::Denied, "denied"),
    ];
    let mut paths = Vec::with_capacity(names.len() + 1);
    for (name, text) in names {
        debug_assert_eq!(name as usize, paths.len());
        let path = directory.join(text);
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        paths.push(CString::new(path.as_os_str().as_bytes())?);
    }
    let module = directory.join("module");
    paths.push(CString::new(module.as_os_str().as_bytes())?);
    fs::write(directory.join("ready"), b"monomi\n")?;
    let library = directory.join("library");
    fs::write(&library, TINY_PROGRAM)?;
    fs::set_permissions(&library, fs::Permissions::from_mode(0o700))?;
    Ok(Place {
        paths,
        block_device: first_block_device(),
        module_name: fs::read(module)
            .ok()
            .and_then(|bytes| CString::new(module_name(&bytes)?).ok()),
    })
}

/// What a module's section `.modinfo` says that its name is.
fn module_name(module: &[u8]) -> Option<&[u8]> {
    module
        .split(|&byte| byte == 0)
        .find_map(|text| text.strip_prefix(b"name="))
}

fn first_block_device() -> Option<CString> {
    let mut names: Vec<_> = fs::read_dir("/sys/class/block")
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| Path::new("/dev").join(name))
        .find(|path| fs::File::open(path).is_ok())
        .and_then(|path| CString::new(path.into_os_string().into_encoded_bytes()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PROVOCATIONS;

    #[test]
    fn each_provocation_is_carried_out_or_says_what_prevented_it() {
        let directory = std::env::temp_dir().join(format!("monomi-provoke-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let mut carried_out = 0;
        for provocation in PROVOCATIONS {
            let outcome = provoke(provocation, &directory).unwrap();
            assert!(outcome.pid > 0);
            match outcome.blocked {
                None => carried_out += 1,
                Some(reason) => println!("{}: {reason}", provocation.event),
            }
        }
        fs::remove_dir_all(&directory).unwrap();
        // Without privileges some are refused; a plain file and a process are always possible.
        assert!(
            carried_out >= 8,
            "only {carried_out} of {}",
            PROVOCATIONS.len()
        );
    }

    #[test]
    fn a_module_tells_its_name() {
        let module = b"\x7fELF\0license=GPL\0name=dummy\0intree=Y\0";
        assert_eq!(module_name(module), Some(&b"dummy"[..]));
        assert_eq!(module_name(b"\xfd7zXZ\0"), None);
    }

    #[test]
    fn events_are_in_order_and_unique() {
        assert!(
            PROVOCATIONS
                .windows(2)
                .all(|pair| pair[0].event < pair[1].event)
        );
    }
}
