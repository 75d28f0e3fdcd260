//! Signatures through wintrust.

use super::library::Library;
use super::{text, wide};
use crate::etl::Guid;
use crate::images::SignatureTrust;
use std::ffi::c_void;
use std::fmt::Write;
use std::fs::File;
use std::os::windows::io::AsRawHandle;

type Handle = *mut c_void;

type WinVerifyTrust = unsafe extern "system" fn(Handle, *const Guid, *mut TrustData) -> i32;
type AcquireContext2 =
    unsafe extern "system" fn(*mut Handle, *const Guid, *const u16, *const c_void, u32) -> i32;
type CalcHash2 = unsafe extern "system" fn(Handle, Handle, *mut u32, *mut u8, u32) -> i32;
type EnumCatalog = unsafe extern "system" fn(Handle, *const u8, u32, u32, *mut Handle) -> Handle;
type CatalogInfo = unsafe extern "system" fn(Handle, *mut CatalogName, u32) -> i32;
type ReleaseCatalog = unsafe extern "system" fn(Handle, Handle, u32) -> i32;
type ReleaseContext = unsafe extern "system" fn(Handle, u32) -> i32;

/// WINTRUST_ACTION_GENERIC_VERIFY_V2 of softpub.h.
static GENERIC_VERIFY: Guid = Guid::of(
    0x00aa_c56b,
    0xcd44,
    0x11d0,
    [0x8c, 0xc2, 0x00, 0xc0, 0x4f, 0xc2, 0x95, 0xee],
);
const UI_NONE: u32 = 2;
const REVOKE_NONE: u32 = 0;
const REVOKE_WHOLECHAIN: u32 = 1;
const CHOICE_FILE: u32 = 1;
const CHOICE_CATALOG: u32 = 2;
const STATE_VERIFY: u32 = 1;
const STATE_CLOSE: u32 = 2;
/// WTD_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT.
const CHECK_CHAIN: u32 = 0x80;
/// WTD_CACHE_ONLY_URL_RETRIEVAL: the network is not asked.
const NO_NETWORK: u32 = 0x1000;
/// What catalogs are found by, newest first.
const ALGORITHMS: [&str; 2] = ["SHA256", "SHA1"];
const LONGEST_HASH: usize = 64;
const MAX_PATH: usize = 260;

/// WINTRUST_DATA.
#[repr(C)]
struct TrustData {
    size: u32,
    policy_callback: *mut c_void,
    sip_client: *mut c_void,
    ui: u32,
    revocation: u32,
    choice: u32,
    what: *mut c_void,
    state_action: u32,
    state: Handle,
    url: *mut u16,
    flags: u32,
    context: u32,
    settings: *mut c_void,
}

/// WINTRUST_FILE_INFO.
#[repr(C)]
struct FileInfo {
    size: u32,
    path: *const u16,
    file: Handle,
    subject: *const Guid,
}

/// WINTRUST_CATALOG_INFO.
#[repr(C)]
struct CatalogMember {
    size: u32,
    version: u32,
    catalog: *const u16,
    tag: *const u16,
    path: *const u16,
    file: Handle,
    hash: *const u8,
    hash_length: u32,
    context: *const c_void,
    admin: Handle,
}

/// CATALOG_INFO.
#[repr(C)]
struct CatalogName {
    size: u32,
    path: [u16; MAX_PATH],
}

const _: () = assert!(size_of::<TrustData>() == 88);
const _: () = assert!(size_of::<FileInfo>() == 32);
const _: () = assert!(size_of::<CatalogMember>() == 72);
const _: () = assert!(size_of::<CatalogName>() == 524);

/// The functions that find catalogs; Windows 8 and newer have them.
#[derive(Clone, Copy)]
struct Catalogs {
    acquire: AcquireContext2,
    hash: CalcHash2,
    enumerate: EnumCatalog,
    info: CatalogInfo,
    release_catalog: ReleaseCatalog,
    release: ReleaseContext,
}

/// Windows' own verification of signatures.
pub struct Wintrust {
    verify: Option<WinVerifyTrust>,
    catalogs: Option<Catalogs>,
}

impl Wintrust {
    /// Looks the functions up; without them nothing is said of signatures.
    #[must_use]
    pub fn load() -> Self {
        let library = Library::of_system("wintrust.dll");
        // SAFETY: the types are those of wintrust.h and mscat.h.
        unsafe {
            Self {
                verify: library.and_then(|library| library.find("WinVerifyTrust")),
                catalogs: library.and_then(|library| Catalogs::find(library)),
            }
        }
    }

    /// Its code, 0 or an HRESULT.
    fn verify(&self, choice: u32, what: *mut c_void, checks_revocation: bool) -> Option<u32> {
        let verify = self.verify?;
        let (revocation, flags) = match checks_revocation {
            true => (REVOKE_WHOLECHAIN, CHECK_CHAIN),
            false => (REVOKE_NONE, NO_NETWORK),
        };
        let mut data = TrustData {
            size: size_of::<TrustData>() as u32,
            policy_callback: std::ptr::null_mut(),
            sip_client: std::ptr::null_mut(),
            ui: UI_NONE,
            revocation,
            choice,
            what,
            state_action: STATE_VERIFY,
            state: std::ptr::null_mut(),
            url: std::ptr::null_mut(),
            flags,
            context: 0,
            settings: std::ptr::null_mut(),
        };
        let nobody = std::ptr::without_provenance_mut(usize::MAX);
        // SAFETY: the structure is complete; all it points to outlives the call.
        let code = unsafe { verify(nobody, &raw const GENERIC_VERIFY, &raw mut data) };
        data.state_action = STATE_CLOSE;
        // SAFETY: as above; this frees what the first call kept.
        unsafe { verify(nobody, &raw const GENERIC_VERIFY, &raw mut data) };
        Some(code.cast_unsigned())
    }
}

