#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nixfleet_fuzzed::agent_state::any(bytes));
