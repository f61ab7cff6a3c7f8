//! A security key in software, for tests: what OpenSSH asks of the program that speaks to one
//! (`sk-api.h` of OpenSSH, version 10 of its interface; what is signed, PROTOCOL.u2f).
//!
//! `SSH_SK_PROVIDER=…/libsecurity_key.so ssh-keygen -t ed25519-sk` makes a key in it. Its handle is the
//! secret itself, so it keeps nothing, and it is worth nothing but to a test. Somebody touches it
//! whenever it waits for that, unless `SECURITY_KEY_IS` says otherwise:
//!
//! | | |
//! | --- | --- |
//! | `away` | it is not plugged in |
//! | `pulled` | it is pulled out while it waits for the touch |
//! | `waiting` | nobody touches it |
//! | `untouched` | it signs all the same, and says so, whatever it was asked for |
//! | `refusing` | it does not sign |
//! | `locked` | it signs with its PIN alone, `1234` |
#![allow(unsafe_code, reason = "it is called by a program in C, which frees what it is given")]
#![allow(missing_docs, reason = "sk-api.h says what each is")]

use std::ffi::{CStr, c_char, c_int};
use std::time::Duration;
use std::{slice, thread};

use p256::ecdsa::signature::Signer;
use sha2::{Digest, Sha256};

const VERSION: u32 = 0x000a_0000;
const ECDSA: u32 = 0;
const ED25519: u32 = 1;
const REFUSED: c_int = -1;
const UNSUPPORTED: c_int = -2;
const PIN_REQUIRED: c_int = -3;
const DEVICE_NOT_FOUND: c_int = -4;
/// The flag of a touch.
const TOUCHED: u8 = 1;
const PIN: &CStr = c"1234";
/// How long it takes until it is pulled out, and until it would give up waiting for a touch.
const SOON: Duration = Duration::from_millis(100);
const LATE: Duration = Duration::from_secs(100);
/// How often it has signed: software does not remember.
const COUNTER: u32 = 7;

#[repr(C)]
pub struct Enrolled {
    flags: u8,
    public_key: Bytes,
    key_handle: Bytes,
    signature: Bytes,
    attestation_cert: Bytes,
    authdata: Bytes,
}

#[repr(C)]
pub struct Signed {
    flags: u8,
    counter: u32,
    r: Bytes,
    s: Bytes,
}

/// Bytes that the caller frees, by C's own `free`.
#[repr(C)]
struct Bytes {
    start: *mut u8,
    length: usize,
}

#[unsafe(no_mangle)]
pub extern "C" fn sk_api_version() -> u32 {
    VERSION
}

/// # Safety
/// As in `sk-api.h`: the challenge has its length, and there is room for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_enroll(
    algorithm: u32,
    challenge: *const u8,
    challenge_length: usize,
    _application: *const c_char,
    flags: u8,
    _pin: *const c_char,
    _options: *const *const u8,
    answer: *mut *mut Enrolled,
) -> c_int {
    // Of 32 bytes by chance.
    let seed = Sha256::digest(unsafe { slice::from_raw_parts(challenge, challenge_length) });
    let Some(key) = Key::of(algorithm, &seed) else { return UNSUPPORTED };
    let enrolled = Enrolled {
        flags,
        public_key: bytes(&key.public()),
        key_handle: bytes(&seed),
        // Nobody attests it.
        signature: bytes(&[0]),
        attestation_cert: bytes(&[]),
        authdata: bytes(&[]),
    };
    unsafe { answer.write(on_the_heap(enrolled)) };
    0
}

/// # Safety
/// As in `sk-api.h`: data and handle have their lengths, and there is room for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sk_sign(
    algorithm: u32,
    data: *const u8,
    data_length: usize,
    application: *const c_char,
    key_handle: *const u8,
    key_handle_length: usize,
    mut flags: u8,
    pin: *const c_char,
    _options: *const *const u8,
    answer: *mut *mut Signed,
) -> c_int {
    match std::env::var("SECURITY_KEY_IS").unwrap_or_default().as_str() {
        "away" => return DEVICE_NOT_FOUND,
        "pulled" => {
            thread::sleep(SOON);
            return DEVICE_NOT_FOUND;
        }
        "waiting" => {
            thread::sleep(LATE);
            return REFUSED;
        }
        "untouched" => flags &= !TOUCHED,
        "refusing" => return REFUSED,
        "locked" if pin.is_null() || unsafe { CStr::from_ptr(pin) } != PIN => return PIN_REQUIRED,
        _ => {}
    }
    let (data, seed, application) = unsafe {
        (
            slice::from_raw_parts(data, data_length),
            slice::from_raw_parts(key_handle, key_handle_length),
            CStr::from_ptr(application).to_bytes(),
        )
    };
    let Some(key) = Key::of(algorithm, seed) else { return UNSUPPORTED };
    let message = [
        &Sha256::digest(application)[..],
        &[flags],
        &COUNTER.to_be_bytes(),
        &Sha256::digest(data)[..],
    ]
    .concat();
    let (r, s) = key.sign(&message);
    let signed = Signed { flags, counter: COUNTER, r: bytes(&r), s: bytes(&s) };
    unsafe { answer.write(on_the_heap(signed)) };
    0
}

/// It holds none.
#[unsafe(no_mangle)]
pub extern "C" fn sk_load_resident_keys(
    _pin: *const c_char,
    _options: *const *const u8,
    _keys: *mut *mut *mut u8,
    _count: *mut usize,
) -> c_int {
    UNSUPPORTED
}

enum Key {
    Ecdsa(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Key {
    fn of(algorithm: u32, seed: &[u8]) -> Option<Self> {
        match algorithm {
            ECDSA => p256::ecdsa::SigningKey::from_slice(seed).ok().map(Self::Ecdsa),
            ED25519 => {
                Some(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed.try_into().ok()?)))
            }
            _ => None,
        }
    }

    fn public(&self) -> Vec<u8> {
        match self {
            Self::Ecdsa(it) => it.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
            Self::Ed25519(it) => it.verifying_key().to_bytes().to_vec(),
        }
    }

    /// The two numbers of an ECDSA signature; the whole and nothing of one by Ed25519.
    fn sign(&self, message: &[u8]) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Ecdsa(it) => {
                let signature: p256::ecdsa::Signature = it.sign(message);
                (signature.r().to_bytes().to_vec(), signature.s().to_bytes().to_vec())
            }
            Self::Ed25519(it) => (it.sign(message).to_bytes().to_vec(), Vec::new()),
        }
    }
}

fn bytes(bytes: &[u8]) -> Bytes {
    if bytes.is_empty() {
        return Bytes { start: std::ptr::null_mut(), length: 0 };
    }
    // SAFETY: so much was asked for.
    unsafe {
        let start = libc::malloc(bytes.len()).cast::<u8>();
        assert!(!start.is_null());
        start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Bytes { start, length: bytes.len() }
    }
}

fn on_the_heap<T>(value: T) -> *mut T {
    // SAFETY: so much was asked for, and C's heap is aligned for anything.
    unsafe {
        let start = libc::malloc(size_of::<T>()).cast::<T>();
        assert!(!start.is_null());
        start.write(value);
        start
    }
}