impl SignatureTrust for Wintrust {
    fn embedded(&self, file: &File, path: &str, checks_revocation: bool) -> Option<u32> {
        let path = wide(path);
        let mut info = FileInfo {
            size: size_of::<FileInfo>() as u32,
            path: path.as_ptr(),
            file: file.as_raw_handle(),
            subject: std::ptr::null(),
        };
        self.verify(CHOICE_FILE, (&raw mut info).cast(), checks_revocation)
    }

    fn catalog(&self, file: &File, path: &str, checks_revocation: bool) -> Option<(String, u32)> {
        let catalogs = self.catalogs?;
        let path = wide(path);
        ALGORITHMS.iter().find_map(|algorithm| {
            let admin = Admin::acquire(catalogs, algorithm)?;
            let hash = admin.hash(file)?;
            let catalog = admin.catalog_of(&hash)?;
            let (name, tag) = (wide(&catalog), wide(&hexadecimal(&hash)));
            let mut member = CatalogMember {
                size: size_of::<CatalogMember>() as u32,
                version: 0,
                catalog: name.as_ptr(),
                tag: tag.as_ptr(),
                path: path.as_ptr(),
                file: file.as_raw_handle(),
                hash: hash.as_ptr(),
                hash_length: hash.len() as u32,
                context: std::ptr::null(),
                admin: admin.handle,
            };
            let code = self.verify(CHOICE_CATALOG, (&raw mut member).cast(), checks_revocation)?;
            Some((catalog, code))
        })
    }

    fn is_there(&self) -> bool {
        self.verify.is_some()
    }
}

impl Catalogs {
    /// # Safety
    /// The library must be wintrust.
    unsafe fn find(library: Library) -> Option<Self> {
        // SAFETY: the types are those of mscat.h.
        unsafe {
            Some(Self {
                acquire: library.find("CryptCATAdminAcquireContext2")?,
                hash: library.find("CryptCATAdminCalcHashFromFileHandle2")?,
                enumerate: library.find("CryptCATAdminEnumCatalogFromHash")?,
                info: library.find("CryptCATCatalogInfoFromContext")?,
                release_catalog: library.find("CryptCATAdminReleaseCatalogContext")?,
                release: library.find("CryptCATAdminReleaseContext")?,
            })
        }
    }
}

/// An open catalog database.
struct Admin {
    catalogs: Catalogs,
    handle: Handle,
}

impl Admin {
    fn acquire(catalogs: Catalogs, algorithm: &str) -> Option<Self> {
        let algorithm = wide(algorithm);
        let mut handle = std::ptr::null_mut();
        // SAFETY: the name and the result outlive the call.
        let done = unsafe {
            (catalogs.acquire)(
                &raw mut handle,
                std::ptr::null(),
                algorithm.as_ptr(),
                std::ptr::null(),
                0,
            )
        };
        (done != 0).then_some(Self { catalogs, handle })
    }

    fn hash(&self, file: &File) -> Option<Vec<u8>> {
        let mut hash = vec![0; LONGEST_HASH];
        let mut length = LONGEST_HASH as u32;
        // SAFETY: both handles are open; the buffer outlives the call and has this length.
        let done = unsafe {
            (self.catalogs.hash)(
                self.handle,
                file.as_raw_handle(),
                &raw mut length,
                hash.as_mut_ptr(),
                0,
            )
        };
        hash.truncate(length as usize);
        (done != 0).then_some(hash)
    }

    /// Path of the first catalog that has the hash.
    fn catalog_of(&self, hash: &[u8]) -> Option<String> {
        let Catalogs {
            enumerate,
            info,
            release_catalog,
            ..
        } = self.catalogs;
        // SAFETY: the database is open; the hash outlives the call.
        let catalog = unsafe {
            enumerate(
                self.handle,
                hash.as_ptr(),
                hash.len() as u32,
                0,
                std::ptr::null_mut(),
            )
        };
        if catalog.is_null() {
            return None;
        }
        let mut name = CatalogName {
            size: size_of::<CatalogName>() as u32,
            path: [0; MAX_PATH],
        };
        // SAFETY: the catalog was given to us; the result outlives the call and says its size.
        let done = unsafe { info(catalog, &raw mut name, 0) };
        // SAFETY: it was given to us, and is not used any more.
        unsafe { release_catalog(self.handle, catalog, 0) };
        (done != 0).then(|| text(&name.path))
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        // SAFETY: the database is open, and not used any more.
        unsafe { (self.catalogs.release)(self.handle, 0) };
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsigned_library_has_no_signature() {
        let path = "C:\\windows\\system32\\kernel32.dll";
        let file = File::open(path).unwrap();
        let trust = Wintrust::load();
        assert!(trust.is_there());
        assert_ne!(trust.embedded(&file, path, false), Some(0));
        assert_eq!(trust.catalog(&file, path, false), None);
    }
}
