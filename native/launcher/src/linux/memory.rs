//! Sealed memory files: the only place where unpacked parts live.

use crate::Error;
use crate::place::{Place, write_all_at};
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};

/// Flags that kernels from 6.3 on want and older ones refuse; the libc crate's are not everywhere.
const MFD_NOEXEC_SEAL: libc::c_uint = 0x8;
const MFD_EXEC: libc::c_uint = 0x10;

const ADVICE: &str = "memory files are needed: check the sysctl vm.memfd_noexec (must be below 2), \
                      the memory limit of the service, and seccomp or LSM policies";

/// What a memory file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Executed by this process; what it becomes does not inherit the descriptor.
    Program,
    /// Opened as `/proc/self/fd/N` after the exec, therefore inherited.
    Data,
}

/// A memory file that is being filled.
#[derive(Debug)]
pub struct Draft {
    file: File,
}

impl Draft {
    /// A memory file of `bytes` zero bytes, at least one. `name` is shown in `/proc/PID/maps` and,
    /// for a program, as the target of `/proc/PID/exe`.
    ///
    /// # Errors
    /// [`Error::System`] when the kernel or a policy refuses memory files.
    pub fn new(name: &str, bytes: u64, usage: Use) -> Result<Self, Error> {
        let refused = |cause| Error::System {
            step: format!("create the memory file \"{name}\""),
            cause,
            advice: ADVICE,
        };
        let file = create(name, usage).map_err(refused)?;
        file.set_len(bytes).map_err(refused)?;
        Ok(Self { file })
    }

    /// Ends writing for good: neither content nor length can change any more.
    ///
    /// # Errors
    /// [`Error::System`] when the kernel refuses the seals.
    pub fn seal(self) -> Result<File, Error> {
        let seals =
            libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;
        // SAFETY: a plain system call on a descriptor that `file` owns.
        if unsafe { libc::fcntl(self.file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
            return Err(Error::system(
                "seal a memory file",
                io::Error::last_os_error(),
            ));
        }
        Ok(self.file)
    }
}

impl Place for Draft {
    /// Writing is twice as fast as filling a mapping: no page is zeroed before, and none is faulted
    /// in.
    fn put(&self, content: &[u8], offset: u64) -> Result<(), Error> {
        write_all_at(&self.file, content, offset).map_err(|cause| Error::System {
            step: "fill a memory file".into(),
            cause,
            advice: ADVICE,
        })
    }
}

fn create(name: &str, usage: Use) -> io::Result<File> {
    let name = CString::new(name)?;
    let (flags, newer) = match usage {
        Use::Program => (libc::MFD_ALLOW_SEALING | libc::MFD_CLOEXEC, MFD_EXEC),
        Use::Data => (libc::MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL),
    };
    match memfd_create(&name, flags | newer) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => memfd_create(&name, flags),
        outcome => outcome,
    }
}

fn memfd_create(name: &CString, flags: libc::c_uint) -> io::Result<File> {
    // SAFETY: `name` is a C string that outlives the call.
    let descriptor = unsafe { libc::memfd_create(name.as_ptr(), flags) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given us this descriptor and nothing else owns it.
    Ok(unsafe { File::from_raw_fd(descriptor) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};

    #[test]
    fn a_sealed_file_keeps_its_content() {
        let draft = Draft::new("script", 5, Use::Data).expect("a memory file");
        draft.put(b"lo", 3).expect("memory");
        draft.put(b"hel", 0).expect("memory");
        let mut file = draft.seal().expect("a sealed file");
        assert!(file.write_all(b"other").is_err());
        assert!(file.set_len(0).is_err());
        assert!(file.set_len(10).is_err());
        assert!(writable_mapping(&file).is_err());
        file.rewind().expect("a seekable file");
        let mut content = String::new();
        file.read_to_string(&mut content).expect("a readable file");
        assert_eq!(content, "hello");
    }

    fn writable_mapping(file: &File) -> io::Result<()> {
        // SAFETY: a new shared mapping at an address of the kernel's choice, which nobody uses.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                1,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    #[test]
    fn only_data_is_inherited() {
        for (usage, inherited) in [(Use::Program, false), (Use::Data, true)] {
            let file = Draft::new("x", 1, usage)
                .and_then(Draft::seal)
                .expect("a memory file");
            // SAFETY: a plain system call on a descriptor that `file` owns.
            let flags = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) };
            assert_eq!(flags & libc::FD_CLOEXEC == 0, inherited);
        }
    }
}
