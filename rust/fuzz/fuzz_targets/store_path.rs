#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nixfleet_fuzzed::store_path::any(bytes));
